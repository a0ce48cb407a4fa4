package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/prove"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func proveCommand() *cobra.Command {
	var only, profile, dir, matrix, part string
	var atOnce int
	c := &cobra.Command{
		Use:   "prove",
		Short: "Judge every fault and every variant, and fail when the judge is wrong about one",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if profile != "" && !slices.Contains(contract.Profiles(), profile) {
				return usageError{fmt.Errorf("profile %q: expected one of %s%s", profile, strings.Join(contract.Profiles(), ", "), nearest.Hint(profile, contract.Profiles()))}
			}
			cases, err := prove.Part(prove.Cases(only, profile), part)
			if err != nil {
				return usageError{err}
			}
			if len(cases) == 0 {
				return usageError{fmt.Errorf("no fault and no variant has %q in its name; see conformance faults", only)}
			}
			if dir == "" {
				if dir, err = os.MkdirTemp("", "conformance-prove-"); err != nil {
					return err
				}
				defer os.RemoveAll(dir)
			}
			binary, err := os.Executable()
			if err != nil {
				return err
			}
			return proveAll(c, cases, atOnce, prove.Command(binary, dir, "--mail-deadline", "4s"), matrix, only+profile+part == "")
		},
	}
	c.Flags().StringVar(&only, "only", "", "only faults and variants with this text in their name")
	c.Flags().StringVar(&profile, "profile", "", "only those that are judged by this profile: core, flow or hardening")
	c.Flags().StringVar(&part, "part", "", "only the K-th of N parts, written K/N")
	c.Flags().StringVar(&dir, "keep", "", "directory that keeps what the runs leave (default forgotten at the end)")
	c.Flags().StringVar(&matrix, "matrix", "", "file to write the matrix of requirements and faults to, as Markdown")
	c.Flags().IntVar(&atOnce, "at-once", 6*runtime.NumCPU(), "how many deployments to judge at once")
	return c
}

func proveAll(c *cobra.Command, cases []prove.Case, atOnce int, runner prove.Runner, matrix string, whole bool) error {
	progress := report.NewProgress(os.Stderr, report.TerminalColumns(os.Stderr))
	defer progress.Clear()
	done := 0
	outcomes := prove.All(c.Context(), cases, atOnce, runner, func(o prove.Outcome) {
		done++
		progress.Show(fmt.Sprintf("%d of %d  %s", done, len(cases), o.Case.Name))
	})
	progress.Clear()
	if matrix != "" {
		if err := writeMatrix(matrix, outcomes); err != nil {
			return err
		}
	}
	return tellProof(c.OutOrStdout(), outcomes, whole)
}

func writeMatrix(path string, outcomes []prove.Outcome) error {
	file, err := os.Create(path)
	if err != nil {
		return usageError{err}
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
		return codeError(verdict.ExitNotConformant)
	}
	return nil
}
