//go:build linux

package hostile_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// crowdName names the variable that says how many rounds of 25 runs at once are tried; without it a
// small crowd comes once.
const crowdName = "CROWD"

// TestCrowd lets runs of several machines, which do not share a lock, judge one deployment and its
// inbox at once: each resets the same traders. A right deployment is never accused, and no guilty
// one passes.
func TestCrowd(t *testing.T) {
	text := os.Getenv(crowdName)
	if text == "" {
		smallCrowd(t)
		return
	}
	rounds, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", crowdName, err)
	}
	const runs = 25
	for name, o := range map[string]sandbox.Options{
		"right": {},
		"right, mails later": {Around: faults.Set{Variants: findVariants(t,
			"mail-after-a-moment")}},
	} {
		t.Run(name, func(t *testing.T) { crowd(t, o, runs, rounds, faults.Fault{}) })
	}
	t.Run("right, with passwords", func(t *testing.T) {
		d := start(t, sandbox.Options{})
		declared := d.Declaration(true)
		d.settings = map[string]any{"profile": []string{"core", "flow"},
			"traders": declared["traders"]}
		crowdOf(t, d, runs, 1, faults.Fault{})
	})
	for _, name := range []string{"code-before-answer", "performed-despite-bad-key",
		"question-mails-code"} {
		f := findFault(t, name)
		t.Run(name, func(t *testing.T) {
			crowd(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{f}}}, runs,
				rounds, f)
		})
	}
}

// smallCrowd is two runs at once of a right deployment and of a guilty one.
func smallCrowd(t *testing.T) {
	t.Parallel()
	for _, f := range []faults.Fault{{}, findFault(t, "code-before-answer")} {
		t.Run(cmp.Or(f.Name, "right"), func(t *testing.T) {
			t.Parallel()
			o := sandbox.Options{}
			if f.Name != "" {
				o.Around = faults.Set{Faults: []faults.Fault{f}}
			}
			crowdOf(t, start(t, o), 2, 1, f)
		})
	}
}

// crowd lets so many runs judge at once; the zero fault is none.
func crowd(t *testing.T, o sandbox.Options, runs, rounds int, f faults.Fault) {
	d := start(t, o)
	d.settings = nil // As most people run it.
	crowdOf(t, d, runs, rounds, f)
}

func crowdOf(t *testing.T, d *target, runs, rounds int, f faults.Fault) {
	for round := range rounds {
		ends := make([]ending, runs)
		began := time.Now()
		var wait sync.WaitGroup
		for i := range runs {
			own := *d
			dir := t.TempDir()
			own.env = append(slices.Clone(d.env), "TMPDIR="+dir)
			wait.Go(func() {
				ends[i] = own.judgeWithin(t, 5*time.Minute, filepath.Join(dir, "out"))
			})
		}
		wait.Wait()
		t.Logf("round %d: %.1f s, %s", round+1, time.Since(began).Seconds(), summary(ends))
		for _, e := range ends {
			checkCrowded(t, e, f)
		}
	}
}

func checkCrowded(t *testing.T, e ending, f faults.Fault) {
	t.Helper()
	failed := e.with(verdict.Failed)
	if slices.ContainsFunc(failed, func(id string) bool {
		return id != f.Breaks && !slices.Contains(f.Also, id)
	}) {
		t.Errorf("%v failed:\n%s", failed, e.said())
	}
	if slices.Contains(e.with(verdict.Passed), f.Breaks) {
		t.Errorf("%s passed", f.Breaks)
	}
	if len(failed) == 0 && e.exit != verdict.ExitConformant && e.exit != verdict.ExitIncomplete {
		t.Errorf("exit %d: %s", e.exit, e.stderr)
	}
}

// summary says how the runs ended, and what they took.
func summary(ends []ending) string {
	counts, longest, spent := map[int]int{}, time.Duration(0), time.Duration(0)
	for _, e := range ends {
		counts[e.exit]++
		longest = max(longest, e.took)
		spent += e.spent
	}
	var parts []string
	for _, exit := range []int{verdict.ExitConformant, verdict.ExitNotConformant,
		verdict.ExitIncomplete} {
		parts = append(parts, fmt.Sprintf("%d × exit %d", counts[exit], exit))
	}
	return fmt.Sprintf("%s, the longest %.1f s, processor time %.1f s", strings.Join(parts, ", "),
		longest.Seconds(), spent.Seconds())
}

func findVariants(t *testing.T, name string) []faults.Variant {
	t.Helper()
	v, found := faults.FindVariant(name)
	if !found {
		t.Fatalf("there is no variant %s", name)
	}
	return []faults.Variant{v}
}

func findFault(t *testing.T, name string) faults.Fault {
	t.Helper()
	f, found := faults.Find(name)
	if !found {
		t.Fatalf("there is no fault %s", name)
	}
	return f
}
