package collect

import (
	"context"
	"sync"
	"time"
)

const (
	// mostAttempts bounds how often one request that meets a limit is sent.
	mostAttempts = 6
	// unsaidPause is how long to wait where a limit does not say so.
	unsaidPause = time.Second
	// shortestStep and longestStep bound the time between two requests to a deployment that limits them.
	shortestStep, longestStep = 200 * time.Millisecond, time.Second
	// untroubled is after how many answers without a limit the run goes twice as fast again, and leastStep the step
	// below which it does not pace itself any more.
	untroubled, leastStep = 12, 50 * time.Millisecond
)

// pacer spaces out requests once the deployment has said that they come too fast: without it those under way
// together meet the limit again and again.
type pacer struct {
	mu            sync.Mutex
	next, changed time.Time
	step          time.Duration
	// answers counts the answers that met no limit, row those since the last one that did.
	answers, row int
}

// wait waits for the next moment at which a request may go out; for one that is sent once only there is a pause before it.
func (p *pacer) wait(ctx context.Context, onceOnly bool) bool {
	p.mu.Lock()
	if p.step == 0 {
		p.mu.Unlock()
		return true
	}
	at := time.Now()
	if p.next.After(at) {
		at = p.next
	}
	if onceOnly {
		at = at.Add(longestStep)
	}
	p.next = at.Add(p.step)
	p.mu.Unlock()
	return sleep(ctx, time.Until(at))
}

// slow notes that a request that was let go then met a limit, and may come back after the pause. Those that were let
// go before the run slowed down say nothing about its pace.
func (p *pacer) slow(let time.Time, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.row = 0
	if let.After(p.changed) {
		p.step, p.changed = min(max(2*p.step, shortestStep), longestStep), time.Now()
	}
	if at := time.Now().Add(pause); at.After(p.next) {
		p.next = at
	}
}

// free ends the pacing of a deployment that does not keep its word.
func (p *pacer) free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = 0
}

// answered counts an answer that met no limit; it returns how many there were.
func (p *pacer) answered(more int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers += more
	p.row += more
	if p.row >= untroubled {
		p.row, p.step = 0, p.step/2
	}
	if p.step < leastStep {
		p.step = 0
	}
	return p.answers
}
