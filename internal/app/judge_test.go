package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2/extensions/globals"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// mixedRun is evidence with all verdicts: passed, failed, untestable and not applicable.
func mixedRun(t *testing.T) *evidence.Run {
	t.Helper()
	broken, known := faults.Find("status-500-on-refusal")
	if !known {
		t.Fatal("there is no such fault")
	}
	_, config := start(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{broken}}})
	config.Traders = config.Traders[:1]
	return collected(context.Background(), t, config)
}

func bySpecs(t *testing.T, found *evidence.Run) *verdict.Report {
	t.Helper()
	suite, err := app.Again(*found, "")
	if err != nil {
		t.Fatal(err)
	}
	globals.Reset() // Ginkgo runs once, but for this.
	report, err := app.JudgeBySpecs(suite, found, "test", false)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func directly(t *testing.T, found *evidence.Run) *verdict.Report {
	t.Helper()
	suite, err := app.Again(*found, "")
	if err != nil {
		t.Fatal(err)
	}
	report, err := app.Judge(suite, found, "test")
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestSpecsAndDirectJudgingGiveEqualReports(t *testing.T) {
	found := mixedRun(t)
	direct := directly(t, found)
	if c := direct.Counts; c.Passed == 0 || c.Failed == 0 || c.NotApplicable == 0 {
		t.Fatalf("the run shows too little: %+v", c)
	}
	if difference := cmp.Diff(bySpecs(t, found), direct); difference != "" {
		t.Errorf("specs (-) and direct judging (+) differ:\n%s", difference)
	}
	interrupted := &evidence.Run{Target: found.Target, Interrupted: true}
	if difference := cmp.Diff(bySpecs(t, interrupted), directly(t, interrupted)); difference != "" {
		t.Errorf("of an interrupted run specs (-) and direct judging (+) differ:\n%s", difference)
	}
}

func TestJudgingIsPure(t *testing.T) {
	found := mixedRun(t)
	c, err := app.Contract("")
	if err != nil {
		t.Fatal(err)
	}
	first, err := suites.Judge(c, found)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := suites.New(c, found.Target)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			again, err := suites.Judge(c, found)
			if difference := cmp.Diff(first, again); difference != "" || err != nil {
				t.Errorf("planned and judged again: %v\n%s", err, difference)
			}
			if difference := cmp.Diff(first, shared.Judge(found)); difference != "" {
				t.Errorf("judged again the results differ:\n%s", difference)
			}
		})
	}
	all.Wait()
}
