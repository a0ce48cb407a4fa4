package main

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/report"
)

// completionCommand takes the place of cobra's own, which takes a shell that it does not know for a
// call of its help.
func completionCommand() *cobra.Command {
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash": func(root *cobra.Command, w io.Writer) error {
			return root.GenBashCompletionV2(w, true)
		},
		"fish": func(root *cobra.Command, w io.Writer) error {
			return root.GenFishCompletion(w, true)
		},
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
		"zsh":        (*cobra.Command).GenZshCompletion,
	}
	shells := slices.Sorted(maps.Keys(scripts))
	return &cobra.Command{
		Use:     "completion SHELL",
		Short:   "Print a completion script: " + strings.Join(shells, ", "),
		Example: `  source <(conformance completion bash)`,
		Long: `Print the completion script of a shell, to be loaded when it starts:

  bash        source <(conformance completion bash)
              (needs the package bash-completion)
  zsh         source <(conformance completion zsh)
              (after autoload -U compinit; compinit)
  fish        conformance completion fish | source
  powershell  conformance completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.Usage(errors.New("conformance completion needs one shell: " +
					strings.Join(shells, ", ")))
			}
			write, known := scripts[args[0]]
			if !known {
				return cli.Usage(errors.New("there is no completion for the shell " +
					cli.Quoted(args[0]) + nearest.Hint(args[0], shells) +
					"; expected one of " + strings.Join(shells, ", ")))
			}
			return write(c.Root(), c.OutOrStdout())
		},
	}
}

// addCompletion lets the shell complete names: of requirements, profiles and formats. Everything
// that has no names stays with the shell's own completion, of files.
func addCompletion(root *cobra.Command) {
	names := map[string]func() []string{
		"only": requirementNames, "profile": contract.Profiles, "format": report.Names, "as": roles,
		"require": demandable,
	}
	commands := root.Commands()
	for _, c := range root.Commands() {
		commands = append(commands, c.Commands()...)
	}
	for _, c := range commands {
		for flag, list := range names {
			if c.Flags().Lookup(flag) != nil {
				_ = c.RegisterFlagCompletionFunc(flag, cli.Complete(list)) // It fails only for a flag that is not there.
			}
		}
		switch c.Name() {
		case "explain":
			c.ValidArgsFunction = cli.Complete(requirementNames)
		case "run", "plan", "list", "serve", "challenge", "version":
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
}

func requirementNames() []string {
	ledger, err := app.Ledger("")
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range ledger.Requirements {
		names = append(names, r.ID+"\t"+r.Statement)
	}
	return names
}
