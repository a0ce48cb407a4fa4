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

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/heap"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/runner"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

func runCommand() *cobra.Command {
	var formats []string
	c := &cobra.Command{
		Use:   "run",
		Short: "Judge a deployment; without one, the embedded reference deployment",
		Long: "Judge a deployment; without one, the embedded reference deployment.\n\n" +
			exitCodes,
		Example: `  conformance run --url https://staging.example/api
  conformance run --config conformance.yaml --profile core,flow
  conformance run --config conformance.yaml --only 'KEY-*,RESET-6'
  conformance run --config conformance.yaml --label-filter 'must && !MAIL'`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := config.Load(config.Sources{Flags: given(c.Flags()), Env: os.Environ()})
			if err != nil {
				return err
			}
			return judgeDeployment(c.Context(), cfg, formats)
		},
	}
	addOptions(c.Flags())
	c.Flags().StringSliceVar(&formats, "format", nil,
		"report formats to write beside the default ones: "+formatNames())
	return c
}

func judgeDeployment(ctx context.Context, cfg config.Config, formats []string) error {
	formats, err := allFormats(formats)
	if err != nil {
		return cli.Usage(err)
	}
	if err := app.Writable(cfg.Out); err != nil {
		return err
	}
	embedded, stop, err := embed(&cfg)
	if err != nil {
		return err
	}
	defer stop()
	planned, err := app.Plan(cfg)
	if err != nil {
		return err
	}
	if embedded {
		planned.Embedded()
	}
	heap.Limit(memoryOf(planned.Suite.Plan))
	known, err := app.Baseline(cfg.Baseline, planned.Suite.Contract)
	if err != nil {
		return err
	}
	return judgeLive(ctx, planned, cfg, known, formats)
}

// memoryOf is what a run may hold before memory is collected more often: enough for documented
// responses, and far from twice the size of huge ones, which are held until the reports are written.
func memoryOf(p *plan.Plan) int64 {
	const atLeast, perRequest = 64 << 20, 48 << 10
	cost, _, _ := p.Cost()
	return atLeast + perRequest*int64(cost.Requests)
}

// judgeLive collects, judges and tells.
func judgeLive(ctx context.Context, planned *app.Run, cfg config.Config, known []verdict.Known,
	formats []string) error {
	came := carryOut(ctx, planned, cfg, known)
	view := report.View{Report: came.Report, Run: came.Evidence, Titles: planned.Suite.Titles()}
	if came.Fault != nil {
		return tellFault(came.Fault, cfg, formats, view)
	}
	told := tell(cfg, formats, view, false)
	if came.Unstored != nil {
		return cli.Unwritten(came.Unstored)
	}
	return told
}

func carryOut(ctx context.Context, planned *app.Run, cfg config.Config,
	known []verdict.Known) app.Outcome {
	progress, started := startProgress(cfg), time.Now()
	defer progress.End()
	return planned.Live(ctx, app.Live{
		Version: toolVersion(), Known: known,
		Waiting: func() {
			progress.Show(func() string {
				return "waiting for another run that uses the same traders · " +
					whole(time.Since(started))
			})
		},
		Unlocked: func(why string) { fmt.Fprintln(os.Stderr, "conformance: "+report.Visible(why)) },
		Progress: func(p runner.Progress) {
			progress.Show(func() string { return status(p, started, time.Now()) })
		},
		Judge: func(suite *suites.Suite, found *evidence.Run) (*verdict.Report, error) {
			judged, err := app.JudgeBySpecs(suite, found, toolVersion(), cfg.Strict)
			if err == nil && ctx.Err() == nil {
				holdSignal()
			}
			return judged, err
		},
	})
}

// tellFault writes the reports of a run in which this tool broke, and returns the fault.
func tellFault(fault error, cfg config.Config, formats []string, view report.View) error {
	if unwritten := write(cfg, formats, view); unwritten != nil {
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
func embed(cfg *config.Config) (embedded bool, stop func(), err error) {
	if cfg.URL != "" {
		return false, func() {}, nil
	}
	s, err := sandbox.Start(sandbox.Options{Scratch: scratch(cfg.Out)})
	if err != nil {
		return false, nil, fmt.Errorf("the embedded reference deployment does not start: %w", err)
	}
	app.Point(cfg, s)
	return true, func() { _ = s.Close() }, nil
}

// scratch is where the embedded reference keeps its database: beside the reports where the
// directory for temporary files can't be written to, "" where it can.
func scratch(out string) string {
	if app.Writable(os.TempDir()) == nil {
		return ""
	}
	return out
}

// tell writes the reports and prints the verdict of a run or (stored) of what one has left, which
// is printed also where they can't be written.
func tell(cfg config.Config, formats []string, view report.View, stored bool) error {
	view.Config = configuredAt(cfg)
	unwritten := write(cfg, formats, view)
	var unprinted error
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		unprinted = report.GitHub(os.Stdout, view)
	}
	columns := report.TerminalColumns(os.Stdout)
	unprinted = errors.Join(unprinted, report.Console(os.Stdout, view, report.ConsoleOptions{
		Colour:  report.WantsColour(os.Getenv, cfg.NoColor, columns > 0),
		Columns: columns,
		Quiet:   cfg.Quiet, Verbose: cfg.Verbose, Stored: stored,
		Reports: cfg.Out, Strict: cfg.Strict, Complete: cfg.Complete,
	}))
	if err := errors.Join(unwritten, unprinted); err != nil {
		return cli.Unwritten(err)
	}
	if code := view.Report.ExitCode(cfg.Strict, cfg.Complete); code != verdict.ExitConformant {
		return cli.CodeError(code)
	}
	return nil
}

// configuredAt is the place of the configuration as CI systems name it: relative to the checkout,
// which is the working directory where nothing says otherwise. There is none for a file outside.
func configuredAt(cfg config.Config) report.Place {
	if cfg.File == "" {
		return report.Place{}
	}
	checkout, err := filepath.Abs(os.Getenv("GITHUB_WORKSPACE"))
	if err != nil {
		return report.Place{}
	}
	path, err := filepath.Abs(cfg.File)
	if err == nil {
		path, err = filepath.Rel(checkout, path)
	}
	if err != nil || !filepath.IsLocal(path) {
		return report.Place{}
	}
	return report.Place{File: filepath.ToSlash(path), Line: cfg.URLLine}
}

func write(cfg config.Config, formats []string, view report.View) error {
	if err := report.WriteAll(cfg.Out, formats, view); err != nil {
		return cli.Unwritten(err)
	}
	return nil
}
