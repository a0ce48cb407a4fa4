package inbox

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// maxNews bounds how many new mails are remembered that a websocket told of.
const maxNews = 5000

// purge notices that mails of one address vanish which should be listed: those that were listed
// since the mark, and the newest one at the mark. Older ones go by themselves where the inbox keeps
// so many mails only.
type purge struct {
	marked time.Time

	mu      sync.Mutex
	ids     map[string]bool
	noticed bool
}

// Purged reports whether mails vanished.
func (k *known) Purged() bool {
	k.purge.mu.Lock()
	defer k.purge.mu.Unlock()
	return k.purge.noticed
}

func (p *purge) expect(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[string]bool{}
	}
	p.ids[id] = true
}

func (p *purge) expected() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.ids))
}

func (p *purge) notice() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noticed = true
}

// newestOf is the address's newest mail, where the list is in order and tells whom its mails are
// for.
func newestOf(part listed, address string) (id string, found bool) {
	i := slices.IndexFunc(part.letters, func(l letter) bool {
		return isAddressed(l.recipients, address)
	})
	if i < 0 || !part.newestFirst() {
		return "", false
	}
	return part.letters[i].id, true
}

// news is a new mail that the inbox's websocket told of.
type news struct {
	letter
	at time.Time
}

// expect begins to listen for mails to the address.
func (r *reader) expect(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.addresses, address) {
		r.addresses = append(r.addresses, address)
	}
}

// hear reports whether the mail that the websocket tells of may be for one of the addresses. One
// that is must be listed from now on, and is remembered.
func (r *reader) hear(l letter) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(l.recipients) == 0 {
		return true
	}
	mine := slices.ContainsFunc(r.addresses, func(address string) bool {
		return isAddressed(l.recipients, address)
	})
	if mine && len(r.news) < maxNews {
		r.news = append(r.news, news{letter{id: l.id, recipients: l.recipients}, time.Now()})
	}
	return mine
}

// announcedFor are the ids of the address's mails that the websocket told of since the mark.
func (r *reader) announcedFor(address string, old *known) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for _, n := range r.news {
		if n.at.After(old.purge.marked) && !old.ids[n.id] && isAddressed(n.recipients, address) {
			ids = append(ids, n.id)
		}
	}
	return ids
}
