package httpclient_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/httpclient"
)

func TestNobodyThere(t *testing.T) {
	l := listen(t, "tcp", "127.0.0.1:0")
	l.Close()
	x := ask(t, httpclient.Options{BaseURL: "http://" + l.Addr().String()})
	wantFailure(t, x, httpclient.FailureConnect, false, "connection refused")
	if x.Response != nil {
		t.Errorf("answer: %+v", x.Response)
	}
}

func TestNameThatDoesNotResolve(t *testing.T) {
	wantFailure(t, ask(t, httpclient.Options{BaseURL: "http://a..invalid"}), httpclient.FailureDNS,
		false, `"a..invalid" can't be resolved`)
}

func TestConnectionsThatEnd(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
	for name, c := range map[string]struct {
		handle func(*visit)
		begun  bool
		text   string
	}{
		"at once": {func(*visit) {}, false, "before a response began"},
		"reset at once": {func(v *visit) { v.request(); v.reset() }, false,
			"reset before a response"},
		"after the asking": {says(""), false, "closed before a response"},
		"in the status":    {says("HTTP/1.1 200 O"), true, "within the response's header"},
		"in the header": {says("HTTP/1.1 200 OK\r\nX-A: "), true,
			"within the response's header"},
		"in the body": {says(head + "12345"), true,
			"closed after 5 bytes of the response's body, of which 10 were announced"},
		"before the body": {says(head), true, "after 0 bytes"},
		"in a chunk": {says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123"),
			true, "after 3 bytes of the response's body."},
		"in the trailer": {says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"), true,
			"after 0 bytes"},
		"reset in the body": {func(v *visit) {
			v.request()
			io.WriteString(v, head+"12345")
			v.reset()
		}, true, "response's"},
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, ask(t, httpclient.Options{BaseURL: serve(t, c.handle).URL}),
				httpclient.FailureClosed, c.begun, c.text)
		})
	}
}

func TestBodyUntilTheBreakIsKept(t *testing.T) {
	x := ask(t, httpclient.Options{BaseURL: serve(t,
		says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")).URL})
	if x.Response == nil || string(x.Response.Body) != "12345" || x.Response.Truncated {
		t.Errorf("answer: %+v", x.Response)
	}
}

func TestResponsesThatAreNotHTTP(t *testing.T) {
	for name, response := range map[string]string{
		"another protocol": "220 mail.example ESMTP\r\n",
		"no number":        "HTTP/1.1 abc v3ry\r\n\r\n",
		"no colon":         "HTTP/1.1 200 OK\r\nv3ry\r\n\r\n",
		"two lengths":      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		"broken chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nv3ry\r\n",
		"huge header": "HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("v3ry", 100_000) +
			"\r\n\r\n",
		"endless informations": strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: v3ry\r\n\r\n",
			10_000),
		"switched protocols": "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: v3ry\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := serve(t, func(v *visit) {
				v.request()
				io.WriteString(v, response)
				v.untilGone()
			})
			x := ask(t, httpclient.Options{BaseURL: w.URL})
			wantFailure(t, x, httpclient.FailureMalformed, true, "")
			if strings.Contains(x.Failure.Text, "v3ry") || len(x.Failure.Text) > 200 {
				t.Errorf("the deployment's words in %q", x.Failure.Text)
			}
		})
	}
}

func TestUnusualButRightResponses(t *testing.T) {
	for name, response := range map[string]string{
		"HTTP/1.0":        "HTTP/1.0 200 OK\r\n\r\nok",
		"without length":  "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok",
		"informations":    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"chunks":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
		"identity coding": "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nok",
	} {
		t.Run(name, func(t *testing.T) {
			wantBody(t, ask(t, httpclient.Options{BaseURL: serve(t, says(response)).URL}), "ok")
		})
	}
}

func TestTimeouts(t *testing.T) {
	for name, c := range map[string]struct {
		handle func(*visit)
		begun  bool
		text   string
	}{
		"silence": {func(v *visit) { v.request(); v.untilGone() }, false,
			"No response came within 300ms."},
		"half a header": {func(v *visit) {
			v.request()
			io.WriteString(v, "HTTP/1.1 200")
			v.untilGone()
		}, true, "had begun"},
		"trickle": {trickle, true, "had begun, but was not complete after 300ms."},
	} {
		t.Run(name, func(t *testing.T) {
			x := ask(t, httpclient.Options{BaseURL: serve(t, c.handle).URL,
				Timeout: 300 * time.Millisecond})
			wantFailure(t, x, httpclient.FailureTimeout, c.begun, c.text)
			if name == "trickle" && (x.Response == nil || len(x.Response.Body) == 0) {
				t.Errorf("what trickled in is lost: %+v", x.Response)
			}
		})
	}
}

// trickle answers byte by byte, without end.
func trickle(v *visit) {
	v.request()
	io.WriteString(v, "HTTP/1.1 200 OK\r\n\r\n")
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(v, "x"); err != nil {
			return
		}
	}
}

func TestEndlessBodyIsCut(t *testing.T) {
	w := serve(t, func(v *visit) {
		v.request()
		io.WriteString(v, "HTTP/1.1 200 OK\r\n\r\n")
		for block := make([]byte, 32<<10); ; {
			if _, err := v.Write(block); err != nil {
				return
			}
		}
	})
	x := ask(t, httpclient.Options{BaseURL: w.URL, MaxBody: 1000})
	if x.Failure != nil || !x.Response.Truncated || len(x.Response.Body) != 1000 {
		t.Errorf("failure %+v, %d bytes", x.Failure, len(x.Response.Body))
	}
}

func TestBodyOfExactlyTheLimitIsWhole(t *testing.T) {
	w := serve(t, says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"))
	x := ask(t, httpclient.Options{BaseURL: w.URL, MaxBody: 5})
	wantBody(t, x, "12345")
	if x.Response.Truncated {
		t.Error("truncated")
	}
}

// compressed is n bytes x in a coding.
func compressed(t *testing.T, open func(io.Writer) (io.WriteCloser, error), n int) string {
	t.Helper()
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte("x"), n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func gzipped(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }
func zlibbed(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }
func deflated(w io.Writer) (io.WriteCloser, error) {
	return flate.NewWriter(w, flate.DefaultCompression)
}

func coded(coding, body string) func(*visit) {
	return says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", coding, len(body), body))
}

func TestContentCodings(t *testing.T) {
	zip := compressed(t, gzipped, 5)
	for coding, body := range map[string]string{
		"gzip": zip, "X-GZIP": zip, "gzip, identity": zip,
		"deflate": compressed(t, zlibbed, 5), " deflate": compressed(t, deflated, 5),
		"deflate, gzip": compressed(t, func(w io.Writer) (io.WriteCloser, error) {
			outer := gzip.NewWriter(w)
			inner := zlib.NewWriter(outer)
			return both{inner, outer}, nil
		}, 5),
	} {
		wantBody(t, ask(t, httpclient.Options{BaseURL: serve(t, coded(coding, body)).URL}), "xxxxx")
	}
	wantBody(t, ask(t, httpclient.Options{BaseURL: serve(t, coded("gzip", "")).URL}), "")
}

type both struct{ inner, outer io.WriteCloser }

func (b both) Write(p []byte) (int, error) { return b.inner.Write(p) }
func (b both) Close() error {
	if err := b.inner.Close(); err != nil {
		return err
	}
	return b.outer.Close()
}

func TestBrokenContentCodings(t *testing.T) {
	zip := compressed(t, gzipped, 5)
	for name, c := range map[string]struct{ coding, body, want string }{
		"not gzip":    {"gzip", `{"a":1}`, `{"a":1}`},
		"not deflate": {"deflate", `{"a":1}`, `{"a":1}`},
		"cut off":     {"gzip", zip[:len(zip)-4], "xxxxx"},
		"with more":   {"gzip", zip + "more", "xxxxx"},
		"unknown":     {"br", "abc", "abc"},
		"many":        {"gzip, gzip, gzip, gzip", "abc", "abc"},
	} {
		t.Run(name, func(t *testing.T) {
			x := ask(t, httpclient.Options{BaseURL: serve(t, coded(c.coding, c.body)).URL})
			wantFailure(t, x, httpclient.FailureMalformed, true, "content coding")
			if x.Response == nil || string(x.Response.Body) != c.want {
				t.Errorf("answer: %+v, want %q", x.Response, c.want)
			}
		})
	}
}

func TestCompressionBombIsCut(t *testing.T) {
	bomb := compressed(t, gzipped, 8<<20)
	x := ask(t, httpclient.Options{BaseURL: serve(t, coded("gzip", bomb)).URL})
	if x.Failure != nil || !x.Response.Truncated || len(x.Response.Body) != 1<<20 {
		t.Errorf("failure %+v, %d bytes", x.Failure, len(x.Response.Body))
	}
}

func TestCutCodedBodyIsNoFailure(t *testing.T) {
	bomb := compressed(t, gzipped, 8<<20)
	x := ask(t, httpclient.Options{BaseURL: serve(t, coded("gzip", bomb)).URL, MaxBody: 1000})
	if x.Failure != nil || !x.Response.Truncated || len(x.Response.Body) != 1000 ||
		strings.Trim(string(x.Response.Body), "x") != "" {
		t.Errorf("failure %+v, %d bytes", x.Failure, len(x.Response.Body))
	}
}

// A deployment may be gone while its address still takes connections.
func TestConnectionThatNeverComesAbout(t *testing.T) {
	l := listen(t, "tcp", "127.0.0.1:0")
	defer l.Close() // accepts TCP through its backlog, and never speaks TLS
	x := ask(t, httpclient.Options{BaseURL: "https://" + l.Addr().(*net.TCPAddr).String(),
		Timeout: 300 * time.Millisecond})
	wantFailure(t, x, httpclient.FailureTimeout, false, "No connection came about within 300ms.")
}
