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
	// mostDoubts bounds how often a request is sent again although others get through, mostRounds
	// how often after it met a limit then.
	mostDoubts, mostRounds = 3, 3
	undecided              = "the run was interrupted before anybody could tell the deployment's fault from the network's"
)

// trial is a request that is sent until it is clear whose its response is.
type trial struct {
	*run
	step    plan.Step
	request httpclient.Request
	x       httpclient.Exchange
	attempt int
}

// try sends the request until it is clear whose the response is; unreachable says why it is not the
// deployment's, "" where it is.
func (r *run) try(ctx context.Context, s plan.Step, request httpclient.Request) (x httpclient.Exchange, attempt int, unreachable string) {
	t := trial{run: r, step: s, request: request}
	t.x, t.attempt = r.sendPatiently(ctx, s, request, 1)
	for range mostRounds {
		reason, clear := t.clear(ctx)
		if unreachable = reason; clear {
			break
		}
		r.keep(s, s.ID, t.attempt, t.x, "")
		t.x, t.attempt = r.sendPatiently(ctx, s, request, t.attempt+1)
	}
	return t.x, t.attempt, unreachable
}

// clear tells a broken response from a deployment that is not there: after silence, or a page that
// may be another's, a request that is known to be good is sent. It is false where the request met a
// limit meanwhile.
func (t *trial) clear(ctx context.Context) (unreachable string, clear bool) {
	outcome := t.outcome()
	switch {
	case t.x.Failure != nil && t.x.Failure.Kind == httpclient.FailureInterrupted:
		return t.x.Failure.Text, true
	case outcome.Kind == contract.RateLimited && outcome.Status != http.StatusServiceUnavailable:
		return t.limitReason(t.step, t.x), true
	case !t.suspicious():
		return "", true
	case ctx.Err() != nil:
		return undecided, true
	}
	// One at a time: what is found out about one request tells of the others.
	t.probing.Lock()
	defer t.probing.Unlock()
	for doubts := 0; ; doubts++ {
		reason, own := t.verdict(ctx, doubts)
		if reason != "" || own {
			return reason, true
		}
		t.again(ctx)
		if !t.suspicious() || t.outcome().MayBeLimit() {
			return "", !t.outcome().MayBeLimit()
		}
	}
}

func (t *trial) outcome() contract.Outcome { return t.classify(t.step, t.x) }

// suspicious reports whether the response may be another's than the deployment's.
func (t *trial) suspicious() bool { return silent(t.x) || t.page(t.step, t.x) }

// verdict says why the response is not the deployment's, or that it is its own; where neither is
// clear yet, the request should be sent once more, now that others get through.
func (t *trial) verdict(ctx context.Context, doubts int) (unreachable string, own bool) {
	if reason := t.front.blocked(t.step.Ask.Operation); reason != "" {
		return reason, false
	}
	if stopped := t.stop(); stopped != "" {
		return stopped, false
	}
	switch got, waited := t.probePatiently(ctx, t.step, t.x); {
	case ctx.Err() != nil:
		return undecided, false
	case got == nowhere:
		reason := t.reasonFor(t.step, t.x)
		t.stopFor(reason)
		return reason, false
	case got == elsewhere:
		reason := blockedReason(t.step, t.x)
		t.front.block(t.step.Ask.Operation, reason)
		return reason, false
	default:
		return "", !t.doubtful(doubts, waited)
	}
}

// doubtful reports whether the request should be sent once more, more slowly, although others get
// through: it may have come too fast.
func (t *trial) doubtful(doubts int, waited bool) bool {
	most, pause := t.mostDoubts()
	operation, status := t.step.Ask.Operation, t.outcome().Status
	settled := silent(t.x) && most == 1 || timedOut(t.x) || t.outcome().NeverLimits() || t.outcome().MayBeLimit()
	switch {
	case waited && doubts < mostDoubts:
		return true
	case settled, t.front.isOwn(operation, status):
		t.pacer.relax()
		return false
	case doubts >= most:
		if !t.step.Ask.Blockable { // What blocks it tells nothing of other requests.
			t.front.keepOwn(operation, status)
		}
		t.pacer.relax()
		return false
	}
	t.pacer.suspect(t.x.Started, pause)
	return true
}

// mostDoubts is how often the request is sent again, and after which pause at least.
func (t *trial) mostDoubts() (most int, pause time.Duration) {
	blocked := t.step.Ask.Blockable && t.outcome().Status < http.StatusInternalServerError
	switch {
	case mayBeCarriedOut(t.step) && blocked:
		return 0, 0
	case mayBeCarriedOut(t.step):
		return 1, longestStep
	case blocked:
		return 1, 0
	}
	return mostDoubts, 0
}

// mayBeCarriedOut reports whether each time that the request is sent may have an effect, whatever
// comes back.
func mayBeCarriedOut(s plan.Step) bool { return s.Cost.Mails+s.Cost.WrongAnswers+s.Cost.Changes > 0 }

// again sends the request once more.
func (t *trial) again(ctx context.Context) {
	t.keep(t.step, t.step.ID, t.attempt, t.x, "")
	t.attempt++
	t.request.Conn = attemptConn(t.step, t.attempt)
	if t.step.Cost.Changes > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	t.x = t.send(ctx, t.step, t.request)
}

// attemptConn names a connection that no other request has used.
func attemptConn(s plan.Step, attempt int) string {
	return fmt.Sprintf("%s, attempt %d", s.ID, attempt)
}
