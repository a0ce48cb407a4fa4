package plan

import (
	"slices"

	"github.com/etna-conformance/conformance/internal/placeholder"
)

// captureSteps are the steps that make a placeholder known, by placeholder.
func (p *Plan) captureSteps() map[placeholder.Placeholder][]string {
	steps := map[placeholder.Placeholder][]string{}
	add := func(name placeholder.Placeholder, id string) {
		if name != "" {
			steps[name] = append(steps[name], id)
		}
	}
	for _, s := range p.Steps {
		switch {
		case s.Request != nil:
			for _, l := range s.Request.Captures {
				add(l.Name, s.ID)
			}
		case s.Await != nil:
			add(s.Await.Capture, s.ID)
		case s.PasswordChoice != nil:
			add(s.PasswordChoice.Valid, s.ID)
			add(s.PasswordChoice.Other, s.ID)
		}
	}
	return steps
}

// Dependencies are the prerequisites of a plan's steps.
type Dependencies struct {
	steps        map[string]Step
	captureSteps map[placeholder.Placeholder][]string
}

// Dependencies returns those of the plan's steps.
func (p *Plan) Dependencies() Dependencies {
	o := Dependencies{steps: make(map[string]Step, len(p.Steps)), captureSteps: p.captureSteps()}
	for _, s := range p.Steps {
		o.steps[s.ID] = s
	}
	return o
}

// RequirementsBehind are the requirements judged by the step's prerequisites, direct and indirect,
// each once.
func (o Dependencies) RequirementsBehind(id string) []string {
	seen := map[string]bool{id: true}
	var ids []string
	for waiting := []string{id}; len(waiting) > 0; waiting = waiting[1:] {
		for _, other := range o.prerequisites(o.steps[waiting[0]]) {
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

func (o Dependencies) prerequisites(s Step) []string {
	ids := slices.Clone(s.Needs)
	for _, name := range s.requiredPlaceholders() {
		ids = append(ids, o.captureSteps[name]...)
	}
	return ids
}

// requiredPlaceholders are the placeholders that must be known for the step. A derived secret counts
// as its whole one. A choice for the report requires none.
func (s Step) requiredPlaceholders() []placeholder.Placeholder {
	var names []placeholder.Placeholder
	switch {
	case s.PasswordChoice != nil && !s.PasswordChoice.Report:
		for _, one := range s.PasswordChoice.SignIns {
			names = append(names, one.Session)
		}
	case s.Request != nil:
		for _, value := range s.Request.Values {
			for _, name := range placeholder.In(value) {
				names = append(names, name.Whole())
			}
		}
	}
	return names
}
