package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/semaphore"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Options say how a fleet is judged.
type Options struct {
	// Out is the directory of all results, Version the tool's version.
	Out, Version string
	Shard        Shard
	// Concurrency is how many requests may be under way at once, of all deployments.
	Concurrency int
	// Formats are those of each deployment's reports.
	Formats []string
	// Strict and Complete are the gate's.
	Strict, Complete bool
	// RunID names the run; "" is a random name. Asked is what else was asked for, as a text: a run
	// goes on only where a killed one was asked for the same.
	RunID, Asked string
	// Fresh ignores the results of a killed run.
	Fresh bool
	// Kept is told how many deployments of a killed run are kept, Finished of each deployment that
	// has come to its end, Progress whenever one begins or ends, and Waiting of one that waits for
	// another process's run; one call at a time. Each may be nil.
	Kept     func(kept, all int)
	Finished func(r Result, done, all int)
	Progress func(Progress)
	Waiting  func(name string)
}

// Progress is how far a run is.
type Progress struct {
	// All are the deployments of the shard, Ended those that have come to their end, UnderWay those
	// that are judged now.
	All, Ended, UnderWay int
	// Counts are of those that have come to their end.
	Counts Counts
}

// Run judges the deployments of the shard and writes the results. It goes on where the same run was
// killed. An error is a *config.Error, or a failed write.
func Run(ctx context.Context, fleet []Deployment, o Options) (Report, error) {
	if err := app.Writable(o.Out); err != nil {
		return Report{}, err
	}
	unlock, err := lockDirectory(o.Out)
	if err != nil {
		return Report{}, err
	}
	defer unlock()
	r := &runner{Options: o, places: semaphore.NewWeighted(int64(o.Concurrency)),
		results: map[string]Result{}}
	if err := r.startRun(fleet); err != nil {
		return Report{}, err
	}
	defer r.journal.file.Close()
	r.judgeAll(ctx)
	return r.writeReport()
}

// lockDirectory keeps two processes out of one directory.
func lockDirectory(dir string) (unlock func(), err error) {
	l := flock.New(filepath.Join(dir, ".fleet.lock"))
	free, err := l.TryLock()
	if err == nil && !free {
		return nil, &config.Error{Where: "--out " + dir,
			Text: "another fleet is judged into this directory; expected one for each, also of each shard"}
	}
	if err != nil {
		return func() {}, nil // A file system without locks.
	}
	return func() { _ = l.Unlock() }, nil
}

type runner struct {
	Options
	header header
	// own are the shard's deployments, left those of them that are to be judged.
	own, pending []Deployment
	places       *semaphore.Weighted
	inboxes      app.Inboxes

	mu       sync.Mutex
	journal  *journal
	results  map[string]Result
	underWay int
	// unwritten are errors of the journal.
	unwritten error
}

// startRun finds the deployments left to judge.
func (r *runner) startRun(fleet []Deployment) error {
	r.header = header{RunID: r.RunID, Tool: r.Version, Asked: r.Asked, Started: time.Now(),
		Names: []string{}}
	if r.Shard.Of > 0 {
		r.header.Shard = &r.Shard
	}
	for i, d := range fleet {
		r.header.Names = append(r.header.Names, d.Name)
		if r.Shard.Holds(i) {
			r.own = append(r.own, d)
		}
	}
	if before, results, done, err := readJournal(r.Out); err == nil &&
		r.continuesRun(before, done) {
		dropUnfinished(r.Out, results)
		r.results = results
		r.header = before
	}
	for _, d := range r.own {
		if _, kept := r.results[d.Name]; !kept {
			r.pending = append(r.pending, d)
		}
	}
	if r.header.RunID == "" {
		r.header.RunID = rand.Text()[:12]
	}
	for _, name := range []string{resultFile, junitFile, pageFile} {
		if err := os.Remove(filepath.Join(r.Out, name)); err != nil &&
			!errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if len(r.results) > 0 && r.Kept != nil {
		r.Kept(len(r.results), len(r.own))
	}
	var err error
	r.journal, err = openJournal(r.Out, r.header, r.results)
	return err
}

// continuesRun reports whether this run wrote the journal.
func (r *runner) continuesRun(before header, done bool) bool {
	named := r.RunID != "" && r.RunID == before.RunID
	return !r.Fresh && before.isSameRun(r.header) && (named || r.RunID == "" && !done)
}

// judgeAll judges as many at once as the requests allow.
func (r *runner) judgeAll(ctx context.Context) {
	var judging sync.WaitGroup
	defer judging.Wait()
	for _, d := range r.pending {
		d.Config.Concurrency = max(1, min(d.Config.Concurrency, r.Concurrency))
		weight := int64(d.Config.Concurrency)
		if r.places.Acquire(ctx, weight) != nil {
			return
		}
		judging.Go(func() {
			defer r.places.Release(weight)
			r.markBegun()
			r.recordResult(r.judgeDeployment(ctx, d))
		})
	}
}

func (r *runner) markBegun() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.underWay++
	r.tellProgress()
}

// tellProgress is called with the lock held.
func (r *runner) tellProgress() {
	if r.Progress == nil {
		return
	}
	p := Progress{All: len(r.own), Ended: len(r.results), UnderWay: r.underWay}
	for _, result := range r.results {
		p.Counts.add(result)
	}
	r.Progress(p)
}

func (r *runner) recordResult(result Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.tellProgress()
	r.underWay--
	r.results[result.Name] = result
	r.unwritten = errors.Join(r.unwritten, r.journal.add(line{Result: &result}))
	if r.Finished != nil {
		r.Finished(result, len(r.results), len(r.own))
	}
}

// judgeDeployment judges one deployment; its faults stop no other.
func (r *runner) judgeDeployment(ctx context.Context, d Deployment) Result {
	result := newResult(d)
	err := d.Err
	if err == nil {
		err = mishap.Guard(func() error { return r.judgeInto(ctx, d, &result) })
	}
	if err != nil {
		result.ExitCode, result.Reason = verdict.ExitFault, err.Error()
		if _, wrong := errors.AsType[*config.Error](err); wrong {
			result.ExitCode = verdict.ExitUsage
		}
	}
	return result
}

func newResult(d Deployment) Result {
	return Result{Name: d.Name, Config: filepath.ToSlash(d.File), URL: d.Config.URL,
		Labels: d.Config.Deployment.Labels}
}

func (r *runner) judgeInto(ctx context.Context, d Deployment, into *Result) error {
	cfg := d.Config
	cfg.Out = filepath.Join(r.Out, d.Name)
	if err := app.Writable(cfg.Out); err != nil {
		return err
	}
	planned, err := app.Plan(cfg)
	if err != nil {
		return err
	}
	planned.Share(&r.inboxes)
	known, err := app.Baseline(cfg.Baseline, planned.Suite.Contract)
	if err != nil {
		return err
	}
	waiting := sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.Waiting != nil {
			r.Waiting(d.Name)
		}
	})
	came := planned.Live(ctx, app.Live{Version: r.Version, Known: known, Waiting: waiting})
	into.Dir = d.Name
	into.fillFrom(came.Report, r.Strict, r.Complete)
	into.LastLine = came.Evidence.LastLine
	view := report.View{Report: came.Report, Run: came.Evidence, Titles: planned.Suite.Titles()}
	return errors.Join(report.WriteAll(cfg.Out, r.Formats, view), came.Unstored)
}

// writeReport writes the fleet's result.
func (r *runner) writeReport() (Report, error) {
	all := Report{
		SchemaVersion: SchemaVersion, Tool: verdict.Tool{Name: "conformance", Version: r.Version},
		RunID: r.header.RunID, Shard: r.header.Shard, Names: r.header.Names,
		Started: r.header.Started, DurationMs: time.Since(r.header.Started).Milliseconds(),
		Deployments: []Result{},
	}
	finished := true
	for _, d := range r.own {
		result, judged := r.results[d.Name]
		if !judged {
			result = newResult(d)
			result.ExitCode, result.Reason = verdict.ExitInterrupted,
				"not judged: the run was interrupted before"
		}
		finished = finished && (result.isFinal() || result.ExitCode == verdict.ExitUsage)
		all.Deployments = append(all.Deployments, result)
	}
	all.sumUp()
	err := errors.Join(r.unwritten, all.writeFiles(r.Out))
	if err == nil && finished {
		err = r.journal.add(line{Done: true})
	}
	if err != nil {
		err = fmt.Errorf("fleet: %w", err)
	}
	return all, err
}
