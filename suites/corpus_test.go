package suites_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/golden"
	"github.com/etna-conformance/conformance/internal/prove"
)

const (
	// corpusDir holds the evidence of every fault and variant; make evidence makes it.
	corpusDir = "testdata/evidence"
	// matrix is what is made of all of it, as a reader sees it; make golden writes it anew.
	matrix = "../../reports/sample/matrix.md"
	// corpusComplete is true where a case without evidence of today's plan fails the test, and any
	// verdict that differs from the matrix; it is false while what is asked and demanded changes
	// every day.
	corpusComplete = true
)

// TestStoredEvidence judges the stored evidence of every fault and variant: each fault must fail
// its requirement, and what it takes along, and nothing else; no variant may be accused.
func TestStoredEvidence(t *testing.T) {
	contract, err := app.Contract("")
	if err != nil {
		t.Fatal(err)
	}
	store, err := prove.OpenStore(corpusDir, contract)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, skipped := judgeStored(store, prove.Cases("", ""))
	for _, o := range outcomes {
		for _, problem := range o.Problems() {
			t.Errorf("%s: %s", o.Case.Name, problem)
		}
	}
	for reason, names := range skipped {
		t.Logf("%d cases are not judged: %s (make evidence), for example %s", len(names), reason,
			names[0])
	}
	t.Logf("%d cases judged", len(outcomes))
	if !corpusComplete {
		return
	}
	if len(skipped) > 0 {
		t.Error("not all cases have evidence of today's plan")
	}
	if unproven := prove.Unproven(outcomes); len(unproven) > 0 {
		t.Errorf("no fault makes these fail: %v", unproven)
	}
	var text strings.Builder
	if err := prove.Matrix(&text, outcomes); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, matrix, text.String())
}

// judgeStored judges the cases, as many at a time as there are processors. Those without evidence
// of today's plan are skipped, by reason.
func judgeStored(store *prove.Store, cases []prove.Case) (outcomes []prove.Outcome,
	skipped map[string][]string) {
	skipped = map[string][]string{}
	outcomes = make([]prove.Outcome, len(cases))
	reasons := make([]error, len(cases))
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(cases)); i = next.Add(1) - 1 {
				stored, err := store.Read(cases[i])
				if reasons[i] = err; err == nil {
					outcomes[i] = stored.Judge()
				}
			}
		})
	}
	all.Wait()
	var judged []prove.Outcome
	for i, c := range cases {
		if err := reasons[i]; err != nil {
			skipped[err.Error()] = append(skipped[err.Error()], c.Name)
			continue
		}
		judged = append(judged, outcomes[i])
	}
	return judged, skipped
}
