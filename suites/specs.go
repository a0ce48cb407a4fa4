package suites

import (
	"encoding/json"
	"fmt"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// resultEntry is the name of the Ginkgo report entry that carries a spec's result.
const resultEntry = "result"

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

func (s *Suite) registerSubjects(check Check, strict bool, location types.CodeLocation,
	read func() *Record) {
	if len(check.Subjects) == 0 {
		ginkgo.It("is not applicable", location, func() {
			ginkgo.AddReportEntry(resultEntry, ginkgo.ReportEntryVisibilityNever,
				check.notApplicable())
			ginkgo.Skip("not applicable: " + check.Missing)
		})
	}
	// Ginkgo sorts by name, which takes it long unless they are in order already.
	for _, subject := range check.sorted() {
		ginkgo.It(subject.Name, location, func() {
			result := s.judgeSubject(check, subject, read())
			ginkgo.AddReportEntry(resultEntry, ginkgo.ReportEntryVisibilityNever, result)
			if result.Verdict == verdict.NotApplicable {
				ginkgo.Skip("not applicable: " + result.Reason)
			}
			decides := check.Requirement.Level == "must" || strict &&
				check.Requirement.Level == "should"
			if decides && result.Verdict != verdict.Passed {
				ginkgo.Fail(explainResult(check.Requirement, result))
			}
		})
	}
}

// explainResult says as a finding does what a spec that does not pass came to.
func explainResult(r contract.Requirement, result verdict.Result) string {
	about := fmt.Sprintf("%s (%s, %s): %s", r.ID, r.Level, r.Profile, result.Subject)
	if result.Verdict == verdict.Untestable {
		return "UNTESTABLE, not failed: " + about + "\n" + result.Reason
	}
	text := fmt.Sprintf("FAILED: %s\n%s\nsource:   %s: %s, openapi.yaml:%d", about, r.Statement,
		r.Source.Page, r.Source.Section, r.Line)
	for _, f := range result.Findings {
		text += fmt.Sprintf("\n\nexpected: %s\ngot:      %s", f.Expected, f.Got)
		if f.Exchange != "" {
			text += "\nstep:     " + f.Exchange
		}
		if f.Curl != "" {
			text += "\n" + f.Curl
		}
	}
	return text
}

// Results reads the results out of Ginkgo's report, whichever process wrote them. broken names the
// specs that ended without a result: they panicked.
func Results(report types.Report) (results []verdict.Result, broken []string) {
	for _, spec := range report.SpecReports {
		unjudged := spec.State.Is(types.SpecStateSkipped|types.SpecStatePending) &&
			len(spec.ReportEntries) == 0
		if spec.LeafNodeType != types.NodeTypeIt || unjudged {
			continue
		}
		result, found := readResult(spec)
		if !found {
			broken = append(broken, spec.FullText()+": "+spec.Failure.Message+" "+
				spec.Failure.ForwardedPanic)
			continue
		}
		results = append(results, result)
	}
	return results, broken
}

func readResult(spec types.SpecReport) (verdict.Result, bool) {
	for _, entry := range spec.ReportEntries {
		if entry.Name != resultEntry {
			continue
		}
		if result, ok := entry.GetRawValue().(verdict.Result); ok {
			return result, true
		}
		var result verdict.Result
		err := json.Unmarshal([]byte(entry.Value.AsJSON), &result)
		return result, err == nil
	}
	return verdict.Result{}, false
}
