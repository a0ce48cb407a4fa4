package mailcatcher_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/mailcatcher"
	"github.com/etna-conformance/conformance/internal/mailhogtest"
)

// letters are all kinds of mail, oldest first.
func letters() []letter {
	one := []string{"robert.zak@example.com"}
	return []letter{
		{"plain", "noreply@broker.example", one,
			"From: Broker <noreply@broker.example>\nTo: Robert <robert.zak@example.com>\nSubject: Reset\nMessage-ID: <1@broker.example>\n\nYour code is 123456.\n"},
		{"no headers", "noreply@broker.example", one, "just text\n"},
		{"headers only", "noreply@broker.example", one, "Subject: nothing else\n\n"},
		{"multipart", "noreply@broker.example", one,
			"MIME-Version: 1.0\nSubject: parts\nContent-Type: multipart/alternative;\n boundary=\"b1\"\n\npreamble\n--b1\nContent-Type: text/plain; charset=utf-8\n\nYour code is 1 < 2 & 3\n--b1\nContent-Type: text/html\n\n<p>Your code is <b>654321</b></p>\n--b1--\nepilogue\n"},
		{"nested multipart", "noreply@broker.example", one,
			"Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: multipart/related; boundary=inner\n\n--inner\n\nno headers\n--inner\nX-Last: yes\n\ndeep\n--inner--\n--outer--\n"},
		{"multipart without boundary", "noreply@broker.example", one,
			"Content-Type: multipart/mixed\n\n--b\n\ntext\n--b--\n"},
		{"lower-case content-type", "noreply@broker.example", one,
			"content-type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b--\n"},
		{"quoted-printable", "noreply@broker.example", one,
			"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=iso-8859-2\n\nKod: 12=\n34=E6\n=2E\n"},
		{"8-bit", "noreply@broker.example", one,
			"Subject: zażółć\nContent-Type: text/plain; charset=iso-8859-2\n\nza\xbf\xf3\xb3\xe6 \x00\x01 \U0001f4e7\n"},
		{"several recipients, two of them blind", "Noreply@Broker.example",
			[]string{"Anna.Nowak@Example.com", "hidden@example.org", "robert.zak@example.com"},
			"To: Anna.Nowak@Example.com\nCc: robert.zak@example.com\nSubject: Bcc\n\nhidden\n"},
		{"dots", "noreply@broker.example", one, "Subject: dots\n\n.\n..\n...three\n.one\nend.\n"},
		{"repeated headers", "noreply@broker.example", one,
			"Received: from a by b; earlier\nReceived: from c by d; later\nX-Tag: one\nX-Tag: two\nReturn-Path: <x@example.com>\nmessage-id: <lower@broker.example>\nX-None:no space\nX-Folded: first\n\tsecond\n third\n\nrepeated\n"},
	}
}

// paths are asked of both. Those of one mail stand in perMail.
func paths() []string {
	return []string{
		"/api/v1/messages",
		"/api/v2/messages",
		"/api/v2/messages?limit=3",
		"/api/v2/messages?start=2&limit=3",
		"/api/v2/messages?start=11&limit=3",
		"/api/v2/messages?start=13",
		"/api/v2/messages?start=1000000",
		"/api/v2/messages?limit=0",
		"/api/v2/messages?limit=-1&start=-1",
		"/api/v2/messages?limit=many&start=few",
		"/api/v2/search?kind=to&query=robert.zak@example.com",
		"/api/v2/search?kind=to&query=ROBERT.ZAK",
		"/api/v2/search?kind=to&query=hidden@example.org",
		"/api/v2/search?kind=to&query=Robert+%3C",
		"/api/v2/search?kind=to&query=nobody",
		"/api/v2/search?kind=to&query=zak&start=1&limit=2",
		"/api/v2/search?kind=to&query=zak&limit=1",
		"/api/v2/search?kind=to&query=zak&start=many",
		"/api/v2/search?kind=from&query=noreply@broker",
		"/api/v2/search?kind=from&query=Broker+%3C",
		"/api/v2/search?kind=from&query=zak",
		"/api/v2/search?kind=containing&query=654321",
		"/api/v2/search?kind=containing&query=your+code",
		"/api/v2/search?kind=containing&query=MailHog",
		"/api/v2/search?kind=containing&query=dots",
		"/api/v2/search?kind=containing&query=x-tag",
		"/api/v2/search?kind=containing&query=za%C5%BC",
		"/api/v2/search?kind=subject&query=dots",
		"/api/v2/search?kind=To&query=zak",
		"/api/v2/search?kind=to&query=",
		"/api/v2/search?kind=to",
		"/api/v2/search?query=zak",
		"/api/v2/search",
		"/api/v1/messages/unknown",
		"/api/v3/messages",
	}
}

var (
	idPattern       = regexp.MustCompile(`[\w-]{43}=@mailhog\.example`)
	createdPattern  = regexp.MustCompile(`("Created": ?)"[^"]+"`)
	receivedPattern = regexp.MustCompile(`(id ID; )\w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}`)
)

// masked blanks what differs from run to run.
func masked(text string) string {
	text = idPattern.ReplaceAllString(text, "ID")
	text = createdPattern.ReplaceAllString(text, "${1}TIME")
	return receivedPattern.ReplaceAllString(text, "${1}TIME")
}

func (a response) masked() response {
	a.body = masked(a.body)
	return a
}

// TestResponsesAsMailHogDoes sends the same mail to the real MailHog and to the
// catcher and compares what they answer, byte for byte. Where they differ on
// purpose, [TestDiffersFromMailHog] says so.
func TestResponsesAsMailHogDoes(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)
	real, caught := inbox{smtpAddr, url}, start(t, mailcatcher.Config{})

	t.Run("empty", func(t *testing.T) { compareResponses(t, real, caught, paths()) })

	t.Run("streams", func(t *testing.T) { compareStreams(t, real, caught) })

	real.send(t, letters()[1:]...)
	caught.send(t, letters()[1:]...)
	t.Run("full", func(t *testing.T) { compareResponses(t, real, caught, paths()) })
	t.Run("one mail", func(t *testing.T) { compareEachMail(t, real, caught) })
	t.Run("delete", func(t *testing.T) { compareDeletion(t, real, caught) })

	real.send(t, numbered(260)...)
	caught.send(t, numbered(260)...)
	t.Run("many", func(t *testing.T) {
		compareResponses(t, real, caught, []string{
			"/api/v1/messages",
			"/api/v2/messages",
			"/api/v2/messages?limit=1000",
			"/api/v2/messages?start=259",
			"/api/v2/search?kind=to&query=user&limit=1000",
			"/api/v2/search?kind=to&query=user25&start=3",
		})
	})
}

func compareResponses(t *testing.T, real, caught inbox, paths []string) {
	for _, path := range paths {
		compare(t, path, real.mustAsk(t, "GET", path), caught.mustAsk(t, "GET", path))
	}
}

func compare(t *testing.T, name string, real, caught response) {
	t.Helper()
	if path404(real, caught) {
		return
	}
	if diff := cmp.Diff(real.masked(), caught.masked(),
		cmp.AllowUnexported(response{})); diff != "" {
		t.Errorf("%s (-MailHog +catcher):\n%s", name, diff)
	}
}

// path404 leaves the text of a 404 to each.
func path404(real, caught response) bool { return real.status == 404 && caught.status == 404 }

func compareStreams(t *testing.T, real, caught inbox) {
	plain := letters()[0]
	var texts, events []string
	for _, i := range []inbox{real, caught} {
		socket, _ := i.dialWebsocket(t, nil)
		nextEvent := i.events(t)
		i.send(t, plain)
		texts = append(texts, masked(nextText(t, socket)))
		events = append(events, masked(nextEvent()))
	}
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		t.Errorf("websocket (-MailHog +catcher):\n%s", diff)
	}
	if diff := cmp.Diff(events[0], events[1]); diff != "" {
		t.Errorf("event (-MailHog +catcher):\n%s", diff)
	}
}

func compareEachMail(t *testing.T, real, caught inbox) {
	realMails, caughtMails := real.list(t, "/api/v2/messages").Items,
		caught.list(t, "/api/v2/messages").Items
	for n := range realMails {
		realPath, caughtPath := "/api/v1/messages/"+realMails[n].ID, "/api/v1/messages/"+
			caughtMails[n].ID
		compare(t, realPath, real.mustAsk(t, "GET", realPath), caught.mustAsk(t, "GET", caughtPath))
		compare(t, realPath+"/download", sortedLines(real.mustAsk(t, "GET", realPath+"/download")),
			sortedLines(caught.mustAsk(t, "GET", caughtPath+"/download")))
	}
}

// sortedLines allows for MailHog's random order of headers.
func sortedLines(a response) response {
	head, body, _ := strings.Cut(a.body, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	slices.Sort(lines)
	a.body = strings.Join(lines, "\r\n") + "\r\n\r\n" + body
	return a
}

func compareDeletion(t *testing.T, real, caught inbox) {
	compare(t, "DELETE unknown", real.mustAsk(t, "DELETE", "/api/v1/messages/unknown"),
		caught.mustAsk(t, "DELETE", "/api/v1/messages/unknown"))
	var responses []response
	for _, i := range []inbox{real, caught} {
		mails := i.list(t, "/api/v2/messages").Items
		middle, last := "/api/v1/messages/"+mails[4].ID, "/api/v1/messages/"+mails[0].ID
		responses = append(responses, i.mustAsk(t, "DELETE", middle), i.mustAsk(t, "GET", middle),
			i.mustAsk(t, "GET", "/api/v2/messages"), i.mustAsk(t, "DELETE", "/api/v1/messages"),
			i.mustAsk(t, "GET", last), i.mustAsk(t, "GET", "/api/v1/messages"),
			i.mustAsk(t, "GET", "/api/v2/messages"))
	}
	for n := range len(responses) / 2 {
		compare(t, "deletion, step "+string(rune('1'+n)), responses[n],
			responses[n+len(responses)/2])
	}
}
