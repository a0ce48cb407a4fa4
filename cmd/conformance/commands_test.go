package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/golden"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func TestListAndExplainAndHelp(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"list.txt":     {"list"},
		"explain.txt":  {"explain", "key-4", "RESET-1", "MAIL-3"},
		"help.txt":     {"--help"},
		"help-run.txt": {"run", "--help"},
	} {
		golden.Check(t, name, conformance(t, args...).wantExit(t, 0).stdout)
	}
}

func TestEveryRequirementCanBeExplained(t *testing.T) {
	t.Parallel()
	ids := regexp.MustCompile(`(?m)^[A-Z]+-\d+`).FindAllString(conformance(t, "list").wantExit(t,
		0).stdout, -1)
	all := conformance(t, append([]string{"explain"}, ids...)...).wantExit(t, 0).stdout
	if n := strings.Count(all, "\nDemanded"); n != len(ids) || n == 0 {
		t.Errorf("%d requirements are listed, %d say what is demanded", len(ids), n)
	}
}

func TestPlanShowsWhatARunWouldSendAndSendsNothing(t *testing.T) {
	t.Parallel()
	server := count(t)
	config := write(t, "conformance.yaml", fmt.Sprintf(`
url: %s
appKey: plan-needs-no-real-key
inbox: {mailhog: %s}
traders:
  - {login: robert.zak, email: robert.zak@example.com, answer: Peterson}
  - {login: no.question, email: no.question@example.com}
`, server.URL, server.URL))
	r := conformance(t, "plan", "--config", config).wantExit(t, 0)
	golden.Check(t, "plan.txt", strings.ReplaceAll(r.stdout, server.URL, "http://127.0.0.1:8080"))
	if n := server.asked.Load(); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestPlanIsAnUpperBound holds what was announced against what then comes.
func TestPlanIsAnUpperBound(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	requests := 0
	s := sandboxtest.Start(t, through(func(_ faults.World, inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			requests++
			mu.Unlock()
			inner.ServeHTTP(w, r)
		})
	}))
	planned := call{args: []string{"plan", "--json", "--config", declare(t, s)},
		env: []string{"CONFORMANCE_APP_KEY=" + s.AppKey}}.run(t).wantExit(t, 0)
	var most struct{ Cost struct{ Requests, Mails int } }
	if err := json.Unmarshal([]byte(planned.stdout), &most); err != nil {
		t.Fatal(err)
	}
	judged, out := judge(t, s)
	judged.wantExit(t, 0)
	sent, err := filepath.Glob(filepath.Join(out, "mails", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	if requests == 0 || requests > most.Cost.Requests || len(sent) == 0 ||
		len(sent) > most.Cost.Mails {
		t.Errorf("announced at most %+v, sent %d requests and %d mails", most.Cost, requests,
			len(sent))
	}
}

func TestServeOffersWhatItPrints(t *testing.T) {
	t.Parallel()
	p := call{args: []string{"serve"}}.begin(t)
	text := p.stdout.await(t, "Ctrl-C ends it.")
	line := regexp.MustCompile(`curl -H 'Et-App-Key: (\S+)' '(\S+)'`).FindStringSubmatch(text)
	if line == nil {
		t.Fatalf("no curl line in:\n%s", text)
	}
	var question struct{ Model string }
	get(t, line[2], line[1], &question)
	if question.Model == "" || !strings.Contains(text, question.Model) {
		t.Errorf("the question %q is not the printed one:\n%s", question.Model, text)
	}
	var mails struct{ Total *int }
	if get(t, field(t, text, "Inbox (MailHog API)")+"/api/v2/messages", "",
		&mails); mails.Total == nil {
		t.Error("the inbox does not list mails")
	}
	url := field(t, text, "Reference deployment")
	conformance(t, "run", "--url", url, "--out", t.TempDir()).wantExit(t, 0)

	p.interrupt(t)
	p.end(t).wantExit(t, 0)
	if response, err := http.Get(url); err == nil {
		response.Body.Close()
		t.Error("the deployment still answers after the end")
	}
}

// field returns what stands behind a label.
func field(t *testing.T, text, label string) string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(label) +
		`\s+(\S+)$`).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("no %q in:\n%s", label, text)
	}
	return match[1]
}

func get(t *testing.T, url, key string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Et-App-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestJudgeGivesTheSameVerdictsWithoutTheDeployment(t *testing.T) {
	t.Parallel()
	s := broken(t, "wrong-answer-reworded", "empty-answer-reworded")
	live, out := judge(t, s)
	live.wantExit(t, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(out, moved); err != nil {
		t.Fatal(err)
	}
	again := t.TempDir()
	conformance(t, "judge", moved, "--out", again).wantExit(t, 1).wantOut(t, "FAIL RESET-5")
	first, second := reportOf(t, moved), reportOf(t, again)
	if diff := cmp.Diff(first.Requirements, second.Requirements); diff != "" {
		t.Errorf("the verdicts differ (-live +stored):\n%s", diff)
	}
	if first.RunID != second.RunID || first.Verdict != second.Verdict {
		t.Errorf("another run: %s %q, %s %q", first.RunID, first.Verdict, second.RunID,
			second.Verdict)
	}
	conformance(t, "judge", filepath.Join(moved, "evidence.json"), "--out", again,
		"--quiet").wantExit(t, 1)
	conformance(t, "judge", moved, "--quiet").wantExit(t, 1)
}

func TestDiffTellsWorseFromBetter(t *testing.T) {
	t.Parallel()
	_, good := judge(t, sandboxtest.Start(t, sandbox.Options{}))
	_, bad := judge(t, broken(t, "wrong-answer-reworded"))
	conformance(t, "diff", good, bad).wantExit(t, 1).wantOut(t, "worse RESET-5 passed -> failed",
		"for the worse")
	conformance(t, "diff", good, bad, "--json").wantExit(t, 1).wantOut(t, `"id": "RESET-5"`,
		`"before": "passed"`, `"after": "failed"`, `"mark": "worse"`)
	conformance(t, "diff", bad, good).wantExit(t, 0).wantOut(t, "better RESET-5 failed -> passed",
		"0 for the worse")
	conformance(t, "diff", filepath.Join(good, "report.json"), good).wantExit(t, 0).wantOut(t,
		"0 changed, 0 for the worse")
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	bad, good := broken(t, "wrong-answer-reworded"), sandboxtest.Start(t, sandbox.Options{})
	known := func(id, until string) string {
		return write(t, "known-failures.yaml",
			fmt.Sprintf("- {id: %s, reason: mended with release 4.3, until: %s}\n", id, until))
	}
	for name, c := range map[string]struct {
		s        *sandbox.Sandbox
		baseline string
		code     int
		says     string
	}{
		"a known failure passes the gate": {bad, known("RESET-5", "2999-01-31"), 0,
			"mended with release 4.3 (until 2999-01-31)"},
		"another failure does not": {bad, known("RESET-7", "2999-01-31"), 1,
			"RESET-7 passes again; take it out."},
		"an expired one does not": {bad, known("RESET-5", "2020-01-31"), 1,
			"RESET-5 was to be mended until 2020-01-31"},
		"one that passes again does not": {good, known("RESET-5", "2999-01-31"), 1,
			"RESET-5 passes again; take it out."},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := judge(t, c.s, "--baseline", c.baseline)
			r.wantExit(t, c.code).wantOut(t, c.says)
		})
	}
	for name, m := range map[string]struct{ text, says string }{
		"unknown id": {"- {id: RESET-55, reason: x, until: 2999-01-31}",
			`line 1: there is no requirement "RESET-55"; did you mean "RESET-5"?`},
		"no reason": {"- {id: RESET-5, until: 2999-01-31}",
			"line 1: RESET-5: reason is missing"},
		"no day": {"- {id: RESET-5, reason: x, until: soon}",
			`line 1: RESET-5: until "soon": expected a day`},
		"typo": {"- {id: RESET-5, reason: x, utnil: 2999-01-31}",
			`line 1: unknown key "utnil"; did you mean "until"?`},
		"repeated id":  {"- {id: RESET-5, reason: x, until: 2020-01-31}\n- {id: RESET-5, reason: x, until: 2999-01-31}", "line 2: RESET-5 stands twice"},
		"no list":      {"id: RESET-5", "expected a list of id, reason and until"},
		"list of text": {"- RESET-5", "line 1: expected id, reason and until"},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := judge(t, bad, "--baseline", write(t, "known-failures.yaml", m.text))
			r.wantExit(t, 2).wantErr(t, "known-failures.yaml: ", m.says)
		})
	}
}

// TestBaselineAcceptsWhatHangsOnAKnownFailure has a deployment that sends no mail: what its mails
// would show is untestable for that alone. What is untestable for another reason stays so.
func TestBaselineAcceptsWhatHangsOnAKnownFailure(t *testing.T) {
	t.Parallel()
	s := broken(t, "no-mail")
	known := write(t, "known-failures.yaml",
		"- {id: MAIL-1, reason: ticket 417, until: 2999-01-31}\n")
	for _, profile := range []string{"core", "core,flow"} {
		t.Run(profile, func(t *testing.T) {
			config, err := yaml.Marshal(s.Declaration(profile != "core"))
			if err != nil {
				t.Fatal(err)
			}
			run := func(more ...string) (result, string) {
				out := t.TempDir()
				arguments := []string{"run", "--config",
					write(t, "conformance.yaml", string(config)), "--profile", profile,
					"--mail-deadline", "2s", "--out", out}
				return call{args: append(arguments, more...),
					env: []string{"CONFORMANCE_APP_KEY=" + s.AppKey}}.run(t), out
			}
			plain, _ := run()
			plain.wantExit(t, verdict.ExitNotConformant)
			accepted, out := run("--baseline", known)
			accepted.wantExit(t, 0).wantOut(t, "NOT CONFORMANT", "ticket 417")
			hidden := having(reportOf(t, out), verdict.Untestable)
			for _, id := range hidden {
				if q := requirement(t, reportOf(t, out), id); q.Known == "" {
					t.Errorf("%s is not accepted: %+v", q.ID, q.Checks)
				}
			}
			if len(hidden) == 0 {
				t.Error("nothing is untestable: this test can't fail")
			}
		})
	}
	dead := broken(t, "no-mail")
	dead.InboxURL = "http://127.0.0.1:1"
	r, _ := judge(t, dead, "--mail-deadline", "2s", "--baseline",
		write(t, "other.yaml", "- {id: RESET-9, reason: x, until: 2999-01-31}\n"))
	if r.code == 0 {
		t.Error("what the inbox hides is accepted by a baseline that speaks of something else")
	}
}

// syncBuffer is written by a process while the test reads it.
type syncBuffer struct {
	mu      sync.Mutex
	buffer  bytes.Buffer
	changed chan struct{}
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// await returns what was written when the text is there.
func (b *syncBuffer) await(t testing.TB, text string) string {
	t.Helper()
	for {
		b.mu.Lock()
		all := b.buffer.String()
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		if strings.Contains(all, text) {
			return all
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("the process never wrote %q:\n%s", text, all)
		}
	}
}

func (p *process) interrupt(t testing.TB) {
	t.Helper()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

// TestHelpFitsATerminal reads the help of every command: no line is wider than 80 columns, and each
// command shows how it is called.
func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	listed := regexp.MustCompile(`(?m)^  ([a-z]+) +[A-Z]`)
	calls := [][]string{nil}
	for len(calls) > 0 {
		call := calls[0]
		calls = calls[1:]
		help := conformance(t, append(call, "--help")...).wantExit(t, 0).stdout
		if !strings.Contains(help, "Examples:\n") {
			t.Errorf("%v has no example", call)
		}
		for line := range strings.Lines(help) {
			if utf8.RuneCountInString(line) > 81 {
				t.Errorf("%v: a wide line of help: %s", call, line)
			}
		}
		_, commands, _ := strings.Cut(help, "Available Commands:\n")
		for _, name := range listed.FindAllStringSubmatch(commands, -1) {
			if name[1] != "help" {
				calls = append(calls, append(slices.Clone(call), name[1]))
			}
		}
	}
}
