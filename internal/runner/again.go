package runner

import (
	"context"
	"net/http"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// timeToSettle is how long a deployment may take until all of it knows of a new password,
// timeToReturn how long what puts things back waits for a deployment that is away.
const (
	timeToSettle = time.Second
	timeToReturn = 20 * time.Second
)

// sendPatiently sends the request as often as it takes, and returns what came last and how often it
// was sent, counted from the attempt; what came before is kept.
func (r *run) sendPatiently(ctx context.Context, s plan.Step, request httpclient.Request, attempt int) (httpclient.Exchange, int) {
	whole := ctx
	if s.Cost.Changes > 0 {
		// What may change a password is not broken off: nobody would know what came of it.
		whole = context.WithoutCancel(ctx)
	}
	for first := attempt; ; attempt++ {
		if attempt > 1 {
			request.Conn = attemptConn(s, attempt)
		}
		x := r.send(whole, s, request)
		pause, again := r.askAgain(ctx, s, x, attempt-first+1)
		if !again || !r.patience(ctx, s, x) || !r.pause(ctx, s, pause) {
			return x, attempt
		}
		r.keep(s, s.ID, attempt, x, "")
	}
}

// askAgain says whether and after which pause to ask once more after so many attempts.
func (r *run) askAgain(ctx context.Context, s plan.Step, x httpclient.Exchange, attempts int) (time.Duration, bool) {
	outcome := r.classify(s, x)
	switch {
	case r.stop() != "" && !s.Finally:
		return 0, false
	case r.away(s, x), lostBehind(outcome):
		return pauseAfterSilence(s, x), attempts == 1
	case r.unsettled(s, x):
		return timeToSettle, attempts == 1
	case !outcome.MayBeLimit():
		return 0, false
	}
	pause, said, known := r.pauseAfter(s, x, outcome, attempts)
	r.note("%s", limitNote(outcome))
	if !known || !r.general(ctx, s, outcome) {
		return 0, false
	}
	if r.front.limit(s.Ask.Operation, x.Started, pause, said, r.windowOf(s)) {
		r.pacer.free()
		return 0, false
	}
	return pause, attempts < r.attemptsOf(s)
}

// pauseAfterSilence is how long to wait until a request is sent once more that met silence. One
// that may have been carried out is sent no third time: by then it is known from others whether
// requests come too fast.
func pauseAfterSilence(s plan.Step, x httpclient.Exchange) time.Duration {
	if !mayBeCarriedOut(s) || timedOut(x) || s.Finally {
		return 0
	}
	return unsaidPause
}

// general reports whether all requests meet the limit.
func (r *run) general(ctx context.Context, s plan.Step, outcome contract.Outcome) bool {
	switch {
	case !mayBeTheTraders(s, outcome):
		return true
	case saidByTheAPI(outcome):
		return false
	}
	return r.pacer.hasMet() || !r.responds(ctx, s)
}

// lostBehind reports whether a proxy lost its connection to the deployment, which may happen at any
// time.
func lostBehind(outcome contract.Outcome) bool {
	return outcome.Page && (outcome.Status == http.StatusBadGateway || outcome.Status == http.StatusGatewayTimeout)
}

// patience waits, where the step puts things back and met silence, until the deployment responds
// again. All such steps share the time.
func (r *run) patience(ctx context.Context, s plan.Step, x httpclient.Exchange) bool {
	if !s.Finally || !r.away(s, x) {
		return true
	}
	r.mu.Lock()
	if r.gone.IsZero() {
		r.gone = time.Now()
	}
	until := r.gone.Add(timeToReturn)
	r.mu.Unlock()
	for time.Now().Before(until) && !r.responds(ctx, s) {
		if !sleep(ctx, timeToSettle/2) {
			return false
		}
	}
	return true
}

// away reports whether nobody responded, or (what puts things back asks again then, too) only what
// stands in front.
func (r *run) away(s plan.Step, x httpclient.Exchange) bool {
	return silent(x) || s.Finally && r.page(s, x)
}

// silent reports whether not even the first byte of a response came.
func silent(x httpclient.Exchange) bool {
	return x.Response == nil && x.Failure != nil && !x.Failure.ResponseBegun && x.Failure.Kind != httpclient.FailureInterrupted
}

// pause lets others ask in the meantime.
func (r *run) pause(ctx context.Context, s plan.Step, d time.Duration) bool {
	if d > 0 {
		r.states[s.ID].leave()
	}
	return sleep(ctx, d)
}
