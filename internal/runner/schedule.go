package runner

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/etna-conformance/conformance/internal/plan"
)

// scheduler starts each step after all its predecessors, and sends the most urgent requests first,
// up to the client's concurrency. Successors are queued before the slot is released.
type scheduler struct {
	run  *run
	wait sync.WaitGroup
	// successors lists the steps waiting for each step, waiting counts the predecessors left of
	// each.
	successors map[string][]*state
	waiting    map[string]int
	// ctx is for ordinary steps, cleanupCtx for cleanup steps.
	ctx, cleanupCtx context.Context

	mu    sync.Mutex
	slots int
	queue stepQueue
}

func (r *run) newScheduler(ctx, lasting context.Context) *scheduler {
	o := &scheduler{
		run: r, waiting: map[string]int{}, successors: map[string][]*state{},
		ctx: ctx, cleanupCtx: lasting, slots: r.Client.Concurrency(),
	}
	for _, s := range r.Plan.Steps {
		for _, before := range slices.Concat(s.Needs, s.After) {
			if _, planned := r.states[before]; planned {
				o.successors[before] = append(o.successors[before], r.states[s.ID])
				o.waiting[s.ID]++
			}
		}
		if s.Barrier != nil {
			o.waiting[s.ID] = 0 // It starts at once, since it does not wait for ever.
		}
	}
	places := r.stepOrder()
	for i, s := range r.Plan.Steps {
		r.states[s.ID].place = places[i]
		o.computeUrgency(r.states[s.ID])
	}
	return o
}

// stepOrder ranks steps of equal urgency: in plan order, or at random if the run is shuffled.
func (r *run) stepOrder() []int {
	if r.Shuffle {
		return rand.Perm(len(r.Plan.Steps))
	}
	places := make([]int, len(r.Plan.Steps))
	for i := range places {
		places[i] = i
	}
	return places
}

// computeUrgency counts the steps on the longest path from this one to the end.
func (o *scheduler) computeUrgency(s *state) int {
	if s.urgency > 0 {
		return s.urgency
	}
	longest := 0
	for _, next := range o.successors[s.step.ID] {
		longest = max(longest, o.computeUrgency(next))
	}
	s.urgency = longest + 1
	return s.urgency
}

// runAll returns after all steps are done.
func (o *scheduler) runAll() {
	var first []*state
	for _, s := range o.run.Plan.Steps {
		if o.waiting[s.ID] == 0 {
			first = append(first, o.run.states[s.ID])
		}
	}
	o.wait.Add(len(o.run.Plan.Steps))
	o.startSteps(first)
	o.dispatch(0)
	o.wait.Wait()
}

// startSteps starts the steps; requests wait in the queue for a slot.
func (o *scheduler) startSteps(ready []*state) {
	for _, s := range ready {
		switch {
		case s.step.Request != nil:
			o.mu.Lock()
			heap.Push(&o.queue, s)
			o.mu.Unlock()
		case isOrderOnly(s.step):
			o.runStep(s)
		default:
			go o.runStep(s)
		}
	}
}

// dispatch frees this many slots and starts the most urgent requests.
func (o *scheduler) dispatch(free int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.slots += free
	for o.slots > 0 && len(o.queue) > 0 {
		o.slots--
		s := heap.Pop(&o.queue).(*state)
		s.releaseSlot = sync.OnceFunc(func() { o.dispatch(1) })
		go func() {
			defer s.releaseSlot()
			o.runStep(s)
		}()
	}
}

// runStep carries the step out and starts the successors it was holding back.
func (o *scheduler) runStep(s *state) {
	defer o.wait.Done()
	within := o.ctx
	if s.step.Cleanup {
		within = o.cleanupCtx
	}
	o.run.recoverPanic(func() { o.run.executeStep(within, s) })
	o.startSteps(o.releaseSuccessors(s))
	o.dispatch(0)
}

// releaseSuccessors returns the steps with this one as their last predecessor.
func (o *scheduler) releaseSuccessors(s *state) []*state {
	o.mu.Lock()
	defer o.mu.Unlock()
	var ready []*state
	for _, next := range o.successors[s.step.ID] {
		o.waiting[next.step.ID]--
		if o.waiting[next.step.ID] == 0 {
			ready = append(ready, next)
		}
	}
	return ready
}

// isOrderOnly reports whether the step only orders others, without waiting itself.
func isOrderOnly(s plan.Step) bool {
	return s.Request == nil && s.Await == nil && s.Bisect == nil && s.Doubt == nil &&
		s.PasswordChoice == nil && s.Barrier == nil
}

// stepQueue is a heap of the requests waiting for a slot.
type stepQueue []*state

func (l stepQueue) Len() int      { return len(l) }
func (l stepQueue) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l stepQueue) Less(i, j int) bool {
	if l[i].urgency != l[j].urgency {
		return l[i].urgency > l[j].urgency
	}
	return l[i].place < l[j].place
}
func (l *stepQueue) Push(s any) { *l = append(*l, s.(*state)) }
func (l *stepQueue) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
