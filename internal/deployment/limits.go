package deployment

import (
	"context"
	"sync"
	"time"
)

// limits are how many requests may be under way, how many may begin in a
// second, and that those of one named connection go one after another.
type limits struct {
	slots    chan struct{}
	interval time.Duration

	mu    sync.Mutex
	next  time.Time
	turns map[string]chan struct{}
}

func newLimits(concurrency int, rate float64) *limits {
	l := &limits{slots: make(chan struct{}, concurrency), turns: map[string]chan struct{}{}}
	if rate > 0 {
		l.interval = time.Duration(float64(time.Second) / rate)
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
	if err := ctx.Err(); err != nil || l.interval == 0 {
		return err
	}
	timer := time.NewTimer(l.booked())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// booked takes the next free moment and returns how far away it is.
func (l *limits) booked() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.next.Before(now) {
		l.next = now
	}
	wait := l.next.Sub(now)
	l.next = l.next.Add(l.interval)
	return wait
}
