package inbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	// maxSource is how much of one mail is kept, in bytes.
	maxSource = 1 << 20
	// maxSources is how much of all mails that one call returns is kept, in bytes.
	maxSources = 64 << 20
	// maxListed is how many mails for one address one call looks at.
	maxListed = 5000
	// fewMails and manyMails are how many are asked for at first and then. MailHog
	// sends them whole, and never more than 250.
	fewMails  = 20
	manyMails = 250
)

// Options say where an inbox is and how to reach it.
type Options struct {
	// URL is the inbox's own, such as http://localhost:8025. It may have a path
	// before the API's, and a user and password (HTTP Basic).
	URL string
	// Timeout is how long one response may take; zero is 30 seconds.
	Timeout time.Duration
	// Proxy chooses the proxy as that of http.Transport does; nil is none.
	Proxy func(*http.Request) (*url.URL, error)
	// TLS is how the inbox's certificate is verified; nil is the system's way.
	TLS *tls.Config
	// Guard calls what goes on in the background, to make an error of a panic; nil just calls it.
	Guard func(func())
}

func (o Options) timeout() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return defaultTimeout
}

// Ping finds out whether the inbox responds as its kind does. Its error says in one
// sentence what is wrong: nothing can be reached there, or something else responds.
func Ping(ctx context.Context, in Inbox) error {
	if p, ok := in.(interface{ ping(context.Context) error }); ok {
		return p.ping(ctx)
	}
	return nil
}

// catcher is the API of one kind of inbox.
type catcher interface {
	// list returns some mails that may be for the address, newest first where the
	// inbox can.
	list(context.Context, listing) (listed, error)
	// source returns a mail as it was received, cut at limit bytes; gone is true
	// when it was deleted.
	source(ctx context.Context, l letter, limit int) (source []byte, gone bool, err error)
	// announced reads what the inbox's websocket says of a new mail; the letter of any other
	// message has no id.
	announced(s *jsonStream) (letter, error)
}

// listing is what to list.
type listing struct {
	address      string
	start, limit int
	// wanted, where not nil, says of which mails the source will be asked for, and
	// room how much of all of them may be held, in bytes.
	wanted func(id string) bool
	room   int
}

// listed is a part of the mails that may be for an address.
type listed struct {
	letters []letter
	// total is how many there are, as far as the inbox knows.
	total int
	// last is true when no more follow.
	last bool
}

// letter is a mail as it is listed.
type letter struct {
	id         string
	recipients []string
	created    time.Time
	source     []byte
}

// newestFirst judges by both ends: neighbours may be stored in another order than
// they were received in, and MailHog's maildir is in no order at all.
func (l listed) newestFirst() bool {
	return len(l.letters) < 2 || !l.letters[0].created.Before(l.letters[len(l.letters)-1].created)
}

// reader is one run's view of an inbox.
type reader struct {
	server *Server

	mu   sync.Mutex
	seen map[string]time.Time
	// addresses are those that were marked, news the mails for them that the websocket told of.
	addresses []string
	news      []news
}

func newReader(s *Server) *reader { return &reader{server: s, seen: map[string]time.Time{}} }

// known is the Mark: the ids that were listed, and how many mails there were. Where it
// is not complete, the ids are those of the newest.
type known struct {
	ids      map[string]bool
	complete bool
	purge    purge

	mu sync.Mutex
	// total is how many mails there were, as far as they are still there.
	total int
	// met are the ids of all mails that were listed since, mails those of the address.
	met   map[string]bool
	mails []Mail
}

// Wake gives each caller a channel of its own, which lasts as long as the reader. The
// first call begins to listen.
func (r *reader) Wake() <-chan struct{} { return r.server.feed.subscribe(r) }

// Close ends the reader's wakes.
func (r *reader) Close() error {
	r.server.feed.leave(r)
	return nil
}

func (r *reader) ping(ctx context.Context) error {
	_, err := r.server.list(ctx, listing{address: "nobody@conformance.invalid", limit: 1})
	return err
}

func (r *reader) Mark(ctx context.Context, address string) (Mark, error) {
	r.expect(address)
	mark := &known{ids: map[string]bool{}, met: map[string]bool{}, purge: purge{marked: time.Now()}}
	for start := 0; ; {
		part, err := r.server.list(ctx, listing{address: address, start: start, limit: manyMails})
		if err != nil {
			return nil, err
		}
		if start == 0 {
			mark.total = part.total
		}
		before := len(mark.ids)
		for _, l := range part.letters {
			mark.ids[l.id] = true
		}
		if newest, found := newestOf(part, address); found && start == 0 {
			mark.purge.expect(newest)
		}
		mark.complete = part.last || len(mark.ids) == before
		// Of mails in the order of arrival, the newest are enough to know the older ones by.
		if mark.complete || !r.server.byDate && part.newestFirst() {
			return mark, nil
		}
		if start += len(part.letters); start >= maxListed {
			return r.bounded(mark, part, address)
		}
	}
}

// bounded returns the mark of a part of the mails, where the order of the rest tells new from old.
func (r *reader) bounded(mark *known, last listed, address string) (Mark, error) {
	if last.newestFirst() {
		return mark, nil
	}
	return nil, r.tooMany(address)
}

func (r *reader) tooMany(address string) error {
	return fmt.Errorf("%s at %s holds more than %d mails for %s, in no order that tells new from old: empty it", r.server.fetcher.product, r.server.fetcher.base, maxListed, address)
}

func (r *reader) Since(ctx context.Context, address string, mark Mark) ([]Mail, error) {
	old, ok := mark.(*known)
	if !ok {
		return nil, fmt.Errorf("a mark of another inbox: %T", mark)
	}
	look, err := r.unknown(ctx, address, old)
	if err != nil {
		return nil, err
	}
	mails, err := r.open(ctx, address, look.found)
	if err != nil {
		return nil, err
	}
	return old.add(mails, look), nil
}

// add returns all mails since the mark, with these of a look.
func (k *known) add(mails []Mail, l look) []Mail {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.learn(l)
	for _, m := range mails {
		if !slices.ContainsFunc(k.mails, func(o Mail) bool { return o.ID == m.ID }) {
			k.mails = append(k.mails, m)
			k.purge.expect(m.ID)
		}
	}
	slices.SortStableFunc(k.mails, func(a, b Mail) int { return a.Seen.Compare(b.Seen) })
	return slices.Clone(k.mails)
}

// unknown lists the mails that were not listed before, in the inbox's order. It lists them again
// where some are missed: deleting other mails moves those of a list.
func (r *reader) unknown(ctx context.Context, address string, old *known) (look, error) {
	expected := append(old.purge.expected(), r.announcedFor(address, old)...)
	l, err := r.listUnknown(ctx, address, old, false)
	for range 2 {
		if err != nil || !l.misses(old, expected) {
			return l, err
		}
		l, err = r.listUnknown(ctx, address, old, true)
	}
	if err == nil && l.misses(old, expected) {
		old.purge.notice()
	}
	return l, err
}

// look is what one look listed.
type look struct {
	// found are the mails that were not listed before, in the inbox's order.
	found []letter
	// met are the ids of all that were listed, down to those of the mark where whole is true.
	met   map[string]bool
	whole bool
	total int
}

// misses reports whether one of the ids was to be listed, and was not.
func (l look) misses(old *known, expected []string) bool {
	old.mu.Lock()
	defer old.mu.Unlock()
	return slices.ContainsFunc(expected, func(id string) bool {
		return !l.met[id] && (l.whole || !old.met[id] && !old.ids[id])
	})
}

// learn takes what a whole look listed for all that there is since the mark; another one adds what
// it found.
func (k *known) learn(l look) {
	if !l.whole {
		for _, each := range l.found {
			k.met[each.id] = true
		}
		return
	}
	k.met = map[string]bool{}
	for id := range l.met {
		if !k.ids[id] {
			k.met[id] = true
		}
	}
	k.total = l.total - len(k.met)
	k.mails = slices.DeleteFunc(k.mails, func(m Mail) bool { return !k.met[m.ID] })
}

// listUnknown lists mails until it meets those that were listed before and as many as there are, or
// the mark's where whole is true or some went away.
func (r *reader) listUnknown(ctx context.Context, address string, old *known, whole bool) (look,
	error) {
	old.mu.Lock()
	before, total := maps.Clone(old.met), old.total
	old.mu.Unlock()
	l := look{met: map[string]bool{}}
	metOld, metBefore, room := false, false, maxSources
	wanted := func(id string) bool { return !old.ids[id] && !before[id] && !l.met[id] }
	for start, limit := 0, fewMails; ; limit = manyMails {
		part, err := r.server.list(ctx, listing{address, start, limit, wanted, room})
		if err != nil {
			return look{}, err
		}
		if start == 0 {
			l.total = part.total
		}
		count := len(l.met)
		for _, each := range part.letters {
			metOld, metBefore = metOld || old.ids[each.id], metBefore || before[each.id]
			if wanted(each.id) {
				l.found = append(l.found, each)
				room -= len(each.source)
			}
			l.met[each.id] = true
		}
		arrived := l.total - total - len(before)
		reachedOld := metOld && part.newestFirst()
		if r.server.byDate && arrived < 0 && old.complete {
			reachedOld = false // Mails were deleted: how many are new, their number no longer tells.
		}
		// Older mails of an incomplete mark would pass for new ones.
		enough := reachedOld && (len(l.found) >= arrived || !old.complete)
		l.whole = part.last || len(l.met) == count || enough && !r.server.byDate
		if l.whole || !whole && (enough || !r.server.byDate && metBefore && part.newestFirst() &&
			len(l.found) == arrived) {
			return l, nil
		}
		if start += len(part.letters); start >= maxListed {
			return look{}, r.tooMany(address)
		}
	}
}

// open turns those letters that are for the address into mails, in order of arrival.
func (r *reader) open(ctx context.Context, address string, letters []letter) ([]Mail, error) {
	var mails []Mail
	left, now := maxSources, time.Now()
	for _, l := range letters {
		if len(l.recipients) > 0 && !isAddressed(l.recipients, address) {
			continue
		}
		source, gone, err := r.server.source(ctx, l, min(maxSource, left))
		if err != nil {
			return nil, err
		}
		if len(l.recipients) == 0 {
			l.recipients = headerRecipients(source)
		}
		if gone || !isAddressed(l.recipients, address) {
			continue
		}
		left -= len(source)
		mails = append(mails, Mail{ID: l.id, Recipients: l.recipients, Source: source,
			Seen: r.firstSeen(l.id, now)})
	}
	slices.Reverse(mails)
	slices.SortStableFunc(mails, func(a, b Mail) int { return a.Seen.Compare(b.Seen) })
	return mails, nil
}

// firstSeen is now, or when an earlier call returned the mail.
func (r *reader) firstSeen(id string, now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.seen[id]; !ok {
		r.seen[id] = now
	}
	return r.seen[id]
}
