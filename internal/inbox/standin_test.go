package inbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/etna-conformance/conformance/internal/inbox"
)

const robert, jane = "robert.zak@example.com", "jane@example.com"

// caught is a mail in a stand-in.
type caught struct {
	id, source string
	to         []string
	created    time.Time
}

// standIn is what the stand-ins for MailHog and Mailpit have in common.
type standIn struct {
	mu       sync.Mutex
	mails    []caught // in order of arrival
	sockets  []*websocket.Conn
	joined   chan struct{}
	requests []*http.Request
	// drop is how many requests yet are answered by closing the connection.
	drop int
	// after is called, once, after the next list was put together.
	after func()
}

func newStandIn() *standIn { return &standIn{joined: make(chan struct{}, 100)} }

func (s *standIn) serve(t testing.TB, handler http.Handler) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		dropped := s.drop > 0
		if dropped {
			s.drop--
		}
		s.mu.Unlock()
		if dropped {
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(s.disconnect)
	return server.URL
}

// receive takes a mail for the envelope's recipients and returns its id.
func (s *standIn) receive(source string, to ...string) string {
	s.mu.Lock()
	id := fmt.Sprintf("mail%06d", len(s.mails))
	s.mails = append(s.mails, caught{id: id, source: source, to: to,
		created: time.Unix(1e9, int64(len(s.mails))*1e6)})
	sockets := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, socket := range sockets {
		socket.WriteMessage(websocket.TextMessage, []byte(`{"Type":"new"}`))
	}
	return id
}

func (s *standIn) snapshot() ([]caught, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after := s.after
	s.after = nil
	if after == nil {
		after = func() {}
	}
	return slices.Clone(s.mails), after
}

func (s *standIn) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.requests {
		if strings.HasPrefix(r.URL.Path, path) {
			n++
		}
	}
	return n
}

func (s *standIn) socket(w http.ResponseWriter, r *http.Request) {
	socket, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.sockets = append(s.sockets, socket)
	s.mu.Unlock()
	s.joined <- struct{}{}
}

func (s *standIn) disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, socket := range s.sockets {
		socket.Close()
	}
	s.sockets = nil
}

// mailHogStandIn answers as MailHog v1.0.1 does.
type mailHogStandIn struct {
	*standIn
	// maildir lists as MailHog's maildir does: in no order, with the page's length
	// as total and the time of the request as that of each mail.
	maildir bool
}

func startMailHog(t testing.TB) (*mailHogStandIn, string) {
	m := &mailHogStandIn{standIn: newStandIn()}
	return m, m.serve(t, m.handler())
}

func (m *mailHogStandIn) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/search", m.list)
	mux.HandleFunc("GET /api/v2/websocket", m.socket)
	return mux
}

func (m *mailHogStandIn) list(w http.ResponseWriter, r *http.Request) {
	query := strings.ToLower(r.URL.Query().Get("query"))
	if r.URL.Query().Get("kind") != "to" || query == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	mails, after := m.snapshot()
	after()
	var found []caught
	for _, c := range mails {
		if strings.Contains(strings.ToLower(strings.Join(c.to, "\n")+"\n"+c.source), query) {
			found = append(found, c)
		}
	}
	start, _ := strconv.Atoi(r.URL.Query().Get("start"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	page, total := m.page(found, start, min(limit, 250))
	items := []any{}
	for _, c := range page {
		items = append(items, mailHogItem(c))
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"total": total, "count": len(items), "start": start,
		"items": items})
}

func (m *mailHogStandIn) page(found []caught, start, limit int) ([]caught, int) {
	if m.maildir {
		slices.SortFunc(found, func(a, b caught) int {
			return strings.Compare(shuffled(a.id), shuffled(b.id))
		})
		page := found[min(start, len(found)):]
		page = page[:min(limit, len(page))]
		for i := range page {
			page[i].created = time.Unix(2e9, int64(i))
		}
		return page, len(page)
	}
	slices.Reverse(found)
	if start > len(found) {
		return nil, 0
	}
	if start == len(found) && start > 0 {
		return found[start-1:], len(found) // the off-by-one
	}
	return found[start:min(start+limit, len(found))], len(found)
}

func shuffled(id string) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "mail"))
	return strconv.Itoa(n * 7919 % 10007)
}

func mailHogItem(c caught) any {
	body := map[string]any{"Headers": map[string][]string{}, "Body": c.source,
		"Size": len(c.source), "MIME": nil}
	return map[string]any{"ID": c.id, "Created": c.created, "Content": body,
		"MIME": map[string]any{"Parts": []any{body}},
		"Raw": map[string]any{"From": "x@example.com", "To": c.to, "Data": c.source,
			"Helo": "localhost"}}
}

func mailTo(to, text string) string {
	return "To: " + to + "\r\nSubject: hello\r\n\r\n" + text + "\r\n"
}

func openMailHog(t testing.TB, url string) inbox.Inbox { return open(t, inbox.MailHog, url) }

func open(t testing.TB, kind func(inbox.Options) (inbox.Inbox, error), url string) inbox.Inbox {
	t.Helper()
	in, err := kind(inbox.Options{URL: url, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	return in
}

func mark(t testing.TB, in inbox.Inbox, address string) inbox.Mark {
	t.Helper()
	m, err := in.Mark(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func since(t testing.TB, in inbox.Inbox, address string, m inbox.Mark) []inbox.Mail {
	t.Helper()
	mails, err := in.Since(t.Context(), address, m)
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

func wantIDs(t testing.TB, mails []inbox.Mail, ids ...string) {
	t.Helper()
	got := []string{}
	for _, m := range mails {
		got = append(got, m.ID)
	}
	if !slices.Equal(got, append([]string{}, ids...)) {
		t.Errorf("mails %q, want %q", got, ids)
	}
}

// awaitMail waits for one mail as a caller does: by wakes.
func awaitMail(t testing.TB, in inbox.Inbox, wake <-chan struct{}, address string,
	m inbox.Mark) inbox.Mail {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		if mails := since(t, in, address, m); len(mails) > 0 {
			return mails[0]
		}
		select {
		case <-ctx.Done():
			t.Fatal("no mail was seen")
		case <-wake:
		}
	}
}
