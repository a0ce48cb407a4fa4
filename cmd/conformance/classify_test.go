package main_test

import (
	"slices"
	"testing"

	"github.com/etna-conformance/conformance/internal/fault"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// faults returns those of the names.
func faults(t testing.TB, names ...string) []fault.Fault {
	t.Helper()
	var list []fault.Fault
	for _, f := range fault.Faults() {
		if slices.Contains(names, f.Name) {
			list = append(list, f)
		}
	}
	if len(list) != len(names) {
		t.Fatalf("%d faults of %q", len(list), names)
	}
	return list
}

// TestRefusalInAnotherShapeHidesNoMail mails a code on every refused reset, and refuses in a shape
// that is not the documented one: what runs must take it for a refusal as what judges does.
func TestRefusalInAnotherShapeHidesNoMail(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{Around: fault.Set{Faults: faults(t, "code-before-answer", "refusal-errors-string")}})
	r, out := judge(t, s, "--only", "MAIL-3")
	r.wantExit(t, verdict.ExitNotConformant)
	judged := verdicts(reportOf(t, out))
	if judged["MAIL-3"] == verdict.Passed {
		t.Errorf("MAIL-3 passed though every refused reset brings a code: %v", judged)
	}
}
