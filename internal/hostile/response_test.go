//go:build linux

package hostile_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	jsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	okJSON   = `{"Model": "What street did you live on?", "Errors": [], "IsSucceed": true}`
)

// broken is a behaviour and what must be said of it.
type broken struct {
	behave behaviour
	says   string
}

// timeout is one that nobody meets but who waits for the behaviour in vain.
func (b broken) timeout() string {
	if strings.Contains(b.says, "within 1s") || strings.Contains(b.says, "after 1s") {
		return "1s"
	}
	return "20s"
}

// brokenResponses are behaviours of one operation beside others that are right, and what must be said
// of them.
func brokenResponses() map[string]broken {
	return map[string]broken{
		"closes before the response": {says(""),
			"ANSWER-1 failed: expected a complete response, got The connection was closed before a response began."},
		"half-closes": {onWire(func(c *net.TCPConn, b *bufio.ReadWriter) {
			_ = c.CloseWrite()
			_, _ = io.Copy(io.Discard, b)
		}), "The connection was closed before a response began."},
		"resets before the response": {resets(""),
			"ANSWER-1 failed: expected a complete response, got The connection was reset before a response began."},
		"closes within the header": {says("HTTP/1.1 200 OK\r\nContent-Type: a"),
			"closed within the response's header"},
		"closes within the body": {says(jsonHead + "Content-Length: 100\r\n\r\n{\"Model\""),
			"closed after 8 bytes of the response's body, of which 100 were announced"},
		"resets within the body": {resets(jsonHead + "Content-Length: 100\r\n\r\n{\"Model\""),
			"after"},
		"hangs before the header": {saysAndHangs(""),
			"ANSWER-1 failed: expected a complete response, got No response came within 1s."},
		"hangs within the header": {saysAndHangs("HTTP/1.1 200 OK\r\nContent-Ty"),
			"The response had begun, but was not complete after 1s."},
		"hangs within the body": {saysAndHangs(jsonHead +
			"Content-Length: 100\r\n\r\n{\"Model\""),
			"The response had begun, but was not complete after 1s."},
		"trickles": {trickles,
			"The response had begun, but was not complete after 1s."},
		"length too short": {says(jsonHead + fmt.Sprintf("Content-Length: %d\r\n\r\n%s",
			len(okJSON)-9, okJSON)), "ANSWER-2 failed"},
		"length too long": {says(jsonHead + fmt.Sprintf("Content-Length: %d\r\n\r\n%s",
			len(okJSON)+9, okJSON)), "of which 83 were announced"},
		"two lengths": {says(jsonHead +
			"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), "The response is not HTTP"},
		"another protocol": {says("220 mail.example ESMTP\r\n"),
			"The response is not HTTP"},
		"informational answers only": {says("HTTP/1.1 103 Early Hints\r\n\r\n"),
			"closed within the response's header"},
		"endless informational ones": {endless("",
			"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "ANSWER-1 failed"},
		"endless header": {endless("HTTP/1.1 200 OK\r\n",
			"X-Filler: "+strings.Repeat("x", 1000)+"\r\n"), "ANSWER-1 failed"},
		"endless header line": {endless("HTTP/1.1 200 OK\r\nX-Filler: ",
			strings.Repeat("x", 1000)), "ANSWER-1 failed"},
		"status without content": {says("HTTP/1.1 204 No Content\r\n\r\n"), "status 204"},
		"a page":                 {page(http.StatusOK), "ANSWER-2 failed"},
		"a server error": {page(http.StatusInternalServerError),
			"a status below 500, got status 500"},
		"a bad gateway": {page(http.StatusBadGateway),
			"a status below 500, got status 502"},
		"not there":          {page(http.StatusNotFound), "is the base URL right?"},
		"switches protocols": {says("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), "switches to another protocol"},
		"a compressed body that isn't": {says(jsonHead +
			"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
			"not in the content coding gzip"},
	}
}

// trickles sends its response byte by byte, slower than anybody waits.
func trickles(w http.ResponseWriter, r *http.Request) {
	onWire(func(_ *net.TCPConn, b *bufio.ReadWriter) {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		_, _ = b.WriteString(jsonHead + "Content-Length: 1000\r\n\r\n")
		for range tick.C {
			_ = b.WriteByte(' ')
			if b.Flush() != nil {
				return
			}
		}
	})(w, r)
}

func TestBrokenResponsesOfOneOperationFail(t *testing.T) {
	t.Parallel()
	for name, c := range brokenResponses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url, d.settings["requestTimeout"] = before(t, d.URL, onQuestions(c.behave)).URL,
				c.timeout()
			e := d.judge(t)
			e.want(t, verdict.ExitNotConformant, c.says)
			wantRightElsewhere(t, e)
		})
	}
}

func TestBrokenResponsesToOneRequestFail(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"closes before the response", "hangs before the header",
		"closes within the body", "a page", "a bad gateway"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := brokenResponses()[name]
			d := start(t, sandbox.Options{})
			d.url, d.settings["requestTimeout"] = before(t, d.URL,
				onOneRequest(d.Traders[0].Login, c.behave)).URL, c.timeout()
			e := d.judge(t)
			e.want(t, verdict.ExitNotConformant, c.says)
			wantRightElsewhere(t, e)
		})
	}
}

// wantRightElsewhere checks that a broken question takes nothing of the reset along.
func wantRightElsewhere(t *testing.T, e ending) {
	t.Helper()
	passed := e.with(verdict.Passed)
	for _, id := range []string{"RESET-1", "RESET-2", "RESET-4", "RESET-5", "MAIL-1", "MAIL-2"} {
		if !slices.Contains(passed, id) {
			t.Errorf("%s did not pass\n%s", id, e.said())
		}
	}
}

func TestHugeResponsesAreBounded(t *testing.T) {
	for name, behave := range map[string]behaviour{
		"endless body": endless(jsonHead+"\r\n", strings.Repeat(" ", 1<<16)),
		"endless chunks": endless(jsonHead+"Transfer-Encoding: chunked\r\n\r\n",
			"10000\r\n"+strings.Repeat(" ", 1<<16)+"\r\n"),
		"a body of a gigabyte": endless(jsonHead+"Content-Length: 1073741824\r\n\r\n",
			strings.Repeat(" ", 1<<16)),
		"compression bomb":   bomb(1),
		"bomb within a bomb": bomb(2),
		"deeply nested JSON": nested(100_000),
		"a long string": says(jsonHead + "\r\n{\"Model\": \"" + strings.Repeat("x", 1<<19) +
			"\", \"Errors\": [], \"IsSucceed\": true}"),
		"many repeated names": says(jsonHead + "\r\n{" + strings.Repeat(manyNames(), 2) +
			`"Errors": [], "IsSucceed": true}`),
		"many short values": says(jsonHead + "\r\n{\"Errors\": [" + strings.Repeat("1,", 1<<17) +
			"1]}"),
	} {
		t.Run(name, func(t *testing.T) {
			// One at a time: these take the processor and do not wait.
			d := start(t, sandbox.Options{})
			d.settings["requestTimeout"] = "20s"
			d.url = before(t, d.URL, onQuestions(behave)).URL
			e := d.judge(t)
			e.want(t, verdict.ExitNotConformant)
			if e.peak > 160<<20 {
				t.Errorf("the run took %d MiB", e.peak>>20)
			}
			t.Logf("%v, %d MiB", e.took.Round(time.Millisecond), e.peak>>20)
		})
	}
}

// bomb is 64 MiB of spaces, compressed once or twice.
func bomb(times int) behaviour {
	data, coding := bytes.Repeat([]byte(" "), 64<<20), ""
	for range times {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(data)
		_ = w.Close()
		data, coding = b.Bytes(), coding+", gzip"
	}
	return says(fmt.Sprintf("%sContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", jsonHead,
		coding[2:], len(data), data))
}

func nested(depth int) behaviour {
	return says(jsonHead + "\r\n" + strings.Repeat("[", depth) + strings.Repeat("]", depth))
}

// manyNames are members with a name of their own each.
func manyNames() string {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `"%x":0,`, i)
	}
	return b.String()
}

func TestUnusualResponsesPass(t *testing.T) {
	t.Parallel()
	for name, rewrite := range map[string]func(response string) string{
		"HTTP/1.0": func(a string) string { return strings.Replace(a, "HTTP/1.1", "HTTP/1.0", 1) },
		"informational answers": func(a string) string {
			return "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + a
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url = before(t, d.URL, rewritten(d.URL, rewrite)).URL
			d.judge(t).want(t, verdict.ExitConformant)
		})
	}
}

// rewritten answers with the right answer's bytes, changed.
func rewritten(address string, rewrite func(string) string) func(http.ResponseWriter,
	*http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		body, _ := io.ReadAll(r.Body)
		onward, err := http.NewRequest(r.Method, address+r.URL.String(), bytes.NewReader(body))
		if err != nil {
			panic(err)
		}
		onward.Header = r.Header.Clone()
		response, err := http.DefaultTransport.RoundTrip(onward)
		if err != nil {
			panic(err)
		}
		defer response.Body.Close()
		content, _ := io.ReadAll(response.Body)
		says(rewrite(fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Encoding: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
			response.Status, response.Header.Get("Content-Type"),
			orIdentity(response.Header.Get("Content-Encoding")), len(content), content)))(w, r)
		return true
	}
}

func orIdentity(coding string) string {
	if coding == "" {
		return "identity"
	}
	return coding
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		elsewhere.Add(1)
	}))
	t.Cleanup(other.Close)
	for name, c := range map[string]struct {
		to    func(*http.Request) string
		where func(behaviour) func(http.ResponseWriter, *http.Request) bool
		exit  int
		says  string
	}{
		"of one operation, to another host": {func(r *http.Request) string {
			return other.URL + r.URL.Path
		}, onQuestions,
			verdict.ExitNotConformant, "a response where documented, got a redirect, status 307"},
		"of all, to another host": {func(r *http.Request) string { return other.URL + r.URL.Path },
			everywhere,
			verdict.ExitIncomplete, "it redirects to " + other.URL},
		"of all, in a circle": {func(r *http.Request) string { return r.URL.String() }, everywhere,
			verdict.ExitIncomplete, "a page (status 307) came in place of the API's response"},
		"of all, to https": {func(r *http.Request) string {
			return "https://" + r.Host + r.URL.Path
		}, everywhere,
			verdict.ExitIncomplete, "it redirects to https://; declare the url with https://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url = before(t, d.URL, c.where(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, c.to(r), http.StatusTemporaryRedirect)
			})).URL
			e := d.judge(t)
			e.want(t, c.exit, c.says)
			if n := elsewhere.Load(); n > 0 {
				t.Errorf("%d requests were carried elsewhere, with the key", n)
			}
		})
	}
}
