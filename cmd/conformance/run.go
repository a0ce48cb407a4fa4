package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/collect"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/heap"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/run"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

func runCommand() *cobra.Command {
	var formats []string
	c := &cobra.Command{
		Use:   "run",
		Short: "Judge a deployment; without one, the embedded reference deployment",
		Long:  "Judge a deployment; without one, the embedded reference deployment.\n\n" + exitCodes,
		Example: `  conformance run --url https://staging.example/api
  conformance run --config conformance.yaml --profile core,flow --out reports/staging
  conformance run --config conformance.yaml --only 'KEY-*,RESET-6'
  conformance run --config conformance.yaml --label-filter 'must && !MAIL'`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := deployment.Load(deployment.Sources{Flags: given(c.Flags()), Env: os.Environ()})
			if err != nil {
				return err
			}
			return judgeDeployment(c.Context(), config, formats)
		},
	}
	addOptions(c.Flags())
	c.Flags().StringSliceVar(&formats, "format", nil, "report formats to write beside the default ones: "+formatNames())
	return c
}

func judgeDeployment(ctx context.Context, config deployment.Config, formats []string) error {
	formats, err := allFormats(formats)
	if err != nil {
		return cli.Usage(err)
	}
	if err := run.Writable(config.Out); err != nil {
		return err
	}
	embedded, stop, err := embed(&config)
	if err != nil {
		return err
	}
	defer stop()
	planned, err := run.Plan(config)
	if err != nil {
		return err
	}
	if embedded {
		planned.Embedded()
	}
	heap.Limit(memoryOf(planned.Suite.Plan))
	known, err := run.Baseline(config.Baseline, planned.Suite.Contract)
	if err != nil {
		return err
	}
	return judgeLive(ctx, planned, config, known, formats)
}

// memoryOf is what a run may hold before memory is collected more often: enough for documented
// answers, and far from twice the size of huge ones, which are held until the reports are written.
func memoryOf(p *plan.Plan) int64 {
	const atLeast, perRequest = 64 << 20, 48 << 10
	cost, _, _ := p.Cost()
	return atLeast + perRequest*int64(cost.Requests)
}

// judgeLive collects, judges and tells.
func judgeLive(ctx context.Context, planned *run.Run, config deployment.Config, known []verdict.Known, formats []string) error {
	came := carryOut(ctx, planned, config, known)
	view := report.View{Report: came.Report, Run: came.Evidence}
	if came.Fault != nil {
		return tellFault(came.Fault, config, formats, view)
	}
	told := tell(config, formats, view, false)
	if came.Unstored != nil {
		return cli.Unwritten(came.Unstored)
	}
	return told
}

func carryOut(ctx context.Context, planned *run.Run, config deployment.Config, known []verdict.Known) run.Outcome {
	progress, started := startProgress(config), time.Now()
	defer progress.End()
	return planned.Live(ctx, run.Live{
		Version: toolVersion(), Known: known,
		Waiting: func() {
			progress.Show(func() string {
				return "waiting for another run that uses the same traders · " + whole(time.Since(started))
			})
		},
		Unlocked: func(why string) { fmt.Fprintln(os.Stderr, "conformance: "+report.Visible(why)) },
		Progress: func(p collect.Progress) {
			progress.Show(func() string { return status(p, started, time.Now()) })
		},
		Judge: func(suite *suites.Suite, found *evidence.Run) (*verdict.Report, error) {
			judged, err := run.JudgeBySpecs(suite, found, toolVersion(), config.Strict)
			if err == nil && ctx.Err() == nil {
				holdSignal()
			}
			return judged, err
		},
	})
}

// tellFault writes the reports of a run in which this tool broke, and returns the fault.
func tellFault(fault error, config deployment.Config, formats []string, view report.View) error {
	if unwritten := write(config, formats, view); unwritten != nil {
		return fmt.Errorf("%w; and not all could be written: %v", fault, unwritten)
	}
	return fault
}

// holdSignal lets the reports be written to their end where a first signal comes now. Judging
// leaves no handler behind; a second signal ends the process at once.
func holdSignal() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
}

// embed starts the embedded reference deployment where no deployment is configured.
func embed(config *deployment.Config) (embedded bool, stop func(), err error) {
	if config.URL != "" {
		return false, func() {}, nil
	}
	s, err := sandbox.Start(sandbox.Options{Scratch: scratch(config.Out)})
	if err != nil {
		return false, nil, fmt.Errorf("the embedded reference deployment does not start: %w", err)
	}
	run.Point(config, s)
	return true, func() { _ = s.Close() }, nil
}

// scratch is where the embedded reference keeps its database: beside the reports where the
// directory for temporary files can't be written to, "" where it can.
func scratch(out string) string {
	if run.Writable(os.TempDir()) == nil {
		return ""
	}
	return out
}

// tell writes the reports and prints the verdict of a run or (stored) of what one has left, which
// is printed also where they can't be written.
func tell(config deployment.Config, formats []string, view report.View, stored bool) error {
	view.Config = configuredAt(config)
	unwritten := write(config, formats, view)
	var unprinted error
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		unprinted = report.GitHub(os.Stdout, view)
	}
	columns := report.TerminalColumns(os.Stdout)
	unprinted = errors.Join(unprinted, report.Console(os.Stdout, view, report.ConsoleOptions{
		Colour:  report.WantsColour(os.Getenv, config.NoColor, columns > 0),
		Columns: columns,
		Quiet:   config.Quiet, Verbose: config.Verbose, Stored: stored,
		Reports: config.Out, Strict: config.Strict, Complete: config.Complete,
	}))
	if err := errors.Join(unwritten, unprinted); err != nil {
		return cli.Unwritten(err)
	}
	if code := view.Report.ExitCode(config.Strict, config.Complete); code != verdict.ExitConformant {
		return cli.CodeError(code)
	}
	return nil
}

// configuredAt is the place of the configuration as CI systems name it: relative to the checkout,
// which is the working directory where nothing says otherwise. There is none for a file outside.
func configuredAt(config deployment.Config) report.Place {
	if config.File == "" {
		return report.Place{}
	}
	checkout, err := filepath.Abs(os.Getenv("GITHUB_WORKSPACE"))
	if err != nil {
		return report.Place{}
	}
	path, err := filepath.Abs(config.File)
	if err == nil {
		path, err = filepath.Rel(checkout, path)
	}
	if err != nil || !filepath.IsLocal(path) {
		return report.Place{}
	}
	return report.Place{File: filepath.ToSlash(path), Line: config.URLLine}
}

func write(config deployment.Config, formats []string, view report.View) error {
	if err := report.WriteAll(config.Out, formats, view); err != nil {
		return cli.Unwritten(err)
	}
	return nil
}
