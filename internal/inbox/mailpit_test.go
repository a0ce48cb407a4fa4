package inbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/inbox"
)

// mailpitStandIn answers as Mailpit does: it searches for phrases without regard to
// case, lists summaries by the date of receipt and shows sources apart.
type mailpitStandIn struct {
	*standIn
	// deleted mails are listed once more, but have no source.
	deleted map[string]bool
}

type mailpitAddress struct{ Name, Address string }

func startMailpit(t testing.TB) (*mailpitStandIn, inbox.Inbox) {
	m := &mailpitStandIn{newStandIn(), map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/search", m.search)
	mux.HandleFunc("GET /api/v1/message/{id}/raw", m.raw)
	mux.HandleFunc("GET /api/events", m.socket)
	return m, open(t, inbox.Mailpit, m.serve(t, mux))
}

func (m *mailpitStandIn) search(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query().Get("query")
	phrase := strings.ToLower(strings.Trim(query, `"`))
	if phrase == "" || query != `"`+strings.Trim(query, `"`)+`"` ||
		strings.ContainsAny(phrase[:1], "-!") {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	mails, after := m.snapshot()
	after()
	found := slices.DeleteFunc(mails, func(c caught) bool {
		return !strings.Contains(strings.ToLower(strings.Join(c.to, " ")+c.source), phrase)
	})
	slices.SortStableFunc(found, func(a, b caught) int { return b.created.Compare(a.created) })
	start, _ := strconv.Atoi(r.URL.Query().Get("start"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	summaries := []any{}
	for _, c := range found[min(start, len(found)):min(start+limit, len(found))] {
		summaries = append(summaries, mailpitSummary(c))
	}
	json.NewEncoder(w).Encode(map[string]any{"total": len(mails) + 7, "unread": 1,
		"count":          len(summaries),
		"messages_count": len(found), "start": start, "tags": []string{}, "messages": summaries})
}

func mailpitSummary(c caught) any {
	blind := []mailpitAddress{}
	for _, to := range c.to {
		blind = append(blind, mailpitAddress{"", to})
	}
	return map[string]any{"ID": c.id, "MessageID": "x", "Read": false,
		"From": mailpitAddress{"", "shop@example.com"}, "To": []mailpitAddress{},
		"Cc": nil, "Bcc": blind, "ReplyTo": []mailpitAddress{}, "Created": c.created,
		"Size": len(c.source), "Snippet": "x"}
}

func (m *mailpitStandIn) raw(w http.ResponseWriter, r *http.Request) {
	mails, _ := m.snapshot()
	for _, c := range mails {
		if c.id == r.PathValue("id") && !m.deleted[c.id] {
			fmt.Fprint(w, c.source)
			return
		}
	}
	http.NotFound(w, r)
}

func TestMailpitReturnsMailAfterTheMark(t *testing.T) {
	pit, in := startMailpit(t)
	if err := inbox.Ping(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	pit.receive(mailTo(robert, "old"), robert)
	m := mark(t, in, robert)
	first := pit.receive(mailTo(robert, "one"), robert)
	pit.receive(mailTo(jane, "says "+robert), jane)
	second := pit.receive(mailTo(jane, "blind copy"), jane, strings.ToUpper(robert))
	headerOnly := pit.receive(mailTo(robert, "header only"))
	gone := pit.receive(mailTo(robert, "gone"), robert)
	pit.deleted[gone] = true
	mails := since(t, in, robert, m)
	wantIDs(t, mails, first, second, headerOnly)
	if string(mails[0].Source) != mailTo(robert, "one") {
		t.Errorf("source %q", mails[0].Source)
	}
}

func TestMailpitThatUsesTheMailsOwnDates(t *testing.T) {
	pit, in := startMailpit(t)
	for range 200 {
		pit.receive("x", robert)
	}
	m := mark(t, in, robert)
	id := pit.receive("x", robert)
	pit.mails[200].created = time.Unix(0, 0) // older than all
	wantIDs(t, since(t, in, robert, m), id)
}

func TestMailpitTakesNoAddressForAFilter(t *testing.T) {
	pit, in := startMailpit(t)
	for _, address := range []string{"-robert@example.com", `!"jane doe"@example.com`,
		"o'neil@example.com"} {
		m := mark(t, in, address)
		id := pit.receive("x", address)
		wantIDs(t, since(t, in, address, m), id)
	}
}

func TestMailpitWakes(t *testing.T) {
	pit, in := startMailpit(t)
	m := mark(t, in, robert)
	wake := in.Wake()
	<-pit.joined
	pit.receive(mailTo(robert, "x"), robert)
	awaitMail(t, in, wake, robert, m)
}

func TestMailpitCutsSources(t *testing.T) {
	pit, in := startMailpit(t)
	m := mark(t, in, robert)
	pit.receive(strings.Repeat("x", 3<<20), robert)
	if mails := since(t, in, robert, m); len(mails[0].Source) != 1<<20 {
		t.Errorf("%d bytes", len(mails[0].Source))
	}
}

func TestMailpitResponsesThatLeadElsewhereAreRefused(t *testing.T) {
	pit, in := startMailpit(t)
	pit.mails = []caught{{id: "../../../admin", to: []string{robert}}}
	if _, err := in.Mark(t.Context(), robert); err == nil ||
		!strings.Contains(err.Error(), "expected a response of Mailpit, got") {
		t.Errorf("error %v", err)
	}
}

func TestAMarkBelongsToItsInbox(t *testing.T) {
	_, in := startMailpit(t)
	if _, err := in.Since(t.Context(), robert, nil); err == nil {
		t.Error("a foreign mark was taken")
	}
}
