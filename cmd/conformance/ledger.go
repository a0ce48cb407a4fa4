package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/contract"
)

func listCommand() *cobra.Command {
	var path string
	var asJSON *bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the requirements: id, level, profile, statement",
		Example: `  conformance list
  conformance list --json | jq -r '.[].id'`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := app.Ledger(path)
			if err != nil {
				return err
			}
			if *asJSON {
				return cli.PrintJSON(c.OutOrStdout(), listed(k))
			}
			return list(c.OutOrStdout(), k)
		},
	}
	asJSON = cli.AddJSON(c)
	c.Flags().StringVar(&path, "contract", "", "another contract than the built-in openapi.yaml")
	return c
}

func list(w io.Writer, k *contract.Contract) error {
	for _, r := range k.Requirements {
		if _, err := fmt.Fprintf(w, "%-11s %-6s %-9s %s\n", r.ID, r.Level, r.Profile,
			r.Statement); err != nil {
			return err
		}
	}
	_,
		err := fmt.Fprintf(w,
		"\n%d requirements; %d sentences of the documents hold nothing that can be checked, see openapi.yaml, x-sentences\n",
		len(k.Requirements), len(k.Excluded()))
	return err
}

// requirement is one of the ledger as programs read it, with the names of report.json.
type requirement struct {
	ID        string `json:"id"`
	Level     string `json:"level"`
	Profile   string `json:"profile"`
	Statement string `json:"statement"`
	Source    source `json:"source"`
	Sent      string `json:"sent"`
	Demanded  string `json:"demanded"`
	Reading   string `json:"reading,omitempty"`
}

type source struct {
	Page    string `json:"page"`
	Section string `json:"section"`
	Edition string `json:"edition,omitempty"`
	// File is the name by which the documents link to the page, URL where everybody can read it.
	File string `json:"file,omitempty"`
	URL  string `json:"url,omitempty"`
	// Line is the requirement's in the contract.
	Line int `json:"line"`
}

func listed(k *contract.Contract) []requirement {
	var all []requirement
	for _, r := range k.Requirements {
		all = append(all, asListed(k, r))
	}
	return all
}

func asListed(k *contract.Contract, r contract.Requirement) requirement {
	page, _ := k.Page(r.Source.Page)
	return requirement{
		ID: r.ID, Level: r.Level, Profile: r.Profile, Statement: r.Statement, Sent: r.Sent,
		Demanded: r.Demanded, Reading: r.Reading,
		Source: source{r.Source.Page, r.Source.Section, r.Source.Edition, page.File, page.URL,
			r.Line},
	}
}
