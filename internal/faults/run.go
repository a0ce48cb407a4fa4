package faults

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

const (
	// mostRemembered bounds what a wrapper remembers of its clients.
	mostRemembered = 10_000
	// mostDelayed bounds the mails that wait to be sent late.
	mostDelayed = 1024
	sendTimeout = 10 * time.Second
)

// run is what the wrappers of one deployment share: their background work, the
// mails that went out, and the codes that were mailed in another spelling.
type run struct {
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup
	// outbox is the mailer below all wrappers.
	outbox reference.Mailer

	mu      sync.Mutex
	delayed int
	sent    map[string]int // by address
	arrived chan struct{}  // closed and replaced with each mail
	aliases map[string]string
	// codes are those that were mailed, in order; owners are their addresses.
	codes  []string
	owners map[string]string
	// hosts are those that the last resets were sent to, unused the codes that have given no token
	// yet; both by address.
	hosts, unused memory[string]
	// workers are those that did the last resets, by address.
	workers memory[int]
}

func newRun() *run {
	life, end := context.WithCancel(context.Background())
	return &run{
		life: life, end: end, sent: map[string]int{},
		arrived: make(chan struct{}), aliases: map[string]string{}, owners: map[string]string{},
	}
}

func (r *run) stop() {
	r.end()
	r.work.Wait()
}

// background runs until it is done; its context ends with the run.
func (r *run) background(work func(context.Context)) {
	r.work.Go(func() { work(r.life) })
}

// later sends mail after a delay, unless the run ends before; with too many
// waiting already it is lost.
func (r *run) later(delay time.Duration, send func(context.Context) error) {
	if !r.hold(1) {
		return
	}
	r.background(func(ctx context.Context) {
		defer r.hold(-1)
		if !pause(ctx, delay) {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		// Whoever sends late has nobody left to tell of an error.
		_ = send(ctx)
	})
}

func (r *run) hold(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > 0 && r.delayed >= mostDelayed {
		return false
	}
	r.delayed += n
	return true
}

// pause waits; it is false when the context ended first.
func pause(ctx context.Context, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// record notes each mail that has gone out. Mails go one at a time, as a
// reference.Mailer may expect, although wrappers send from several goroutines.
func (r *run) record(mailer reference.Mailer) reference.Mailer {
	var sending sync.Mutex
	return mailerFunc(func(ctx context.Context, m reference.Mail) error {
		sending.Lock()
		defer sending.Unlock()
		r.noteCode(m)
		err := mailer.Send(ctx, m)
		if err == nil {
			r.note(m.To)
		}
		return err
	})
}

func (r *run) note(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[strings.ToLower(address)]++
	close(r.arrived)
	r.arrived = make(chan struct{})
}

// noteCode remembers whose the code of the mail is; other mails carry none.
func (r *run) noteCode(m reference.Mail) {
	l, err := readLetter(m)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.codes) >= mostRemembered {
		r.codes = nil
		clear(r.owners)
	}
	r.codes = append(r.codes, l.code)
	r.owners[l.code] = m.To
}

// owner returns the address that the code was mailed to.
func (r *run) owner(code string) (address string, mailed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	address, mailed = r.owners[code]
	return address, mailed
}

// mailedCodes are the codes that were mailed, in order.
func (r *run) mailedCodes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.codes)
}

// sentTo is how many mails went to the address so far.
func (r *run) sentTo(address string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent[strings.ToLower(address)]
}

// await returns when more mails than before went to the address, or the context
// or the run ended.
func (r *run) await(ctx context.Context, address string, before int) {
	for {
		r.mu.Lock()
		count, arrived := r.sent[strings.ToLower(address)], r.arrived
		r.mu.Unlock()
		if count > before {
			return
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return
		case <-r.life.Done():
			return
		}
	}
}

// alias makes step 3 take the spelling for the code.
func (r *run) alias(spelling, code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.aliases) >= mostRemembered {
		clear(r.aliases)
	}
	r.aliases[bare(spelling)] = code
}

func (r *run) codeOf(spelling string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	code, found := r.aliases[bare(spelling)]
	return code, found
}

// bare is a code without what only helps to read it.
func bare(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// memory is what a wrapper remembers between requests.
type memory[V any] struct {
	mu     sync.Mutex
	values map[string]V
}

// update changes what is remembered under the key and returns it.
func (m *memory[V]) update(key string, change func(V) V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil || len(m.values) >= mostRemembered {
		m.values = map[string]V{}
	}
	m.values[key] = change(m.values[key])
	return m.values[key]
}

func (m *memory[V]) get(key string) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[key]
}

func (m *memory[V]) set(key string, value V) {
	m.update(key, func(V) V { return value })
}
