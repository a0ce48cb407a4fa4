package verdict_test

import (
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// one makes a report of one requirement of the level that came to the outcome.
func one(level string, outcome verdict.Outcome) *verdict.Report {
	r := &verdict.Report{}
	fill(r, level, outcome)
	return r
}

func fill(r *verdict.Report, level string, outcome verdict.Outcome) {
	r.Fill([]verdict.Judged{{Requirement: contract.Requirement{ID: "A-1", Level: level}}},
		[]verdict.Result{{Requirement: "A-1", Verdict: outcome}})
}

func TestExitCodeOfRunsThatDidNotEndWell(t *testing.T) {
	faulty, interrupted, stale := &verdict.Report{Fault: "broke"},
		&verdict.Report{Interrupted: true},
		&verdict.Report{StaleBaseline: []string{"A-1 passes again"}}
	for _, r := range []*verdict.Report{faulty, interrupted, stale} {
		fill(r, "must", verdict.Passed)
	}
	for _, c := range []struct {
		what    string
		report  *verdict.Report
		strict  bool
		exit    int
		overall verdict.Overall
	}{
		{"a fault of the tool", faulty, false, verdict.ExitFault, verdict.Incomplete},
		{"an interruption", interrupted, false, verdict.ExitInterrupted, verdict.Incomplete},
		{"a stale baseline", stale, false, verdict.ExitNotConformant, verdict.Conformant},
		{"a should failed", one("should", verdict.Failed), false, verdict.ExitConformant,
			verdict.PartlyJudged},
		{"a should failed, strictly", one("should", verdict.Failed), true,
			verdict.ExitNotConformant, verdict.PartlyJudged},
		{"an advice failed, strictly", one("advice", verdict.Failed), true, verdict.ExitConformant,
			verdict.PartlyJudged},
		{"nothing judged", one("should", verdict.Untestable), false, verdict.ExitUsage,
			verdict.PartlyJudged},
	} {
		if got := c.report.ExitCode(c.strict, false); got != c.exit ||
			c.report.Verdict != c.overall {
			t.Errorf("%s: exit code %d, verdict %s; want %d, %s", c.what, got, c.report.Verdict,
				c.exit, c.overall)
		}
	}
}

func TestWhatTheDocumentsRuleOutIsNotMissing(t *testing.T) {
	for byDocuments, want := range map[bool]verdict.Overall{true: verdict.Conformant,
		false: verdict.PartlyJudged} {
		r := &verdict.Report{}
		r.Fill([]verdict.Judged{
			{Requirement: contract.Requirement{ID: "A-1", Level: "must"}, Missing: "why",
				ByDocuments: byDocuments},
			{Requirement: contract.Requirement{ID: "A-2", Level: "must"}, Missing: "why",
				ByDocuments: true},
		}, []verdict.Result{{Requirement: "A-2", Verdict: verdict.Passed}})
		if r.Verdict != want {
			t.Errorf("ruled out %t: %s, want %s", byDocuments, r.Verdict, want)
		}
		if q := r.Requirements[0]; q.Reason != "why" || q.ByDocuments != byDocuments ||
			r.Requirements[1].ByDocuments {
			t.Errorf("%+v", r.Requirements)
		}
	}
}

func TestFindingsPointIntoTheContract(t *testing.T) {
	r := &verdict.Report{}
	r.Fill([]verdict.Judged{{Requirement: contract.Requirement{ID: "A-1", Level: "must", Line: 7}}},
		[]verdict.Result{
			{Requirement: "A-1", Subject: "x", Verdict: verdict.Failed,
				Findings: []verdict.Finding{{Got: "a"}, {Got: "b", Line: 3}}},
			{Requirement: "A-1", Verdict: verdict.NotApplicable},
			{Requirement: "B-1", Verdict: verdict.Failed, Findings: []verdict.Finding{{Got: "c"}}},
		})
	q := r.Requirements[0]
	if len(q.Findings) != 2 || q.Findings[0].Line != 7 || q.Findings[1].Line != 3 ||
		len(q.Checks) != 1 {
		t.Errorf("%+v", q)
	}
}

func TestStaleBaselineEntriesAreTold(t *testing.T) {
	now := time.Date(2030, 1, 15, 12, 0, 0, 0, time.UTC)
	for what, c := range map[string]struct {
		outcome verdict.Outcome
		until   string
		want    string
	}{
		"passes again": {verdict.Passed, "2030-01-31", "passes again"},
		"expired":      {verdict.Failed, "2030-01-14", "was to be mended until 2030-01-14"},
		"still fails":  {verdict.Failed, "2030-01-15", ""},
		"untestable":   {verdict.Untestable, "2030-01-14", ""},
	} {
		r := judged(c.outcome)
		if err := r.Accept([]verdict.Known{{ID: "A-1", Reason: "ticket", Until: c.until},
			{ID: "Z-1", Until: "2030-01-01"}}, now); err != nil {
			t.Fatal(err)
		}
		stale := strings.Join(r.StaleBaseline, "; ")
		if (stale == "") != (c.want == "") || !strings.Contains(stale, c.want) ||
			len(r.Observations) != len(r.StaleBaseline) {
			t.Errorf("%s: %q", what, stale)
		}
	}
	if err := judged(verdict.Failed).Accept([]verdict.Known{{ID: "A-1", Until: "soon"}},
		now); err == nil {
		t.Error("a day that is none is not refused")
	}
}

func TestRequirementsThatOneRunDoesNotKnowAreNotApplicableThere(t *testing.T) {
	long, short := judged(verdict.Passed, verdict.Passed, verdict.NotApplicable),
		judged(verdict.Passed)
	fewer, more := verdict.Diff(*long, *short), verdict.Diff(*short, *long)
	if len(fewer) != 1 || fewer[0].ID != "B-1" || fewer[0].After != verdict.NotApplicable ||
		!fewer[0].Worse() {
		t.Errorf("%+v", fewer)
	}
	if len(more) != 1 || more[0].Before != verdict.NotApplicable || more[0].Worse() {
		t.Errorf("%+v", more)
	}
}
