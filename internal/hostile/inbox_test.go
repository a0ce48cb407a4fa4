//go:build linux

package hostile_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/mailcatcher"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// mailRequirements can't be judged without an inbox.
func mailRequirements() []string {
	return []string{"KEY-6", "MAIL-1", "MAIL-2", "MAIL-3", "MAIL-4"}
}

// wantMailUntestable checks that all about mail is untestable for the reason, that nothing else
// suffers, and that nobody waited for mail that could not be seen.
func wantMailUntestable(t *testing.T, e ending, reason string, most time.Duration) {
	t.Helper()
	e.want(t, verdict.ExitIncomplete, reason)
	if failed := e.with(verdict.Failed); len(failed) > 0 {
		t.Errorf("accused of %v\n%s", failed, e.said())
	}
	untestable := e.with(verdict.Untestable)
	for _, id := range mailRequirements() {
		if !slices.Contains(untestable, id) {
			t.Errorf("%s is not untestable", id)
		}
	}
	for _, id := range []string{"RESET-1", "RESET-2", "KEY-1", "QUESTION-1", "ANSWER-1"} {
		if slices.Contains(untestable, id) {
			t.Errorf("%s is untestable, too\n%s", id, e.said())
		}
	}
	if e.took > most {
		t.Errorf("it took %v", e.took)
	}
}

func TestDeadInboxIsUntestableAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behave behaviour
		says   string
	}{
		"nothing but closed connections": {says(""),
			"closed the connection before its response was complete"},
		"never answers": {saysAndHangs(""), "did not respond within 3s"},
		"another service's page": {page(http.StatusOK),
			"expected a response of MailHog, got something else, of type text/html"},
		"another service's JSON": {writes("application/json", `{"hello": ["world"]}`),
			"expected a response of MailHog, got other JSON"},
		"not there": {page(http.StatusNotFound),
			"expected a response of MailHog, got 404 Not Found"},
		"wants a login": {page(http.StatusUnauthorized),
			"got 401 Unauthorized (user and password belong into its URL"},
		"redirects": {page(http.StatusFound, "Location", "/login"),
			"got 302 Found (redirects are not followed)"},
		"not HTTP":          {says("220 mail.example ESMTP\r\n"), "got something that is not HTTP"},
		"an endless list":   {endless("HTTP/1.1 200 OK\r\nContent-Type: text/json\r\n\r\n{\"total\":1,\"items\":[", `{"ID":"a","Raw":{"To":[],"Data":""}},`), "MailHog"},
		"an endless number": {endless("HTTP/1.1 200 OK\r\nContent-Type: text/json\r\n\r\n{\"total\":", strings.Repeat("1", 1000)), "MailHog"},
		"an endless text":   {endless("HTTP/1.1 200 OK\r\nContent-Type: text/json\r\n\r\n{\"total\":1,\"items\":[{\"ID\":\"", strings.Repeat("x", 1000)), "MailHog"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.inbox = map[string]string{"mailhog": before(t, d.InboxURL, everywhere(c.behave)).URL}
			d.settings["mailDeadline"], d.settings["requestTimeout"] = "60s", "1s"
			e := d.judge(t)
			wantMailUntestable(t, e, c.says, 30*time.Second)
			if e.peak > 512<<20 {
				t.Errorf("the run took %d MiB", e.peak>>20)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		d := start(t, sandbox.Options{})
		d.inbox = map[string]string{"mailhog": "http://" + closedPort(t)}
		d.settings["mailDeadline"] = "60s"
		wantMailUntestable(t, d.judge(t), "can't be reached", 10*time.Second)
	})
}

func writes(media, text string) behaviour {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		_, _ = io.WriteString(w, text)
	}
}

// onAcceptedReset calls do once, when the deployment gets the first reset with the right answer or
// without a need for one.
func onAcceptedReset(key, login string, do func()) func(http.ResponseWriter, *http.Request) bool {
	var done atomic.Bool
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/password/reset") || r.Header.Get("Et-App-Key") != key {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		var asked struct{ User, SecretQuestionAnswer string }
		_ = json.Unmarshal(body, &asked)
		if asked.User == login && done.CompareAndSwap(false, true) {
			do()
		}
		return false
	}
}

func TestInboxThatDiesHalfWay(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	inbox := before(t, d.InboxURL, nothing)
	d.inbox = map[string]string{"mailhog": inbox.URL}
	d.url = before(t, d.URL, onAcceptedReset(d.AppKey, "no.question",
		func() { inbox.change(everywhere(says(""))) })).URL
	d.settings["mailDeadline"] = "60s"
	wantMailUntestable(t, d.judge(t), "the inbox could not be read: it was lost during the run",
		45*time.Second)
}

// TestInboxThatComesBack checks that a mail that may have been lost with the inbox is not held
// against the deployment.
func TestInboxThatComesBack(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	inbox := before(t, d.InboxURL, nothing)
	empty := writes("application/json", `{"total": 0, "count": 0, "start": 0, "items": []}`)
	var refused atomic.Int64
	d.inbox = map[string]string{"mailhog": inbox.URL}
	d.url = before(t, d.URL, onAcceptedReset(d.AppKey, "no.question", func() {
		inbox.change(func(w http.ResponseWriter, r *http.Request) bool {
			if refused.Add(1) <= 20 {
				panic(http.ErrAbortHandler)
			}
			empty(w, r) // It has forgotten all.
			return true
		})
	})).URL
	e := d.judge(t)
	e.want(t, verdict.ExitIncomplete,
		"it was out of reach for a while, and a mail may have been lost with it")
	if failed := e.with(verdict.Failed); len(failed) > 0 {
		t.Errorf("accused of %v\n%s", failed, e.said())
	}
}

// TestInboxThatStumbles checks that a short outage costs nothing where all mails are there in the
// end.
func TestInboxThatStumbles(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	inbox := before(t, d.InboxURL, nothing)
	var refused atomic.Int64
	d.inbox = map[string]string{"mailhog": inbox.URL}
	d.url = before(t, d.URL, onAcceptedReset(d.AppKey, "no.question", func() {
		inbox.change(func(http.ResponseWriter, *http.Request) bool {
			if refused.Add(1) <= 12 {
				panic(http.ErrAbortHandler)
			}
			return false
		})
	})).URL
	d.judge(t).want(t, verdict.ExitConformant)
}

func TestSlowInboxAndNoWebsocket(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	inbox := before(t, d.InboxURL, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/websocket") {
			http.Error(w, "no websockets here", http.StatusForbidden)
			return true
		}
		slow := time.NewTimer(300 * time.Millisecond)
		defer slow.Stop()
		select {
		case <-slow.C:
		case <-r.Context().Done():
		}
		return false
	})
	d.inbox = map[string]string{"mailhog": inbox.URL}
	d.settings["mailDeadline"] = "20s"
	d.judge(t).want(t, verdict.ExitConformant)
}

func TestInboxBehindALoginAndAPath(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	const user, password = "reader", "p@ss/word:1"
	inner := (&front{spoil: nothing}).handler(t, d.InboxURL)
	server := httptest.NewServer(http.StripPrefix("/mail/hog",
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if u, p, ok := r.BasicAuth(); !ok || u != user || p != password {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			inner.ServeHTTP(w, r)
		})))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	address, err := url.Parse(server.URL + "/mail/hog/")
	if err != nil {
		t.Fatal(err)
	}
	address.User = url.UserPassword(user, password)
	d.inbox = map[string]string{"mailhog": address.String()}
	d.judge(t).want(t, verdict.ExitConformant)

	address.User = url.UserPassword(user, "wr0ng-passw0rd")
	d.inbox = map[string]string{"mailhog": address.String()}
	e := d.judge(t)
	wantMailUntestable(t, e, "401 Unauthorized", 20*time.Second)
	if strings.Contains(e.stdout+e.stderr+e.said(), "wr0ng-passw0rd") {
		t.Error("the inbox's password is told")
	}
}

// TestMailpit checks the other kind of inbox, here one that speaks Mailpit's API over the sandbox's
// mails.
func TestMailpit(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	server := httptest.NewServer(mailpitOver(d.InboxURL))
	t.Cleanup(server.Close)
	d.inbox = map[string]string{"mailpit": server.URL}
	d.judge(t).want(t, verdict.ExitConformant)
}

// hogMail is a mail as MailHog lists it.
type hogMail struct {
	ID      string
	Created time.Time
	Raw     struct {
		From string
		To   []string
		Data string
	}
}

type hogList struct {
	Total int       `json:"total"`
	Count int       `json:"count"`
	Start int       `json:"start"`
	Items []hogMail `json:"items"`
}

func listHog(address, query string) (list hogList, err error) {
	response, err := http.Get(address + "/api/v2/search?limit=250&kind=to&query=" +
		url.QueryEscape(query))
	if err != nil {
		return list, err
	}
	defer response.Body.Close()
	return list, json.NewDecoder(response.Body).Decode(&list)
}

func mailpitOver(address string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/search", func(w http.ResponseWriter, r *http.Request) {
		list, err := listHog(address, strings.Trim(r.URL.Query().Get("query"), `"`))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		messages := []map[string]any{}
		for _, m := range list.Items {
			messages = append(messages, map[string]any{"ID": mailpitID(m.ID), "Created": m.Created,
				"Bcc": []map[string]string{{"Address": m.Raw.To[0]}}})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"messages_count": len(messages),
			"messages": messages})
	})
	mux.HandleFunc("GET /api/v1/message/{id}/raw", func(w http.ResponseWriter, r *http.Request) {
		list, _ := listHog(address, "@")
		for _, m := range list.Items {
			if mailpitID(m.ID) == r.PathValue("id") {
				_, _ = io.WriteString(w, m.Raw.Data)
				return
			}
		}
		http.NotFound(w, r)
	})
	return mux
}

// mailpitID keeps of MailHog's ids what Mailpit's may have.
func mailpitID(id string) string { return fmt.Sprintf("%x", id) }

// TestHundredThousandOldMails checks that a crowded inbox costs little: the trader's own old mails,
// newest first.
func TestHundredThousandOldMails(t *testing.T) {
	d := start(t, sandbox.Options{})
	d.inbox = map[string]string{"mailhog": before(t, d.InboxURL, crowded(d.InboxURL, 100_000)).URL}
	d.settings["mailDeadline"] = "20s"
	e := d.judge(t)
	e.want(t, verdict.ExitConformant)
	if e.peak > 256<<20 {
		t.Errorf("the run took %d MiB", e.peak>>20)
	}
}

// crowded lists so many older mails with a code behind those that the inbox has.
func crowded(address string, old int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/search") {
			return false
		}
		query := r.URL.Query()
		list, err := listHog(address, query.Get("query"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return true
		}
		from, _ := strconv.Atoi(query.Get("start"))
		limit, _ := strconv.Atoi(query.Get("limit"))
		list.Total = len(list.Items) + old
		var page []hogMail
		for i := from; i < min(from+limit, list.Total); i++ {
			if i < len(list.Items) {
				page = append(page, list.Items[i])
			} else {
				page = append(page, oldMail(i-len(list.Items), query.Get("query")))
			}
		}
		list.Items, list.Start, list.Count = page, from, len(page)
		_ = json.NewEncoder(w).Encode(list)
		return true
	}
}

func oldMail(i int, to string) hogMail {
	m := hogMail{ID: fmt.Sprintf("old-%d", i),
		Created: time.Now().Add(-time.Hour - time.Duration(i)*time.Second)}
	m.Raw.To = []string{to}
	m.Raw.Data = "Subject: Password reset\r\n\r\nConfirmation code: 123456\r\n"
	return m
}

// TestHostileMails puts hostile mails for the traders into the inbox while the run waits for
// theirs.
func TestHostileMails(t *testing.T) {
	for name, source := range map[string]string{
		"50 MB": "Subject: big\r\n\r\n" +
			strings.Repeat(strings.Repeat("x", 990)+"\r\n", 50<<20/992),
		"a line of 5 MB":             "Subject: long\r\n\r\n" + strings.Repeat("x", 5<<20),
		"a thousand multiparts":      multiparts(1000),
		"broken MIME":                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"\r\nContent-Transfer-Encoding: base64\r\n\r\n--\r\n\xff\xfe=?x?",
		"hostile header":             "Subject: =?utf-8?B?/////?= \x1b[31m<script>alert(1)</script>\r\nFrom: " + strings.Repeat("<", 5000) + "\r\nTo: \"" + strings.Repeat("\\", 5000) + "\r\n\r\nhello",
		"a hundred thousand headers": strings.Repeat("X-Filler: y\r\n", 100_000) + "\r\nhello",
		"no header":                  "\r\nhello",
		"nested markup": "Content-Type: text/html\r\n\r\n" +
			strings.Repeat("<div>", 50_000),
		"a table of a million": "Content-Type: text/html\r\n\r\n<table>" +
			strings.Repeat("<tr><td>1", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			// One at a time: these take the processor and do not wait.
			catcher, err := mailcatcher.Start(mailcatcher.Config{MaxMailBytes: 64 << 20})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = catcher.Close() })
			d := start(t, sandbox.Options{SMTPAddr: catcher.SMTPAddr()})
			d.inbox = map[string]string{"mailhog": catcher.URL()}
			d.settings["mailDeadline"], d.settings["requestTimeout"] = "20s", "20s"
			d.url = before(t, d.URL, onAcceptedReset(d.AppKey, "no.question",
				func() {
					send(t, catcher.SMTPAddr(), source, d.Traders[0].Email,
						"no.question@example.com")
				})).URL
			e := d.judge(t)
			e.want(t, verdict.ExitConformant)
			if e.peak > 512<<20 {
				t.Errorf("the run took %d MiB", e.peak>>20)
			}
		})
	}
}

func send(t *testing.T, address, source string, to ...string) {
	t.Helper()
	if err := smtp.SendMail(address, nil, "mallory@example.com", to, []byte(source)); err != nil {
		t.Errorf("sending a hostile mail: %v", err)
	}
}

// multiparts is so many of them inside each other.
func multiparts(depth int) string {
	var b strings.Builder
	b.WriteString("MIME-Version: 1.0\r\n")
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "Content-Type: text/plain\r\n\r\nhello\r\n"
}
