package plan

import (
	"slices"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

// learners are the steps that make each placeholder known.
func (p *Plan) learners() map[placeholder.Placeholder][]string {
	steps := map[placeholder.Placeholder][]string{}
	add := func(name placeholder.Placeholder, id string) {
		if name != "" {
			steps[name] = append(steps[name], id)
		}
	}
	for _, s := range p.Steps {
		switch {
		case s.Ask != nil:
			for _, l := range s.Ask.Learns {
				add(l.Name, s.ID)
			}
		case s.Await != nil:
			add(s.Await.Learns, s.ID)
		case s.Settle != nil:
			add(s.Settle.Valid, s.ID)
			add(s.Settle.Other, s.ID)
		}
	}
	return steps
}

// Origins say what the steps of a plan need.
type Origins struct {
	steps    map[string]Step
	learners map[placeholder.Placeholder][]string
}

// Origins of the plan's steps.
func (p *Plan) Origins() Origins {
	o := Origins{steps: make(map[string]Step, len(p.Steps)), learners: p.learners()}
	for _, s := range p.Steps {
		o.steps[s.ID] = s
	}
	return o
}

// Behind are the requirements that look at the steps without which the step can't be carried out,
// each once: what the step needs, what makes known what it holds, and what stands behind those.
func (o Origins) Behind(id string) []string {
	seen := map[string]bool{id: true}
	var ids []string
	for waiting := []string{id}; len(waiting) > 0; waiting = waiting[1:] {
		for _, other := range o.before(o.steps[waiting[0]]) {
			if !seen[other] {
				seen[other] = true
				ids = append(ids, o.steps[other].Requirements...)
				waiting = append(waiting, other)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (o Origins) before(s Step) []string {
	ids := slices.Clone(s.Needs)
	for _, name := range s.holds() {
		ids = append(ids, o.learners[name]...)
	}
	return ids
}

// holds are the placeholders that must be known for the step, those of derived secrets by what they
// are derived from. A step that only tells goes by what happens to be known.
func (s Step) holds() []placeholder.Placeholder {
	var names []placeholder.Placeholder
	switch {
	case s.Settle != nil && !s.Settle.Tell:
		for _, one := range s.Settle.Signed {
			names = append(names, one.Session)
		}
	case s.Ask != nil:
		for _, value := range s.Ask.Values {
			for _, name := range placeholder.In(value) {
				names = append(names, name.Whole())
			}
		}
	}
	return names
}
