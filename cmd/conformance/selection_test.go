package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// TestSelectionIsPartlyJudged selects by id and by label: the verdict says so in every format, and
// the exit code is that of what was judged. So does the verdict of the stored evidence.
func TestSelectionIsPartlyJudged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args     []string
		headline string
	}{
		"ids":    {[]string{"--only", "KEY-1"}, " musts judged, all kept; "},
		"labels": {[]string{"--label-filter", "KEY && must"}, "not selected."},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			args := append([]string{"run", "--profile", "core,flow", "--out", out, "--format",
				strings.Join(report.Names(), ",")}, c.args...)
			r := conformance(t, args...).wantExit(t, 0).wantOut(t, "PARTLY JUDGED", c.headline,
				c.args[1])
			if strings.HasPrefix(r.stdout, "CONFORMANT") {
				t.Error("a selection is called conformant")
			}
			if got := reportOf(t, out); got.Verdict != verdict.PartlyJudged ||
				got.Selection == nil || got.Selection.UnselectedMusts == 0 {
				t.Errorf("report.json: %s, %+v", got.Verdict, got.Selection)
			}
			for _, f := range report.Formats() {
				text, err := os.ReadFile(filepath.Join(out, f.File))
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(strings.ToLower(string(text)), "partly judged") {
					t.Errorf("%s does not say that a part was judged", f.File)
				}
			}
			conformance(t, "judge", out, "--out", t.TempDir()).wantExit(t, 0).wantOut(t,
				"PARTLY JUDGED", c.headline)
		})
	}
	conformance(t, "run", "--only", "*", "--out", t.TempDir()).wantExit(t, 0).wantOut(t,
		"CONFORMANT", "It keeps all")
}

// TestRunWithoutTradersSaysHowLittleItJudged has only key checks to judge.
func TestRunWithoutTradersSaysHowLittleItJudged(t *testing.T) {
	t.Parallel()
	server := count(t)
	out := t.TempDir()
	r := conformance(t, "run", "--url", server.URL, "--out", out)
	found := reportOf(t, out)
	judged, all := found.Musts()
	if flat := strings.Join(strings.Fields(r.stdout), " "); !strings.Contains(flat,
		fmt.Sprintf("%d of %d musts judged", judged, all)) {
		t.Errorf("the headline hides how many musts were judged: %s", flat)
	}
	if judged == 0 || judged >= all {
		t.Fatalf("%d of %d musts judged: this test can't fail", judged, all)
	}
}

// TestAnotherContractIsNamed judges by a copy that demands less.
func TestAnotherContractIsNamed(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	text, err := os.ReadFile(filepath.Join("..", "..", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lowered := strings.Replace(string(text), "  - id: RESET-4\n    level: must",
		"  - id: RESET-4\n    level: advice", 1)
	begin := strings.Index(lowered, "  - id: KEY-6\n")
	end := begin + strings.Index(lowered[begin+1:], "  - id: ") + 1
	weak := write(t, "weak.yaml", lowered[:begin]+lowered[end:])
	says := []string{"another contract than the built-in one: weak.yaml",
		"RESET-4 (advice, was must)", "leaves out KEY-6"}
	conformance(t, "run", "--contract", weak, "--out", out, "--format",
		strings.Join(report.Names(), ",")).wantExit(t, 0)
	for _, f := range report.Formats() {
		text, err := os.ReadFile(filepath.Join(out, f.File))
		if err != nil {
			t.Fatal(err)
		}
		brief := map[string]string{"badge.svg": "another contract",
			"report.json": `"file": "weak.yaml"`}[f.File]
		if brief == "" {
			brief = "weak.yaml"
		}
		if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), brief) {
			t.Errorf("%s does not name the contract", f.File)
		}
	}
	judged := reportOf(t, out)
	if len(judged.Contract.Weaker) != 2 {
		t.Errorf("weaker: %+v", judged.Contract.Weaker)
	}
	again := conformance(t, "judge", out, "--contract", weak, "--out", t.TempDir()).wantExit(t, 0)
	flat := strings.Join(strings.Fields(again.stdout), " ")
	for _, want := range says {
		if !strings.Contains(flat, want) {
			t.Errorf("judge does not say %q: %s", want, flat)
		}
	}
	same := write(t, "copy.yaml", string(text))
	if r := conformance(t, "run", "--contract", same, "--out", t.TempDir()).wantExit(t,
		0); strings.Contains(r.stdout, "another contract") {
		t.Error("a copy of the built-in contract is called another")
	}
}
