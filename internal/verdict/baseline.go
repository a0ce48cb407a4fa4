package verdict

import (
	"fmt"
	"time"
)

// Known is a failure that is known and, for a while, accepted.
type Known struct {
	// ID is the requirement's.
	ID string `yaml:"id"`
	// Reason says why it is accepted.
	Reason string `yaml:"reason"`
	// Until is the last day on which it is, YYYY-MM-DD.
	Until string `yaml:"until"`
}

// Accept marks known failures, which then don't fail the gate, and says which entries of the
// baseline are stale: what passes again or has expired fails the gate until the baseline is mended.
func (r *Report) Accept(baseline []Known, now time.Time) error {
	for _, known := range baseline {
		until, err := time.ParseInLocation(time.DateOnly, known.Until, now.Location())
		if err != nil {
			return fmt.Errorf("%s: until %q: expected a day as in 2027-01-31", known.ID, known.Until)
		}
		for i, q := range r.Requirements {
			if q.ID == known.ID {
				r.accept(&r.Requirements[i], known, now.Before(until.AddDate(0, 0, 1)))
			}
		}
	}
	return nil
}

func (r *Report) accept(q *Requirement, known Known, valid bool) {
	switch {
	case q.Verdict == Passed:
		r.stale(fmt.Sprintf("Baseline: %s passes again; take it out.", q.ID))
	case q.Verdict == Failed && !valid:
		r.stale(fmt.Sprintf("Baseline: %s was to be mended until %s.", q.ID, known.Until))
	case q.Verdict == Failed:
		q.Known = known.Reason + " (until " + known.Until + ")"
		q.Reason = "known failure: " + q.Known
	}
}

func (r *Report) stale(text string) {
	r.StaleBaseline = append(r.StaleBaseline, text)
	r.Observations = append(r.Observations, text)
}
