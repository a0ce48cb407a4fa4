package runner

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// stopFor ends the sending of requests.
func (r *run) stopFor(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = reason
}

// probeResult is the conclusion from probes about a failed request.
type probeResult int

const (
	// deploymentReachable: the deployment is there, and the response its own.
	deploymentReachable probeResult = iota
	// operationUnreachable: no request of this operation gets through, others do.
	operationUnreachable
	// deploymentUnreachable: no request gets through.
	deploymentUnreachable
)

// probeRepeatedly repeats the probe if the deployment responded before, or may only limit the rate
// of requests.
func (r *run) probeRepeatedly(ctx context.Context, s plan.Step,
	x httpclient.Exchange) (got probeResult, waited bool) {
	for began := time.Now(); ; waited = true {
		got = r.probe(ctx, s, x)
		if got == deploymentReachable || time.Since(began) >= r.probeTimeout(s, x) ||
			ctx.Err() != nil {
			return got, waited
		}
		r.pacer.slowDown(time.Now(), defaultPause)
	}
}

// probeTimeout is how long to wait for a request to get through.
func (r *run) probeTimeout(s plan.Step, x httpclient.Exchange) time.Duration {
	switch {
	case timedOut(x) || r.availability.isGivenUp(s.Request.Operation):
		return 0
	case r.availability.hasResponded(""):
		return longLimitWait
	case r.classify(s, x).MayBeLimit():
		return shortLimitWait
	}
	return defaultPause / 2 // The first responses may still be under way.
}

// probe sends known-good requests: one of the same operation, if the API responded to it before,
// then those of other operations.
func (r *run) probe(ctx context.Context, s plan.Step, x httpclient.Exchange) probeResult {
	got := deploymentReachable
	switch same, found := r.findProbe(s, x); {
	case !found:
	case same.ID == s.ID:
		if r.mayBeLimited(s, x) {
			got = operationUnreachable
		}
	default:
		y := r.sendProbe(ctx, same)
		if r.classify(same, y).OfTheAPI() {
			return deploymentReachable
		}
		if r.sameFailure(s, x, same, y) {
			got = operationUnreachable
		}
	}
	candidates := r.probeCandidates(s, got)
	alike, enough := 0, len(candidates)
	if isSilent(x) {
		enough = maxSilentProbes
	}
	for _, other := range candidates {
		y := r.sendProbe(ctx, other)
		if r.classify(other, y).OfTheAPI() {
			return got
		}
		if r.sameFailure(s, x, other, y) {
			alike++
		}
		if alike == enough {
			break
		}
	}
	if (alike > 0 || got == operationUnreachable) &&
		(got == operationUnreachable || !r.mayBeKeyError(s, x)) {
		return deploymentUnreachable
	}
	return deploymentReachable
}

// maxSilentProbes bounds the probes after silence: each takes a whole timeout.
const maxSilentProbes = 2

// sameFailure reports whether two requests failed alike: by the same page, or without a deployment
// behind the proxy.
func (r *run) sameFailure(s plan.Step, x httpclient.Exchange, t plan.Step,
	y httpclient.Exchange) bool {
	if r.isUnavailable(s, x) && r.isUnavailable(t, y) {
		return true
	}
	return x.Response != nil && y.Response != nil && x.Response.Status == y.Response.Status &&
		r.isPage(t, y)
}

// isUnavailable reports silence, or a proxy's page about it.
func (r *run) isUnavailable(s plan.Step, x httpclient.Exchange) bool {
	if isSilent(x) {
		return true
	}
	outcome := r.classify(s, x)
	return isGatewayError(outcome) || outcome.Page &&
		outcome.Status == http.StatusServiceUnavailable
}

// mayBeKeyError reports whether the response may be the one to any request without a right key.
// Without a declared key nothing could show the difference.
func (r *run) mayBeKeyError(s plan.Step, x httpclient.Exchange) bool {
	outcome := r.classify(s, x)
	return !r.Target.HasKey && !isSilent(x) && !outcome.HTML && !outcome.Absent() &&
		outcome.Kind != contract.NotTheAPI && findCause(x) == ""
}

func timedOut(x httpclient.Exchange) bool {
	return x.Failure != nil && x.Failure.Kind == httpclient.FailureTimeout
}

// probeAny reports whether the deployment responds to a probe; steps take turns.
func (r *run) probeAny(ctx context.Context, s plan.Step) bool {
	r.probing.Lock()
	defer r.probing.Unlock()
	return slices.ContainsFunc(r.probeCandidates(s, deploymentReachable),
		func(other plan.Step) bool {
			return r.classify(other, r.sendProbe(ctx, other)).OfTheAPI()
		})
}

// probeCandidates lists harmless requests to probe with, with the right key if the suspect has it.
// Requests with an earlier response of the API come first, then one of each operation, then those
// with no reason to be refused. The suspect's own operation comes last, or is left out.
func (r *run) probeCandidates(suspect plan.Step, got probeResult) []plan.Step {
	const most = 4
	list := r.listProbes()
	if withAppKey(suspect) && slices.ContainsFunc(list, withAppKey) {
		list = slices.DeleteFunc(list, func(s plan.Step) bool { return !withAppKey(s) })
	}
	if got == operationUnreachable {
		list = slices.DeleteFunc(list, func(s plan.Step) bool {
			return s.Request.Operation == suspect.Request.Operation
		})
	}
	slices.SortStableFunc(list, func(a, b plan.Step) int {
		return cmp.Or(
			sortLast(!r.lastOutcome(a.ID).OfTheAPI())-sortLast(!r.lastOutcome(b.ID).OfTheAPI()),
			sortLast(a.Request.Breaks != "")-sortLast(b.Request.Breaks != ""),
			sortLast(a.Request.MustBeRefused)-sortLast(b.Request.MustBeRefused),
			sortLast(a.Request.Operation == suspect.Request.Operation)-sortLast(b.Request.Operation == suspect.Request.Operation),
		)
	})
	seen := map[string]bool{suspect.Request.Operation: true}
	var firsts, rest []plan.Step
	for _, s := range list {
		if seen[s.Request.Operation] {
			rest = append(rest, s)
		} else {
			firsts = append(firsts, s)
		}
		seen[s.Request.Operation] = true
	}
	list = slices.Concat(firsts, rest)
	return list[:min(len(list), most)]
}

func withAppKey(s plan.Step) bool { return s.Request.Key == string(placeholder.Key) }

// findProbe returns a harmless request of the suspect's operation with an earlier response of the
// API, with the right key if possible. After a limit any harmless request of the operation will do.
func (r *run) findProbe(suspect plan.Step, x httpclient.Exchange) (plan.Step, bool) {
	list := slices.DeleteFunc(r.listProbes(), func(s plan.Step) bool {
		return s.Request.Operation != suspect.Request.Operation
	})
	if responded := slices.DeleteFunc(slices.Clone(list), func(s plan.Step) bool {
		return !r.lastOutcome(s.ID).OfTheAPI()
	}); len(responded) > 0 {
		list = responded
	} else if !r.mayBeLimited(suspect, x) {
		return plan.Step{}, false
	}
	if i := slices.IndexFunc(list, withAppKey); i >= 0 {
		return list[i], true
	}
	if len(list) == 0 {
		return plan.Step{}, false
	}
	return list[0], true
}

// mayBeLimited reports whether the request may have met a limit of an operation with earlier
// responses.
func (r *run) mayBeLimited(s plan.Step, x httpclient.Exchange) bool {
	return r.classify(s, x).MayBeLimit() && r.availability.hasResponded(s.Request.Operation)
}

// keylessRequests are requests without a key, one of each secured operation; the plan may have
// none.
func (r *run) keylessRequests() []plan.Step {
	var steps []plan.Step
	for _, o := range r.Contract.Operations {
		if !o.Secured {
			continue
		}
		ask := &plan.Request{Operation: o.ID, Values: map[string]any{}, MustBeRefused: true}
		for _, v := range o.Parameters {
			if ask.Values[v.Name] = v.Example; v.Fact == "deployment.apiVersion" {
				ask.Values[v.Name] = r.Target.APIVersion
			}
		}
		// Without a body it changes nothing, even if the deployment ignores keys.
		if o.HasBody {
			ask.NoBody, ask.Breaks = true, "the body is missing"
		}
		steps = append(steps, plan.Step{ID: plan.ProbeID(o.ID), Request: ask})
	}
	return steps
}

// listProbes lists one harmless request for each operation and kind of key, those with a response
// first.
func (r *run) listProbes() []plan.Step {
	var steps []plan.Step
	seen := map[[2]string]bool{}
	for _, responded := range []bool{true, false} {
		for _, s := range slices.Concat(r.Plan.Steps, r.keylessRequests()) {
			if !r.isHarmless(s) || r.lastOutcome(s.ID).OfTheAPI() != responded {
				continue
			}
			if kind := [2]string{s.Request.Operation, keyKind(s)}; !seen[kind] {
				seen[kind] = true
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// keyKind distinguishes the right key, a bad one and none: all bad keys are alike.
func keyKind(s plan.Step) string {
	switch s.Request.Key {
	case "", string(placeholder.Key):
		return s.Request.Key
	}
	return "bad"
}

// isHarmless reports whether the step may be sent at any time: it reads, has no key, or lacks
// something required for a change.
func (r *run) isHarmless(s plan.Step) bool {
	if s.Request == nil || s.Cost.Mails+s.Cost.WrongAnswers+s.Cost.WrongCodes+s.Cost.FailedSignIns+
		s.Cost.Changes > 0 || len(s.Request.Captures) > 0 {
		return false
	}
	o, _ := r.operation(s.Request.Operation)
	return o.Method == http.MethodGet || o.Secured && s.Request.KeyName == "" ||
		s.Request.Breaks != "" && s.Trader == ""
}

func sortLast(late bool) int {
	if late {
		return 1
	}
	return 0
}

// sendProbe sends the request and records the exchange.
func (r *run) sendProbe(ctx context.Context, s plan.Step) httpclient.Exchange {
	request, err := r.build(s)
	if err != nil {
		return httpclient.Exchange{}
	}
	request.Conn = "known-good"
	x := r.send(ctx, s, request)
	r.recordExchange(s, "known-good/"+s.ID, 1, x, "")
	return x
}
