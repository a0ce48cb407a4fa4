package verdict_test

import (
	"strings"
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
		list = append(list, verdict.Judged{Requirement: contract.Requirement{ID: id, Level: "must"},
			Missing: "nothing declared"})
		if outcome != verdict.NotApplicable {
			results = append(results, verdict.Result{Requirement: id, Verdict: outcome})
		}
	}
	r := &verdict.Report{}
	r.Fill(list, results)
	return r
}

func TestOverallVerdictAndExitCode(t *testing.T) {
	passed, failed, missing, untestable := verdict.Passed, verdict.Failed, verdict.NotApplicable,
		verdict.Untestable
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
		if r.Verdict != c.overall || r.ExitCode(false, false) != c.exit ||
			r.ExitCode(false, true) != c.complete {
			t.Errorf("%v: %s, %d, complete %d; want %+v", c.outcomes, r.Verdict,
				r.ExitCode(false, false), r.ExitCode(false, true), c)
		}
	}
}

func TestOneFailedCheckFailsTheRequirement(t *testing.T) {
	r := &verdict.Report{}
	r.Fill([]verdict.Judged{{Requirement: contract.Requirement{ID: "A-1", Level: "must"}}},
		[]verdict.Result{
			{Requirement: "A-1", Verdict: verdict.Passed},
			{Requirement: "A-1", Verdict: verdict.Untestable, Reason: "why"},
			{Requirement: "A-1", Verdict: verdict.Failed},
			{Requirement: "A-1", Verdict: verdict.Passed},
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
	before, after := judged(verdict.Passed, verdict.Failed, verdict.Passed),
		judged(verdict.Failed, verdict.Passed, verdict.Untestable)
	worse := map[string]bool{}
	for _, c := range verdict.Diff(*before, *after) {
		worse[c.ID] = c.Worse()
	}
	if len(worse) != 3 || !worse["A-1"] || worse["B-1"] || !worse["C-1"] {
		t.Errorf("%v", worse)
	}
}

// TestBaselineAcceptsWhatHangsOnItAlone has B untestable because of the failure A, and others with
// something else behind.
func TestBaselineAcceptsWhatHangsOnItAlone(t *testing.T) {
	known := []verdict.Known{{ID: "A-1", Reason: "ticket", Until: "2030-01-31"}}
	on := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		results []verdict.Result
		exit    int
		hidden  string
	}{
		"its own": {[]verdict.Result{hidden("B-1", "A-1")}, 0, "B-1"},
		"one of several, and kept": {[]verdict.Result{passed("B-1"), hidden("C-1", "A-1", "B-1")},
			0, "C-1"},
		"a chain": {[]verdict.Result{hidden("B-1", "A-1"), hidden("C-1", "B-1"),
			hidden("D-1", "C-1", "A-1")}, 0, "B-1 C-1 D-1"},
		"each other and the known": {[]verdict.Result{hidden("B-1", "A-1", "C-1"),
			hidden("C-1", "B-1")}, 0, "B-1 C-1"},
		"each other alone": {[]verdict.Result{hidden("B-1", "C-1"), hidden("C-1", "B-1")}, 3, ""},
		"no cause":         {[]verdict.Result{hidden("B-1")}, 3, ""},
		"no known cause":   {[]verdict.Result{passed("C-1"), hidden("B-1", "C-1")}, 3, ""},
		"another failure": {[]verdict.Result{hidden("B-1", "A-1", "C-1"),
			{Requirement: "C-1", Verdict: verdict.Failed}}, 1, ""},
		"another unseen": {[]verdict.Result{hidden("B-1", "A-1", "C-1"), hidden("C-1")}, 3, ""},
		"a circle beside it": {[]verdict.Result{hidden("B-1", "A-1", "C-1"), hidden("C-1", "D-1"),
			hidden("D-1", "C-1")}, 3, ""},
		"one check of two": {[]verdict.Result{hidden("B-1", "A-1"), hidden("B-1")}, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := &verdict.Report{}
			var list []verdict.Judged
			for _, id := range []string{"A-1", "B-1", "C-1", "D-1"} {
				list = append(list,
					verdict.Judged{Requirement: contract.Requirement{ID: id, Level: "must"},
						ByDocuments: true})
			}
			r.Fill(list, append(c.results,
				verdict.Result{Requirement: "A-1", Verdict: verdict.Failed}))
			if err := r.Accept(known, on); err != nil {
				t.Fatal(err)
			}
			var accepted []string
			for _, q := range r.Requirements {
				if q.Verdict == verdict.Untestable && q.Known != "" {
					accepted = append(accepted, q.ID)
				}
			}
			if got := strings.Join(accepted, " "); got != c.hidden ||
				r.ExitCode(false, false) != c.exit || r.Verdict != verdict.NotConformant {
				t.Errorf("accepted %q, exit %d, %s; want %q, %d", got, r.ExitCode(false, false),
					r.Verdict, c.hidden, c.exit)
			}
		})
	}
}

// TestExpiredBaselineAcceptsNothing has what hangs on a failure whose day has passed.
func TestExpiredBaselineAcceptsNothing(t *testing.T) {
	r := &verdict.Report{}
	var list []verdict.Judged
	for _, id := range []string{"A-1", "B-1"} {
		list = append(list, verdict.Judged{Requirement: contract.Requirement{ID: id,
			Level: "must"}})
	}
	r.Fill(list, []verdict.Result{{Requirement: "A-1", Verdict: verdict.Failed},
		hidden("B-1", "A-1")})
	err := r.Accept([]verdict.Known{{ID: "A-1", Reason: "ticket", Until: "2029-12-31"}},
		time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || r.Requirements[1].Known != "" || r.ExitCode(false, false) != 1 {
		t.Errorf("%v, %+v, exit %d", err, r.Requirements[1], r.ExitCode(false, false))
	}
}

func hidden(id string, because ...string) verdict.Result {
	return verdict.Result{Requirement: id, Verdict: verdict.Untestable, Reason: "why",
		Because: because}
}

func passed(id string) verdict.Result {
	return verdict.Result{Requirement: id, Verdict: verdict.Passed}
}
