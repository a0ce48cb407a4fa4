package verdict

// Change is a requirement whose verdict differs between two runs.
type Change struct {
	ID            string
	Statement     string
	Before, After Outcome
}

// Worse reports whether the requirement fails newly, or is no longer passed.
func (c Change) Worse() bool {
	return c.After == Failed || c.Before == Passed && c.After != Passed
}

// Diff lists the requirements with a different verdict, in the order of the later run. A
// requirement known to one run only counts as not applicable in the other.
func Diff(before, after Report) []Change {
	var changes []Change
	known := map[string]bool{}
	for _, q := range after.Requirements {
		known[q.ID] = true
		if was := before.outcomeOf(q.ID); was != q.Verdict {
			changes = append(changes, Change{q.ID, q.Statement, was, q.Verdict})
		}
	}
	for _, q := range before.Requirements {
		if !known[q.ID] && q.Verdict != NotApplicable {
			changes = append(changes, Change{q.ID, q.Statement, q.Verdict, NotApplicable})
		}
	}
	return changes
}

func (r Report) outcomeOf(id string) Outcome {
	for _, q := range r.Requirements {
		if q.ID == id {
			return q.Verdict
		}
	}
	return NotApplicable
}
