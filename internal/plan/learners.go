package plan

import (
	"strings"
)

// learners are the steps that make each placeholder known.
func (p *Plan) learners() map[string][]string {
	steps := map[string][]string{}
	add := func(name, id string) {
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

// holds are the placeholders that must be known for the step, those of derived secrets by what they are derived
// from. A step that only tells goes by what happens to be known.
func (s Step) holds() []string {
	var names []string
	switch {
	case s.Settle != nil && !s.Settle.Tell:
		for _, one := range s.Settle.Signed {
			names = append(names, one.Session)
		}
	case s.Ask != nil:
		for _, value := range s.Ask.Values {
			for _, name := range placeholdersIn(value) {
				whole, _, _ := strings.Cut(name, ", ")
				names = append(names, "‹"+whole+"›")
			}
		}
	}
	return names
}

// placeholdersIn are those in a value of a request: a text, or a list that holds some.
func placeholdersIn(value any) []string {
	switch v := value.(type) {
	case string:
		return placeholders(v)
	case []any:
		var names []string
		for _, item := range v {
			names = append(names, placeholdersIn(item)...)
		}
		return names
	}
	return nil
}

// placeholders are those in a text, without their marks.
func placeholders(text string) []string {
	var names []string
	for {
		_, after, begun := strings.Cut(text, "‹")
		name, rest, ended := strings.Cut(after, "›")
		if !begun || !ended {
			return names
		}
		names, text = append(names, name), rest
	}
}
