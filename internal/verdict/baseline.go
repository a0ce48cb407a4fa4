package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Known is a known failure, accepted for a while.
type Known struct {
	// ID is the requirement's.
	ID string `yaml:"id"`
	// Reason says why it is accepted.
	Reason string `yaml:"reason"`
	// Until is the last day of acceptance, YYYY-MM-DD.
	Until string `yaml:"until"`
}

// Accept marks known failures, so that they don't fail the gate, and lists stale entries of the
// baseline. An entry is stale if its requirement passes again or the day is over. Stale entries
// fail the gate until the baseline is mended.
func (r *Report) Accept(baseline []Known, now time.Time) error {
	for _, known := range baseline {
		until, err := time.ParseInLocation(time.DateOnly, known.Until, now.Location())
		if err != nil {
			return fmt.Errorf("%s: until %q: expected a day as in 2027-01-31", known.ID,
				known.Until)
		}
		for i, q := range r.Requirements {
			if q.ID == known.ID {
				r.accept(&r.Requirements[i], known, now.Before(until.AddDate(0, 0, 1)))
			}
		}
	}
	r.acceptConsequences()
	return nil
}

// acceptConsequences accepts requirements that are untestable because of accepted failures alone.
func (r *Report) acceptConsequences() {
	candidates := map[string][]string{}
	for _, q := range r.Requirements {
		if q.Verdict == Untestable {
			candidates[q.ID] = nil
		}
	}
	for before := -1; before != len(candidates); {
		before = len(candidates)
		candidates = r.findConsequences(candidates)
	}
	for i, q := range r.Requirements {
		if causes := candidates[q.ID]; len(causes) > 0 {
			r.Requirements[i].Known = "untestable because of " + strings.Join(causes, ", ")
		}
	}
}

// findConsequences returns the candidates caused by accepted failures alone, each with its causes.
// Two that are untestable because of each other have no cause.
func (r *Report) findConsequences(candidates map[string][]string) map[string][]string {
	reached := map[string][]string{}
	for more := true; more; {
		more = false
		for _, q := range r.Requirements {
			if _, candidate := candidates[q.ID]; !candidate || reached[q.ID] != nil {
				continue
			}
			if causes := r.findCauses(q, candidates, reached); len(causes) > 0 {
				reached[q.ID], more = causes, true
			}
		}
	}
	return reached
}

// findCauses returns the accepted causes of the requirement's untestable checks, nil if a check has
// none or another one.
func (r *Report) findCauses(q Requirement, candidates, reached map[string][]string) []string {
	var causes []string
	for _, c := range q.untestableChecks() {
		accepted := len(causes)
		for _, id := range c.Because {
			cause, _ := r.findRequirement(id)
			_, candidate := candidates[id]
			switch {
			case cause.Verdict == Failed && cause.Known == "", cause.Verdict == Untestable &&
				!candidate:
				return nil
			case cause.Verdict == Failed, reached[id] != nil:
				causes = append(causes, id)
			}
		}
		if len(causes) == accepted {
			return nil
		}
	}
	slices.Sort(causes)
	return slices.Compact(causes)
}

// untestableChecks are the requirement's untestable checks.
func (q Requirement) untestableChecks() []Check {
	return slices.DeleteFunc(slices.Clone(q.Checks), func(c Check) bool {
		return c.Verdict != Untestable
	})
}

func (r *Report) findRequirement(id string) (Requirement, bool) {
	i := slices.IndexFunc(r.Requirements, func(q Requirement) bool { return q.ID == id })
	if i < 0 {
		return Requirement{}, false
	}
	return r.Requirements[i], true
}

func (r *Report) accept(q *Requirement, known Known, valid bool) {
	switch {
	case q.Verdict == Passed:
		r.addStale(fmt.Sprintf("Baseline: %s passes again; take it out.", q.ID))
	case q.Verdict == Failed && !valid:
		r.addStale(fmt.Sprintf("Baseline: %s was to be mended until %s.", q.ID, known.Until))
	case q.Verdict == Failed:
		q.Known = known.Reason + " (until " + known.Until + ")"
		q.Reason = "known failure: " + q.Known
	}
}

func (r *Report) addStale(text string) {
	r.StaleBaseline = append(r.StaleBaseline, text)
	r.Observations = append(r.Observations, text)
}
