package inbox_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/etna-conformance/conformance/internal/inbox"
)

// remove deletes the mails, as another job does.
func (s *standIn) remove(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = slices.DeleteFunc(s.mails, func(c caught) bool { return slices.Contains(ids, c.id) })
}

// tell sends a message to all who listen.
func (s *standIn) tell(t *testing.T, message any) {
	t.Helper()
	data, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, socket := range s.sockets {
		if err := socket.WriteMessage(websocket.TextMessage, data); err != nil {
			t.Fatal(err)
		}
	}
}

// emptied is one kind of inbox to delete mails from.
type emptied struct {
	*standIn
	in inbox.Inbox
	// news is what its websocket says of a new mail.
	news func(caught) any
}

func emptiedKinds(t *testing.T) map[string]emptied {
	hog, url := startMailHog(t)
	pit, in := startMailpit(t)
	return map[string]emptied{
		"MailHog": {hog.standIn, openMailHog(t, url), mailHogItem},
		"Mailpit": {pit.standIn, in, func(c caught) any {
			return map[string]any{"Type": "new", "Data": mailpitSummary(c)}
		}},
	}
}

func TestPurgedMailIsNoticed(t *testing.T) {
	for name, act := range map[string]struct {
		want bool
		do   func(e emptied, m inbox.Mark, old []string)
	}{
		"nothing is deleted": {false, func(e emptied, m inbox.Mark, _ []string) {
			e.receive(mailTo(robert, "new"), robert)
			since(t, e.in, robert, m)
		}},
		"a mail that was seen": {true, func(e emptied, m inbox.Mark, _ []string) {
			id := e.receive(mailTo(robert, "new"), robert)
			since(t, e.in, robert, m)
			e.remove(id)
		}},
		"the newest old one": {true, func(e emptied, _ inbox.Mark, old []string) {
			e.remove(old[1])
		}},
		"the oldest one": {false, func(e emptied, _ inbox.Mark, old []string) { e.remove(old[0]) }},
		"all, and a new one comes": {true, func(e emptied, _ inbox.Mark, old []string) {
			e.remove(old...)
			e.receive(mailTo(robert, "new"), robert)
		}},
		"another's": {false, func(e emptied, m inbox.Mark, _ []string) {
			id := e.receive(mailTo(jane, "new"), jane)
			since(t, e.in, robert, m)
			e.remove(id)
		}},
	} {
		for kind, e := range emptiedKinds(t) {
			old := []string{e.receive(mailTo(robert, "one"), robert),
				e.receive(mailTo(robert, "two"), robert)}
			m := mark(t, e.in, robert)
			act.do(e, m, old)
			since(t, e.in, robert, m)
			if got := m.Purged(); got != act.want {
				t.Errorf("%s, %s: %t", kind, name, got)
			}
		}
	}
}

// A mail that came and went between two looks is known from the websocket alone.
func TestMailThatNobodySawIsMissed(t *testing.T) {
	for kind, e := range emptiedKinds(t) {
		wake := e.in.Wake()
		<-e.joined
		m := mark(t, e.in, robert)
		e.tell(t, e.news(caught{id: "unseen-of-another", to: []string{jane},
			created: time.Unix(1e9, 0)}))
		e.tell(t, map[string]any{"Type": "stats", "Data": 7})
		awaitWakes(t, wake, 3)
		since(t, e.in, robert, m)
		if m.Purged() {
			t.Errorf("%s: another's mail is missed", kind)
		}
		e.tell(t, e.news(caught{id: "unseen", to: []string{robert}, created: time.Unix(1e9, 0)}))
		for since(t, e.in, robert, m); !m.Purged(); since(t, e.in, robert, m) {
			awaitWakes(t, wake, 1)
		}
	}
}

func awaitWakes(t *testing.T, wake <-chan struct{}, n int) {
	t.Helper()
	for range n {
		select {
		case <-wake:
		case <-t.Context().Done():
			t.Fatal("no wake came")
		}
	}
}
