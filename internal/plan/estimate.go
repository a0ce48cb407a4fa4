package plan

import (
	"cmp"
	"slices"
	"time"
)

// Pace is the speed of deployment and run.
type Pace struct {
	// Latency is how long a response takes, Mail how long a mail takes after it.
	Latency, Mail time.Duration
	// Concurrency is how many requests may be under way at once, Rate how many may begin in a
	// second; 0 is no limit.
	Concurrency int
	Rate        float64
}

// Estimate is about how long the plan takes at the pace if nothing slows it down and no surplus mail
// comes.
func (p *Plan) Estimate(pace Pace) time.Duration {
	e := newEstimate(p, pace)
	var end time.Duration
	for len(e.ready) > 0 {
		next := e.ready[0]
		e.ready = e.ready[1:]
		next.at = e.finishStep(next)
		end = max(end, next.at)
		for _, after := range e.after[next.ID] {
			after.at = max(after.at, next.at)
			if after.before--; after.before == 0 {
				e.enqueue(after)
			}
		}
	}
	return end
}

// estimate is a run as it goes on.
type estimate struct {
	pace Pace
	// steps are by id; after are the successors by id; ready are the steps with no unfinished
	// predecessor, by time.
	steps map[string]*pendingStep
	after map[string][]*pendingStep
	ready []*pendingStep
	// slots and connections are the times at which they are free; lastStart is the start of the last
	// request.
	slots       []time.Duration
	connections map[string]time.Duration
	lastStart   time.Duration
}

// pendingStep is a step with the number of its unfinished predecessors. at is the earliest start, and
// later the end.
type pendingStep struct {
	Step
	before int
	at     time.Duration
}

func newEstimate(p *Plan, pace Pace) *estimate {
	e := &estimate{
		pace: pace, steps: map[string]*pendingStep{}, after: map[string][]*pendingStep{},
		connections: map[string]time.Duration{},
		slots:       make([]time.Duration, max(pace.Concurrency, 1)), lastStart: -time.Hour,
	}
	for _, s := range p.Steps {
		if !s.OnlyInDoubt && s.Bisect == nil {
			e.steps[s.ID] = &pendingStep{Step: s}
		}
	}
	for _, s := range p.Steps {
		one := e.steps[s.ID]
		if one == nil {
			continue
		}
		for _, id := range slices.Concat(s.Needs, s.After) {
			if e.steps[id] != nil {
				e.after[id] = append(e.after[id], one)
				one.before++
			}
		}
		if one.before == 0 {
			e.enqueue(one)
		}
	}
	return e
}

// enqueue puts the step behind those that are ready earlier.
func (e *estimate) enqueue(s *pendingStep) {
	i, _ := slices.BinarySearchFunc(e.ready, s.at+1,
		func(other *pendingStep, at time.Duration) int { return cmp.Compare(other.at, at) })
	e.ready = slices.Insert(e.ready, i, s)
}

// finishStep returns the end of the step.
func (e *estimate) finishStep(s *pendingStep) time.Duration {
	switch {
	case s.Request != nil:
		return e.finishRequest(s)
	case s.Await != nil && e.steps[s.Await.For] != nil:
		return max(s.at, e.steps[s.Await.For].at+e.pace.Mail)
	}
	return s.at
}

// finishRequest returns the end of the request. It starts once a slot and its connection are free and
// the rate allows it.
func (e *estimate) finishRequest(s *pendingStep) time.Duration {
	at := max(s.at, slices.Min(e.slots), e.connections[s.Request.Conn])
	if e.pace.Rate > 0 {
		at = max(at, e.lastStart+time.Duration(float64(time.Second)/e.pace.Rate))
	}
	e.lastStart = at
	at += e.pace.Latency
	e.slots[slices.Index(e.slots, slices.Min(e.slots))] = at
	if s.Request.Conn != "" {
		e.connections[s.Request.Conn] = at
	}
	return at
}
