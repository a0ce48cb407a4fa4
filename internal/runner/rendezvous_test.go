package runner

import (
	"testing"

	"github.com/etna-conformance/conformance/internal/plan"
)

func isOpen(g *rendezvous) bool {
	select {
	case <-g.opened:
		return true
	default:
		return false
	}
}

func groupOf(size, atOnce int) *rendezvous {
	var p plan.Plan
	for range size {
		p.Steps = append(p.Steps, plan.Step{Request: &plan.Request{Together: "all"}},
			plan.Step{Request: &plan.Request{}}, plan.Step{})
	}
	return newRendezvous(&p, atOnce)["all"]
}

func TestAGroupGoesOutWhenAllHaveArrived(t *testing.T) {
	g := groupOf(3, 8)
	g.arrive("a")
	g.arrive("b")
	g.arrive("b") // An attempt more, or the step's end.
	if isOpen(g) {
		t.Fatal("the group went out before all had arrived")
	}
	g.arrive("c")
	if !isOpen(g) {
		t.Error("the group did not go out")
	}
	g.arrive("d")
	g.release()
}

func TestAGroupIsNoLargerThanMayBeUnderWay(t *testing.T) {
	g := groupOf(5, 2)
	g.arrive("a")
	g.arrive("b")
	if !isOpen(g) {
		t.Error("requests that can't be under way together wait for each other")
	}
}

func TestAGroupGoesOutWithoutTheLate(t *testing.T) {
	g := groupOf(2, 8)
	g.arrive("a")
	g.release()
	if !isOpen(g) {
		t.Error("the group waits on")
	}
	g.arrive("b")
}
