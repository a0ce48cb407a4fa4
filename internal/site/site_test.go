package site_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/site"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// run is a run of the deployment in the given minute, with verdicts of RESET-1 and so on.
func run(name, version string, minute int, verdicts ...verdict.Outcome) site.Run {
	r := verdict.Report{
		SchemaVersion: verdict.SchemaVersion, RunID: name + time.Duration(minute).String(),
		Verdict: verdict.Conformant,
		Deployment: verdict.Deployment{Name: name, Version: version,
			URL: "https://example.org/" + name},
		Started: time.Date(2026, 1, 2, 3, minute, 0, 0, time.UTC),
	}
	for i, v := range verdicts {
		r.Requirements = append(r.Requirements,
			verdict.Requirement{ID: "RESET-" + string(rune('1'+i)), Statement: "promise",
				Verdict: v})
		if v == verdict.Failed {
			r.Verdict = verdict.NotConformant
		}
	}
	return site.Run{Dir: name, Report: r, HasPage: true}
}

const (
	passed, failed, open = verdict.Passed, verdict.Failed, verdict.Untestable
)

func TestCellsTellWhatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		runs []site.Run
		want site.Change
	}{
		"one run": {[]site.Run{run("a", "1", 1, failed)}, site.Unchanged},
		"still failing": {[]site.Run{run("a", "1", 1, failed), run("a", "1", 2, failed)},
			site.Unchanged},
		"failing": {[]site.Run{run("a", "1", 1, passed), run("a", "1", 2, failed)},
			site.NewlyFailing},
		"in another order": {[]site.Run{run("a", "1", 2, failed), run("a", "1", 1, passed)},
			site.NewlyFailing},
		"passing": {[]site.Run{run("a", "1", 1, failed), run("a", "2", 2, passed)},
			site.NewlyPassing},
		"untestable in between": {[]site.Run{run("a", "1", 1, passed), run("a", "1", 2, open),
			run("a", "1", 3, failed)}, site.NewlyFailing},
		"untestable": {[]site.Run{run("a", "1", 1, passed), run("a", "1", 2, open)},
			site.Unchanged},
		"by turns": {[]site.Run{run("a", "1", 1, passed), run("a", "1", 2, failed),
			run("a", "1", 3, passed)}, site.Flaky},
		"by turns with releases": {[]site.Run{run("a", "1", 1, passed), run("a", "2", 2, failed),
			run("a", "3", 3, passed)}, site.NewlyPassing},
	} {
		o := site.Of(c.runs)
		if got := o.Deployments[0].Cells[0].Change; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDeploymentsStandWorstFirst(t *testing.T) {
	o := site.Of([]site.Run{run("good", "1", 1, passed), run("bad", "1", 1, failed),
		run("better", "1", 1, failed), run("better", "2", 2, passed, passed)})
	var names []string
	for _, d := range o.Deployments {
		names = append(names, d.Name)
	}
	if got := strings.Join(names, " "); got != "bad better good" {
		t.Errorf("%s", got)
	}
	if len(o.Requirements) != 2 || o.Deployments[0].Cells[1].Verdict != verdict.NotApplicable {
		t.Errorf("%+v", o)
	}
}

func TestFindReadsEachRunOnceAndNamesWhatIsNone(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, value any) {
		t.Helper()
		path := filepath.Join(dir, name, "report.json")
		text, err := json.Marshal(value)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("one", run("a", "1", 1, passed).Report)
	put("copy/of/one", run("a", "1", 1, passed).Report)
	put("two", run("a", "1", 2, passed).Report)
	put("other", map[string]int{"schemaVersion": 7})
	runs, problems, err := site.Find([]string{dir, filepath.Join(dir, "two")})
	if err != nil || len(runs) != 2 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if len(problems) != 1 || !strings.Contains(problems[0], filepath.Join("other", "report.json")+
		": expected a report of version 1, got 7") {
		t.Errorf("%q", problems)
	}
	if _, _, err := site.Find([]string{filepath.Join(dir, "nowhere")}); err == nil {
		t.Error("no error for a directory that is not there")
	}
}

func TestThePageEscapesAndLinks(t *testing.T) {
	r := run(`<script>alert(1)</script>`, "1\x1b[31m", 1, failed)
	r.Dir = filepath.Join("runs", "a b")
	r.Report.Labels = map[string]string{"region": "<eu>"}
	var b bytes.Buffer
	if err := site.Write(&b, site.Of([]site.Run{r}), []string{"<odd>"}, "site"); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"&lt;script&gt;alert(1)", `1\x1b[31m`, "region=&lt;eu&gt;", "&lt;odd&gt;",
		`href="../runs/a%20b/report.html#RESET-1"`, `<td class="fail">not conformant`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("foreign text is markup")
	}
}
