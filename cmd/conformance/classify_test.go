package main_test

import (
	"testing"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// TestRefusalInAnotherShapeHidesNoMail mails a code on every refused reset, and refuses in a shape
// that is not the documented one: what runs must take it for a refusal as what judges does.
func TestRefusalInAnotherShapeHidesNoMail(t *testing.T) {
	t.Parallel()
	s := broken(t, "code-before-answer", "refusal-errors-string")
	r, out := judge(t, s, "--only", "MAIL-3")
	r.wantExit(t, verdict.ExitNotConformant)
	judged := verdicts(reportOf(t, out))
	if judged["MAIL-3"] == verdict.Passed {
		t.Errorf("MAIL-3 passed though every refused reset brings a code: %v", judged)
	}
}
