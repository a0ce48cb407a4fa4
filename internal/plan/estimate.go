package plan

import (
	"cmp"
	"slices"
	"time"
)

// Pace is what the time of a run follows from.
type Pace struct {
	// Latency is how long a response takes, Mail how long a mail takes after it.
	Latency, Mail time.Duration
	// Concurrency is how many requests may be under way at once, Rate how many may begin in a
	// second; 0 is no limit.
	Concurrency int
	Rate        float64
}

// Estimate is about how long the plan takes at the pace, where nothing slows it down and no surplus
// mail comes.
func (p *Plan) Estimate(pace Pace) time.Duration {
	e := newEstimate(p, pace)
	var end time.Duration
	for len(e.line) > 0 {
		next := e.line[0]
		e.line = e.line[1:]
		next.at = e.carryOut(next)
		end = max(end, next.at)
		for _, after := range e.after[next.ID] {
			after.at = max(after.at, next.at)
			if after.before--; after.before == 0 {
				e.queue(after)
			}
		}
	}
	return end
}

// estimate is a run as it goes on.
type estimate struct {
	pace Pace
	// steps are by id; after are those that come after each; line holds what waits for nothing but
	// its time.
	steps map[string]*estimated
	after map[string][]*estimated
	line  []*estimated
	// slots and connections are when they are free; begun is when the last request began.
	slots       []time.Duration
	connections map[string]time.Duration
	begun       time.Duration
}

// estimated is a step with what it waits for: how many steps, and until when; later, when it is
// over.
type estimated struct {
	Step
	before int
	at     time.Duration
}

func newEstimate(p *Plan, pace Pace) *estimate {
	e := &estimate{
		pace: pace, steps: map[string]*estimated{}, after: map[string][]*estimated{}, connections: map[string]time.Duration{},
		slots: make([]time.Duration, max(pace.Concurrency, 1)), begun: -time.Hour,
	}
	for _, s := range p.Steps {
		if !s.Doubted && s.Bisect == nil {
			e.steps[s.ID] = &estimated{Step: s}
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
			e.queue(one)
		}
	}
	return e
}

// queue lets the step go when what is ready earlier has gone.
func (e *estimate) queue(s *estimated) {
	i, _ := slices.BinarySearchFunc(e.line, s.at+1, func(other *estimated, at time.Duration) int { return cmp.Compare(other.at, at) })
	e.line = slices.Insert(e.line, i, s)
}

// carryOut returns when the step is over.
func (e *estimate) carryOut(s *estimated) time.Duration {
	switch {
	case s.Ask != nil:
		return e.send(s)
	case s.Await != nil && e.steps[s.Await.For] != nil:
		return max(s.at, e.steps[s.Await.For].at+e.pace.Mail)
	}
	return s.at
}

// send sends the request when there is a slot for it, its connection is free, and the rate lets it.
func (e *estimate) send(s *estimated) time.Duration {
	at := max(s.at, slices.Min(e.slots), e.connections[s.Ask.Conn])
	if e.pace.Rate > 0 {
		at = max(at, e.begun+time.Duration(float64(time.Second)/e.pace.Rate))
	}
	e.begun = at
	at += e.pace.Latency
	e.slots[slices.Index(e.slots, slices.Min(e.slots))] = at
	if s.Ask.Conn != "" {
		e.connections[s.Ask.Conn] = at
	}
	return at
}
