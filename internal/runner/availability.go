package runner

import (
	"sync"
	"time"
)

const (
	// longLimitWait is how long the run waits for an operation that responded before and meets a limit
	// now, briefPatience for one that never did: limits let the first requests through.
	longLimitWait, shortLimitWait = 15 * time.Second, 3 * time.Second
	// minLimits is how many requests in a row have to meet a limit until an operation is given
	// up, fewestSaid how many where it was said when to ask again, or none of any operation gets
	// through.
	minLimits, minStatedLimits = 4, 2
)

// availability remembers of each operation what came in its place.
type availability struct {
	mu         sync.Mutex
	operations map[string]*operationState
	// last is when the API last responded, for any operation; lost is true once an operation was
	// given up and none has since.
	last time.Time
	lost bool
}

// operationState is what is known of one operation.
type operationState struct {
	// responded is true once the API itself responded.
	responded bool
	// limits counts the limits in a row that requests met which went out when they were let, the
	// first at since; the next counts from then on.
	limits          int
	since, nextFrom time.Time
	// givenUp is true once nobody waits for the limit to end any more.
	givenUp bool
	// blocked says why no request gets through, "" where some do.
	blocked string
	// ownPages are the statuses of pages that are its own, 0 of silence.
	ownPages map[int]bool
}

// stateOf returns the standing of the operation; mu is held.
func (f *availability) stateOf(operation string) *operationState {
	if f.operations == nil {
		f.operations = map[string]*operationState{}
	}
	if f.operations[operation] == nil {
		f.operations[operation] = &operationState{ownPages: map[int]bool{}}
	}
	return f.operations[operation]
}

// recordResponse notes that the API itself responded.
func (f *availability) recordResponse(operation string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.stateOf(operation)
	f.last, f.lost = time.Now(), false
	s.responded, s.limits, s.givenUp, s.blocked = true, 0, false, ""
}

// forgetOperation takes back what was learnt of the operation at a path that is not its own.
func (f *availability) forgetOperation(operation string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.operations, operation)
}

// hasResponded reports whether the API has responded for the operation, or ("") for any.
func (f *availability) hasResponded(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if operation != "" {
		return f.stateOf(operation).responded
	}
	for _, s := range f.operations {
		if s.responded {
			return true
		}
	}
	return false
}

// recordLimit notes that a request that began then met a limit that is said to last for the pause, and
// reports whether to give the operation up: what was said did not hold, or nothing got through for
// a while, at least for the window that is documented.
func (f *availability) recordLimit(operation string, began time.Time, pause time.Duration, said bool, window time.Duration) (hopeless bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, now := f.stateOf(operation), time.Now()
	if s.limits == 0 {
		s.since, s.nextFrom = now, time.Time{}
	}
	if began.After(s.nextFrom) {
		s.limits++
		s.nextFrom = now.Add(pause * 9 / 10)
	}
	longest, fewest := shortLimitWait, minStatedLimits
	if s.responded {
		longest = max(longLimitWait, window)
	}
	if s.responded && !said && f.last.After(s.since) {
		fewest = minLimits
	}
	s.givenUp = s.givenUp || s.limits >= fewest && now.Sub(s.since) >= longest
	f.lost = f.lost || s.givenUp && !f.last.After(s.since)
	return s.givenUp || f.lost
}

// isGivenUp reports whether the operation was given up and has not responded since.
func (f *availability) isGivenUp(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stateOf(operation).givenUp || f.lost
}

// markBlocked notes why no request of the operation gets through.
func (f *availability) markBlocked(operation, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stateOf(operation).blocked = reason
}

func (f *availability) blockedReason(operation string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stateOf(operation).blocked
}

// recordOwnPage notes that pages of the status, or (0) silence, are the operation's own.
func (f *availability) recordOwnPage(operation string, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stateOf(operation).ownPages[status] = true
}

func (f *availability) isOwnPage(operation string, status int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stateOf(operation).ownPages[status]
}
