package runner

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/etna-conformance/conformance/internal/plan"
)

// order starts each step when all before it are done, and requests the most urgent first: as many
// at once as the client lets out. What a step makes ready is in line before its place is free
// again.
type order struct {
	run  *run
	wait sync.WaitGroup
	// next are the steps that wait for each, waiting how many each still waits for.
	next    map[string][]*state
	waiting map[string]int
	// ctx and lasting are those of ordinary steps and of what puts things back.
	ctx, lasting context.Context

	mu     sync.Mutex
	places int
	line   line
}

func (r *run) newOrder(ctx, lasting context.Context) *order {
	o := &order{
		run: r, waiting: map[string]int{}, next: map[string][]*state{},
		ctx: ctx, lasting: lasting, places: r.Client.Concurrency(),
	}
	for _, s := range r.Plan.Steps {
		for _, before := range slices.Concat(s.Needs, s.After) {
			if _, planned := r.states[before]; planned {
				o.next[before] = append(o.next[before], r.states[s.ID])
				o.waiting[s.ID]++
			}
		}
		if s.Turn != nil {
			o.waiting[s.ID] = 0 // It starts at once, since it does not wait for ever.
		}
	}
	places := r.orderOfSteps()
	for i, s := range r.Plan.Steps {
		r.states[s.ID].place = places[i]
		o.rank(r.states[s.ID])
	}
	return o
}

// orderOfSteps says in which order steps of equal urgency go out: that of the plan or, where the
// run is shuffled, any.
func (r *run) orderOfSteps() []int {
	if r.Shuffle {
		return rand.Perm(len(r.Plan.Steps))
	}
	places := make([]int, len(r.Plan.Steps))
	for i := range places {
		places[i] = i
	}
	return places
}

// rank finds out how many responses and mails are waited for one after another from the step on.
func (o *order) rank(s *state) int {
	if s.urgency > 0 {
		return s.urgency
	}
	longest := 0
	for _, next := range o.next[s.step.ID] {
		longest = max(longest, o.rank(next))
	}
	s.urgency = longest + 1
	return s.urgency
}

// carryOut returns when all steps are done.
func (o *order) carryOut() {
	var first []*state
	for _, s := range o.run.Plan.Steps {
		if o.waiting[s.ID] == 0 {
			first = append(first, o.run.states[s.ID])
		}
	}
	o.wait.Add(len(o.run.Plan.Steps))
	o.start(first)
	o.hurry(0)
	o.wait.Wait()
}

// start lets steps begin, requests as soon as there is a place.
func (o *order) start(ready []*state) {
	for _, s := range ready {
		switch {
		case s.step.Ask != nil:
			o.mu.Lock()
			heap.Push(&o.line, s)
			o.mu.Unlock()
		case point(s.step):
			o.do(s)
		default:
			go o.do(s)
		}
	}
}

// hurry takes back so many places and lets out the most urgent requests.
func (o *order) hurry(free int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.places += free
	for o.places > 0 && len(o.line) > 0 {
		o.places--
		s := heap.Pop(&o.line).(*state)
		s.leave = sync.OnceFunc(func() { o.hurry(1) })
		go func() {
			defer s.leave()
			o.do(s)
		}()
	}
}

// do carries the step out and starts what waited for it alone.
func (o *order) do(s *state) {
	defer o.wait.Done()
	within := o.ctx
	if s.step.Finally {
		within = o.lasting
	}
	o.run.guard(func() { o.run.execute(within, s) })
	o.start(o.released(s))
	o.hurry(0)
}

// released are the steps that waited for this one last.
func (o *order) released(s *state) []*state {
	o.mu.Lock()
	defer o.mu.Unlock()
	var ready []*state
	for _, next := range o.next[s.step.ID] {
		o.waiting[next.step.ID]--
		if o.waiting[next.step.ID] == 0 {
			ready = append(ready, next)
		}
	}
	return ready
}

// point reports whether the step only keeps others in order, and does not wait itself.
func point(s plan.Step) bool {
	return s.Ask == nil && s.Await == nil && s.Bisect == nil && s.Doubt == nil && s.Settle == nil && s.Turn == nil
}

// line is a heap of the requests that wait for a place.
type line []*state

func (l line) Len() int      { return len(l) }
func (l line) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l line) Less(i, j int) bool {
	if l[i].urgency != l[j].urgency {
		return l[i].urgency > l[j].urgency
	}
	return l[i].place < l[j].place
}
func (l *line) Push(s any) { *l = append(*l, s.(*state)) }
func (l *line) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
