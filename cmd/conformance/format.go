package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/report"
)

// allFormats adds the formats that were asked for to the default ones.
func allFormats(asked []string) ([]string, error) {
	names := report.Default()
	for _, name := range asked {
		names = append(names, strings.TrimSpace(name))
	}
	_, err := report.Pick(names)
	return names, err
}

func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func oneDirectory(c *cobra.Command, args []string) (string, error) {
	if len(args) != 1 {
		return "", cli.Usage(errors.New("conformance " + c.Name() +
			" needs one directory that a run has left, for example reports/latest"))
	}
	return args[0], nil
}
