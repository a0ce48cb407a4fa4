// Package site makes one page of many runs: deployments by requirements, and how both went over
// time.
package site

import (
	"cmp"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unique"

	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// shownRuns is how many runs of a deployment its history shows, the latest.
const shownRuns = 12

// Run is one run's report and where it stands.
type Run struct {
	Dir    string
	Report verdict.Report
	// HasPage is true where the run left a page of its own.
	HasPage bool
}

// RunOf is the run whose report stands in the directory. It holds no more of the report than the page
// shows, since there may be thousands.
func RunOf(dir string, r verdict.Report) Run {
	_, missing := os.Stat(filepath.Join(dir, report.PageFile))
	shown := verdict.Report{
		Deployment: r.Deployment, Labels: r.Labels, RunID: r.RunID, Started: r.Started,
		Verdict: r.Verdict, Counts: r.Counts,
	}
	for _, q := range r.Requirements {
		shown.Requirements = append(shown.Requirements, verdict.Requirement{
			ID: unique.Make(q.ID).Value(), Statement: unique.Make(q.Statement).Value(),
			Verdict: unique.Make(q.Verdict).Value(),
		})
	}
	return Run{dir, shown, missing == nil}
}

// Find reads the reports of all runs in the directories and below them, each run once. Problems are
// the reports that can't be read, a sentence each.
func Find(dirs []string) (runs []Run, problems []string, err error) {
	seen := map[string]bool{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.Name() != report.VerdictFile || !e.Type().IsRegular() {
				return err
			}
			r, err := report.Read(path)
			if err != nil {
				problems = append(problems, err.Error())
				return nil
			}
			if !seen[r.RunID] {
				runs = append(runs, RunOf(filepath.Dir(path), r))
			}
			seen[r.RunID] = true
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return runs, problems, nil
}

// Change is how a requirement's verdict differs from those of the runs before.
type Change string

// The changes. Flaky is what passed and failed by turns while the deployment's version stayed the
// same.
const (
	Unchanged    Change = ""
	NewlyFailing Change = "newly failing"
	NewlyPassing Change = "newly passing"
	Flaky        Change = "flaky"
)

// Cell is one requirement of one deployment.
type Cell struct {
	ID      string
	Verdict verdict.Outcome
	Change  Change
}

// Deployment is a deployment with its runs, the latest last. Runs is never empty.
type Deployment struct {
	Name  string
	Runs  []Run
	Cells []Cell
}

// Latest is the run that the deployment's row is of.
func (d Deployment) Latest() Run { return d.Runs[len(d.Runs)-1] }

// Overview is what the page shows.
type Overview struct {
	// Requirements are the columns, in the order of the contract.
	Requirements []verdict.Requirement
	Deployments  []Deployment
}

// Runs counts the runs of all deployments.
func (o Overview) Runs() int {
	n := 0
	for _, d := range o.Deployments {
		n += len(d.Runs)
	}
	return n
}

// Of puts the runs together by deployment: by its name, or its URL where it has none.
func Of(runs []Run) Overview {
	var o Overview
	grouped := map[string][]Run{}
	for _, r := range runs {
		name := nameOf(r.Report.Deployment)
		grouped[name] = append(grouped[name], r)
	}
	o.Requirements = columns(runs)
	for _, name := range slices.Sorted(maps.Keys(grouped)) {
		list := grouped[name]
		slices.SortStableFunc(list, func(a, b Run) int {
			return a.Report.Started.Compare(b.Report.Started)
		})
		list = list[max(0, len(list)-shownRuns):]
		d := Deployment{Name: name, Runs: list}
		for _, q := range o.Requirements {
			d.Cells = append(d.Cells, cell(q.ID, list))
		}
		o.Deployments = append(o.Deployments, d)
	}
	slices.SortStableFunc(o.Deployments, func(a, b Deployment) int {
		return rank(b.Latest().Report.Verdict) - rank(a.Latest().Report.Verdict)
	})
	return o
}

func nameOf(d verdict.Deployment) string {
	if d.Embedded {
		return "the embedded reference deployment" // Its port differs in each run.
	}
	return cmp.Or(d.Name, d.URL)
}

// columns are the requirements of the runs, as the latest run that knows them words them.
func columns(runs []Run) []verdict.Requirement {
	latest := slices.Clone(runs)
	slices.SortStableFunc(latest, func(a, b Run) int {
		return b.Report.Started.Compare(a.Report.Started)
	})
	var list []verdict.Requirement
	seen := map[string]bool{}
	for _, r := range latest {
		for _, q := range r.Report.Requirements {
			if !seen[q.ID] {
				list = append(list, q)
			}
			seen[q.ID] = true
		}
	}
	return list
}

// rank orders verdicts, the worst highest.
func rank(v verdict.Overall) int {
	return slices.Index([]verdict.Overall{verdict.Conformant, verdict.PartlyJudged,
		verdict.Incomplete, verdict.NotConformant}, v)
}

func cell(id string, runs []Run) Cell {
	c := Cell{ID: id, Verdict: outcome(runs[len(runs)-1], id)}
	latest := runs[len(runs)-1].Report.Deployment.Version
	var judged []verdict.Outcome
	flips := 0
	for _, r := range runs {
		v := outcome(r, id)
		if v != verdict.Passed && v != verdict.Failed {
			continue
		}
		if len(judged) > 0 && v != judged[len(judged)-1] && r.Report.Deployment.Version == latest {
			flips++
		}
		judged = append(judged, v)
	}
	switch {
	case flips > 1:
		c.Change = Flaky
	case len(judged) < 2 || judged[len(judged)-1] != c.Verdict ||
		judged[len(judged)-2] == c.Verdict:
	case c.Verdict == verdict.Failed:
		c.Change = NewlyFailing
	default:
		c.Change = NewlyPassing
	}
	return c
}

// outcome is the run's verdict of the requirement, not applicable where it does not know it.
func outcome(r Run, id string) verdict.Outcome {
	i := slices.IndexFunc(r.Report.Requirements, func(q verdict.Requirement) bool {
		return q.ID == id
	})
	if i < 0 {
		return verdict.NotApplicable
	}
	return r.Report.Requirements[i].Verdict
}

// labels are the deployment's labels as "name=value", in the order of their names.
func labels(r verdict.Report) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		list = append(list, name+"="+r.Labels[name])
	}
	return strings.Join(list, " ")
}
