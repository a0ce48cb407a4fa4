package runner

import (
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

const (
	// windowMargin is how much longer than its documented window a limit may take to end.
	windowMargin = 5 * time.Second
	// mostAttempts bounds how often one request that meets a limit is sent; mostInWindow is enough
	// to outlast a documented window by pauses that double.
	mostAttempts, mostInWindow = 6, 8
)

// windowOf is how long a limit of the operation may take to end, 0 where none is documented.
func (r *run) windowOf(s plan.Step) time.Duration {
	o, _ := r.operation(s.Ask.Operation)
	if o.LimitWindow == 0 {
		return 0
	}
	return o.LimitWindow + windowMargin
}

// attemptsOf is how often the request is sent where it meets a limit.
func (r *run) attemptsOf(s plan.Step) int {
	if r.windowOf(s) > 0 {
		return mostInWindow
	}
	return mostAttempts
}

// pauseAfter is how long to wait after a limit that the request met so many times in a row. Said is
// true where the response says how long; known is false where that is too long.
func (r *run) pauseAfter(s plan.Step, x httpclient.Exchange, outcome contract.Outcome, attempts int) (pause time.Duration, said, known bool) {
	window := r.windowOf(s)
	pause, known = retryAfter(x, time.Now())
	said = header(x, "Retry-After") != ""
	if told, inWords := outcome.RetryIn(); !said && inWords && saidByTheAPI(outcome) {
		pause, said = told, true
	}
	if !said && window > 0 {
		pause = unsaidPause << (min(attempts, mostInWindow) - 1)
	}
	return pause, said, known && pause <= max(longestRetryAfter, window)
}
