package collect

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/plan"
)

// blame tells a broken answer from a deployment that is not there: after silence, or a page that is
// not the API's, a known-good request is asked. It returns "" where the answer is the deployment's own.
func (r *run) blame(ctx context.Context, s plan.Step, x deployment.Exchange) string {
	switch {
	case x.Failure != nil && x.Failure.Kind == deployment.FailureInterrupted:
		return x.Failure.Text
	case !silent(x) && !r.page(s, x):
		return ""
	case ctx.Err() != nil:
		return "the run was interrupted before anybody could tell the deployment's fault from the network's"
	}
	r.probing.Lock()
	defer r.probing.Unlock()
	if stopped := r.stop(); stopped != "" {
		return stopped
	}
	if r.reachable(ctx, s.Ask.Operation) {
		return ""
	}
	if ctx.Err() != nil {
		return "the run was interrupted before anybody could tell the deployment's fault from the network's"
	}
	reason := "the deployment can't be reached"
	if r.page(s, x) {
		reason = fmt.Sprintf("a page (status %d) answers in place of the API: is the base URL right, and is nothing in front of it?", x.Answer.Status)
	} else if x.Failure.Text != "" {
		reason += ": " + x.Failure.Text
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = reason
	return reason
}

// answers reports whether the deployment can be reached, asked by one step at a time.
func (r *run) answers(ctx context.Context, suspect string) bool {
	r.probing.Lock()
	defer r.probing.Unlock()
	return r.reachable(ctx, suspect)
}

// reachable asks requests that change nothing until one is answered by the API: first those that need not be refused,
// then those that were answered before; those of the suspect operation last.
func (r *run) reachable(ctx context.Context, suspect string) bool {
	const most = 4
	candidates := r.knownGood()
	slices.SortStableFunc(candidates, func(a, b plan.Step) int {
		return cmp.Or(
			rank(a.Ask.Refusable)-rank(b.Ask.Refusable),
			rank(a.Ask.Operation == suspect)-rank(b.Ask.Operation == suspect),
		)
	})
	for i, s := range candidates {
		if i == most {
			break
		}
		if r.answersJSON(ctx, s) {
			return true
		}
	}
	return false
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
		steps = append(steps, plan.Step{ID: "no-key/" + o.ID, Ask: ask})
	}
	return steps
}

// knownGood lists one harmless request for each operation and key, those that have been answered first.
func (r *run) knownGood() []plan.Step {
	var steps []plan.Step
	seen := map[[2]string]bool{}
	for _, answered := range []bool{true, false} {
		for _, s := range slices.Concat(r.Plan.Steps, r.keyless()) {
			if !r.harmless(s) || r.answeredJSON(s) != answered {
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
	case "", "‹app-key›":
		return s.Ask.Key
	}
	return "bad"
}

// harmless reports whether the step may be asked any time.
func (r *run) harmless(s plan.Step) bool {
	if s.Ask == nil || s.Cost.Mails+s.Cost.WrongAnswers+s.Cost.Changes > 0 || len(s.Ask.Learns) > 0 {
		return false
	}
	o, _ := r.Contract.Operation(s.Ask.Operation)
	return o.Method == http.MethodGet || o.Secured && s.Ask.KeyName == ""
}

func (r *run) answeredJSON(s plan.Step) bool {
	return r.lastOutcome(s.ID).JSON
}

func rank(late bool) int {
	if late {
		return 1
	}
	return 0
}

func (r *run) answersJSON(ctx context.Context, s plan.Step) bool {
	request, err := r.build(s)
	if err != nil {
		return false
	}
	request.Conn = "known-good"
	x := r.Client.Do(ctx, request)
	r.keep(s, "known-good/"+s.ID, 1, x, "")
	return r.classify(s, x).JSON
}
