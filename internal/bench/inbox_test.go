package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mailcatcher"
)

// fullInbox starts an inbox that holds n mails, each hundredth for a trader.
func fullInbox(n int) (*mailcatcher.Catcher, error) {
	catcher, err := mailcatcher.Start(mailcatcher.Config{MaxMails: n + 10_000, MaxBytes: 2 << 30})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return catcher, nil
	}
	return catcher, fill(catcher.SMTPAddr(), n)
}

// fill sends the mails without waiting for each response, or it would take minutes.
func fill(address string, n int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	go func() {
		w := bufio.NewWriter(conn)
		fmt.Fprint(w, "EHLO bench.example\r\n")
		for i := range n {
			to := "somebody@example.org"
			if i%100 == 0 {
				to = manyTraders(3)[i/100%3].Email
			}
			fmt.Fprintf(w,
				"MAIL FROM:<a@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\nSubject: old %d\r\n\r\nConfirmation code: %06d\r\n.\r\n", to, i, i)
		}
		_ = w.Flush()
	}()
	// A greeting, the response to EHLO, and three answers and a go-ahead for each mail.
	r := textproto.NewReader(bufio.NewReader(conn))
	for range 2 + 4*n {
		if _, _, err := r.ReadResponse(0); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkMailSeen is how long it takes from the beginning of a mail's delivery until the tool has
// read it: more than from the moment at which the inbox accepts it, which cannot be seen from
// outside.
func BenchmarkMailSeen(b *testing.B) {
	catcher, err := fullInbox(0)
	check(b, err)
	defer catcher.Close()
	server, err := inbox.NewMailHog(inbox.Options{URL: catcher.URL()})
	check(b, err)
	defer server.Close()
	box := server.Reader()
	const to = "robert.zak@example.com"
	mark, err := box.Mark(b.Context(), to)
	check(b, err)
	wake := box.Wake()
	awaitWebsocket(wake)
	var seen samples
	for n := 0; b.Loop(); n++ {
		started, sent := time.Now(), make(chan error, 1)
		go func() {
			sent <- smtp.SendMail(catcher.SMTPAddr(), nil, "a@example.org", []string{to},
				[]byte("Subject: x\r\n\r\nx\r\n"))
		}()
		check(b, awaitMails(b.Context(), box, wake, to, mark, n+1))
		seen.add(milliseconds(time.Since(started)))
		check(b, <-sent)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(seen.median(), "seen-ms")
}

// awaitWebsocket waits until wakes come from the websocket alone: while it is not open for long,
// polling wakes too.
func awaitWebsocket(wake <-chan struct{}) {
	const longerThanPolling = 300 * time.Millisecond
	for {
		select {
		case <-wake:
		case <-time.After(longerThanPolling):
			return
		}
	}
}

func awaitMails(ctx context.Context, box inbox.Inbox, wake <-chan struct{}, to string,
	mark inbox.Mark, n int) error {
	for {
		<-wake
		mails, err := box.Since(ctx, to, mark)
		if err != nil || len(mails) >= n {
			return err
		}
	}
}
