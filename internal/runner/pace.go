package runner

import (
	"context"
	"sync"
	"time"
)

const (
	// firstInterval is the time between two requests after the first limit, longestInterval the
	// upper bound.
	firstInterval, longestInterval = 200 * time.Millisecond, 4 * time.Second
	// shortestInterval is the lower bound; below it requests may go out concurrently again.
	shortestInterval = 25 * time.Millisecond
	// maxDoublings bounds the doublings of the pause while nothing gets through.
	maxDoublings = 3
	// speedUpAfter is the number of responses without a limit before requests go out faster. After
	// retryPaceAfter the limited pace is tried again.
	speedUpAfter, retryPaceAfter = 12, 100
)

// pacer sends requests one at a time, at intervals, once the deployment or a proxy has limited
// their rate. It searches for the shortest interval without a limit: it doubles the interval after
// a limit, and goes half-way back to the limited one after a streak of successes. While nothing
// gets through it doubles the pause instead: a limiter may count the requests it refuses.
type pacer struct {
	// gate holds the one request under way.
	gate chan struct{}

	mu sync.Mutex
	// interval is the time between the starts of two requests, 0 without pacing.
	interval time.Duration
	// limited is the longest interval to meet a limit, sustained the shortest to survive a streak;
	// 0 if there is none.
	limited, sustained time.Duration
	next, changed      time.Time
	// streak counts responses since the last limit or change of the interval, sinceLimit those
	// since the last limit.
	streak, sinceLimit int
	// passed is true once a response came without a limit after the last one.
	passed bool
	// stuck counts consecutive limits of requests sent after the previous pause.
	stuck int
	// metLimit is true once a limit was met.
	metLimit bool
	// suspected is true while the last limit is unconfirmed; intervalBefore and limitedBefore are
	// the values to restore.
	suspected                     bool
	intervalBefore, limitedBefore time.Duration
}

func newPacer() *pacer { return &pacer{gate: make(chan struct{}, 1)} }

// waitForSlot waits for the next slot; the caller ends it with leave. A spare request waits twice
// as long, to be safe from a limit. It is not ok if ctx ended first.
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

// hasMetLimit reports whether a general limit was met, not just one trader's.
func (p *pacer) hasMetLimit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.metLimit
}

// reserveSlot takes the next free slot and returns the time until then.
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

// slowDown notes a limit met by a request sent at began, and keeps the pause before the next one. A
// request from before the last change says nothing about the present interval.
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

// slowerInterval is the interval after a limit: a longer one with a streak behind it, or twice the
// present one.
func (p *pacer) slowerInterval() time.Duration {
	if p.sustained > p.interval {
		return p.sustained
	}
	p.sustained = 0
	return min(max(2*p.interval, firstInterval), longestInterval)
}

// slowDownTentatively slows down as after a limit, until it is clear whether it was one.
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

// dropSuspicion restores the interval from before an unconfirmed limit.
func (p *pacer) dropSuspicion() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.suspected {
		p.interval, p.limited, p.suspected = p.intervalBefore, p.limitedBefore, false
	}
}

// stopPacing ends the pacing: the deployment broke its own statement about the limit.
func (p *pacer) stopPacing() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interval, p.suspected = 0, false
}

// recordSuccess counts a response without a limit.
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

// fasterInterval is the interval after a streak: half-way to the limited one, unless it is near
// already.
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
