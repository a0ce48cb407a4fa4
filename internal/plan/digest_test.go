package plan_test

import (
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/plan"
)

func TestADigestNamesWhatIsAsked(t *testing.T) {
	ask := func(answer string) *plan.Request {
		return &plan.Request{Operation: "reset", Values: map[string]any{"answer": answer}}
	}
	of := func(steps ...plan.Step) string { return (&plan.Plan{Steps: steps}).Digest() }
	first, mail := plan.Step{ID: "a", Request: ask("x")},
		plan.Step{ID: "b", Await: &plan.Await{For: "a"}}
	whole := of(first, mail)
	ordered := first
	ordered.After, ordered.Requirements, ordered.Cost.Mails = []string{"b"}, []string{"R-1"}, 1
	for what, same := range map[string]string{
		"another order": of(mail, first), "order and cost": of(ordered, mail),
		"a point": of(first, mail, plan.Step{ID: "c", Barrier: &plan.Barrier{AtMost: time.Second}}),
	} {
		if same != whole {
			t.Errorf("%s makes another digest", what)
		}
	}
	for what, other := range map[string]string{
		"another value": of(plan.Step{ID: "a", Request: ask("y")}, mail),
		"another name":  of(plan.Step{ID: "c", Request: ask("x")}, mail), "no mail": of(first),
	} {
		if other == whole {
			t.Errorf("%s makes no other digest", what)
		}
	}
}
