package runner

import (
	"sync"
	"time"
)

const (
	// longLimitWait is how long the run waits for an operation to outlast a limit after earlier
	// responses, shortLimitWait without any: limits let the first requests through.
	longLimitWait, shortLimitWait = 15 * time.Second, 3 * time.Second
	// minLimits is how many limits in a row give an operation up. minStatedLimits replaces it if
	// the response named a time to retry, or if no operation gets through.
	minLimits, minStatedLimits = 4, 2
)

// availability remembers per operation whether the API responds, is limited or is blocked.
type availability struct {
	mu         sync.Mutex
	operations map[string]*operationState
	// last is the API's last response for any operation; lost is true from the moment an operation
	// is given up until the next response.
	last time.Time
	lost bool
}

// operationState is what is known of one operation.
type operationState struct {
	// responded is true once the API itself responded.
	responded bool
	// limits counts consecutive limits, the first at since. A request counts only if it began after
	// nextFrom, the end of the last pause.
	limits          int
	since, nextFrom time.Time
	// givenUp is true once the run no longer waits for the limit to end.
	givenUp bool
	// blocked says why no request gets through, "" while some do.
	blocked string
	// ownPages holds the statuses of pages attributed to the operation itself, 0 for silence.
	ownPages map[int]bool
}

// stateOf returns the operation's state; mu is held.
func (f *availability) stateOf(operation string) *operationState {
	if f.operations == nil {
		f.operations = map[string]*operationState{}
	}
	if f.operations[operation] == nil {
		f.operations[operation] = &operationState{ownPages: map[int]bool{}}
	}
	return f.operations[operation]
}

// recordResponse notes a response of the API itself.
func (f *availability) recordResponse(operation string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.stateOf(operation)
	f.last, f.lost = time.Now(), false
	s.responded, s.limits, s.givenUp, s.blocked = true, 0, false, ""
}

// forgetOperation drops the state learned at a wrong path of the operation.
func (f *availability) forgetOperation(operation string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.operations, operation)
}

// hasResponded reports whether the API has responded for the operation, or for any ("").
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

// recordLimit notes a limit met by a request sent at began, with the pause to keep. It reports
// whether to give the operation up: the stated pause did not help, or nothing got through for a
// while, at least for the documented window.
func (f *availability) recordLimit(operation string, began time.Time, pause time.Duration,
	said bool, window time.Duration) (hopeless bool) {
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

// recordOwnPage attributes pages of the status, or silence (0), to the operation itself.
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
