package inbox_test

import (
	"fmt"
	"net/http"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mailpittest"
)

// eachMailpit runs a test against the real Mailpit in each version.
func eachMailpit(t *testing.T, args []string, test func(t *testing.T, smtpAddr, url string,
	in inbox.Inbox)) {
	for _, module := range mailpittest.Modules() {
		t.Run(module, func(t *testing.T) {
			t.Parallel()
			smtpAddr, url := mailpittest.Start(t, module, args...)
			test(t, smtpAddr, url, open(t, inbox.Mailpit, url))
		})
	}
}

func send(t testing.TB, smtpAddr, mail string, to ...string) {
	t.Helper()
	if err := smtp.SendMail(smtpAddr, nil, "shop@example.com", to, []byte(mail)); err != nil {
		t.Fatal(err)
	}
}

func TestTheRealMailpit(t *testing.T) {
	eachMailpit(t, nil, func(t *testing.T, smtpAddr, url string, in inbox.Inbox) {
		if err := inbox.Ping(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if err := inbox.Ping(t.Context(), openMailHog(t, url)); err == nil {
			t.Error("Mailpit passed for MailHog")
		}
		wake := in.Wake()
		for i := range 10 {
			m := mark(t, in, robert)
			text := mailTo("Jane <"+jane+">", fmt.Sprintf("Your code is %d", 900000+i))
			send(t, smtpAddr, text, jane, robert)
			mail := awaitMail(t, in, wake, robert, m)
			if !strings.HasSuffix(strings.TrimSpace(string(mail.Source)), strings.TrimSpace(text)) {
				t.Errorf("%q", mail.Source)
			}
		}
		wantIDs(t, since(t, in, robert, mark(t, in, robert)))
	})
}

// Mailpit can list mails by the date that they bear: with a deployment whose clock is slow, a new
// mail comes behind hundreds of older ones.
func TestTheRealMailpitWithDatesOfMails(t *testing.T) {
	const older = 260
	dated := func(at time.Time, text string) string {
		return "Date: " + at.Format(time.RFC1123Z) + "\r\n" + mailTo(robert, text)
	}
	eachMailpit(t, []string{"--use-message-dates"}, func(t *testing.T, smtpAddr, url string,
		in inbox.Inbox) {
		now := time.Now()
		for i := range older {
			send(t, smtpAddr, dated(now.Add(-time.Duration(i)*time.Second),
				fmt.Sprint("older ", i)), robert)
		}
		m := mark(t, in, robert)
		wantIDs(t, since(t, in, robert, m))
		slow := now.Add(-24 * time.Hour)
		for i := range 2 {
			send(t, smtpAddr, dated(slow, fmt.Sprint("Your code is ", 231408+i)), robert)
			mails := since(t, in, robert, m)
			if len(mails) != i+1 || !strings.Contains(string(mails[i].Source),
				fmt.Sprint(231408+i)) {
				t.Fatalf("after %d new mails: %d", i+1, len(mails))
			}
		}
		deleteMails(t, url, since(t, in, robert, m)[:1])
		if mails := since(t, in, robert, m); len(mails) != 1 {
			t.Errorf("%d mails are left, expected 1", len(mails))
		}
	})
}

func deleteMails(t testing.TB, url string, mails []inbox.Mail) {
	t.Helper()
	for _, m := range mails {
		request, _ := http.NewRequest(http.MethodDelete, url+"/api/v1/messages",
			strings.NewReader(fmt.Sprintf(`{"IDs":[%q]}`, m.ID)))
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}

func TestTheRealMailpitWithDomainsInUnicode(t *testing.T) {
	eachMailpit(t, nil, func(t *testing.T, smtpAddr, _ string, in inbox.Inbox) {
		checkDomainForms(t, smtpAddr, in)
	})
}
