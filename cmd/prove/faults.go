package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// serveCommand serves the reference deployment with faults, or as another right one.
func serveCommand() *cobra.Command {
	var wrong, unusual []string
	c := cli.Serve(func(o *sandbox.Options) error {
		around, err := find(wrong, unusual)
		o.Around = around
		return err
	})
	c.Short = "Serve a wrong or unusual deployment and an inbox, to try clients and tools against"
	c.Example = "  prove serve --fault any-key-taken\n  prove serve --variant code-uuid --write-config sandbox.yaml"
	c.Flags().StringArrayVar(&wrong, "fault", nil,
		"a fault to have, may be repeated; see prove faults")
	c.Flags().StringArrayVar(&unusual, "variant", nil,
		"a variant to be, may be repeated; see prove faults")
	return c
}

// find returns the named faults and variants.
func find(wrong, unusual []string) (around faults.Set, err error) {
	for _, name := range wrong {
		f, found := faults.Find(name)
		if !found {
			err = errors.Join(err,
				unknown("fault", name, faults.Faults(), func(f faults.Fault) string {
					return f.Name
				}))
		}
		around.Faults = append(around.Faults, f)
	}
	for _, name := range unusual {
		v, found := faults.FindVariant(name)
		if !found {
			err = errors.Join(err, unknown("variant", name, faults.Variants(),
				func(v faults.Variant) string { return v.Name }))
		}
		around.Variants = append(around.Variants, v)
	}
	return around, err
}

func unknown[T any](kind, name string, all []T, nameOf func(T) string) error {
	var known []string
	for _, one := range all {
		known = append(known, nameOf(one))
	}
	return cli.Usagef("there is no %s %s%s", kind, cli.Quoted(name), nearest.Hint(name, known))
}

func faultsCommand() *cobra.Command {
	var asJSON *bool
	c := &cobra.Command{
		Use:   "faults",
		Short: "List the faults and variants that prove serve can have",
		Args:  cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if *asJSON {
				return cli.PrintJSON(c.OutOrStdout(), listedFaults())
			}
			w := c.OutOrStdout()
			for _, f := range faults.Faults() {
				fmt.Fprintf(w, "fault    %-34s %-11s %s\n", f.Name, f.Breaks, f.Summary)
			}
			for _, v := range faults.Variants() {
				fmt.Fprintf(w, "variant  %-34s %-11s %s\n", v.Name, "", v.Why)
			}
			_, err := fmt.Fprintf(w, "\n%d faults, %d variants\n", len(faults.Faults()),
				len(faults.Variants()))
			return err
		},
	}
	asJSON = cli.AddJSON(c)
	return c
}

// listedFault is a fault or a variant as programs read it; a variant breaks nothing.
type listedFault struct {
	Name    string `json:"name"`
	Profile string `json:"profile,omitempty"`
	Breaks  string `json:"breaks,omitempty"`
	Summary string `json:"summary,omitempty"`
	Why     string `json:"why,omitempty"`
}

func listedFaults() map[string][]listedFault {
	all := map[string][]listedFault{}
	for _, f := range faults.Faults() {
		all["faults"] = append(all["faults"],
			listedFault{Name: f.Name, Profile: cmp.Or(f.Profile, "core"), Breaks: f.Breaks,
				Summary: f.Summary})
	}
	for _, v := range faults.Variants() {
		all["variants"] = append(all["variants"], listedFault{Name: v.Name, Why: v.Why})
	}
	return all
}
