package inbox_test

import (
	"context"
	"fmt"
	"net/http"
	"net/smtp"
	"strings"
	"sync"
	"testing"

	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mailhogtest"
)

// While mails are deleted, MailHog v1.0.1 drops connections.
func TestTheRealMailHogWhileOthersSendAndDelete(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)
	in := openMailHog(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	var others sync.WaitGroup
	defer others.Wait()
	defer cancel()
	for range 2 {
		others.Go(func() {
			for ctx.Err() == nil {
				smtp.SendMail(smtpAddr, nil, "shop@example.com", []string{robert},
					[]byte(mailTo(robert, "x")))
			}
		})
	}
	others.Go(func() {
		for ctx.Err() == nil {
			deletion, _ := http.NewRequest(http.MethodDelete, url+"/api/v1/messages", nil)
			if response, err := http.DefaultClient.Do(deletion); err == nil {
				response.Body.Close()
			}
		}
	})
	for range 300 {
		since(t, in, robert, mark(t, in, robert))
	}
}

func TestTheRealMailHog(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)
	in := openMailHog(t, url)
	if err := inbox.Ping(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := inbox.Ping(t.Context(), open(t, inbox.Mailpit, url)); err == nil {
		t.Error("MailHog passed for Mailpit")
	}
	wake := in.Wake()
	for i := range 30 {
		m := mark(t, in, robert)
		text := mailTo("Robert <"+robert+">", fmt.Sprintf("Your code is %d", 900000+i))
		if err := smtp.SendMail(smtpAddr, nil, "shop@example.com", []string{jane, robert},
			[]byte(text)); err != nil {
			t.Fatal(err)
		}
		mail := awaitMail(t, in, wake, robert, m)
		if strings.TrimSpace(string(mail.Source)) != strings.TrimSpace(text) ||
			len(mail.Recipients) != 2 {
			t.Errorf("%q for %q", mail.Source, mail.Recipients)
		}
	}
	wantIDs(t, since(t, in, robert, mark(t, in, robert)))
}
