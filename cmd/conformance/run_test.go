package main_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/golden"
	"github.com/etna-conformance/conformance/internal/mailhogtest"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func TestRunWithoutArgumentsJudgesTheReferenceAndSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := call{args: []string{"run"}, dir: dir}.run(t).wantExit(t, 0)
	r.wantOut(t, "CONFORMANT", "the embedded reference deployment (not a deployment of yours)",
		"Page: reports/latest/report.html")
	progress := regexp.MustCompile(`(?m)^conformance: .* of \d+ steps · .*\n`) // of a slow machine
	if strings.Contains(r.stdout, "\nn/a ") || progress.ReplaceAllString(r.stderr, "") != "" {
		t.Errorf("the reference is not judged in full, or something is on stderr: %v", r)
	}

	out := filepath.Join(dir, "reports", "latest")
	for _, name := range []string{"report.json", "report.html", "junit.xml", "summary.md",
		"badge.svg", "evidence.har", "evidence.json", "mails/001.eml"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty: %v", name, err)
		}
	}
	if judged := reportOf(t, out); !judged.Deployment.Embedded ||
		judged.Verdict != verdict.Conformant {
		t.Errorf("report.json says %q of the embedded deployment (%t)", judged.Verdict,
			judged.Deployment.Embedded)
	}
}

func TestConsoleCutsNoStatement(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	r := conformance(t, "run", "--out", out).wantExit(t, 0)
	for _, q := range reportOf(t, out).Requirements {
		r.wantOut(t, q.ID+" "+q.Statement)
	}
	for line := range strings.Lines(r.stdout) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestRunWithAllFormatsWritesThemAll(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	conformance(t, "run", "--out", out, "--format", "text", "--format", "github").wantExit(t, 0)
	for _, name := range []string{"report.txt", "annotations.txt", "report.json"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestRunWithURLAloneJudgesInPartAndSaysWhatToDeclare(t *testing.T) {
	t.Parallel()
	s, dir := sandboxtest.Start(t, sandbox.Options{}), t.TempDir()
	r := call{args: []string{"run", "--url", s.URL}, dir: dir}.run(t).wantExit(t, 0)
	r.wantOut(t, "PARTLY JUDGED", s.URL, "no app key is declared (appKey or CONFORMANCE_APP_KEY)")
	judged := reportOf(t, filepath.Join(dir, "reports", "latest"))
	if judged.Verdict != verdict.PartlyJudged || judged.Counts.Failed+judged.Counts.Untestable > 0 {
		t.Errorf("the verdict is %q, %+v", judged.Verdict, judged.Counts)
	}
	for _, id := range []string{"KEY-1", "KEY-2", "KEY-3", "KEY-5"} {
		if q := requirement(t, judged, id); q.Verdict != verdict.Passed {
			t.Errorf("%s is %q: %s", id, q.Verdict, q.Reason)
		}
	}
	golden.Check(t, "url-alone.txt", masked(r.stdout, s.URL))
}

// masked replaces what differs between two runs.
func masked(text, url string) string {
	text = strings.ReplaceAll(text, url, "http://deployment.example")
	return regexp.MustCompile(`Took .*`).ReplaceAllString(text, "Took …")
}

// TestDocumentedConfigurationWithTheRealMailHog runs what a user writes who follows the README.
func TestDocumentedConfigurationWithTheRealMailHog(t *testing.T) {
	t.Parallel()
	smtp, mailhog := mailhogtest.Start(t)
	var bare atomic.Int64
	options := through(func(_ faults.World, inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Front") != "front-of-acme" {
				bare.Add(1)
			}
			inner.ServeHTTP(w, r)
		})
	})
	options.SMTPAddr = smtp
	s := sandboxtest.Start(t, options)
	config := write(t, "conformance.yaml", fmt.Sprintf(`
url: %s
appKey: ${ETNA_APP_KEY}
inbox: {mailhog: %s}
traders:
  - {login: robert.zak, email: robert.zak@example.com, question: "What street did you live on in third grade?", answer: Peterson}
  - {login: ann.lee, email: ann.lee@example.com, answer: ${ANN_ANSWER}}
  - {login: no.question, email: no.question@example.com}
headers: {X-Front: ${CF_ID}}
deployment: {name: Acme staging, version: 4.2.1}
`, s.URL, mailhog))
	out := t.TempDir()
	call{
		args: []string{"run", "--config", config, "--out", out},
		env:  []string{"ETNA_APP_KEY=" + s.AppKey, "ANN_ANSWER=Świnoujście", "CF_ID=front-of-acme"},
	}.run(t).wantExit(t, 0).wantOut(t, "CONFORMANT", "Acme staging 4.2.1 ("+s.URL+")",
		"0 failed, 0 untestable, 0 not applicable")
	if n := bare.Load(); n > 0 {
		t.Errorf("%d requests came without the declared header", n)
	}
}

func TestReportHasTheDocumentedMembers(t *testing.T) {
	t.Parallel()
	top, requirement, finding := documentedMembers(t)
	_, good := judge(t, sandboxtest.Start(t, sandbox.Options{}))
	_, bad := judge(t, broken(t, "empty-answer-reworded"), "--only", "RESET-8", "--baseline",
		write(t, "known.yaml", "- {id: RESET-8, reason: known, until: 2999-01-31}"))
	for _, dir := range []string{good, bad} {
		text, err := os.ReadFile(filepath.Join(dir, "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		top.check(t, "the report", all)
		for _, q := range all["requirements"].([]any) {
			requirement.check(t, "a requirement", q.(map[string]any))
			for _, f := range q.(map[string]any)["findings"].([]any) {
				finding.check(t, "a finding", f.(map[string]any))
			}
		}
	}
}

// members are the documented ones, and whether each is optional.
type members map[string]bool

func (m members) check(t *testing.T, what string, object map[string]any) {
	t.Helper()
	for name := range object {
		if _, documented := m[name]; !documented {
			t.Errorf("%s has a member %q, which docs/report.md does not describe", what, name)
		}
	}
	for name, optional := range m {
		if _, there := object[name]; !there && !optional {
			t.Errorf("%s has no member %q", what, name)
		}
	}
}

// documentedMembers reads the tables of docs/report.md.
func documentedMembers(t *testing.T) (top, requirement, finding members) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## report.json")
	first, second, found := strings.Cut(section, "\nA requirement:\n")
	if !found {
		t.Fatal("docs/report.md has no table of a requirement's members")
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (optional)?")
	read := func(table string) members {
		m := members{}
		for _, match := range row.FindAllStringSubmatch(table, -1) {
			m[match[1]] = match[2] != ""
		}
		return m
	}
	line := regexp.MustCompile("(?m)^\\| `findings` .*$").FindString(second)
	required, optional, _ := strings.Cut(line, "optional")
	finding = members{}
	for i, part := range []string{strings.TrimPrefix(required, "| `findings`"), optional} {
		for _, match := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(part, -1) {
			finding[match[1]] = i == 1
		}
	}
	return read(first), read(second), finding
}

func TestJUnitHasOneTestCaseForEachRequirement(t *testing.T) {
	t.Parallel()
	_, out := judge(t, broken(t, "empty-answer-reworded"))
	var suites struct {
		Suites []struct {
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	text, err := os.ReadFile(filepath.Join(out, "junit.xml"))
	if err == nil {
		err = xml.Unmarshal(text, &suites)
	}
	if err != nil {
		t.Fatal(err)
	}
	var named, failed []string
	for _, suite := range suites.Suites {
		for _, c := range suite.Cases {
			id, _, _ := strings.Cut(c.Name, " ")
			named = append(named, id)
			if c.Failure != nil {
				failed = append(failed, id)
			}
		}
	}
	judged := reportOf(t, out)
	want := slices.Sorted(maps.Keys(verdicts(judged)))
	slices.Sort(named)
	if diff := cmp.Diff(want, named); diff != "" {
		t.Errorf("test cases differ from the requirements (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(having(judged, verdict.Failed), failed); diff != "" {
		t.Errorf("failed test cases (-want +got):\n%s", diff)
	}
}
