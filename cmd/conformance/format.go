package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

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

func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 && strings.Contains(args[0], "://") && c.Flags().Lookup("url") != nil {
		return usageError{errors.New("conformance " + c.Name() + " takes no arguments; did you mean --url " + args[0] + "?")}
	}
	if len(args) > 0 {
		return usageError{errors.New("conformance " + c.Name() + " takes no arguments, got " + quoted(args[0]))}
	}
	return nil
}

func oneDirectory(c *cobra.Command, args []string) (string, error) {
	if len(args) != 1 {
		return "", usageError{errors.New("conformance " + c.Name() + " needs one directory that a run has left, for example reports/latest")}
	}
	return args[0], nil
}

// addJSON adds the flag for output that programs read.
func addJSON(c *cobra.Command) *bool {
	return c.Flags().Bool("json", false, "print JSON")
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
