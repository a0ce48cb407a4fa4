package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/fleet"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func fleetCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "fleet",
		Short: "Judge many deployments in one process",
		Example: `  conformance fleet check fleet.yaml
  conformance fleet run fleet.yaml`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return cli.UnknownCommand(c, args[0])
		},
	}
	c.AddCommand(fleetRunCommand(), fleetCheckCommand(), fleetMergeCommand())
	return c
}

// fleetFlags are the options of a run that may be said of all deployments at once.
func fleetFlags() []string {
	return []string{"profile", "only", "label-filter", "mail-deadline", "request-timeout",
		"bisect-time", "strict", "complete", "discreet"}
}

func addFleetFlags(flags *pflag.FlagSet) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	addOptions(all)
	all.VisitAll(func(f *pflag.Flag) {
		if slices.Contains(fleetFlags(), f.Name) {
			f.Usage, _, _ = strings.Cut(f.Usage, " [CONFORMANCE_")
			flags.AddFlag(f)
		}
	})
}

func fleetFile(c *cobra.Command, args []string) (string, error) {
	if len(args) != 1 {
		return "", cli.Usage(errors.New("conformance fleet " + c.Name() +
			" needs one fleet file, for example fleet.yaml"))
	}
	return args[0], nil
}

func loadFleet(c *cobra.Command, args []string) ([]fleet.Deployment, error) {
	file, err := fleetFile(c, args)
	if err != nil {
		return nil, err
	}
	return fleet.Load(file, given(c.Flags()), os.Environ())
}

func fleetCheckCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "check FLEET.yaml",
		Short:   "Say what is wrong with a fleet, and what is shared in it",
		Example: `  conformance fleet check fleet.yaml`,
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			list, err := loadFleet(c, args)
			if err != nil {
				return err
			}
			fleet.Check(list)
			return tellCheck(c.OutOrStdout(), list)
		},
	}
	addFleetFlags(c.Flags())
	return c
}

func tellCheck(w io.Writer, list []fleet.Deployment) error {
	wrong, traders := 0, 0
	for _, d := range list {
		if d.Err != nil {
			wrong++
			fmt.Fprintf(w, "%s: %s\n", d.Name, report.Visible(d.Err.Error()))
		}
		traders += len(d.Config.Traders)
	}
	if wrong > 0 {
		fmt.Fprintf(w, "%d of %d deployments can't be judged\n", wrong, len(list))
		return cli.CodeError(verdict.ExitUsage)
	}
	_, err := fmt.Fprintf(w, "%d deployments with %d traders can be judged\n", len(list), traders)
	return err
}

// fleetRun is what the command line asks for.
type fleetRun struct {
	fleet.Options
	shard  string
	shards int
	quiet  bool
}

func fleetRunCommand() *cobra.Command {
	var r fleetRun
	c := &cobra.Command{
		Use:   "run FLEET.yaml",
		Short: "Judge many deployments at once, or go on where it was killed",
		Example: `  conformance fleet run fleet.yaml
  conformance fleet run fleet.yaml --shard 2/4`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error { return r.run(c, args) },
	}
	flags := c.Flags()
	addFleetFlags(flags)
	flags.StringVar(&r.Out, "out", "",
		"directory for everything (default reports/fleet, of a shard reports/fleet-I-of-N)")
	flags.IntVar(&r.Concurrency, "concurrency", 256,
		"requests under way at once, of all deployments together")
	flags.StringVar(&r.shard, "shard", "",
		"judge only the I-th of N parts, written I/N (default as Kubernetes' Indexed Job or GitLab's parallel says)")
	flags.IntVar(&r.shards, "shards", 0, "of how many parts JOB_COMPLETION_INDEX is one")
	flags.StringVar(&r.RunID, "run-id", "",
		"name of this run, the same in each attempt: a run of this name goes on also when it has ended (default random)")
	flags.BoolVar(&r.Fresh, "fresh", false, "judge all anew, whatever a killed run has left")
	flags.StringSliceVar(&r.Formats, "format", nil,
		"report formats to write beside the default ones: "+formatNames())
	flags.BoolVarP(&r.quiet, "quiet", "q", false,
		"print only deployments that keep the exit code from being 0, and the end")
	return c
}

func (r *fleetRun) run(c *cobra.Command, args []string) (err error) {
	if r.Shard, err = fleet.FindShard(r.shard, r.shards, os.Getenv); err != nil {
		return cli.Usage(err)
	}
	if r.Formats, err = allFormats(r.Formats); err != nil {
		return cli.Usage(err)
	}
	if r.Concurrency < 1 || r.Concurrency > 10_000 {
		return cli.Usage(errors.New("--concurrency: expected a whole number from 1 to 10000"))
	}
	list, err := loadFleet(c, args)
	if err != nil {
		return err
	}
	if c.Flags().Changed("out") && r.Out == "" {
		return cli.Usage(errors.New("--out: is empty; expected a value, or leave it out"))
	}
	if r.Out == "" {
		r.Out = filepath.Join("reports", "fleet")
		if r.Shard.Of > 0 {
			r.Out += fmt.Sprintf("-%d-of-%d", r.Shard.Index, r.Shard.Of)
		}
	}
	asked := given(c.Flags())
	r.Version, r.Strict, r.Complete = toolVersion(), asked["strict"] == "true",
		asked["complete"] == "true"
	r.Asked = strings.Join(askedFor(asked), " ")
	came, err := r.carryOut(c, list)
	return tellFleet(c.OutOrStdout(), came, r.Out, err)
}

// askedFor are the flags as a text, in one order.
func askedFor(given map[string]string) []string {
	var list []string
	for name, value := range given {
		if slices.Contains(fleetFlags(), name) {
			list = append(list, "--"+name+"="+value)
		}
	}
	slices.Sort(list)
	return list
}

// carryOut judges the fleet and shows how far it is: on a terminal in one line, below those of the
// deployments.
func (r *fleetRun) carryOut(c *cobra.Command, list []fleet.Deployment) (fleet.Report, error) {
	columns, started := report.TerminalColumns(os.Stderr), time.Now()
	if columns > 0 {
		progress := report.NewProgress(os.Stderr, columns, report.ProgressTick)
		defer progress.End()
		r.Progress = func(p fleet.Progress) {
			progress.Show(func() string { return statusOf(p, time.Since(started)) })
		}
		r.tellProgress(c.OutOrStdout(), progress.Above)
	} else {
		r.tellProgress(c.OutOrStdout(), func(print func()) { print() })
	}
	return fleet.Run(c.Context(), list, r.Options)
}

// statusOf says how far a fleet is, for example "412 of 1000 ended, 32 under way · 410 conformant, 2
// not conformant · 1 min 12 s".
func statusOf(p fleet.Progress, took time.Duration) string {
	parts := []string{fmt.Sprintf("%d of %d ended, %d under way", p.Ended, p.All, p.UnderWay)}
	if p.Ended > 0 {
		parts = append(parts, strings.Join(countsOf(p.Counts), ", "))
	}
	return strings.Join(append(parts, whole(took)), " · ")
}

// tellProgress prints a line for each deployment that has come to its end, above what else is shown.
func (r *fleetRun) tellProgress(w io.Writer, above func(print func())) {
	r.Kept = func(kept, all int) {
		fmt.Fprintf(os.Stderr,
			"conformance: goes on with a run that did not end; %d of %d deployments are judged already (--fresh judges all)\n", kept, all)
	}
	r.Waiting = func(name string) {
		above(func() {
			fmt.Fprintf(os.Stderr,
				"conformance: %s waits for another run that uses the same traders\n", name)
		})
	}
	r.Finished = func(result fleet.Result, done, all int) {
		above(func() { r.tellResult(w, result, done, all) })
	}
}

func (r *fleetRun) tellResult(w io.Writer, result fleet.Result, done, all int) {
	if !r.quiet || result.ExitCode != verdict.ExitConformant {
		fmt.Fprintln(w, lineOf(result, done, all))
	}
	if result.LastLine != "" && result.ExitCode != verdict.ExitConformant {
		fmt.Fprintf(w, "      %s: %s\n", result.Name, report.Visible(result.LastLine))
	}
}

// lineOf is one deployment's line, for example " 7/40  acme-eu  not conformant  1.9 s  RESET-6
// failed".
func lineOf(r fleet.Result, done, all int) string {
	text := fmt.Sprintf("%*d/%d  %-24s %-14s", len(fmt.Sprint(all)), done, all, r.Name, whatCame(r))
	if r.DurationMs > 0 {
		text += fmt.Sprintf(" %5.1f s", float64(r.DurationMs)/1000)
	}
	if r.Reason != "" {
		text += "  " + report.Visible(r.Reason)
	}
	return strings.TrimRight(text, " ")
}

func whatCame(r fleet.Result) string {
	switch {
	case r.Verdict != "" && r.ExitCode != verdict.ExitFault:
		return string(r.Verdict)
	case r.ExitCode == verdict.ExitUsage:
		return "misconfigured"
	case r.ExitCode == verdict.ExitFault:
		return "fault"
	}
	return "not judged"
}

// tellFleet prints what came of all; an error of writing outweighs it.
func tellFleet(w io.Writer, r fleet.Report, out string, err error) error {
	if _, wrong := errors.AsType[*config.Error](err); wrong {
		return err
	}
	if missing := r.Missing(); len(missing) > 0 {
		fmt.Fprintln(w, "Not judged: "+strings.Join(missing, ", "))
	}
	fmt.Fprintf(w, "%s: %s\n", countOf(len(r.Deployments), "deployment"),
		strings.Join(countsOf(r.Counts), ", "))
	if err != nil {
		return cli.Unwritten(err)
	}
	fmt.Fprintf(w, "Reports: %s; the page: %s\n", out, filepath.Join(out, "index.html"))
	if r.ExitCode != verdict.ExitConformant {
		fmt.Fprintf(w, "Exit code %d: the worst of the deployments'.\n", r.ExitCode)
		return cli.CodeError(r.ExitCode)
	}
	return nil
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func countsOf(c fleet.Counts) []string {
	var list []string
	for _, each := range []struct {
		n    int
		what string
	}{
		{c.Conformant, "conformant"}, {c.PartlyJudged, "partly judged"},
		{c.Incomplete, "incomplete"}, {c.NotConformant, "not conformant"},
		{c.Misconfigured, "misconfigured"}, {c.Faults, "with a fault of this tool"},
		{c.NotJudged, "not judged"},
	} {
		if each.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", each.n, each.what))
		}
	}
	if len(list) == 0 {
		list = []string{"nothing to judge"}
	}
	return list
}

func fleetMergeCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "merge DIR...",
		Short:   "Make one result of the shards of a fleet, and name what is missing",
		Example: `  conformance fleet merge shard-*/ --out reports/fleet`,
		Long: `Make one result of the shards of a fleet, and name what is missing.

A DIR is what a shard has left, or a directory of such: then the shards of the
latest run below it are merged.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || out == "" {
				return cli.Usage(errors.New("conformance fleet merge needs the directories of the shards, and another one for the result as --out"))
			}
			merged, err := fleet.Merge(args, out, toolVersion())
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), runsOf(merged))
			}
			return tellFleet(c.OutOrStdout(), merged, out, err)
		},
	}
	c.Flags().StringVar(&out, "out", filepath.Join("reports", "fleet"), "directory for the result")
	return c
}

// runsOf says what was merged: the shards of one Kubernetes Job have one run id, others each their
// own.
func runsOf(r fleet.Report) string {
	var ids []string
	for _, shard := range r.Shards {
		if !slices.Contains(ids, shard.RunID) {
			ids = append(ids, shard.RunID)
		}
	}
	return fmt.Sprintf("Merged: %s of run %s, begun %s", countOf(len(r.Shards), "result"),
		report.Visible(strings.Join(ids, ", ")), r.Started.UTC().Format(time.RFC3339))
}
