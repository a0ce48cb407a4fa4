package mailcatcher

import (
	"cmp"
	"slices"
	"sync"

	"github.com/mailhog/data"
)

// store keeps the newest mails within its limits.
type store struct {
	maxMails int
	maxBytes int64

	mu      sync.Mutex
	mails   []*mail // in order of arrival
	byID    map[data.MessageID]*mail
	bytes   int64
	arrived uint64
}

func newStore(maxMails int, maxBytes int64) *store {
	return &store{maxMails: maxMails, maxBytes: maxBytes, byID: map[data.MessageID]*mail{}}
}

func (s *store) add(m *mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived++
	m.arrival = s.arrived
	s.mails = append(s.mails, m)
	s.byID[m.ID] = m
	s.bytes += m.weight
	for len(s.mails) > 1 && (len(s.mails) > s.maxMails || s.bytes > s.maxBytes) {
		s.dropOldest()
	}
}

func (s *store) dropOldest() {
	s.forget(s.mails[0])
	s.mails[0] = nil
	s.mails = s.mails[1:]
}

func (s *store) forget(m *mail) {
	delete(s.byID, m.ID)
	s.bytes -= m.weight
}

// get returns the mail of that id, nil where there is none.
func (s *store) get(id string) *mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[data.MessageID(id)]
}

// remove reports whether there was a mail of that id.
func (s *store) remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, found := s.byID[data.MessageID(id)]
	if !found {
		return false
	}
	at, _ := slices.BinarySearchFunc(s.mails, m, func(a, b *mail) int {
		return cmp.Compare(a.arrival, b.arrival)
	})
	s.mails = slices.Delete(s.mails, at, at+1)
	s.forget(m)
	return true
}

func (s *store) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails, s.bytes = nil, 0
	clear(s.byID)
}

// list returns at most limit mails, newest first, from the start-th on, and how
// many there are in all.
func (s *store) list(start, limit int) (page []*mail, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	total = len(s.mails)
	end := total - min(start, total)
	page = slices.Clone(s.mails[end-min(limit, end) : end])
	slices.Reverse(page)
	return page, total
}

// search is list among the mails that match. It looks at a copy, so that no
// mail has to wait for it.
func (s *store) search(start, limit int, matches func(*mail) bool) (page []*mail, total int) {
	s.mu.Lock()
	mails := slices.Clone(s.mails)
	s.mu.Unlock()

	for _, m := range slices.Backward(mails) {
		if !matches(m) {
			continue
		}
		if total >= start && len(page) < limit {
			page = append(page, m)
		}
		total++
	}
	return page, total
}
