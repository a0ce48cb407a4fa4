package main

import (
	"errors"
	"fmt"
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
		Example: `  conformance site reports -o site                 # all runs in reports and below it
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
			if filepath.Ext(path) != ".html" {
				path = filepath.Join(out, "index.html")
			}
			o := site.Of(runs)
			if err := writeSite(path, o, problems); err != nil {
				return cli.Unwritten(err)
			}
			for _, problem := range problems {
				fmt.Fprintf(c.ErrOrStderr(), "Left out: %s\n", problem)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s: deployments: %d, runs: %d, requirements: %d\n",
				path, len(o.Deployments), o.Runs(), len(o.Requirements))
			return err
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "site", "where to: a directory, or a file that ends in .html")
	return c
}

func writeSite(path string, o site.Overview, problems []string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(site.Write(file, o, problems, filepath.Dir(path)), file.Close())
}
