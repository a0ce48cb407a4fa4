package mailcatcher_test

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/smtp"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/etna-conformance/conformance/internal/mailcatcher"
)

func TestKeepsTheNewestMails(t *testing.T) {
	caught := start(t, mailcatcher.Config{MaxMails: 3})
	caught.send(t, numbered(10)...)

	listed := caught.list(t, "/api/v2/messages")
	var subjects []string
	for _, item := range listed.Items {
		subjects = append(subjects, item.Content.Headers["Subject"]...)
	}
	if want := "[number 9 number 8 number 7]"; fmt.Sprint(subjects) != want || listed.Total != 3 {
		t.Errorf("expected %s, got %s of %d", want, subjects, listed.Total)
	}
	if dropped := caught.list(t, "/api/v2/search?kind=to&query=user0@"); dropped.Total != 0 {
		t.Error("a dropped mail is still found")
	}
}

func TestKeepsWithinItsBytes(t *testing.T) {
	const line = "123456789012345678901234567890\r\n"
	caught := start(t, mailcatcher.Config{MaxBytes: 1 << 20})
	sendLines := func(subject string, lines int) {
		caught.send(t, letter{from: "a@example.com", to: []string{"b@example.com"},
			source: "Subject: " + subject + "\r\n\r\n" + strings.Repeat(line, lines)})
	}
	for n := range 20 {
		sendLines(fmt.Sprint(n), 3000) // about 100 kB
	}
	listed := caught.list(t, "/api/v2/messages")
	if listed.Total < 3 || listed.Total > 10 {
		t.Errorf("%d mails of 100 kB in 1 MiB", listed.Total)
	}
	if newest := listed.Items[0].Content.Headers["Subject"][0]; newest != "19" {
		t.Errorf("the newest is %s", newest)
	}

	sendLines("large", 30_000) // about 1 MB
	if listed := caught.list(t, "/api/v2/messages"); listed.Total != 1 {
		t.Errorf("%d mails beside one that fills the store", listed.Total-1)
	}
}

func TestRefusesTooLargeMailsAndGoesOn(t *testing.T) {
	caught := start(t, mailcatcher.Config{MaxMailBytes: 1 << 10})
	c := caught.talk(t)
	if code := c.mail("a@example.com", "b@example.com",
		strings.Repeat("12345678\r\n", 1<<10)); code != 552 {
		t.Errorf("a too large mail: %d", code)
	}
	if code := c.mail("a@example.com", "b@example.com",
		"Subject: small\r\n\r\nsmall"); code != 250 {
		t.Errorf("the mail after it: %d", code)
	}
	if listed := caught.list(t, "/api/v2/messages"); listed.Total != 1 {
		t.Errorf("%d mails", listed.Total)
	}
}

func TestRefusesTooLongNames(t *testing.T) {
	c := start(t, mailcatcher.Config{}).talk(t)
	long := strings.Repeat("a", 1000)
	if code := c.say("MAIL FROM:<%s@example.com>", long); code != 501 {
		t.Errorf("sender: %d", code)
	}
	c.say("MAIL FROM:<a@example.com>")
	if code := c.say("RCPT TO:<%s@example.com>", long); code != 501 {
		t.Errorf("recipient: %d", code)
	}
}

func TestTakesLongLinesAndEmptyMails(t *testing.T) {
	caught := start(t, mailcatcher.Config{})
	c := caught.talk(t)
	line := strings.Repeat("x", 1<<20)
	if code := c.mail("a@example.com", "long@example.com", "Subject: long\r\n\r\n"+
		line); code != 250 {
		t.Fatalf("a line of 1 MiB: %d", code)
	}
	c.say("MAIL FROM:<a@example.com>")
	c.say("RCPT TO:<empty@example.com>")
	c.say("DATA")
	if code := c.say("."); code != 250 {
		t.Fatalf("an empty mail: %d", code)
	}
	if got := caught.list(t,
		"/api/v2/search?kind=to&query=long").Items[0].Raw.Data; !strings.HasSuffix(got,
		"\r\n"+line) {
		t.Errorf("the long line has become %d bytes", len(got))
	}
	if got := caught.list(t, "/api/v2/search?kind=to&query=empty").Items[0].Raw.Data; got != "" {
		t.Errorf("the empty mail has become %q", got)
	}
}

func TestTakesWhatModernSendersAskFor(t *testing.T) {
	c := start(t, mailcatcher.Config{}).talk(t)
	if code := c.say("MAIL FROM:<żak@example.com> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS"); code != 250 {
		t.Errorf("sender: %d", code)
	}
	if code := c.say("RCPT TO:<b@example.com> NOTIFY=NEVER"); code != 250 {
		t.Errorf("recipient: %d", code)
	}
}

func TestAcceptsAnySignIn(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	conversations := map[string][]string{
		"PLAIN at once": {"AUTH PLAIN " + encode([]byte("\x00any\x00thing"))},
		"PLAIN":         {"AUTH PLAIN", encode([]byte("\x00any\x00thing"))},
		"LOGIN":         {"AUTH LOGIN", encode([]byte("any")), encode([]byte("thing"))},
		"LOGIN at once": {"AUTH LOGIN " + encode([]byte("any")), encode([]byte("thing"))},
		"CRAM-MD5":      {"AUTH CRAM-MD5", encode([]byte("any 00112233"))},
		"empty":         {"AUTH PLAIN ="},
	}
	caught := start(t, mailcatcher.Config{})
	for name, lines := range conversations {
		t.Run(name, func(t *testing.T) {
			c := caught.talk(t)
			for i, line := range lines {
				want := 334
				if i == len(lines)-1 {
					want = 235
				}
				if code := c.say("%s", line); code != want {
					t.Fatalf("%q: expected %d, got %d", line, want, code)
				}
			}
			if code := c.mail("a@example.com", "b@example.com",
				"Subject: signed in\r\n\r\n"); code != 250 {
				t.Errorf("mail after signing in: %d", code)
			}
		})
	}
}

func TestSignsInAGoClient(t *testing.T) {
	caught := start(t, mailcatcher.Config{})
	auth := smtp.PlainAuth("", "any", "thing", "127.0.0.1")
	if err := smtp.SendMail(caught.smtpAddr, auth, "a@example.com", []string{"b@example.com"},
		[]byte("Subject: x\r\n\r\n")); err != nil {
		t.Error(err)
	}
}

// TestManyAtOnce means something under the race detector.
func TestManyAtOnce(t *testing.T) {
	caught := start(t, mailcatcher.Config{MaxMails: 20})
	socket, _ := caught.dialWebsocket(t, nil)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { caught.send(t, numbered(25)...) })
		all.Go(func() {
			for n := range 25 {
				caught.list(t, fmt.Sprintf("/api/v2/search?kind=to&query=user%d", n))
				if listed := caught.list(t, "/api/v2/messages?limit=1"); listed.Total > 0 {
					caught.mustAsk(t, "DELETE", "/api/v1/messages/"+listed.Items[0].ID)
				}
			}
		})
	}
	for range 100 {
		nextText(t, socket)
	}
	all.Wait()
}

func TestAWebsocketThatHasItsResponseMissesNothing(t *testing.T) {
	caught := start(t, mailcatcher.Config{})
	for n := range 50 {
		socket, _ := caught.dialWebsocket(t, nil)
		caught.send(t, numbered(n + 1)[n])
		if text := nextText(t, socket); !strings.Contains(text, fmt.Sprintf("number %d", n)) {
			t.Fatalf("expected mail %d, got %.200s", n, text)
		}
	}
}

func TestAWebsocketThatTalksIsClosed(t *testing.T) {
	socket, _ := start(t, mailcatcher.Config{}).dialWebsocket(t, nil)
	if err := socket.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	socket.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _, err := socket.ReadMessage()
	if timeout, isNet := err.(net.Error); err == nil || isNet && timeout.Timeout() {
		t.Errorf("still open: %v", err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	catcher, err := mailcatcher.Start(mailcatcher.Config{})
	if err != nil {
		t.Fatal(err)
	}
	caught := inbox{catcher.SMTPAddr(), catcher.URL()}
	c := caught.talk(t)
	c.say("MAIL FROM:<a@example.com>")
	c.say("RCPT TO:<b@example.com>")
	c.say("DATA") // and no mail
	c.PrintfLine("Subject: never ends")
	chunks := caught.talk(t)
	chunks.say("MAIL FROM:<a@example.com>")
	chunks.say("RCPT TO:<b@example.com>")
	chunks.say("BDAT 3\r\nabc")
	socket, _ := caught.dialWebsocket(t, nil)
	nextEvent := caught.events(t)
	caught.send(t, numbered(1)...)
	nextText(t, socket)
	nextEvent()

	if err := catcher.Close(); err != nil {
		t.Fatal(err)
	}
	if err := catcher.Close(); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if _, err := caught.ask("GET", "/api/v2/messages"); err == nil {
		t.Error("HTTP still answers")
	}
	if conn, err := net.Dial("tcp", caught.smtpAddr); err == nil {
		conn.Close()
		t.Error("SMTP still answers")
	}
	awaitNoServer(t)
}

// awaitNoServer allows for goroutines that return after Close has seen their end.
func awaitNoServer(t *testing.T) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		if !serverFrames.Match(stacks) {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("goroutines left:\n%s", stacks)
		case <-poll.C:
		}
	}
}

var serverFrames = regexp.MustCompile(`/mailcatcher\.\(|/go-smtp\.|net/http\.\(\*(conn|Server|connReader)\)`)

func TestStartRefusesWhatCannotWork(t *testing.T) {
	taken := start(t, mailcatcher.Config{})
	configs := map[string]mailcatcher.Config{
		"SMTP address taken": {SMTPAddr: taken.smtpAddr},
		"HTTP address taken": {HTTPAddr: strings.TrimPrefix(taken.url, "http://")},
		"not an address":     {SMTPAddr: "nowhere"},
		"negative limit":     {MaxMails: -1},
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			catcher, err := mailcatcher.Start(config)
			if err == nil {
				catcher.Close()
				t.Error("started")
			}
		})
	}
}
