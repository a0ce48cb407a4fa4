package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Show what changed between two runs; exit 1 when something got worse",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{errors.New("conformance diff needs two directories that runs have left: the earlier one and the later one")}
			}
			before, err := readReport(args[0])
			if err != nil {
				return err
			}
			after, err := readReport(args[1])
			if err != nil {
				return err
			}
			return showDiff(c.OutOrStdout(), verdict.Diff(before, after))
		},
	}
}

// readReport reads report.json of a run's directory, or the file itself.
func readReport(path string) (verdict.Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "report.json")
	}
	var r verdict.Report
	data, err := os.ReadFile(path)
	if err != nil {
		return r, usageError{err}
	}
	if err := json.Unmarshal(data, &r); err != nil || r.SchemaVersion == 0 {
		return r, usageError{fmt.Errorf("%s: expected the report.json of a run", path)}
	}
	if r.SchemaVersion != verdict.SchemaVersion {
		return r, usageError{fmt.Errorf("%s: expected a report of version %d, got %d", path, verdict.SchemaVersion, r.SchemaVersion)}
	}
	return r, nil
}

func showDiff(w io.Writer, changes []verdict.Change) error {
	worse := 0
	for _, change := range changes {
		mark := "better"
		switch {
		case change.Worse():
			mark = "worse"
			worse++
		case change.After != verdict.Passed:
			mark = "other"
		}
		fmt.Fprintf(w, "%-7s %-11s %s -> %s  %s\n", mark, report.Visible(change.ID), change.Before, change.After, report.Visible(change.Statement))
	}
	if _, err := fmt.Fprintf(w, "%d changed, %d for the worse\n", len(changes), worse); err != nil {
		return err
	}
	if worse > 0 {
		return codeError(verdict.ExitNotConformant)
	}
	return nil
}
