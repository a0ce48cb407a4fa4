package runner

import (
	"context"
	"fmt"
	"slices"

	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// mostOfTruncated is how many bytes are kept of a response that was too long to be read to its end:
// it is no response, and its beginning tells as much.
const mostOfTruncated = 64 << 10

// ask sends the step's request and keeps what came. A request that met silence is asked once more
// on a fresh connection, since a kept-alive one may die at any time; one that met a limit is asked
// again, more slowly, as long as others get through. Everything stays in the evidence.
func (r *run) ask(ctx context.Context, s plan.Step) bool {
	if name := r.unknown(s.Ask.Values); name != "" {
		r.unsend(s.ID, fmt.Sprintf("no response and no mail gave %s: %s was not sent", name, s.ID))
		return false
	}
	if r.stop() != "" && !s.Finally {
		r.keep(s, s.ID, 1, httpclient.Exchange{Failure: &httpclient.Failure{Text: r.stop()}}, r.stop())
		return false
	}
	if s.Ask.NewerOnly && r.older.Load() {
		r.unsend(s.ID, "not sent: the older path of the operation has no room for "+s.ID)
		return false
	}
	request, err := r.build(s)
	if err != nil {
		r.fail(err)
		return false
	}
	if s.Cost.Mails > 0 {
		r.prepare(ctx, s)
		r.beforeAccepted(ctx, s)
	}
	r.goesOut(s.ID)
	if s.Chooses {
		return r.choosePath(ctx, s, request)
	}
	request.Ready = r.meet(s)
	x, attempt, unreachable := r.try(ctx, s, request)
	if x.Failure != nil && x.Failure.Kind == httpclient.FailureRequest {
		r.fail(fmt.Errorf("step %s: %s", s.ID, x.Failure.Text))
		return false
	}
	if attempt == 1 && ctx.Err() != nil && r.unsettled(s, x) {
		unreachable = "the run was interrupted before it could be asked once more whether the update is known everywhere"
	}
	r.keep(s, s.ID, attempt, x, unreachable)
	return x.Response != nil
}

// keep adds an exchange to the evidence.
func (r *run) keep(s plan.Step, id string, attempt int, x httpclient.Exchange, unreachable string) {
	if x.Failure != nil && x.Failure.Kind == httpclient.FailureInterrupted {
		// What we broke off ourselves is nothing that the deployment is responsible for.
		unreachable = x.Failure.Text
	}
	if x.Response != nil && x.Response.Truncated {
		x.Response.Body = slices.Clone(x.Response.Body[:min(len(x.Response.Body), mostOfTruncated)])
	}
	if x.Response != nil && x.Response.TLS != "" && slices.Contains(r.Target.Profiles, "hardening") {
		r.note("The deployment speaks %s.", x.Response.TLS)
	}
	outcome := r.classify(s, x)
	// A request that must be refused and was accepted fails by its response: its mail is no
	// surprise.
	defer r.outcomes.forget(x.Response)
	explained := id == s.ID && s.Ask.Refusable && outcome.Accepted()
	r.learnSecrets(s, id, x)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lasts[id] = len(r.exchanges)
	if explained {
		r.explained[id] = true
	} else {
		delete(r.explained, id)
	}
	r.exchanges = append(r.exchanges, exchange{Exchange: x, step: s, id: id, attempt: attempt, unreachable: unreachable, outcome: outcome})
}

func (r *run) goesOut(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[id] = true
}

// stop says why nothing more is sent.
func (r *run) stop() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}
