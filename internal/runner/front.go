package runner

import (
	"sync"
	"time"
)

const (
	// patience is how long the run waits for an operation that responded before and meets a limit
	// now, briefPatience for one that never did: limits let the first requests through.
	patience, briefPatience = 15 * time.Second, 3 * time.Second
	// fewestLimits is how many requests in a row have to meet a limit until an operation is given
	// up, fewestSaid how many where it was said when to ask again, or none of any operation gets
	// through.
	fewestLimits, fewestSaid = 4, 2
)

// front remembers of each operation what came in its place.
type front struct {
	mu         sync.Mutex
	operations map[string]*standing
	// last is when the API last responded, for any operation; lost is true once an operation was
	// given up and none has since.
	last time.Time
	lost bool
}

// standing is what is known of one operation.
type standing struct {
	// responded is true once the API itself responded.
	responded bool
	// limits counts the limits in a row that requests met which went out when they were let, the
	// first at since; the next counts from then on.
	limits      int
	since, from time.Time
	// hopeless is true once nobody waits for the limit to end any more.
	hopeless bool
	// blocked says why no request gets through, "" where some do.
	blocked string
	// own are the statuses of pages that are its own, 0 of silence.
	own map[int]bool
}

// of returns the standing of the operation; mu is held.
func (f *front) of(operation string) *standing {
	if f.operations == nil {
		f.operations = map[string]*standing{}
	}
	if f.operations[operation] == nil {
		f.operations[operation] = &standing{own: map[int]bool{}}
	}
	return f.operations[operation]
}

// respond notes that the API itself responded.
func (f *front) respond(operation string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.of(operation)
	f.last, f.lost = time.Now(), false
	s.responded, s.limits, s.hopeless, s.blocked = true, 0, false, ""
}

// forget takes back what was learnt of the operation at a path that is not its own.
func (f *front) forget(operation string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.operations, operation)
}

// responded reports whether the API has responded for the operation, or ("") for any.
func (f *front) responded(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if operation != "" {
		return f.of(operation).responded
	}
	for _, s := range f.operations {
		if s.responded {
			return true
		}
	}
	return false
}

// limit notes that a request that began then met a limit that is said to last for the pause, and
// reports whether to give the operation up: what was said did not hold, or nothing got through for
// a while, at least for the window that is documented.
func (f *front) limit(operation string, began time.Time, pause time.Duration, said bool, window time.Duration) (hopeless bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, now := f.of(operation), time.Now()
	if s.limits == 0 {
		s.since, s.from = now, time.Time{}
	}
	if began.After(s.from) {
		s.limits++
		s.from = now.Add(pause * 9 / 10)
	}
	longest, fewest := briefPatience, fewestSaid
	if s.responded {
		longest = max(patience, window)
	}
	if s.responded && !said && f.last.After(s.since) {
		fewest = fewestLimits
	}
	s.hopeless = s.hopeless || s.limits >= fewest && now.Sub(s.since) >= longest
	f.lost = f.lost || s.hopeless && !f.last.After(s.since)
	return s.hopeless || f.lost
}

// hopeless reports whether the operation was given up and has not responded since.
func (f *front) hopeless(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of(operation).hopeless || f.lost
}

// block notes why no request of the operation gets through.
func (f *front) block(operation, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of(operation).blocked = reason
}

func (f *front) blocked(operation string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of(operation).blocked
}

// keepOwn notes that pages of the status, or (0) silence, are the operation's own.
func (f *front) keepOwn(operation string, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of(operation).own[status] = true
}

func (f *front) isOwn(operation string, status int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of(operation).own[status]
}
