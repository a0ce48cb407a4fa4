package main

import (
	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/faults"
)

// addCompletion lets the shell complete the names of faults, variants and profiles.
func addCompletion(root *cobra.Command) {
	both := func() []string { return append(faultNames(), variantNames()...) }
	lists := map[string]func() []string{
		"only": both, "profile": contract.Profiles, "fault": faultNames, "variant": variantNames,
	}
	for _, c := range append(root.Commands(), root) {
		for flag, list := range lists {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, cli.Complete(list)) // It fails only for a flag that is not there.
			}
		}
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
}

func faultNames() []string {
	var names []string
	for _, f := range faults.Faults() {
		names = append(names, f.Name+"\t"+f.Summary)
	}
	return names
}

func variantNames() []string {
	var names []string
	for _, v := range faults.Variants() {
		names = append(names, v.Name+"\t"+v.Why)
	}
	return names
}
