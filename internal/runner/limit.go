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
	// maxAttempts bounds how often one request that meets a limit is sent; mostInWindow is enough
	// to outlast a documented window by pauses that double.
	maxAttempts, maxAttemptsInWindow = 6, 8
)

// limitWindow is how long a limit of the operation may take to end, 0 where none is documented.
func (r *run) limitWindow(s plan.Step) time.Duration {
	o, _ := r.operation(s.Ask.Operation)
	if o.LimitWindow == 0 {
		return 0
	}
	return o.LimitWindow + windowMargin
}

// attemptLimit is how often the request is sent where it meets a limit.
func (r *run) attemptLimit(s plan.Step) int {
	if r.limitWindow(s) > 0 {
		return maxAttemptsInWindow
	}
	return maxAttempts
}

// pauseAfterLimit is how long to wait after a limit that the request met so many times in a row. Said is
// true where the response says how long; known is false where that is too long.
func (r *run) pauseAfterLimit(s plan.Step, x httpclient.Exchange, outcome contract.Outcome, attempts int) (pause time.Duration, said, known bool) {
	window := r.limitWindow(s)
	pause, known = retryAfter(x, time.Now())
	said = header(x, "Retry-After") != ""
	if told, inWords := outcome.RetryIn(); !said && inWords && isAPILimit(outcome) {
		pause, said = told, true
	}
	if !said && window > 0 {
		pause = defaultPause << (min(attempts, maxAttemptsInWindow) - 1)
	}
	return pause, said, known && pause <= max(maxRetryAfter, window)
}
