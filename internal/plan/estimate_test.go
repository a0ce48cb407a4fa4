package plan_test

import (
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/plan"
)

func TestEstimate(t *testing.T) {
	t.Parallel()
	ask := func(id, conn string, after ...string) plan.Step {
		return plan.Step{ID: id, After: after, Request: &plan.Request{Conn: conn}}
	}
	mail := func(id, of string) plan.Step {
		return plan.Step{ID: id, Needs: []string{of}, Await: &plan.Await{For: of}}
	}
	doubted := ask("doubted", "", "m")
	doubted.OnlyInDoubt = true
	pace := plan.Pace{Latency: time.Second, Mail: time.Minute, Concurrency: 2}
	slow := pace
	slow.Rate = 0.1
	for name, c := range map[string]struct {
		pace  plan.Pace
		steps []plan.Step
		want  time.Duration
	}{
		"nothing": {pace, nil, 0},
		"beside each other": {pace, []plan.Step{ask("a", ""), ask("b", "")},
			time.Second},
		"more than slots": {pace,
			[]plan.Step{ask("a", ""), ask("b", ""), ask("c", "")}, 2 * time.Second},
		"on one connection": {pace, []plan.Step{ask("a", "x"), ask("b", "x")},
			2 * time.Second},
		"one after another": {pace, []plan.Step{ask("a", ""), ask("b", "", "a"),
			ask("c", "", "b")}, 3 * time.Second},
		"at a rate": {slow, []plan.Step{ask("a", ""), ask("b", "")},
			11 * time.Second},
		"a mail": {pace, []plan.Step{ask("a", ""), mail("m", "a"),
			ask("b", "", "m")}, 62 * time.Second},
		"a mail on its way meanwhile": {pace, []plan.Step{ask("a", ""), ask("b", "", "a"),
			mail("m", "a")}, 61 * time.Second},
		"what is done in doubt only": {pace, []plan.Step{ask("a", ""), mail("m", "a"), doubted},
			61 * time.Second},
		"what comes after the unwanted": {pace, []plan.Step{doubted, ask("a", "", "doubted")},
			time.Second},
	} {
		if got := (&plan.Plan{Steps: c.steps}).Estimate(c.pace); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
