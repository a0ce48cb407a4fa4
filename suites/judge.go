package suites

import (
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Judge judges the evidence by the contract: one result for each requirement and subject, in the
// order of the ledger. It plans the run again from the evidence's own target. An error means that
// the target's label filter can't be read.
func Judge(c *contract.Contract, run *evidence.Run) ([]verdict.Result, error) {
	s, err := New(c, run.Target)
	if err != nil {
		return nil, err
	}
	return s.Judge(run), nil
}

// Judge judges the evidence of the suite's own plan; it is pure, too.
func (s *Suite) Judge(run *evidence.Run) []verdict.Result {
	record := s.newRecord(run)
	var results []verdict.Result
	for _, check := range s.Checks {
		if len(check.Subjects) == 0 {
			results = append(results, check.notApplicable())
		}
		for _, subject := range check.sorted() {
			results = append(results, s.judgeSubject(check, subject, record))
		}
	}
	return results
}

func (c Check) notApplicable() verdict.Result {
	return verdict.Result{Requirement: c.Requirement.ID, Verdict: verdict.NotApplicable,
		Reason: c.Missing}
}

// sorted returns the subjects by name, the order in which Ginkgo runs their specs.
func (c Check) sorted() []Subject {
	subjects := slices.Clone(c.Subjects)
	slices.SortStableFunc(subjects, func(a, b Subject) int {
		return strings.Compare(a.Name, b.Name)
	})
	return subjects
}
