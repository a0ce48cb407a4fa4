package verdict

import (
	"slices"

	"github.com/etna-conformance/conformance/internal/contract"
)

// Judged is one requirement planned to be judged.
type Judged struct {
	Requirement contract.Requirement
	// Missing says why nothing could be judged; ByDocuments is true if the documents rule the
	// requirement out.
	Missing     string
	ByDocuments bool
}

// Fill adds the verdicts of the requirements, the counts and the overall verdict to a report.
func (r *Report) Fill(judged []Judged, results []Result) {
	r.SchemaVersion = SchemaVersion
	r.Requirements = make([]Requirement, 0, len(judged))
	for _, j := range judged {
		q := newRequirement(j, results)
		r.Requirements = append(r.Requirements, q)
		r.Counts.add(q)
	}
	if r.Observations == nil {
		r.Observations = []string{}
	}
	r.Verdict = r.overall()
}

func newRequirement(j Judged, results []Result) Requirement {
	q := Requirement{
		ID: j.Requirement.ID, Level: j.Requirement.Level, Profile: j.Requirement.Profile,
		Statement: j.Requirement.Statement, Reading: j.Requirement.Reading,
		Source: Source{Page: j.Requirement.Source.Page, Section: j.Requirement.Source.Section,
			Edition: j.Requirement.Source.Edition, Line: j.Requirement.Line},
		ByDocuments: j.ByDocuments, Findings: []Finding{}, Checks: []Check{},
	}
	missing := j.Missing
	for _, result := range results {
		if result.Requirement != q.ID {
			continue
		}
		if result.Verdict == NotApplicable {
			missing = result.Reason
			continue
		}
		q.Checks = append(q.Checks, Check{Subject: result.Subject, Verdict: result.Verdict,
			Reason: result.Reason, Because: result.Because, Steps: result.Steps})
		for _, f := range result.Findings {
			if f.Line == 0 {
				f.Line = q.Source.Line
			}
			q.Findings = append(q.Findings, f)
		}
	}
	q.Verdict, q.Reason = sumChecks(q.Checks, missing)
	if q.Verdict != NotApplicable {
		q.ByDocuments = false
	}
	return q
}

// sumChecks is failed if any check failed, else untestable if any was, else passed if any passed, else
// not applicable.
func sumChecks(checks []Check, missing string) (Outcome, string) {
	for _, outcome := range []Outcome{Failed, Untestable, Passed} {
		i := slices.IndexFunc(checks, func(c Check) bool { return c.Verdict == outcome })
		if i >= 0 {
			return outcome, checks[i].Reason
		}
	}
	return NotApplicable, missing
}

func (c *Counts) add(q Requirement) {
	must := q.Level == "must"
	for _, count := range []struct {
		outcome   Outcome
		all, must *int
	}{
		{Passed, &c.Passed, &c.Musts.Passed},
		{Failed, &c.Failed, &c.Musts.Failed},
		{NotApplicable, &c.NotApplicable, &c.Musts.NotApplicable},
		{Untestable, &c.Untestable, &c.Musts.Untestable},
	} {
		if q.Verdict != count.outcome {
			continue
		}
		*count.all++
		if must {
			*count.must++
		}
	}
}

// overall is the run's verdict. Only musts count; those ruled out by the documents are not missing.
func (r *Report) overall() Overall {
	switch musts := r.Counts.Musts; {
	case musts.Failed > 0:
		return NotConformant
	case musts.Untestable > 0 || r.Interrupted || r.Fault != "" || !r.hasWholeEvidence():
		return Incomplete
	case r.hasUndeclaredMust() || r.Selection != nil:
		return PartlyJudged
	}
	return Conformant
}

// JudgedBy adds the evidence. Incomplete evidence shows failures, but never conformance.
func (r *Report) JudgedBy(e Evidence) {
	r.Evidence = &e
	r.Verdict = r.overall()
}

func (r *Report) hasWholeEvidence() bool { return r.Evidence == nil || r.Evidence.Problem == "" }

// hasUndeclaredMust reports whether a selected must lacked configuration, or no must was judged.
func (r *Report) hasUndeclaredMust() bool {
	return r.Counts.Musts.Passed+r.Counts.Musts.Failed == 0 ||
		slices.ContainsFunc(r.Requirements, func(q Requirement) bool {
			return q.Level == "must" && q.Verdict == NotApplicable && !q.ByDocuments
		})
}

// Musts counts the musts of the chosen profiles, selected or not, without those ruled out by the
// documents; judged are those that passed or failed.
func (r *Report) Musts() (judged, all int) {
	n := r.Counts.Musts
	judged, all = n.Passed+n.Failed, n.Passed+n.Failed+n.Untestable+n.NotApplicable
	for _, q := range r.Requirements {
		if q.Level == "must" && q.Verdict == NotApplicable && q.ByDocuments {
			all--
		}
	}
	if r.Selection != nil {
		all += r.Selection.UnselectedMusts
	}
	return judged, all
}

// The exit codes of a judged run.
const (
	ExitConformant    = 0
	ExitNotConformant = 1
	ExitUsage         = 2
	ExitIncomplete    = 3
	ExitFault         = 70
	ExitInterrupted   = 130
)

// ExitCode is the process's exit code. Where strict is set, failures below must count too; where
// complete is set, a must that is not applicable counts as not judged.
func (r *Report) ExitCode(strict, complete bool) int {
	switch {
	case r.Fault != "":
		return ExitFault
	case r.Interrupted:
		return ExitInterrupted
	case r.hasFailure(strict) || len(r.StaleBaseline) > 0:
		return ExitNotConformant
	case r.hasUntestableMust() || !r.hasWholeEvidence() || complete && r.hasUndeclaredMust():
		return ExitIncomplete
	case !r.hasJudged():
		return ExitUsage
	}
	return ExitConformant
}

// hasFailure reports whether a failure is not accepted by the baseline.
func (r *Report) hasFailure(strict bool) bool {
	return slices.ContainsFunc(r.Requirements, func(q Requirement) bool {
		return q.Verdict == Failed && q.Known == "" &&
			(q.Level == "must" || strict && q.Level == "should")
	})
}

// hasUntestableMust reports whether a must is untestable for another reason than accepted failures.
func (r *Report) hasUntestableMust() bool {
	return slices.ContainsFunc(r.Requirements, func(q Requirement) bool {
		return q.Verdict == Untestable && q.Known == "" && q.Level == "must"
	})
}

// hasJudged reports whether a must was judged or, if none was selected, anything at all.
func (r *Report) hasJudged() bool {
	musts := slices.ContainsFunc(r.Requirements, func(q Requirement) bool {
		return q.Level == "must"
	})
	return slices.ContainsFunc(r.Requirements, func(q Requirement) bool {
		return (q.Verdict == Passed || q.Verdict == Failed) && (q.Level == "must" || !musts)
	})
}
