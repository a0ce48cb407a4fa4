// Package prove holds the judge against deployments whose verdict is known: every fault must be
// found by the requirement that it breaks, and no variant may be accused of anything.
package prove

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Case is one deployment whose verdict is known.
type Case struct {
	Name string
	// Fault is nil for a variant.
	Fault   *faults.Fault
	Variant *faults.Variant
}

// profile is the profile that the case is judged by, besides core.
func (c Case) profile() string {
	profile := ""
	if c.Fault != nil {
		profile = c.Fault.Profile
	} else {
		profile = c.Variant.Profile
	}
	if profile == "" {
		return "core"
	}
	return profile
}

// Cases returns all faults and variants whose name contains one of the texts, which commas
// separate, and that are judged by the profile, "" being any.
func Cases(texts, profile string) []Case {
	var list []Case
	for _, f := range faults.Faults() {
		list = append(list, Case{Name: f.Name, Fault: &f})
	}
	for _, v := range faults.Variants() {
		list = append(list, Case{Name: v.Name, Variant: &v})
	}
	return slices.DeleteFunc(list, func(c Case) bool {
		named := slices.ContainsFunc(strings.Split(texts, ","), func(text string) bool {
			return strings.Contains(c.Name, text)
		})
		return !named || profile != "" && c.profile() != profile
	})
}

// Outcome is what the command line said about one case.
type Outcome struct {
	Case   Case
	Exit   int
	Report verdict.Report
	// Again is what judging the written evidence said.
	Again verdict.Report
	// Evidence is that evidence, nil once it is done with.
	Evidence *evidence.Run
	// Err says why there is no report.
	Err error
}

// Runner judges one case with the real command line.
type Runner func(ctx context.Context, c Case) Outcome

// All runs the cases, so many at a time, and tells done after each.
func All(ctx context.Context, cases []Case, atOnce int, runner Runner,
	done func(Outcome)) []Outcome {
	outcomes := make([]Outcome, len(cases))
	next := make(chan int)
	var wait sync.WaitGroup
	var mu sync.Mutex
	for range atOnce {
		wait.Go(func() {
			for i := range next {
				o := runner(ctx, cases[i])
				mu.Lock()
				outcomes[i] = o
				done(o)
				mu.Unlock()
			}
		})
	}
	for i := range cases {
		next <- i
	}
	close(next)
	wait.Wait()
	return outcomes
}

// Problems says what the case disproves; none means that the judge was right.
func (o Outcome) Problems() []string {
	if o.Err != nil {
		return []string{"no verdict: " + o.Err.Error()}
	}
	var problems []string
	if o.Case.Fault != nil {
		problems = o.faultProblems(*o.Case.Fault)
	} else {
		problems = o.variantProblems()
	}
	if !slices.Equal(verdicts(o.Report), verdicts(o.Again)) {
		problems = append(problems, "judging the stored evidence gives other verdicts")
	}
	return problems
}

// Summary is one line that says of what the case was accused, and what could not be judged.
func (o Outcome) Summary() string {
	line := o.Case.id()
	for _, outcome := range []verdict.Outcome{verdict.Failed, verdict.Untestable} {
		if ids := o.with(outcome); len(ids) > 0 {
			line += "; " + string(outcome) + ": " + strings.Join(ids, " ")
		}
	}
	return line
}

// differences tells the checks, of each requirement on each subject, that the second report judges
// otherwise than the first.
func differences(first, second verdict.Report) []string {
	before, after := checks(first), checks(second)
	var list []string
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if was, is := before[id], after[id]; was != is {
			list = append(list, fmt.Sprintf("%s: %s, not %s", id, cmp.Or(is, "not judged"), was))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(after)) {
		if before[id] == "" {
			list = append(list, id+": only then judged")
		}
	}
	return list
}

// checks are the verdicts of each requirement on each subject.
func checks(r verdict.Report) map[string]verdict.Outcome {
	all := map[string]verdict.Outcome{}
	for _, q := range r.Requirements {
		for _, c := range q.Checks {
			all[q.ID+" "+c.Subject] = c.Verdict
		}
	}
	return all
}

func verdicts(r verdict.Report) []string {
	var list []string
	for _, q := range r.Requirements {
		list = append(list, q.ID+" "+string(q.Verdict))
	}
	return list
}

func (o Outcome) faultProblems(f faults.Fault) []string {
	var problems []string
	failed := o.Failed()
	if !slices.Contains(failed, f.Breaks) {
		problems = append(problems, f.Breaks+" does not fail (failed: "+strings.Join(failed, " ")+
			"; untestable: "+strings.Join(o.with(verdict.Untestable), " ")+")")
	}
	if surplus := o.Collateral(); len(surplus) > 0 {
		problems = append(problems, "fails besides: "+strings.Join(surplus, " "))
	}
	if must := o.level(f.Breaks) == "must"; must && o.Exit != verdict.ExitNotConformant {
		problems = append(problems, "the exit code does not say so")
	}
	return problems
}

func (o Outcome) variantProblems() []string {
	var problems []string
	accused, exit := []verdict.Outcome{verdict.Failed, verdict.Untestable}, verdict.ExitConformant
	if o.Case.Variant.Untestable {
		accused, exit = accused[:1], verdict.ExitIncomplete
	}
	for _, outcome := range accused {
		if ids := o.with(outcome); len(ids) > 0 {
			problems = append(problems, string(outcome)+": "+strings.Join(ids, " "))
		}
	}
	if o.Exit != exit {
		problems = append(problems, "the exit code accuses it")
	}
	return problems
}

// Failed are the ids of the requirements that failed.
func (o Outcome) Failed() []string { return o.with(verdict.Failed) }

// Collateral are the ids that failed although the fault neither breaks them nor takes them along.
func (o Outcome) Collateral() []string {
	return slices.DeleteFunc(o.Failed(), func(id string) bool {
		return id == o.Case.Fault.Breaks || slices.Contains(o.Case.Fault.Also, id)
	})
}

func (o Outcome) with(outcome verdict.Outcome) []string {
	var ids []string
	for _, q := range o.Report.Requirements {
		if q.Verdict == outcome {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

func (o Outcome) level(id string) string {
	for _, q := range o.Report.Requirements {
		if q.ID == id {
			return q.Level
		}
	}
	return ""
}

// Part returns the K-th of N parts of the cases, written "K/N"; "" is all of them.
func Part(cases []Case, part string) ([]Case, error) {
	if part == "" {
		return cases, nil
	}
	var k, n int
	if _, err := fmt.Sscanf(part, "%d/%d", &k, &n); err != nil || k < 1 || k > n {
		return nil, fmt.Errorf("part %q: expected K/N, for example 1/4", part)
	}
	var list []Case
	for i, c := range cases {
		if i%n == k-1 {
			list = append(list, c)
		}
	}
	return list, nil
}
