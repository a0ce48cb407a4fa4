package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func diffCommand() *cobra.Command {
	var asJSON *bool
	c := &cobra.Command{
		Use:     "diff A B",
		Short:   "Show what changed between two runs; exit 1 where it is worse",
		Example: `  conformance diff reports/yesterday reports/latest`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return cli.Usage(errors.New("conformance diff needs two directories that runs have left: the earlier one and the later one"))
			}
			before, err := report.Read(args[0])
			if err != nil {
				return cli.Usage(err)
			}
			after, err := report.Read(args[1])
			if err != nil {
				return cli.Usage(err)
			}
			d, show := changesOf(verdict.Diff(before, after)), showDiff
			if *asJSON {
				show = func(w io.Writer, d changed) error { return cli.PrintJSON(w, d) }
			}
			if err := show(c.OutOrStdout(), d); err != nil {
				return err
			}
			if d.Worse > 0 {
				return cli.CodeError(verdict.ExitNotConformant)
			}
			return nil
		},
	}
	asJSON = cli.AddJSON(c)
	return c
}

// changed is what differs between two runs.
type changed struct {
	Changes []change `json:"changes"`
	Worse   int      `json:"worse"`
}

type change struct {
	ID        string          `json:"id"`
	Statement string          `json:"statement"`
	Before    verdict.Outcome `json:"before"`
	After     verdict.Outcome `json:"after"`
	// Mark is better, worse or other.
	Mark string `json:"mark"`
}

func changesOf(changes []verdict.Change) changed {
	d := changed{Changes: []change{}}
	for _, c := range changes {
		mark := "better"
		switch {
		case c.Worse():
			mark = "worse"
			d.Worse++
		case c.After != verdict.Passed:
			mark = "other"
		}
		d.Changes = append(d.Changes, change{c.ID, c.Statement, c.Before, c.After, mark})
	}
	return d
}

func showDiff(w io.Writer, d changed) error {
	for _, c := range d.Changes {
		fmt.Fprintf(w, "%-7s %-11s %s -> %s  %s\n", c.Mark, report.Visible(c.ID), c.Before, c.After,
			report.Visible(c.Statement))
	}
	_, err := fmt.Fprintf(w, "%d changed, %d for the worse\n", len(d.Changes), d.Worse)
	return err
}
