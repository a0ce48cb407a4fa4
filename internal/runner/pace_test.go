package runner

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bucket is a limiter like nginx's: it accepts requests at least the interval apart, and a burst of
// so many more.
type bucket struct {
	interval time.Duration
	burst    int
	last     time.Time
	excess   time.Duration
}

func (b *bucket) lets(now time.Time) bool {
	excess := max(0, b.excess-now.Sub(b.last)+b.interval)
	if b.last.IsZero() {
		excess = 0
	}
	if excess > time.Duration(b.burst)*b.interval {
		return false
	}
	b.excess, b.last = excess, now
	return true
}

// TestPacerFindsTheRateOfALimiter sends a number of requests, each repeated until it gets through.
func TestPacerFindsTheRateOfALimiter(t *testing.T) {
	for name, c := range map[string]struct {
		interval time.Duration
		burst    int
	}{
		"30 a minute": {2 * time.Second, 0}, "1 a second": {time.Second, 0},
		"2 a second, burst 5":   {500 * time.Millisecond, 5},
		"10 a second":           {100 * time.Millisecond, 0},
		"50 a second":           {20 * time.Millisecond, 0},
		"10 a second, burst 20": {100 * time.Millisecond, 20},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const requests, mostRefused, mostInARow = 100, 25, maxAttempts - 1
				p, limiter := newPacer(), &bucket{interval: c.interval, burst: c.burst}
				began, refused, row := time.Now(), 0, 0
				for through := 0; through < requests; {
					leave, _ := p.waitForSlot(context.Background(), false)
					let := time.Now()
					time.Sleep(time.Millisecond)
					if limiter.lets(let) {
						p.recordSuccess()
						through++
						row = 0
					} else {
						p.slowDown(let, defaultPause)
						refused++
						row++
					}
					leave()
					if row > mostInARow {
						t.Fatalf("a request met a limit %d times in a row at a step of %v", row,
							p.interval)
					}
				}
				// Twice as long as at the limiter's own rate is good enough.
				if took, least := time.Since(began), requests*c.interval; took > 2*least+
					30*time.Second || refused > mostRefused {
					t.Errorf("it took %v, at the limiter's rate %v; %d requests met a limit", took,
						least, refused)
				}
			})
		})
	}
}

func TestPacerIsNotThereWithoutALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPacer(), time.Now()
		for range 100 {
			leave, ok := p.waitForSlot(context.Background(), true)
			if !ok {
				t.Fatal("not let out")
			}
			defer leave()
			p.recordSuccess()
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("100 requests waited %v", took)
		}
	})
}

func TestPacerSlowsDownOnceForRequestsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, let := newPacer(), time.Now()
		time.Sleep(time.Millisecond)
		for range 8 {
			p.slowDown(let, 0)
		}
		if p.interval != firstInterval {
			t.Errorf("the step is %v", p.interval)
		}
		p.recordSuccess()
		p.slowDown(time.Now(), 0)
		if p.interval != 2*firstInterval {
			t.Errorf("after a further limit the step is %v", p.interval)
		}
	})
}

// TestPacerWaitsLongerWhereNothingGetsThrough keeps the interval meanwhile: refused requests may
// count.
func TestPacerWaitsLongerWhereNothingGetsThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second,
			8 * time.Second, 8 * time.Second} {
			p.slowDown(time.Now(), time.Second)
			began := time.Now()
			leave, _ := p.waitForSlot(context.Background(), false)
			leave()
			if took := time.Since(began); took != want || p.interval != firstInterval {
				t.Errorf("waited %v at a step of %v, want %v", took, p.interval, want)
			}
		}
	})
}

// TestPacerTakesSuspicionsBack restores the interval from before them, whether there was one or
// not.
func TestPacerTakesSuspicionsBack(t *testing.T) {
	for name, limits := range map[string]int{"without a limit": 0, "after a limit": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPacer()
				for range limits {
					p.slowDown(time.Now(), 0)
					p.recordSuccess()
				}
				before := p.interval
				for range 3 {
					p.slowDownTentatively(time.Now(), 0)
					p.recordSuccess()
				}
				if p.interval <= before {
					t.Errorf("a suspicion leaves the step at %v", p.interval)
				}
				if p.dropSuspicion(); p.interval != before || p.hasMetLimit() != (limits > 0) {
					t.Errorf("the step is %v after suspicions, %v before; a limit was met: %v",
						p.interval, before, p.hasMetLimit())
				}
			})
		})
	}
}

// TestPacerThatEndsLetsAllOut checks that requests stop waiting for the one under way.
func TestPacerThatEndsLetsAllOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		p.slowDown(time.Now(), 0)
		leave, _ := p.waitForSlot(t.Context(), false)
		began := time.Now()
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				leave, _ := p.waitForSlot(t.Context(), false)
				time.Sleep(time.Second)
				leave()
			})
		}
		synctest.Wait()
		p.stopPacing()
		leave()
		wait.Wait()
		if took := time.Since(began); took != time.Second {
			t.Errorf("eight requests of a second took %v", took)
		}
	})
}

// TestPacerLetsOneOutAtATime covers a limit of connections.
func TestPacerLetsOneOutAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer()
		p.slowDown(time.Now(), 0)
		leave, _ := p.waitForSlot(context.Background(), false)
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		if _, ok := p.waitForSlot(ctx, false); ok {
			t.Error("two are under way")
		}
		leave()
		if _, ok := p.waitForSlot(context.Background(), false); !ok {
			t.Error("none is let out any more")
		}
	})
}

func TestPacerForgets(t *testing.T) {
	p := newPacer()
	p.slowDown(time.Now(), 0)
	for range 2 * retryPaceAfter {
		p.recordSuccess()
	}
	if p.isPacing() {
		t.Errorf("after many responses without a limit the step is still %v", p.interval)
	}
}
