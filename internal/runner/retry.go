package runner

import (
	"context"
	"net/http"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// propagationTime is how long a new password may take to reach all nodes of a deployment.
// cleanupTimeout is how long cleanup waits for an unreachable deployment.
const (
	propagationTime = time.Second
	cleanupTimeout  = 20 * time.Second
)

// sendWithRetries sends the request and repeats it after silence or a limit. It returns the last
// exchange and its attempt number; earlier exchanges go to the evidence.
func (r *run) sendWithRetries(ctx context.Context, s plan.Step, request httpclient.Request,
	attempt int) (httpclient.Exchange, int) {
	whole := ctx
	if s.Cost.Changes > 0 {
		// Never cancel a password change halfway: its result would be unknown.
		whole = context.WithoutCancel(ctx)
	}
	for first := attempt; ; attempt++ {
		if attempt > 1 {
			request.Conn = nameConnection(s, attempt)
		}
		x := r.send(whole, s, request)
		pause, again := r.retryDelay(ctx, s, x, attempt-first+1)
		if !again || !r.waitForDeployment(ctx, s, x) || !r.sleepWithoutSlot(ctx, s, pause) {
			return x, attempt
		}
		r.recordExchange(s, s.ID, attempt, x, "")
	}
}

// retryDelay says whether to repeat the request after this many attempts, and after which pause.
func (r *run) retryDelay(ctx context.Context, s plan.Step, x httpclient.Exchange,
	attempts int) (time.Duration, bool) {
	outcome := r.classify(s, x)
	switch {
	case r.stopReason() != "" && !s.Cleanup:
		return 0, false
	case r.noResponse(s, x), isGatewayError(outcome):
		return delayAfterSilence(s, x), attempts == 1
	case r.mayBeStale(s, x):
		return propagationTime, attempts == 1
	case !outcome.MayBeLimit():
		return 0, false
	}
	pause, said, known := r.pauseAfterLimit(s, x, outcome, attempts)
	r.addNote("%s", limitNote(outcome))
	if !known || !r.isGeneralLimit(ctx, s, outcome) {
		return 0, false
	}
	if r.availability.recordLimit(s.Request.Operation, x.Started, pause, said, r.limitWindow(s)) {
		r.pacer.stopPacing()
		return 0, false
	}
	return pause, attempts < r.attemptLimit(s)
}

// delayAfterSilence is the pause before the second attempt of an unanswered request. A request with
// side effects gets no third attempt; meanwhile other requests show whether the rate is too high.
func delayAfterSilence(s plan.Step, x httpclient.Exchange) time.Duration {
	if !mayBeCarriedOut(s) || timedOut(x) || s.Cleanup {
		return 0
	}
	return defaultPause
}

// isGeneralLimit reports whether the limit affects all requests, not one trader alone.
func (r *run) isGeneralLimit(ctx context.Context, s plan.Step, outcome contract.Outcome) bool {
	switch {
	case !mayBeTraderLimit(s, outcome):
		return true
	case isAPILimit(outcome):
		return false
	}
	return r.pacer.hasMetLimit() || !r.probeAny(ctx, s)
}

// isGatewayError reports whether a proxy lost its connection to the deployment.
func isGatewayError(outcome contract.Outcome) bool {
	return outcome.Page && (outcome.Status == http.StatusBadGateway ||
		outcome.Status == http.StatusGatewayTimeout)
}

// waitForDeployment delays a cleanup step after silence until the deployment responds again. All
// cleanup steps share one timeout.
func (r *run) waitForDeployment(ctx context.Context, s plan.Step, x httpclient.Exchange) bool {
	if !s.Cleanup || !r.noResponse(s, x) {
		return true
	}
	r.mu.Lock()
	if r.silentSince.IsZero() {
		r.silentSince = time.Now()
	}
	until := r.silentSince.Add(cleanupTimeout)
	r.mu.Unlock()
	for time.Now().Before(until) && !r.probeAny(ctx, s) {
		if !sleep(ctx, propagationTime/2) {
			return false
		}
	}
	return true
}

// noResponse reports whether the deployment did not respond. Cleanup steps also retry on a proxy's
// error page.
func (r *run) noResponse(s plan.Step, x httpclient.Exchange) bool {
	return isSilent(x) || s.Cleanup && r.isPage(s, x)
}

// isSilent reports whether not even the first byte of a response came.
func isSilent(x httpclient.Exchange) bool {
	return x.Response == nil && x.Failure != nil && !x.Failure.ResponseBegun &&
		x.Failure.Kind != httpclient.FailureInterrupted
}

// sleepWithoutSlot sleeps and leaves its slot to other requests meanwhile.
func (r *run) sleepWithoutSlot(ctx context.Context, s plan.Step, d time.Duration) bool {
	if d > 0 {
		r.states[s.ID].releaseSlot()
	}
	return sleep(ctx, d)
}
