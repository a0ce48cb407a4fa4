package httpclient

import (
	"context"
	"sync"

	"golang.org/x/time/rate"
)

// limits are how many requests may be under way, how many may begin in a
// second, and that those of one named connection go one after another.
type limits struct {
	slots chan struct{}
	// beginning says when requests may begin; nil is no limit.
	beginning *rate.Limiter

	mu    sync.Mutex
	turns map[string]chan struct{}
}

func newLimits(concurrency int, perSecond float64) *limits {
	l := &limits{slots: make(chan struct{}, concurrency), turns: map[string]chan struct{}{}}
	if perSecond > 0 {
		l.beginning = rate.NewLimiter(rate.Limit(perSecond), 1)
	}
	return l
}

// acquire waits until a request may begin. The turn comes before the slot, so
// that who waits for a turn keeps nobody else waiting.
func (l *limits) acquire(ctx context.Context, conn string) (release func(), err error) {
	turn := l.turn(conn)
	for i, gate := range []chan struct{}{turn, l.slots} {
		select {
		case gate <- struct{}{}:
		case <-ctx.Done():
			if i > 0 {
				<-turn
			}
			return nil, ctx.Err()
		}
	}
	release = func() { <-l.slots; <-turn }
	if err := l.pace(ctx); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// turn returns the gate of a named connection; the unnamed have one each.
func (l *limits) turn(conn string) chan struct{} {
	if conn == "" {
		return make(chan struct{}, 1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.turns[conn] == nil {
		l.turns[conn] = make(chan struct{}, 1)
	}
	return l.turns[conn]
}

// pace waits for the next moment at which a request may begin.
func (l *limits) pace(ctx context.Context) error {
	if err := ctx.Err(); err != nil || l.beginning == nil {
		return err
	}
	return l.beginning.Wait(ctx)
}
