package runner

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

const (
	// maxResends bounds how often a request is sent again although others get through,
	// maxLimitRounds how often it starts over after a limit.
	maxResends, maxLimitRounds = 3, 3
	undecidedReason            = "the run was interrupted before anybody could tell the deployment's fault from the network's"
)

// attribution decides whether a response is the deployment's own.
type attribution struct {
	*run
	step    plan.Step
	request httpclient.Request
	x       httpclient.Exchange
	attempt int
}

// attributeResponse sends the request until the origin of its response is clear. Unreachable says
// why it is not the deployment's, "" if it is.
func (r *run) attributeResponse(ctx context.Context, s plan.Step,
	request httpclient.Request) (x httpclient.Exchange, attempt int, unreachable string) {
	t := attribution{run: r, step: s, request: request}
	t.x, t.attempt = r.sendWithRetries(ctx, s, request, 1)
	for range maxLimitRounds {
		reason, clear := t.decide(ctx)
		if unreachable = reason; clear {
			break
		}
		r.recordExchange(s, s.ID, t.attempt, t.x, "")
		t.x, t.attempt = r.sendWithRetries(ctx, s, request, t.attempt+1)
	}
	return t.x, t.attempt, unreachable
}

// decide distinguishes a broken response from an absent deployment: after silence, or a possible
// proxy page, it sends probes. It is false if the request met a limit meanwhile.
func (t *attribution) decide(ctx context.Context) (unreachable string, clear bool) {
	outcome := t.outcome()
	switch {
	case t.x.Failure != nil && t.x.Failure.Kind == httpclient.FailureInterrupted:
		return t.x.Failure.Text, true
	case outcome.Kind == contract.RateLimited && outcome.Status != http.StatusServiceUnavailable:
		return t.limitReason(t.step, t.x), true
	case !t.mayBeForeign():
		return "", true
	case ctx.Err() != nil:
		return undecidedReason, true
	}
	// One at a time: one probe serves every waiting request.
	t.probing.Lock()
	defer t.probing.Unlock()
	for doubts := 0; ; doubts++ {
		reason, own := t.findOrigin(ctx, doubts)
		if reason != "" || own {
			return reason, true
		}
		t.resend(ctx)
		if !t.mayBeForeign() || t.outcome().MayBeLimit() {
			return "", !t.outcome().MayBeLimit()
		}
	}
}

func (t *attribution) outcome() contract.Outcome { return t.classify(t.step, t.x) }

// mayBeForeign reports whether the response may not be the deployment's own.
func (t *attribution) mayBeForeign() bool { return isSilent(t.x) || t.isPage(t.step, t.x) }

// findOrigin says why the response is not the deployment's, or reports it as its own. If neither is
// clear, the request should be sent again, now that others get through.
func (t *attribution) findOrigin(ctx context.Context, doubts int) (unreachable string, own bool) {
	if reason := t.availability.blockedReason(t.step.Request.Operation); reason != "" {
		return reason, false
	}
	if stopped := t.stopReason(); stopped != "" {
		return stopped, false
	}
	switch got, waited := t.probeRepeatedly(ctx, t.step, t.x); {
	case ctx.Err() != nil:
		return undecidedReason, false
	case got == deploymentUnreachable:
		reason := t.unreachableReason(t.step, t.x)
		t.stopFor(reason)
		return reason, false
	case got == operationUnreachable:
		reason := blockedReason(t.step, t.x)
		t.availability.markBlocked(t.step.Request.Operation, reason)
		return reason, false
	default:
		return "", !t.shouldResend(doubts, waited)
	}
}

// shouldResend reports whether to send the request again, more slowly, although others get through:
// it may have come too fast.
func (t *attribution) shouldResend(doubts int, waited bool) bool {
	most, pause := t.resendLimit()
	operation, status := t.step.Request.Operation, t.outcome().Status
	settled := isSilent(t.x) && most == 1 || timedOut(t.x) || t.outcome().NeverLimits() ||
		t.outcome().MayBeLimit()
	switch {
	case waited && doubts < maxResends:
		return true
	case settled, t.availability.isOwnPage(operation, status):
		t.pacer.dropSuspicion()
		return false
	case doubts >= most:
		if !t.step.Request.FirewallMayBlock { // A block of this request says nothing about others.
			t.availability.recordOwnPage(operation, status)
		}
		t.pacer.dropSuspicion()
		return false
	}
	t.pacer.slowDownTentatively(t.x.Started, pause)
	return true
}

// resendLimit is how often the request may be sent again, and the shortest pause before.
func (t *attribution) resendLimit() (most int, pause time.Duration) {
	blocked := t.step.Request.FirewallMayBlock &&
		t.outcome().Status < http.StatusInternalServerError
	switch {
	case mayBeCarriedOut(t.step) && blocked:
		return 0, 0
	case mayBeCarriedOut(t.step):
		return 1, longestInterval
	case blocked:
		return 1, 0
	}
	return maxResends, 0
}

// mayBeCarriedOut reports whether every attempt may have an effect, whatever the response.
func mayBeCarriedOut(s plan.Step) bool {
	return s.Cost.Mails+s.Cost.WrongAnswers+s.Cost.Changes > 0
}

// resend sends the request once more.
func (t *attribution) resend(ctx context.Context) {
	t.recordExchange(t.step, t.step.ID, t.attempt, t.x, "")
	t.attempt++
	t.request.Conn = nameConnection(t.step, t.attempt)
	if t.step.Cost.Changes > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	t.x = t.send(ctx, t.step, t.request)
}

// nameConnection names a connection of its own for the attempt.
func nameConnection(s plan.Step, attempt int) string {
	return fmt.Sprintf("%s, attempt %d", s.ID, attempt)
}
