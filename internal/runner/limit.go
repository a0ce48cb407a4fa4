package runner

import (
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

const (
	// windowMargin is added to a documented window before a limit counts as unending.
	windowMargin = 5 * time.Second
	// maxAttempts bounds how often one limited request is sent. maxAttemptsInWindow is enough to
	// outlast a documented window with doubling pauses.
	maxAttempts, maxAttemptsInWindow = 6, 8
)

// limitWindow is how long a limit of the operation may last, 0 if undocumented.
func (r *run) limitWindow(s plan.Step) time.Duration {
	o, _ := r.operation(s.Request.Operation)
	if o.LimitWindow == 0 {
		return 0
	}
	return o.LimitWindow + windowMargin
}

// attemptLimit is how often the request may be sent under a limit.
func (r *run) attemptLimit(s plan.Step) int {
	if r.limitWindow(s) > 0 {
		return maxAttemptsInWindow
	}
	return maxAttempts
}

// pauseAfterLimit is the pause after this many consecutive limits. Said means the response states
// it; known is false if it is too long to keep.
func (r *run) pauseAfterLimit(s plan.Step, x httpclient.Exchange, outcome contract.Outcome,
	attempts int) (pause time.Duration, said, known bool) {
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
