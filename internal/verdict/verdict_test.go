package verdict_test

import (
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// judged makes a report of requirements named by level and outcome, for example "must failed".
func judged(outcomes ...verdict.Outcome) *verdict.Report {
	var list []verdict.Judged
	var results []verdict.Result
	for i, outcome := range outcomes {
		id := string(rune('A'+i)) + "-1"
		list = append(list, verdict.Judged{Requirement: contract.Requirement{ID: id, Level: "must"}, Missing: "nothing declared"})
		if outcome != verdict.NotApplicable {
			results = append(results, verdict.Result{Requirement: id, Verdict: outcome})
		}
	}
	r := &verdict.Report{}
	r.Fill(list, results)
	return r
}

func TestOverallVerdictAndExitCode(t *testing.T) {
	passed, failed, missing, untestable := verdict.Passed, verdict.Failed, verdict.NotApplicable, verdict.Untestable
	for _, c := range []struct {
		outcomes []verdict.Outcome
		overall  verdict.Overall
		exit     int
		complete int
	}{
		{[]verdict.Outcome{passed, passed}, verdict.Conformant, 0, 0},
		{[]verdict.Outcome{passed, missing}, verdict.PartlyJudged, 0, 3},
		{[]verdict.Outcome{passed, untestable}, verdict.Incomplete, 3, 3},
		{[]verdict.Outcome{passed, untestable, failed, missing}, verdict.NotConformant, 1, 1},
		{[]verdict.Outcome{missing}, verdict.PartlyJudged, 2, 3},
	} {
		r := judged(c.outcomes...)
		if r.Verdict != c.overall || r.ExitCode(false, false) != c.exit || r.ExitCode(false, true) != c.complete {
			t.Errorf("%v: %s, %d, complete %d; want %+v", c.outcomes, r.Verdict, r.ExitCode(false, false), r.ExitCode(false, true), c)
		}
	}
}

func TestOneFailedCheckFailsTheRequirement(t *testing.T) {
	r := &verdict.Report{}
	r.Fill([]verdict.Judged{{Requirement: contract.Requirement{ID: "A-1", Level: "must"}}}, []verdict.Result{
		{Requirement: "A-1", Verdict: verdict.Passed}, {Requirement: "A-1", Verdict: verdict.Untestable, Reason: "why"},
		{Requirement: "A-1", Verdict: verdict.Failed}, {Requirement: "A-1", Verdict: verdict.Passed},
	})
	if r.Requirements[0].Verdict != verdict.Failed || r.Counts.Musts.Failed != 1 {
		t.Errorf("%+v", r.Requirements[0])
	}
}

func TestBaselineAcceptsUntilItsDayAndNoLonger(t *testing.T) {
	known := []verdict.Known{{ID: "A-1", Reason: "ticket", Until: "2030-01-31"}}
	for now, exit := range map[string]int{"2030-01-31": 0, "2030-02-01": 1} {
		day, err := time.Parse(time.DateOnly, now)
		if err != nil {
			t.Fatal(err)
		}
		r := judged(verdict.Failed, verdict.Passed)
		if err := r.Accept(known, day.Add(12*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if r.ExitCode(false, false) != exit {
			t.Errorf("on %s: exit code %d, want %d", now, r.ExitCode(false, false), exit)
		}
	}
}

func TestDiffTellsWorseFromBetter(t *testing.T) {
	before, after := judged(verdict.Passed, verdict.Failed, verdict.Passed), judged(verdict.Failed, verdict.Passed, verdict.Untestable)
	worse := map[string]bool{}
	for _, c := range verdict.Diff(*before, *after) {
		worse[c.ID] = c.Worse()
	}
	if len(worse) != 3 || !worse["A-1"] || worse["B-1"] || !worse["C-1"] {
		t.Errorf("%v", worse)
	}
}
