package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/prove"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// proof says what to prove.
type proof struct {
	only, profile, part string
	keep, matrix        string
	// binary is the conformance command, "" for the one beside this.
	binary string
	// evidence is a corpus to store evidence in, "" for none.
	evidence string
	atOnce   int
}

func root() *cobra.Command {
	var p proof
	c := cli.Root(&cobra.Command{
		Use:   "prove",
		Short: "Judges every fault and every variant, and fails where the judge is wrong about one",
		Long: `Judges every fault and every variant, and fails where the judge is wrong about
one.

A fault is a wrong deployment, a variant an unusual but right one. Each is
served and judged by the conformance command: a fault has to fail the
requirement that it breaks and no other, a variant none.`,
		Example: "  prove --only any-key-taken\n  prove --part 1/4 --matrix matrix.md",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.UnknownCommand(c, args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return p.run(c) },
	})
	flags := c.Flags()
	flags.StringVar(&p.only, "only", "",
		"only those with this text, or one of these (a,b), in their name")
	flags.StringVar(&p.profile, "profile", "",
		"only those that are judged by this profile: core, flow or hardening")
	flags.StringVar(&p.part, "part", "", "only the K-th of N parts, written K/N")
	flags.StringVar(&p.binary, "conformance", "",
		"the conformance binary to prove (default the one beside this binary)")
	flags.StringVar(&p.keep, "keep", "",
		"directory that keeps what the runs leave (default forgotten at the end)")
	flags.StringVar(&p.matrix, "matrix", "",
		"file to write the matrix of requirements and faults to, as Markdown")
	flags.StringVar(&p.evidence, "evidence", "",
		"directory to store evidence in: of the named cases, else of those that lack it")
	flags.IntVar(&p.atOnce, "at-once", 6*runtime.NumCPU(), "how many deployments to judge at once")
	c.AddCommand(serveCommand(), faultsCommand())
	addCompletion(c)
	return c
}

func (p proof) run(c *cobra.Command) error {
	cases, err := p.cases()
	if err != nil {
		return cli.Usage(err)
	}
	dir := p.keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "conformance-prove-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	binary, err := p.conformance()
	if err != nil {
		return cli.Usage(err)
	}
	contract, err := app.Contract("")
	if err != nil {
		return err
	}
	runner := prove.Command(contract, binary, dir, "--mail-deadline", "4s", "--bisect-time", "60s")
	if p.evidence == "" {
		return p.all(c, cases, runner)
	}
	store, err := prove.OpenStore(p.evidence, contract)
	if err != nil {
		return err
	}
	if !p.selects() {
		cases = store.Stale(cases)
	}
	wrong := p.all(c, cases, store.Keeping(runner))
	return errors.Join(store.Write(), wrong)
}

// conformance finds the binary that is proven.
func (p proof) conformance() (string, error) {
	if p.binary != "" {
		return filepath.Abs(p.binary)
	}
	own, err := os.Executable()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(filepath.Dir(own), "conformance"+filepath.Ext(own))
	if _, err := os.Stat(binary); err != nil {
		return "",
			fmt.Errorf("there is no conformance binary beside %s; expected one there, or --conformance FILE", own)
	}
	return binary, nil
}

// selects reports whether some of the cases are named.
func (p proof) selects() bool { return p.only+p.profile+p.part != "" }

func (p proof) cases() ([]prove.Case, error) {
	if profiles := contract.Profiles(); p.profile != "" && !slices.Contains(profiles, p.profile) {
		return nil, fmt.Errorf("profile %q: expected one of %s%s", p.profile,
			strings.Join(profiles, ", "), nearest.Hint(p.profile, profiles))
	}
	cases, err := prove.Part(prove.Cases(p.only, p.profile), p.part)
	if err == nil && len(cases) == 0 {
		err = fmt.Errorf("no fault and no variant has %q in its name; see prove faults", p.only)
	}
	return cases, err
}

// proofSilence is how long a proof without a terminal says nothing.
const proofSilence = 30 * time.Second

// all judges the cases and tells what was judged wrongly.
func (p proof) all(c *cobra.Command, cases []prove.Case, runner prove.Runner) error {
	progress := report.NewProgress(os.Stderr, report.TerminalColumns(os.Stderr), proofSilence)
	done := 0
	outcomes := prove.All(c.Context(), cases, p.atOnce, runner, func(o prove.Outcome) {
		done++
		text := fmt.Sprintf("%d of %d  %s", done, len(cases), o.Case.Name)
		progress.Show(func() string { return text })
	})
	progress.End()
	if p.matrix != "" {
		if err := writeMatrix(p.matrix, outcomes); err != nil {
			return err
		}
	}
	return tellProof(c.OutOrStdout(), outcomes, !p.selects() && p.evidence == "")
}

func writeMatrix(path string, outcomes []prove.Outcome) error {
	file, err := os.Create(path)
	if err != nil {
		return cli.Usage(err)
	}
	defer file.Close()
	return prove.Matrix(file, outcomes)
}

func tellProof(w io.Writer, outcomes []prove.Outcome, whole bool) error {
	faults, variants, wrong := 0, 0, 0
	for _, o := range outcomes {
		if o.Case.Fault != nil {
			faults++
		} else {
			variants++
		}
		for _, problem := range o.Problems() {
			fmt.Fprintf(w, "%s: %s\n", o.Case.Name, report.Visible(problem))
		}
		if len(o.Problems()) > 0 {
			wrong++
		}
	}
	if unproven := prove.Unproven(outcomes); whole && len(unproven) > 0 {
		fmt.Fprintln(w, "No fault makes these fail: "+strings.Join(unproven, " "))
		wrong++
	}
	fmt.Fprintf(w, "%d faults and %d variants judged, %d wrongly\n", faults, variants, wrong)
	if wrong > 0 {
		return cli.CodeError(verdict.ExitNotConformant)
	}
	return nil
}
