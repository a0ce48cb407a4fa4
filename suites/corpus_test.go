package suites_test

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/etna-conformance/conformance/internal/prove"
	"github.com/etna-conformance/conformance/internal/run"
)

const (
	// corpusDir holds the evidence of every fault and variant; make evidence makes it.
	corpusDir = "testdata/evidence"
	// corpusComplete is true where a case without evidence of today's plan fails the test; it is
	// false while what is asked changes every day.
	corpusComplete = false
)

// TestStoredEvidence judges the stored evidence of every fault and variant: each fault must fail its
// requirement, and what it takes along, and nothing else; no variant may be accused.
func TestStoredEvidence(t *testing.T) {
	contract, err := run.Contract("")
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
		t.Logf("%d cases are not judged: %s (make evidence), for example %s", len(names), reason, names[0])
		if corpusComplete {
			t.Fail()
		}
	}
	t.Logf("%d cases judged", len(outcomes))
	if unproven := prove.Unproven(outcomes); len(skipped) == 0 && len(unproven) > 0 {
		t.Errorf("no fault makes these fail: %v", unproven)
	}
}

// judgeStored judges the cases, as many at a time as there are processors. Those without evidence of
// today's plan are skipped, by reason.
func judgeStored(store *prove.Store, cases []prove.Case) (outcomes []prove.Outcome, skipped map[string][]string) {
	skipped = map[string][]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for part := range slices.Chunk(cases, 1+len(cases)/runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for _, c := range part {
				stored, err := store.Read(c)
				if err != nil {
					mu.Lock()
					skipped[err.Error()] = append(skipped[err.Error()], c.Name)
					mu.Unlock()
					continue
				}
				o := stored.Judge()
				mu.Lock()
				outcomes = append(outcomes, o)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return outcomes, skipped
}
