package runner

import (
	"context"
	"sync"
	"time"
)

const (
	// firstStep is the time between two requests after the first limit, longestStep the longest.
	firstStep, longestStep = 200 * time.Millisecond, 4 * time.Second
	// shortestStep is the shortest; below it requests may go out side by side again.
	shortestStep = 25 * time.Millisecond
	// mostStuck bounds how often the pause is doubled where nothing gets through.
	mostStuck = 3
	// untroubled is after how many responses without a limit requests go out faster, and forgotten
	// after how many the pace that met a limit is tried again.
	untroubled, forgotten = 12, 100
)

// pacer lets requests go out one at a time and apart, once the deployment, or what stands before
// it, has refused one for coming too fast. It looks for the shortest step between two requests that
// meets no limit: twice as long after a limit, and half-way back to the step that met one after a
// streak without. Where nothing gets through it waits twice as long each time: a limiter may count
// what it refuses.
type pacer struct {
	// gate holds the one request that is under way.
	gate chan struct{}

	mu sync.Mutex
	// step is the time between the beginnings of two requests, 0 as long as they need not be apart.
	step time.Duration
	// limited is the longest step that met a limit, borne the shortest that bore a streak, 0 where
	// there is none.
	limited, borne time.Duration
	next, changed  time.Time
	// streak counts the responses since the last limit or change of the step, calm those since the
	// last limit.
	streak, calm int
	// through is true once a response came without a limit after the last one.
	through bool
	// stuck counts the limits in a row, of requests that began after the pause for the one before.
	stuck int
	// met is true once a limit was met.
	met bool
	// suspected is true while it is not known whether the last limit was one; unsuspected and
	// unlimited are the step and limited from before.
	suspected              bool
	unsuspected, unlimited time.Duration
}

func newPacer() *pacer { return &pacer{gate: make(chan struct{}, 1)} }

// enter waits for the next moment at which a request may go out; leave ends it. One to spare waits
// twice as long, so as to meet no limit. The result is false when ctx ended first.
func (p *pacer) enter(ctx context.Context, spare bool) (leave func(), ok bool) {
	if !p.slowed() {
		return func() {}, ctx.Err() == nil
	}
	select {
	case p.gate <- struct{}{}:
	case <-ctx.Done():
		return func() {}, false
	}
	leave = func() { <-p.gate }
	if !p.slowed() { // Pacing has ended meanwhile.
		leave()
		return func() {}, ctx.Err() == nil
	}
	return leave, sleep(ctx, p.book(spare))
}

// slowed reports whether requests go out one at a time.
func (p *pacer) slowed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.step > 0
}

// hasMet reports whether a limit was met that all requests may meet.
func (p *pacer) hasMet() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.met
}

// book takes the next free moment and returns how far away it is.
func (p *pacer) book(spare bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	at := now
	if p.next.After(at) {
		at = p.next
	}
	if spare {
		at = at.Add(p.step)
	}
	p.next = at.Add(p.step)
	return at.Sub(now)
}

// slow notes that a request that began then met a limit, and that none should follow before the
// pause. One that began before the last change says nothing about the present step.
func (p *pacer) slow(began time.Time, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !began.Before(p.changed) {
		if p.through || p.step == 0 {
			p.limited = max(p.limited, p.step)
			p.step = p.slower()
			p.stuck = 0
		} else {
			p.stuck = min(p.stuck+1, mostStuck)
		}
		p.changed = time.Now()
	}
	p.streak, p.calm, p.through, p.suspected, p.met = 0, 0, false, false, true
	if at := time.Now().Add(pause << p.stuck); at.After(p.next) {
		p.next = at
	}
}

// slower is the step after a limit: one that has borne a streak already, or twice the present one.
func (p *pacer) slower() time.Duration {
	if p.borne > p.step {
		return p.borne
	}
	p.borne = 0
	return min(max(2*p.step, firstStep), longestStep)
}

// suspect slows down as after a limit that a request met which began then, until it is known
// whether it was one.
func (p *pacer) suspect(began time.Time, pause time.Duration) {
	p.mu.Lock()
	step, limited, met := p.step, p.limited, p.met
	if p.suspected {
		step, limited = p.unsuspected, p.unlimited
	}
	p.mu.Unlock()
	p.slow(began, pause)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.suspected, p.unsuspected, p.unlimited, p.met = true, step, limited, met
}

// relax takes suspicions back.
func (p *pacer) relax() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.suspected {
		p.step, p.limited, p.suspected = p.unsuspected, p.unlimited, false
	}
}

// free ends the pacing of a deployment that does not keep its word.
func (p *pacer) free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step, p.suspected = 0, false
}

// bear counts a response that met no limit.
func (p *pacer) bear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streak++
	p.calm++
	p.through = true
	if p.calm >= forgotten {
		p.calm, p.limited = 0, p.limited/2
	}
	if p.step > 0 && p.streak >= untroubled {
		p.streak, p.borne = 0, p.step
		p.step = p.faster()
	}
}

// faster is the step after a streak: half-way back to the one that met a limit, unless it is near
// that already.
func (p *pacer) faster() time.Duration {
	step := (p.step + p.limited) / 2
	switch {
	case step < shortestStep:
		if p.limited == 0 && p.calm < forgotten/2 {
			return shortestStep // Side by side they met a limit not long ago.
		}
		return 0
	case p.step-step < p.step/16:
		return p.step
	}
	return step
}
