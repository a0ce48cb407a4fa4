package faults

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

const testKey = "test-app-key-of-nobody"

// caught is a mailer that keeps what it gets and tells that something came.
type caught struct {
	mu    sync.Mutex
	mails []reference.Mail
	more  chan struct{}
}

func (c *caught) Send(_ context.Context, m reference.Mail) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mails = append(c.mails, m)
	close(c.more)
	c.more = make(chan struct{})
	return nil
}

func (c *caught) all() ([]reference.Mail, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]reference.Mail(nil), c.mails...), c.more
}

// until waits for the mails to be as they should; the limit only keeps a
// failing test from hanging.
func (c *caught) until(t *testing.T, fine func([]reference.Mail) bool) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for {
		mails, more := c.all()
		if fine(mails) {
			return true
		}
		select {
		case <-more:
		case <-ctx.Done():
			return false
		}
	}
}

// rig is a deployment behind a real listener.
type rig struct {
	*wrapped
	url    string
	client *http.Client
	box    *caught
}

func deploy(t *testing.T, faults []Fault, variants []Variant) *rig {
	t.Helper()
	box := &caught{more: make(chan struct{})}
	set := Set{faults, variants}
	d, err := set.wrap(reference.Config{
		Path: filepath.Join(t.TempDir(), "reference.db"), AppKey: testKey, Mailer: box,
		Traders: reference.DemoTraders(), Iterations: 1,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(d.handler)
	server.Listener = set.Listen(server.Listener)
	server.Start()
	client := &http.Client{
		Timeout: 20 * time.Second,
		Transport: &http.Transport{DisableCompression: true, MaxConnsPerHost: 1,
			ResponseHeaderTimeout: 20 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	return &rig{wrapped: d, url: server.URL + BasePath(variants), client: client, box: box}
}

// step is one request of the script; a nil key sends none.
type step struct {
	name         string
	key          *string
	keyName      string
	method, path string
	body         string
}

func text(s string) *string { return &s }

func resetStep(name string, key *string, user, answer *string) step {
	body := form{User: user, SecretQuestionAnswer: answer}
	c := (&call{request: httptest.NewRequest(http.MethodPost, "/", nil)}).withForm(body)
	return step{name: name, key: key, method: http.MethodPost, path: "/v1.0/users/password/reset",
		body: string(c.body)}
}

func questionStep(name string, key *string, username string) step {
	return step{name: name, key: key, method: http.MethodGet,
		path: "/v1.0/users/password/secret-question?" + url.Values{"username": {username}}.Encode()}
}

// script asks everything that a fault may answer differently.
func script(traders []reference.Trader) []step {
	var steps []step
	right := text(testKey)
	for _, t := range traders {
		steps = append(steps, questionStep("question/login", right, t.Login),
			questionStep("question/email", right, t.Email))
	}
	steps = append(steps, badKeySteps(traders)...)
	for _, t := range traders {
		if t.Answer != "" {
			steps = append(steps, resetStep("reset/missing", right, &t.Login, nil),
				resetStep("reset/wrong", right, &t.Login, text("certainly not the answer 0417")))
		}
	}
	for _, t := range traders {
		steps = append(steps, acceptedStep(t))
	}
	for i, t := range traders {
		if t.Answer != "" {
			steps = append(steps, nearSteps(t, traders[(i+1)%len(traders)].Answer)...)
		}
	}
	return append(steps, oddSteps(traders)...)
}

func acceptedStep(t reference.Trader) step {
	if t.Answer == "" {
		return resetStep("reset/accepted", text(testKey), &t.Login, nil)
	}
	return resetStep("reset/accepted", text(testKey), &t.Login, &t.Answer)
}

func badKeySteps(traders []reference.Trader) []step {
	wrong := text("nothing in common")
	steps := []step{resetStep("key", wrong, text("stranger"), nil),
		questionStep("key", wrong, "stranger")}
	for _, t := range traders {
		steps = append(steps, resetStep("key", wrong, &t.Login, nil))
	}
	for _, t := range traders {
		reset, question := acceptedStep(t), questionStep("", nil, t.Email)
		for _, key := range []*string{nil, text(""), text("nothing in common"),
			text(testKey[:len(testKey)-1]), text(testKey + "x"),
			text("x" + testKey[1:]), text(testKey[:len(testKey)-1] + "?"), text("x" + testKey),
			text(strings.ToUpper(testKey)),
			text("%"), text("*"), text(".*"), text("' OR '1'='1")} {
			for _, s := range []step{reset, question, questionStep("", nil, t.Login)} {
				s.name, s.key = "key", key
				steps = append(steps, s)
			}
		}
	}
	return append(steps, step{name: "key/lower", key: text(testKey), keyName: "et-app-key",
		method: http.MethodGet,
		path:   questionStep("", nil, traders[0].Login).path})
}

func nearSteps(t reference.Trader, foreign string) []step {
	runes := []rune(t.Answer)
	var steps []step
	for _, answer := range []string{"", string(runes[:len(runes)-1]), string(runes[1:]),
		t.Answer + "x", "x" + t.Answer, string(runes[:len(runes)-1]) + "?",
		"?" + string(runes[1:]), strings.ToUpper(t.Answer), t.Answer + " ", foreign,
		string(runes[:1]), string(runes[:1]) + "zz" + string(runes[len(runes)-1:]), "1", "%", ".*",
		"' OR '1'='1"} {
		steps = append(steps, resetStep("reset/near", text(testKey), &t.Login, &answer))
	}
	for _, value := range []string{"true", "0", "null", `{"$ne":null,"$gt":""}`,
		`["x",` + quote(t.Answer) + "]", "[" + quote(t.Answer) + "]"} {
		typed := resetStep("odd", text(testKey), &t.Login, nil)
		typed.body = strings.TrimSuffix(typed.body, "}") + `,"SecretQuestionAnswer":` + value + "}"
		steps = append(steps, typed)
	}
	return append(steps, acceptedStep(t))
}

func oddSteps(traders []reference.Trader) []step {
	right, t := text(testKey), traders[0]
	bodiless := resetStep("odd", right, nil, nil)
	bodiless.body = ""
	byEmail := acceptedStep(t)
	byEmail.name, byEmail.body = "odd", resetStep("", nil, &t.Email, text(t.Answer)).body
	return []step{
		resetStep("odd", right, nil, nil), bodiless, byEmail, questionStep("odd", right, ""),
		questionStep("odd", right, "stranger"),
		resetStep("odd", right, text("stranger"), nil),
		questionStep("odd", text(testKey+" "), t.Login),
	}
}

// seen is what came back.
type seen struct {
	step   step
	failed string
	// framing is how HTTP carried it.
	framing string
	status  int
	header  http.Header
	body    []byte
}

func (r *rig) ask(t *testing.T, s step) seen {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), s.method, r.url+s.path,
		strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip, deflate")
	if s.key != nil && s.keyName == "" {
		request.Header.Set("Et-App-Key", *s.key)
	} else if s.key != nil {
		request.Header[s.keyName] = []string{*s.key}
	}
	response, err := r.client.Do(request)
	if err != nil {
		return seen{step: s, failed: "no response"}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return seen{step: s, failed: "half a response", status: response.StatusCode}
	}
	framing := fmt.Sprint(response.Proto, response.Close, response.TransferEncoding,
		response.Trailer)
	return seen{step: s, framing: framing, status: response.StatusCode, header: response.Header,
		body: body}
}

// round sends all traders' questions and accepted resets, and a question with a bad key, at the
// same time. It tells the responses, and the mails by recipient.
func (r *rig) round(t *testing.T) string {
	t.Helper()
	steps := []step{questionStep("", text("nothing in common"), r.traders[0].Login)}
	for _, trader := range r.traders {
		steps = append(steps, questionStep("", text(testKey), trader.Login), acceptedStep(trader))
	}
	r.client.Transport.(*http.Transport).MaxConnsPerHost = 0
	responses := make([]string, len(steps))
	var group sync.WaitGroup
	for i, s := range steps {
		group.Go(func() { responses[i] = r.ask(t, s).String() })
	}
	group.Wait()
	all := func(list []reference.Mail) bool { return len(list) >= len(r.traders) }
	if !r.box.until(t, all) {
		return "mails are missing"
	}
	mails, _ := r.box.all()
	slices.SortFunc(mails, func(a, b reference.Mail) int { return strings.Compare(a.To, b.To) })
	return strings.Join(responses, "\n") + tell(mails)
}

// String is the answer without what differs each time.
func (s seen) String() string {
	header := s.header.Clone()
	if header.Get("Date") != "" {
		header.Set("Date", "then")
	}
	return fmt.Sprintf("%s %s %d %v %q", s.failed, s.framing, s.status, header, s.body)
}

// plain is the decompressed body.
func (s seen) plain(t *testing.T) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(s.body)
	var err error
	switch s.header.Get("Content-Encoding") {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// meaning is what the documents' reader makes of a response.
func (s seen) meaning(t *testing.T) string {
	t.Helper()
	if s.failed != "" {
		return s.failed
	}
	response, read := parse(s.plain(t))
	var errors []string
	switch err := json.Unmarshal(response.get("Errors"), &errors); {
	case !read:
		return "no JSON: " + string(s.body)
	case response.text("error") != "":
		return "key error: " + response.text("error")
	case err != nil:
		return "nothing documented"
	case len(errors) > 0:
		return "refused: " + strings.Join(errors, "|")
	case s.step.method == http.MethodGet:
		return "question: " + response.text("Model")
	}
	return "accepted"
}

var (
	anyCode   = regexp.MustCompile(`\b[0-9]{6}\b`)
	anyRandom = regexp.MustCompile(`(?m)^(Date|Message-ID): .*$|=_[A-Z2-7]{26}|[0-9a-f]{60}`)
)

// tell describes what is read of mails; codes are numbered in the order in
// which they appear.
func tell(mails []reference.Mail) string {
	return describe(mails, func(m reference.Mail) string {
		if l, err := readLetter(m); err == nil {
			return strings.Join([]string{l.name, l.subject, l.text, l.html}, "|")
		}
		return string(m.Data)
	})
}

// source describes mails as they were sent.
func source(mails []reference.Mail) string {
	return describe(mails, func(m reference.Mail) string { return m.From + string(m.Data) })
}

func describe(mails []reference.Mail, content func(reference.Mail) string) string {
	codes := map[string]string{}
	var b strings.Builder
	for _, m := range mails {
		text := anyRandom.ReplaceAllString(content(m), "random")
		text = anyCode.ReplaceAllStringFunc(text, func(code string) string {
			if codes[code] == "" {
				codes[code] = fmt.Sprint("code ", len(codes)+1)
			}
			return codes[code]
		})
		fmt.Fprintf(&b, "%s: %s\n", m.To, text)
	}
	return b.String()
}
