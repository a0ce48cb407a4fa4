package reference_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

func TestMail(t *testing.T) {
	c, inbox := config(t)
	c.From = "Händler <no-reply@etna.test>"
	c.Traders[0].Name = `Róbert "<b>" & Żak`
	s := startWith(t, c, inbox)
	before := time.Now().Truncate(time.Second)
	expect(t, s.ask(t, http.MethodPost, resetPath, rightReset, "X-Forwarded-Host", "evil.test"),
		http.StatusOK, acceptedJSON)
	got := s.inbox.next(t)
	if got.from != "no-reply@etna.test" || got.to != "robert.zak@example.com" {
		t.Errorf("envelope: from %q to %q", got.from, got.to)
	}
	message, parts := parse(t, got)

	header := message.Header
	to, err := header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != c.Traders[0].Name || to[0].Address != got.to {
		t.Errorf("To: %v %v", to, err)
	}
	if date, err := header.Date(); err != nil || date.Before(before) {
		t.Errorf("Date: %v %v", date, err)
	}
	if id := header.Get("Message-Id"); !regexp.MustCompile(`^<\S+@etna\.test>$`).MatchString(id) {
		t.Errorf("Message-ID is %q", id)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(got.data, "\r\n"), "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool {
			return r > 126 || r == '\n' || r == '\r'
		}) {
			t.Errorf("line is too long or not ASCII: %q", line)
		}
	}
	text, html := parts["text/plain"], parts["text/html"]
	code := codeIn(t, got)
	if !strings.Contains(text, "Hi "+c.Traders[0].Name+",") ||
		!strings.Contains(text, "\n"+code+"\n") {
		t.Errorf("text part:\n%s", text)
	}
	if !strings.Contains(html, "Hi Róbert &#34;&lt;b&gt;&#34; &amp; Żak,") ||
		!strings.Contains(html, "<strong>"+code+"</strong>") {
		t.Errorf("HTML part:\n%s", html)
	}
	for _, sentence := range []string{"ETNA Trader",
		"Someone has requested a password reset for your account.",
		"Confirmation code:",
		"If this was a mistake, just ignore this email and nothing will happen.",
		"Thanks for using ETNA Trader,", "The ETNA"} {
		if !strings.Contains(text, sentence) || !strings.Contains(html, sentence) {
			t.Errorf("%q is missing", sentence)
		}
	}
	if strings.Contains(got.data, "evil") || strings.Contains(text+html, "://") {
		t.Error("the mail holds a link or what a request said")
	}
}

func TestOnlyAcceptedResetsOfKnownTradersAreMailed(t *testing.T) {
	c, inbox := config(t)
	c.Log = func(line string) { t.Errorf("logged: %s", line) } // a mail that was tried in vain
	s := startWith(t, c, inbox)
	s.reset(t, `{"User":"robert.zak"}`)
	s.reset(t, `{"User":"robert.zak","SecretQuestionAnswer":"Petersen"}`)
	s.reset(t, `{"User":"nobody"}`)
	s.reset(t, `{"User":"nobody@example.com","SecretQuestionAnswer":"Peterson"}`)
	s.reset(t, `{"User":"robert.zak@example.com"}`)
	s.reset(t, `{"User":"\u0000"}`)
	s.askBare(t, http.MethodPost, resetPath, rightReset)
	s.reset(t, `{"User":"no.question","SecretQuestionAnswer":"not asked for"}`)
	if err := s.Close(); err != nil { // sends whatever is waiting
		t.Fatal(err)
	}
	if mail := s.inbox.next(t); mail.to != "no.question@example.com" {
		t.Errorf("mail to %s", mail.to)
	}
	if surplus := len(s.inbox.mails); surplus != 0 {
		t.Errorf("%d mails too many", surplus)
	}
}

// The response must not depend on the mail server, and the log must not hold
// the code even when the mail server repeats it.
func TestFailingMailIsLoggedWithoutTheCode(t *testing.T) {
	c, inbox := config(t)
	mailer := &blabbing{seen: make(chan string, 1)}
	logged := make(chan string, 10)
	c.Mailer, c.Log = mailer, func(line string) { logged <- line }
	s := startWith(t, c, inbox)
	expect(t, s.reset(t, rightReset), http.StatusOK, acceptedJSON)
	code, line := <-mailer.seen, <-logged
	if strings.Contains(line, code) || !strings.Contains(line, "robert.zak@example.com") ||
		strings.Contains(line, "\n") {
		t.Errorf("logged: %q", line)
	}
	if s.redeem(t, code) == "" {
		t.Error("the code was refused")
	}
}

// blabbing refuses every mail and repeats the code that it holds.
type blabbing struct{ seen chan string }

func (b *blabbing) Send(_ context.Context, m reference.Mail) error {
	code := strings.TrimSpace(sixDigits.FindString(string(m.Data)))
	b.seen <- code
	return errors.New("550 refused:\n\x1b[31m" + code)
}

func TestResponseDoesNotWaitForTheMail(t *testing.T) {
	c, inbox := config(t)
	stuck := stuckMailer{release: make(chan struct{})}
	c.Mailer = stuck
	s := startWith(t, c, inbox)
	for range 3 {
		expect(t, s.reset(t, rightReset), http.StatusOK, acceptedJSON)
	}
	close(stuck.release)
}

// A mail server that hangs must not make the service hold mails without end.
func TestWaitingMailsAreBounded(t *testing.T) {
	c, inbox := config(t)
	stuck := stuckMailer{release: make(chan struct{})}
	var lost atomic.Int64
	c.Mailer, c.Iterations = stuck, 1
	c.Log = func(string) { lost.Add(1) }
	s := startWith(t, c, inbox)
	defer close(stuck.release)
	for range 1100 {
		expect(t, s.reset(t, `{"User":"no.question"}`), http.StatusOK, acceptedJSON)
	}
	if n := lost.Load(); n < 50 || n > 100 {
		t.Errorf("%d of 1100 mails were lost, want what exceeds 1024", n)
	}
}

type stuckMailer struct{ release chan struct{} }

func (m stuckMailer) Send(context.Context, reference.Mail) error { <-m.release; return nil }

func TestSMTPEndsWithTheContext(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	mail := reference.Mail{From: "a@example.com", To: "b@example.com", Data: []byte("\r\n")}
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan error, 1)
	go func() { sent <- reference.SMTP(listener.Addr().String()).Send(ctx, mail) }()
	connection, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "220 mail.test\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Read(make([]byte, 1)); err != nil { // EHLO, which stays unanswered
		t.Fatal(err)
	}
	cancel()
	if err := <-sent; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

var sixDigits = regexp.MustCompile(`(?m)^[0-9]{6}\r?$`)

// codeIn reads the code from the text part, where it has a line of its own.
func codeIn(t *testing.T, got received) string {
	t.Helper()
	_, parts := parse(t, got)
	codes := sixDigits.FindAllString(parts["text/plain"], -1)
	if len(codes) != 1 {
		t.Errorf("want one code in:\n%s", parts["text/plain"])
		return ""
	}
	return strings.TrimSpace(codes[0])
}

// parse returns the message and its decoded parts by media type.
func parse(t *testing.T, got received) (*mail.Message, map[string]string) {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(got.data))
	if err != nil {
		t.Fatal(err)
	}
	media, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("Content-Type %q: %v", media, err)
	}
	parts := map[string]string{}
	reader := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := reader.NextPart() // decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return message, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		media, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		parts[media] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}
