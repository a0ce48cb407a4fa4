package mailcatcher_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailcatcher"
	"github.com/etna-conformance/conformance/internal/mailhogtest"
)

// differences are all known ones that are on purpose. Each is observed on an
// inbox of two mails, user0 and user1. What would hang MailHog is not among
// them: a mail without any line, a command that ends with a bare LF.
var differences = []struct {
	what             string
	observe          func(testing.TB, inbox) string
	mailhog, catcher string
}{
	{"a list that starts at the total has one item too many",
		func(t testing.TB, i inbox) string { return items(t, i, "/api/v2/messages?start=2") },
		"1 of 2", "0 of 2"},
	{"so has a search",
		func(t testing.TB, i inbox) string {
			return items(t, i, "/api/v2/search?kind=to&query=user&start=2")
		},
		"1 of 2", "0 of 2"},
	{"a search that starts past the total forgets it",
		func(t testing.TB, i inbox) string {
			return items(t, i, "/api/v2/search?kind=to&query=user&start=3")
		},
		"0 of 0", "0 of 2"},
	{"the download of an unknown mail",
		func(t testing.TB, i inbox) string {
			return status(i, "/api/v1/messages/unknown/download")
		},
		"no response", "404"},
	{"a websocket from a page of another origin",
		func(t testing.TB, i inbox) string {
			_, status := i.dialWebsocket(t, http.Header{"Origin": {"https://elsewhere.example"}})
			return fmt.Sprint(status)
		},
		"101", "403"},
	{"MailHog's own user interface",
		func(t testing.TB, i inbox) string { return status(i, "/") },
		"200", "404"},
	{"MailHog's list of servers to release mail to",
		func(t testing.TB, i inbox) string { return status(i, "/api/v2/outgoing-smtp") },
		"200", "404"},
	{"an empty return path, as bounces have it",
		func(t testing.TB, i inbox) string { return fmt.Sprint(i.talk(t).say("MAIL FROM:<>")) },
		"550", "250"},
	{"a recipient without a domain",
		func(t testing.TB, i inbox) string {
			c := i.talk(t)
			c.say("MAIL FROM:<a@example.com>")
			return fmt.Sprint(c.say("RCPT TO:<nobody>"))
		},
		"250", "501"},
	{"a mail without a recipient",
		func(t testing.TB, i inbox) string {
			c := i.talk(t)
			c.say("MAIL FROM:<a@example.com>")
			return fmt.Sprint(c.say("DATA"))
		},
		"354", "502"},
	{"signing in after the greeting with a mechanism that is not offered",
		func(t testing.TB, i inbox) string {
			return fmt.Sprint(i.talk(t).say("AUTH EXTERNAL YQ=="))
		},
		"235", "504"},
	{"a doubled dot at the very beginning of a mail",
		func(t testing.TB, i inbox) string {
			i.talk(t).mail("a@example.com", "dot@example.com", "..dot")
			return i.list(t, "/api/v2/search?kind=to&query=dot").Items[0].Raw.Data
		},
		"..dot", ".dot"},
	{"the sender's name for itself in the second mail over one connection",
		func(t testing.TB, i inbox) string {
			c := i.talk(t)
			c.mail("a@example.com", "first@example.com", "one")
			c.mail("a@example.com", "second@example.com", "two")
			return i.list(t, "/api/v2/search?kind=to&query=second").Items[0].Raw.Helo
		},
		"", "client.example"},
}

func items(t testing.TB, i inbox, path string) string {
	listed := i.list(t, path)
	return fmt.Sprintf("%d of %d", len(listed.Items), listed.Total)
}

func status(i inbox, path string) string {
	got, err := i.ask("GET", path)
	if err != nil {
		return "no response"
	}
	return fmt.Sprint(got.status)
}

func TestDiffersFromMailHog(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)
	real, caught := inbox{smtpAddr, url}, start(t, mailcatcher.Config{})
	real.send(t, numbered(2)...)
	caught.send(t, numbered(2)...)

	for _, difference := range differences {
		t.Run(difference.what, func(t *testing.T) {
			if got := difference.observe(t, real); got != difference.mailhog {
				t.Errorf("MailHog: expected %q, got %q", difference.mailhog, got)
			}
			if got := difference.observe(t, caught); got != difference.catcher {
				t.Errorf("catcher: expected %q, got %q", difference.catcher, got)
			}
		})
	}
}
