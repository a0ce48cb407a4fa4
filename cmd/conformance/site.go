package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/site"
)

func siteCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "site DIR...",
		Short: "Make one page of many runs: deployments by requirements, over time",
		Example: `  conformance site reports -o site             # all runs below reports
  conformance site nightly/*/ -o public/index.html`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usage(errors.New("conformance site needs directories that runs have left"))
			}
			runs, problems, err := site.Find(args)
			if err != nil {
				return cli.Usage(err)
			}
			if len(runs) == 0 {
				return cli.Usagef("no run is in %s: expected a report.json there or below%s",
					strings.Join(args, ", "), strings.Join(append([]string{""}, problems...), "; "))
			}
			path := out
			if out != "-" && filepath.Ext(path) != ".html" {
				path = filepath.Join(out, "index.html")
			}
			o := site.Of(runs)
			for _, problem := range problems {
				fmt.Fprintf(c.ErrOrStderr(), "Left out: %s\n", problem)
			}
			if err := writeSite(c.OutOrStdout(), path, o, problems); err != nil {
				return cli.Unwritten(err)
			}
			if path == "-" {
				return nil
			}
			_, err = fmt.Fprintf(c.OutOrStdout(),
				"%s: deployments: %d, runs: %d, requirements: %d\n",
				path, len(o.Deployments), o.Runs(), len(o.Requirements))
			return err
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "site",
		"where to: a directory, a file that ends in .html, or - for standard output")
	return c
}

func writeSite(w io.Writer, path string, o site.Overview, problems []string) error {
	if path == "-" {
		return site.Write(w, o, problems, ".")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(site.Write(file, o, problems, filepath.Dir(path)), file.Close())
}
