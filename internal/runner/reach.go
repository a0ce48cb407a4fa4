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

// reached is what a request that is known to be good tells of another.
type reached int

const (
	// there: the deployment is there, and the response its own.
	there reached = iota
	// elsewhere: no request of the same operation gets through, others do.
	elsewhere
	// nowhere: no request gets through.
	nowhere
)

// probePatiently waits where the deployment was there before, or may only limit the rate of
// requests.
func (r *run) probePatiently(ctx context.Context, s plan.Step, x httpclient.Exchange) (got reached, waited bool) {
	for began := time.Now(); ; waited = true {
		got = r.probe(ctx, s, x)
		if got == there || time.Since(began) >= r.patienceWith(s, x) || ctx.Err() != nil {
			return got, waited
		}
		r.pacer.slow(time.Now(), unsaidPause)
	}
}

// patienceWith is how long to wait for a request to get through.
func (r *run) patienceWith(s plan.Step, x httpclient.Exchange) time.Duration {
	switch {
	case timedOut(x) || r.front.hopeless(s.Ask.Operation):
		return 0
	case r.front.responded(""):
		return patience
	case r.classify(s, x).MayBeLimit():
		return briefPatience
	}
	return unsaidPause / 2 // The first that got through may still be on their way.
}

// probe sends requests that are known to be good: one of the same operation, where that responded
// before, then those of others.
func (r *run) probe(ctx context.Context, s plan.Step, x httpclient.Exchange) reached {
	got := there
	switch same, found := r.knownGoodOf(s, x); {
	case !found:
	case same.ID == s.ID:
		if r.limitedSince(s, x) {
			got = elsewhere
		}
	default:
		y := r.sendKnownGood(ctx, same)
		if r.classify(same, y).OfTheAPI() {
			return there
		}
		if r.alike(s, x, same, y) {
			got = elsewhere
		}
	}
	candidates := r.candidates(s, got)
	alike, enough := 0, len(candidates)
	if silent(x) {
		enough = enoughSilent
	}
	for _, other := range candidates {
		y := r.sendKnownGood(ctx, other)
		if r.classify(other, y).OfTheAPI() {
			return got
		}
		if r.alike(s, x, other, y) {
			alike++
		}
		if alike == enough {
			break
		}
	}
	if (alike > 0 || got == elsewhere) && (got == elsewhere || !r.mayBeKeyError(s, x)) {
		return nowhere
	}
	return there
}

// enoughSilent is how many requests have to meet silence until no more are sent: each takes a whole
// timeout.
const enoughSilent = 2

// alike reports whether the same came for two requests: the same page, or nothing that a proxy
// could pass on.
func (r *run) alike(s plan.Step, x httpclient.Exchange, t plan.Step, y httpclient.Exchange) bool {
	if r.unavailable(s, x) && r.unavailable(t, y) {
		return true
	}
	return x.Response != nil && y.Response != nil && x.Response.Status == y.Response.Status && r.page(t, y)
}

// unavailable reports whether nothing came, or a proxy's word that nothing did.
func (r *run) unavailable(s plan.Step, x httpclient.Exchange) bool {
	if silent(x) {
		return true
	}
	outcome := r.classify(s, x)
	return lostBehind(outcome) || outcome.Page && outcome.Status == http.StatusServiceUnavailable
}

// mayBeKeyError reports whether the response may be what a deployment says to any request without a
// right key, where none is declared that could show the difference.
func (r *run) mayBeKeyError(s plan.Step, x httpclient.Exchange) bool {
	outcome := r.classify(s, x)
	return !r.Target.HasKey && !silent(x) && !outcome.HTML && !outcome.Absent() && outcome.Kind != contract.NotTheAPI && cause(x) == ""
}

func timedOut(x httpclient.Exchange) bool {
	return x.Failure != nil && x.Failure.Kind == httpclient.FailureTimeout
}

// responds reports whether the deployment can be reached, asked by one step at a time.
func (r *run) responds(ctx context.Context, s plan.Step) bool {
	r.probing.Lock()
	defer r.probing.Unlock()
	return slices.ContainsFunc(r.candidates(s, there), func(other plan.Step) bool {
		return r.classify(other, r.sendKnownGood(ctx, other)).OfTheAPI()
	})
}

// candidates are requests that change nothing: with the right key where the suspect has it, too;
// first those that the API has responded to, then one of each operation, then those that need not
// be refused; those of the suspect operation last, or left out.
func (r *run) candidates(suspect plan.Step, got reached) []plan.Step {
	const most = 4
	list := r.knownGood()
	if withAppKey(suspect) && slices.ContainsFunc(list, withAppKey) {
		list = slices.DeleteFunc(list, func(s plan.Step) bool { return !withAppKey(s) })
	}
	if got == elsewhere {
		list = slices.DeleteFunc(list, func(s plan.Step) bool { return s.Ask.Operation == suspect.Ask.Operation })
	}
	slices.SortStableFunc(list, func(a, b plan.Step) int {
		return cmp.Or(
			rank(!r.lastOutcome(a.ID).OfTheAPI())-rank(!r.lastOutcome(b.ID).OfTheAPI()),
			rank(a.Ask.Breaks != "")-rank(b.Ask.Breaks != ""),
			rank(a.Ask.Refusable)-rank(b.Ask.Refusable),
			rank(a.Ask.Operation == suspect.Ask.Operation)-rank(b.Ask.Operation == suspect.Ask.Operation),
		)
	})
	seen := map[string]bool{suspect.Ask.Operation: true}
	var firsts, rest []plan.Step
	for _, s := range list {
		if seen[s.Ask.Operation] {
			rest = append(rest, s)
		} else {
			firsts = append(firsts, s)
		}
		seen[s.Ask.Operation] = true
	}
	list = slices.Concat(firsts, rest)
	return list[:min(len(list), most)]
}

func withAppKey(s plan.Step) bool { return s.Ask.Key == string(placeholder.Key) }

// knownGoodOf is a harmless request of the suspect's operation that got the API's response before,
// with the right key where there is one. After a limit any harmless request of the operation will
// do.
func (r *run) knownGoodOf(suspect plan.Step, x httpclient.Exchange) (plan.Step, bool) {
	list := slices.DeleteFunc(r.knownGood(), func(s plan.Step) bool { return s.Ask.Operation != suspect.Ask.Operation })
	if responded := slices.DeleteFunc(slices.Clone(list), func(s plan.Step) bool { return !r.lastOutcome(s.ID).OfTheAPI() }); len(responded) > 0 {
		list = responded
	} else if !r.limitedSince(suspect, x) {
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

// limitedSince reports whether the request may have met a limit of an operation that responded
// before.
func (r *run) limitedSince(s plan.Step, x httpclient.Exchange) bool {
	return r.classify(s, x).MayBeLimit() && r.front.responded(s.Ask.Operation)
}

// keyless are requests without a key of all operations that the plan may not ask at all.
func (r *run) keyless() []plan.Step {
	var steps []plan.Step
	for _, o := range r.Contract.Operations {
		if !o.Secured {
			continue
		}
		ask := &plan.Ask{Operation: o.ID, Values: map[string]any{}, Refusable: true}
		for _, v := range o.Parameters {
			if ask.Values[v.Name] = v.Example; v.Fact == "deployment.apiVersion" {
				ask.Values[v.Name] = r.Target.APIVersion
			}
		}
		// Without a body it changes nothing even where keys are not looked at.
		if o.HasBody {
			ask.NoBody, ask.Breaks = true, "the body is missing"
		}
		steps = append(steps, plan.Step{ID: plan.WithoutKey(o.ID), Ask: ask})
	}
	return steps
}

// knownGood lists one harmless request for each operation and key, those that got a response
// first.
func (r *run) knownGood() []plan.Step {
	var steps []plan.Step
	seen := map[[2]string]bool{}
	for _, responded := range []bool{true, false} {
		for _, s := range slices.Concat(r.Plan.Steps, r.keyless()) {
			if !r.harmless(s) || r.lastOutcome(s.ID).OfTheAPI() != responded {
				continue
			}
			if kind := [2]string{s.Ask.Operation, keyKind(s)}; !seen[kind] {
				seen[kind] = true
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// keyKind tells the right key, a bad one and none apart: one bad key is like another.
func keyKind(s plan.Step) string {
	switch s.Ask.Key {
	case "", string(placeholder.Key):
		return s.Ask.Key
	}
	return "bad"
}

// harmless reports whether the step may be asked any time: it reads, has no key, or lacks what it
// would need to change something.
func (r *run) harmless(s plan.Step) bool {
	if s.Ask == nil || s.Cost.Mails+s.Cost.WrongAnswers+s.Cost.WrongCodes+s.Cost.FailedSignIns+s.Cost.Changes > 0 || len(s.Ask.Learns) > 0 {
		return false
	}
	o, _ := r.operation(s.Ask.Operation)
	return o.Method == http.MethodGet || o.Secured && s.Ask.KeyName == "" || s.Ask.Breaks != "" && s.Lane == ""
}

func rank(late bool) int {
	if late {
		return 1
	}
	return 0
}

// sendKnownGood sends the request and keeps what came.
func (r *run) sendKnownGood(ctx context.Context, s plan.Step) httpclient.Exchange {
	request, err := r.build(s)
	if err != nil {
		return httpclient.Exchange{}
	}
	request.Conn = "known-good"
	x := r.send(ctx, s, request)
	r.keep(s, "known-good/"+s.ID, 1, x, "")
	return x
}
