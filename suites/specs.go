package suites

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Register declares the suite's specs: a container for each requirement, a spec for each subject.
// Evidence is asked for once, when the first spec runs. Where strict is set,
// a failure below must fails its spec too.
func (s *Suite) Register(strict bool, run func() *evidence.Run) {
	var record *Record
	read := func() *Record {
		if record == nil {
			record = s.newRecord(run())
		}
		return record
	}
	for _, check := range s.Checks {
		location := types.CodeLocation{FileName: "openapi.yaml", LineNumber: check.Requirement.Line}
		title := check.Requirement.ID + " " + check.Requirement.Statement
		ginkgo.Describe(title, ginkgo.Label(Labels(check.Requirement)...), location, func() {
			s.registerSubjects(check, strict, location, read)
		})
	}
}

func (s *Suite) registerSubjects(check Check, strict bool, location types.CodeLocation, read func() *Record) {
	if len(check.Subjects) == 0 {
		ginkgo.It("is not applicable", location, func() {
			ginkgo.AddReportEntry(verdict.ResultEntry, ginkgo.ReportEntryVisibilityNever, verdict.Result{
				Requirement: check.Requirement.ID, Verdict: verdict.NotApplicable, Reason: check.Missing,
			})
			ginkgo.Skip("not applicable: " + check.Missing)
		})
	}
	// Ginkgo sorts by name, which takes it long unless they are in order already.
	subjects := slices.Clone(check.Subjects)
	slices.SortStableFunc(subjects, func(a, b Subject) int { return strings.Compare(a.Name, b.Name) })
	for _, subject := range subjects {
		ginkgo.It(subject.Name, location, func() {
			result := s.look(check, subject, read())
			ginkgo.AddReportEntry(verdict.ResultEntry, ginkgo.ReportEntryVisibilityNever, result)
			if check.Requirement.Level == "must" || strict && check.Requirement.Level == "should" {
				gomega.Expect(result).To(gomega.HaveField("Verdict", verdict.Passed), func() string { return explain(result) })
			}
		})
	}
}

// explain says in full what a spec that does not pass came to.
func explain(r verdict.Result) string {
	if r.Verdict == verdict.Untestable {
		return "untestable: " + r.Reason
	}
	var parts []string
	for _, f := range r.Findings {
		parts = append(parts, fmt.Sprintf("expected: %s\ngot:      %s\nsent:     %s\n%s", f.Expected, f.Got, f.Exchange, f.Curl))
	}
	return strings.Join(parts, "\n\n")
}
