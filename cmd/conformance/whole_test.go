package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// TestJudgeSaysWhetherTheEvidenceIsWhole changes the evidence of a failing run until nothing fails:
// that is never conformant.
func TestJudgeSaysWhetherTheEvidenceIsWhole(t *testing.T) {
	t.Parallel()
	s := broken(t, "wrong-answer-told-by-framework")
	r, out := judge(t, s, "--only", "RESET-5")
	r.wantExit(t, verdict.ExitNotConformant)
	conformance(t, "judge", out, "--out", t.TempDir()).wantExit(t,
		verdict.ExitNotConformant).wantOut(t, "The evidence is whole: SHA-256 ")

	har := filepath.Join(out, "evidence.json")
	text, err := os.ReadFile(har)
	if err != nil {
		t.Fatal(err)
	}
	const wrong = `{\"statusCode\":400,\"message\":[\"SecretQuestionAnswer is incorrect\"],\"error\":\"Bad Request\"}`
	const right = `{\"Errors\":[\"Answer is incorrect, try again.\"],\"ErrorsCode\":[\"ErrorIncorrectAnswer\"],\"IsSucceed\":false}`
	if !strings.Contains(string(text), wrong) {
		t.Fatalf("the evidence has no %s", wrong)
	}
	if err := os.WriteFile(har, []byte(strings.ReplaceAll(string(text), wrong, right)),
		0o600); err != nil {
		t.Fatal(err)
	}
	again := t.TempDir()
	conformance(t, "judge", out, "--out", again, "--format", strings.Join(report.Names(), ",")).
		wantExit(t, verdict.ExitIncomplete).
		wantOut(t, "INCOMPLETE",
			"The evidence is not whole: evidence.json was changed after the run.")
	for _, f := range report.Formats() {
		told, err := os.ReadFile(filepath.Join(again, f.File))
		if err != nil {
			t.Fatal(err)
		}
		flat := strings.ReplaceAll(strings.Join(strings.Fields(string(told)), " "), "&#46;", ".")
		if !strings.Contains(flat, "evidence.json was changed") &&
			!strings.Contains(flat, "evidence not whole") {
			t.Errorf("%s does not say that the evidence was changed", f.File)
		}
	}
	if err := os.Remove(filepath.Join(out, "evidence.sha256")); err != nil {
		t.Fatal(err)
	}
	conformance(t, "judge", out, "--out", t.TempDir()).wantExit(t,
		verdict.ExitIncomplete).wantOut(t, "evidence.sha256 is missing")
}
