package runner

import (
	"context"
	"sync"
	"time"
)

const (
	// firstInterval is the time between two requests after the first limit, longestStep the longest.
	firstInterval, longestInterval = 200 * time.Millisecond, 4 * time.Second
	// shortestInterval is the shortest; below it requests may go out side by side again.
	shortestInterval = 25 * time.Millisecond
	// maxDoublings bounds how often the pause is doubled where nothing gets through.
	maxDoublings = 3
	// speedUpAfter is after how many responses without a limit requests go out faster, and forgotten
	// after how many the pace that met a limit is tried again.
	speedUpAfter, retryPaceAfter = 12, 100
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
	// interval is the time between the beginnings of two requests, 0 as long as they need not be apart.
	interval time.Duration
	// limited is the longest step that met a limit, borne the shortest that bore a streak, 0 where
	// there is none.
	limited, sustained time.Duration
	next, changed      time.Time
	// streak counts the responses since the last limit or change of the step, calm those since the
	// last limit.
	streak, sinceLimit int
	// passed is true once a response came without a limit after the last one.
	passed bool
	// stuck counts the limits in a row, of requests that began after the pause for the one before.
	stuck int
	// metLimit is true once a limit was met.
	metLimit bool
	// suspected is true while it is not known whether the last limit was one; unsuspected and
	// unlimited are the step and limited from before.
	suspected                     bool
	intervalBefore, limitedBefore time.Duration
}

func newPacer() *pacer { return &pacer{gate: make(chan struct{}, 1)} }

// waitForSlot waits for the next moment at which a request may go out; leave ends it. One to spare waits
// twice as long, so as to meet no limit. The result is false when ctx ended first.
func (p *pacer) waitForSlot(ctx context.Context, spare bool) (leave func(), ok bool) {
	if !p.isPacing() {
		return func() {}, ctx.Err() == nil
	}
	select {
	case p.gate <- struct{}{}:
	case <-ctx.Done():
		return func() {}, false
	}
	leave = func() { <-p.gate }
	if !p.isPacing() { // Pacing has ended meanwhile.
		leave()
		return func() {}, ctx.Err() == nil
	}
	return leave, sleep(ctx, p.reserveSlot(spare))
}

// isPacing reports whether requests go out one at a time.
func (p *pacer) isPacing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.interval > 0
}

// hasMetLimit reports whether a limit was met that all requests may meet.
func (p *pacer) hasMetLimit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.metLimit
}

// reserveSlot takes the next free moment and returns how far away it is.
func (p *pacer) reserveSlot(spare bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	at := now
	if p.next.After(at) {
		at = p.next
	}
	if spare {
		at = at.Add(p.interval)
	}
	p.next = at.Add(p.interval)
	return at.Sub(now)
}

// slowDown notes that a request that began then met a limit, and that none should follow before the
// pause. One that began before the last change says nothing about the present step.
func (p *pacer) slowDown(began time.Time, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !began.Before(p.changed) {
		if p.passed || p.interval == 0 {
			p.limited = max(p.limited, p.interval)
			p.interval = p.slowerInterval()
			p.stuck = 0
		} else {
			p.stuck = min(p.stuck+1, maxDoublings)
		}
		p.changed = time.Now()
	}
	p.streak, p.sinceLimit, p.passed, p.suspected, p.metLimit = 0, 0, false, false, true
	if at := time.Now().Add(pause << p.stuck); at.After(p.next) {
		p.next = at
	}
}

// slowerInterval is the step after a limit: one that has borne a streak already, or twice the present one.
func (p *pacer) slowerInterval() time.Duration {
	if p.sustained > p.interval {
		return p.sustained
	}
	p.sustained = 0
	return min(max(2*p.interval, firstInterval), longestInterval)
}

// slowDownTentatively slows down as after a limit that a request met which began then, until it is known
// whether it was one.
func (p *pacer) slowDownTentatively(began time.Time, pause time.Duration) {
	p.mu.Lock()
	step, limited, met := p.interval, p.limited, p.metLimit
	if p.suspected {
		step, limited = p.intervalBefore, p.limitedBefore
	}
	p.mu.Unlock()
	p.slowDown(began, pause)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.suspected, p.intervalBefore, p.limitedBefore, p.metLimit = true, step, limited, met
}

// dropSuspicion takes suspicions back.
func (p *pacer) dropSuspicion() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.suspected {
		p.interval, p.limited, p.suspected = p.intervalBefore, p.limitedBefore, false
	}
}

// stopPacing ends the pacing of a deployment that does not keep its word.
func (p *pacer) stopPacing() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interval, p.suspected = 0, false
}

// recordSuccess counts a response that met no limit.
func (p *pacer) recordSuccess() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streak++
	p.sinceLimit++
	p.passed = true
	if p.sinceLimit >= retryPaceAfter {
		p.sinceLimit, p.limited = 0, p.limited/2
	}
	if p.interval > 0 && p.streak >= speedUpAfter {
		p.streak, p.sustained = 0, p.interval
		p.interval = p.fasterInterval()
	}
}

// fasterInterval is the step after a streak: half-way back to the one that met a limit, unless it is near
// that already.
func (p *pacer) fasterInterval() time.Duration {
	step := (p.interval + p.limited) / 2
	switch {
	case step < shortestInterval:
		if p.limited == 0 && p.sinceLimit < retryPaceAfter/2 {
			return shortestInterval // Side by side they met a limit not long ago.
		}
		return 0
	case p.interval-step < p.interval/16:
		return p.interval
	}
	return step
}
