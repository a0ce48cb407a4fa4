package runner

import (
	"context"
	"fmt"
	"slices"

	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// maxTruncatedBody is how many bytes of a truncated response are kept. It never counts as a
// response, so its beginning is enough.
const maxTruncatedBody = 64 << 10

// sendStep sends the step's request and records the exchange. After silence it sends the request
// once more on a fresh connection, since a kept-alive one may die at any time. After a limit it
// sends more slowly, as long as other requests get through. The evidence holds every attempt.
func (r *run) sendStep(ctx context.Context, s plan.Step) bool {
	if name := r.missingCapture(s.Request.Values); name != "" {
		r.recordUnsent(s.ID, fmt.Sprintf("no response and no mail gave %s: %s was not sent",
			name, s.ID))
		return false
	}
	if r.stopReason() != "" && !s.Cleanup {
		r.recordExchange(s, s.ID, 1,
			httpclient.Exchange{Failure: &httpclient.Failure{Text: r.stopReason()}}, r.stopReason())
		return false
	}
	if s.Request.NewerOnly && r.older.Load() {
		r.recordUnsent(s.ID, "not sent: the older path of the operation has no room for "+s.ID)
		return false
	}
	request, err := r.build(s)
	if err != nil {
		r.recordFault(err)
		return false
	}
	if s.Cost.Mails > 0 {
		r.pollGroup(ctx, s)
		r.numberReset(ctx, s)
	}
	r.markSent(s.ID)
	if s.FindsPath {
		return r.choosePath(ctx, s, request)
	}
	request.Ready = r.joinRendezvous(s)
	x, attempt, unreachable := r.attributeResponse(ctx, s, request)
	if x.Failure != nil && x.Failure.Kind == httpclient.FailureRequest {
		r.recordFault(fmt.Errorf("step %s: %s", s.ID, x.Failure.Text))
		return false
	}
	if attempt == 1 && ctx.Err() != nil && r.mayBeStale(s, x) {
		unreachable = "the run was interrupted before it could be asked once more whether the update is known everywhere"
	}
	r.recordExchange(s, s.ID, attempt, x, unreachable)
	return x.Response != nil
}

// recordExchange adds an exchange to the evidence.
func (r *run) recordExchange(s plan.Step, id string, attempt int, x httpclient.Exchange,
	unreachable string) {
	if x.Failure != nil && x.Failure.Kind == httpclient.FailureInterrupted {
		// The deployment is not responsible for a request cancelled by this tool.
		unreachable = x.Failure.Text
	}
	if x.Response != nil && x.Response.Truncated {
		x.Response.Body = slices.Clone(x.Response.Body[:min(len(x.Response.Body),
			maxTruncatedBody)])
	}
	if x.Response != nil && x.Response.TLS != "" &&
		slices.Contains(r.Target.Profiles, "hardening") {
		r.addNote("The deployment speaks %s.", x.Response.TLS)
	}
	outcome := r.classify(s, x)
	// A request must be refused and was accepted: its response is the finding, and its mail no
	// surplus.
	defer r.outcomes.dropOutcome(x.Response)
	explained := id == s.ID && s.Request.MustBeRefused && outcome.Accepted()
	r.captureSecrets(s, id, x)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastIndex[id] = len(r.exchanges)
	if explained {
		r.explained[id] = true
	} else {
		delete(r.explained, id)
	}
	r.exchanges = append(r.exchanges, exchange{Exchange: x, step: s, id: id, attempt: attempt,
		unreachable: unreachable, outcome: outcome})
}

func (r *run) markSent(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[id] = true
}

// stopReason says why no more requests are sent, "" while they are.
func (r *run) stopReason() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}
