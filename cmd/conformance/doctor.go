package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func doctorCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at what a run needs: URL, TLS, key, traders, inbox",
		Long: `Look at what a run needs: URL, TLS, key, traders, inbox; no reset is asked for.

Asks for secret questions and looks into mailboxes, and says a sentence about
each. Exit code 0 where a run can judge all that is declared, 3 where it can't.`,
		Example: "  conformance doctor --config conformance.yaml",
		Args:    cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := config.Load(config.Sources{Flags: given(c.Flags()), Env: os.Environ()})
			if err != nil {
				return err
			}
			_, stop, err := embed(&cfg)
			if err != nil {
				return err
			}
			defer stop()
			symptoms, err := app.Examine(c.Context(), cfg, toolVersion())
			if err != nil {
				return err
			}
			if showSymptoms(c.OutOrStdout(), symptoms) > 0 {
				return cli.CodeError(verdict.ExitIncomplete)
			}
			return nil
		},
	}
	addOptions(c.Flags())
	return c
}
