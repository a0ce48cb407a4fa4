package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// TestGinkgoGivesTheSameVerdicts has the specs judge one deployment in each way in which they can
// be run.
func TestGinkgoGivesTheSameVerdicts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the specs and Ginkgo's command")
	}
	t.Parallel()
	s := broken(t, "wrong-answer-reworded")
	config := declare(t, s)
	_, out := judge(t, s)
	want := verdicts(reportOf(t, out))
	if want["RESET-5"] != verdict.Failed {
		t.Fatalf("RESET-5 is %q", want["RESET-5"])
	}
	for name, command := range map[string]func(report string) []string{
		"go test": func(report string) []string {
			return []string{"test", "./suites", "-count=1", "-args", "-config=" + config,
				"-ginkgo.json-report=" + report}
		},
		"ginkgo run": func(report string) []string {
			return append(ginkgoRun(report), "./suites", "--", "-config="+config)
		},
		"ginkgo run in two processes": func(report string) []string {
			return append(ginkgoRun(report), "-p", "--procs=2", "./suites", "--", "-config="+config)
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ginkgo.json")
			text := goFails(t, command(file), "CONFORMANCE_APP_KEY="+s.AppKey)
			for _, says := range []string{"FAILED: RESET-5 (must, core): ", "expected: ",
				"got:      ", "curl -i -X POST"} {
				if !strings.Contains(string(text), says) ||
					strings.Contains(string(text), "to satisfy matcher") {
					t.Errorf("a failure does not read like a finding (%q):\n%s", says, text)
				}
			}
			if diff := cmp.Diff(want, specVerdicts(t, file)); diff != "" {
				t.Errorf("the verdicts differ (-conformance +%s):\n%s\n%s", name, diff, text)
			}
		})
	}
}

func ginkgoRun(report string) []string {
	return []string{"tool", "ginkgo", "run", "--no-color", "--output-dir=" + filepath.Dir(report),
		"--json-report=" + filepath.Base(report)}
}

func TestGoTestOfSuitesSelectsAsRunDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the specs")
	}
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	file := filepath.Join(t.TempDir(), "ginkgo.json")
	goPasses(t, []string{"test", "./suites", "-count=1", "-args", "-url=" + s.URL,
		"-only=KEY-1,KEY-3", "-ginkgo.json-report=" + file})
	want := map[string]verdict.Outcome{"KEY-1": verdict.Passed, "KEY-3": verdict.Passed}
	if diff := cmp.Diff(want, specVerdicts(t, file)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// TestGinkgoSelectsByLabels has Ginkgo's own filter, and configurations named at the module's root.
func TestGinkgoSelectsByLabels(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the specs and Ginkgo's command")
	}
	t.Parallel()
	server := count(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	config, err := filepath.Rel(root, write(t, "conformance.yaml", "url: "+server.URL+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	run := func(filter string) []string {
		return []string{"tool", "ginkgo", "run", "--no-color", "--label-filter=" + filter,
			"./suites", "--", "-config=" + config}
	}
	text := goFails(t, run("must && should"))
	if !strings.Contains(string(text), "--label-filter: it selects no requirement") {
		t.Errorf("a filter that matches nothing: %s", text)
	}
	text = goFails(t, run("RESTE-6"))
	if !strings.Contains(string(text), `did you mean "RESET-6"?`) {
		t.Errorf("a filter with a typo: %s", text)
	}
	if server.asked.Load() > 0 {
		t.Error("something was sent")
	}
	goPasses(t, run("KEY-1"))
	if server.asked.Load() == 0 {
		t.Error("a right filter sends nothing")
	}
	labels, err := goCommand([]string{"tool", "ginkgo", "labels", "./suites"})
	if err != nil || !strings.Contains(string(labels), `"KEY-1"`) ||
		!strings.Contains(string(labels), `"must"`) {
		t.Errorf("ginkgo labels: %v %s", err, labels)
	}
}

// goCommand runs the go command at the root of the module.
func goCommand(args []string, env ...string) ([]byte, error) {
	command := exec.Command("go", args...)
	command.Dir = filepath.Join("..", "..")
	command.Env = append(plainEnvironment(), env...)
	return command.CombinedOutput()
}

func goPasses(t *testing.T, args []string, env ...string) {
	t.Helper()
	if text, err := goCommand(args, env...); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, text)
	}
}

func goFails(t *testing.T, args []string, env ...string) []byte {
	t.Helper()
	text, err := goCommand(args, env...)
	if err == nil {
		t.Errorf("%v passes though a requirement fails:\n%s", args, text)
	}
	return text
}

// specVerdicts reads the verdicts out of Ginkgo's own report.
func specVerdicts(t *testing.T, file string) map[string]verdict.Outcome {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var reports []types.Report
	if err := json.Unmarshal(text, &reports); err != nil || len(reports) != 1 {
		t.Fatalf("%d reports: %v", len(reports), err)
	}
	results, broken := suites.Results(reports[0])
	if len(broken) > 0 {
		t.Fatalf("checks broke: %v", broken)
	}
	worst := []verdict.Outcome{verdict.NotApplicable, verdict.Passed, verdict.Untestable,
		verdict.Failed}
	all := map[string]verdict.Outcome{}
	for _, outcome := range worst {
		for _, r := range results {
			if r.Verdict == outcome {
				all[r.Requirement] = outcome
			}
		}
	}
	return all
}
