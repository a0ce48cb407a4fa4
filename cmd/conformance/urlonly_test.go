package main_test

import (
	"testing"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// TestPagesOfSomeOperationsAreJudgedAlikeEachTime runs several times, since requests are answered
// in any order: another operation speaks JSON, so the deployment is there, and the pages are its
// own.
func TestPagesOfSomeOperationsAreJudgedAlikeEachTime(t *testing.T) {
	t.Parallel()
	s := broken(t, "html-key-error")
	for range 5 {
		conformance(t, "run", "--url", s.URL, "--out", t.TempDir()).
			wantExit(t, verdict.ExitNotConformant).wantOut(t,
			"Exit code 1: ANSWER-2, ANSWER-3 failed.")
	}
}
