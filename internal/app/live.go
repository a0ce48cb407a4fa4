package app

import (
	"context"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/runner"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// Live are the options of a run.
type Live struct {
	// Version is this tool's.
	Version string
	// Known are the failures accepted by the baseline.
	Known []verdict.Known
	// Judge makes the report; nil is [Judge], the only one for many runs in one process.
	Judge func(*suites.Suite, *evidence.Run) (*verdict.Report, error)
	// Waiting is called before waiting for another run with the same traders, Unlocked with the
	// reason if no lock can be made. They may be nil, and so may Progress.
	Waiting  func()
	Unlocked func(why string)
	Progress func(runner.Progress)
}

// Outcome is the result of a run.
type Outcome struct {
	Report   verdict.Report
	Evidence evidence.Run
	// Fault is the error of this tool; the report then judges nothing and says so.
	Fault error
	// Unstored is why the evidence could not be written; the report then has no evidence for others
	// to check.
	Unstored error
}

// Live carries out the plan, and judges the evidence while writing it to the directory for the
// reports.
func (r *Run) Live(ctx context.Context, l Live) Outcome {
	o := Outcome{Evidence: evidence.Run{Target: r.Suite.Target}}
	o.Fault = mishap.Guard(func() error {
		found, err := r.collectLocked(ctx, l)
		if found != nil {
			o.Evidence = *found
		}
		return err
	})
	writing := make(chan stored, 1)
	go func(found evidence.Run) { writing <- r.store(found) }(o.Evidence)
	if o.Fault == nil {
		o.Fault = mishap.Guard(func() (err error) {
			o.Report, err = r.judge(l, &o.Evidence)
			return err
		})
	}
	kept := <-writing
	o.Unstored = kept.err
	switch {
	case o.Fault != nil:
		o.Report = *Fault(r.Suite, l.Version, o.Fault)
	case kept.err == nil:
		o.Report.JudgedBy(verdict.Evidence{SHA256: kept.digest.SHA256})
	}
	return o
}

func (r *Run) collectLocked(ctx context.Context, l Live) (*evidence.Run, error) {
	unlock, unlocked := Lock(ctx, r.cfg, func() {
		if l.Waiting != nil {
			l.Waiting()
		}
	})
	defer unlock()
	if unlocked != "" {
		r.Note(unlocked)
		if l.Unlocked != nil {
			l.Unlocked(unlocked)
		}
	}
	return r.Collect(ctx, l.Version, l.Progress)
}

func (r *Run) judge(l Live, found *evidence.Run) (verdict.Report, error) {
	judge := l.Judge
	if judge == nil {
		judge = func(suite *suites.Suite, found *evidence.Run) (*verdict.Report, error) {
			return Judge(suite, found, l.Version)
		}
	}
	judged, err := judge(r.Suite, found)
	if err != nil {
		return verdict.Report{}, err
	}
	err = judged.Accept(l.Known, time.Now())
	return *judged, err
}

// stored is the result of writing the evidence.
type stored struct {
	digest evidence.Digest
	err    error
}

func (r *Run) store(found evidence.Run) (s stored) {
	s.err = mishap.Guard(func() (err error) {
		s.digest, err = evidence.Write(r.cfg.Out, found)
		return err
	})
	return s
}
