package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/report"
)

func initCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Look at a deployment and write a commented configuration",
		Long: `Look at a deployment and write a commented configuration to go on from (default
conformance.yaml).

The app key is given as CONFORMANCE_APP_KEY, and is not written. No reset is
asked for.`,
		Example: `  CONFORMANCE_APP_KEY=… conformance init --url https://staging.example/api \
    --inbox mailhog=http://mailhog.example:8025`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := config.Load(config.Sources{Flags: given(c.Flags()), Env: os.Environ()})
			if err != nil {
				return err
			}
			if cfg.URL == "" {
				return cli.Usage(errors.New("--url is missing: the base URL of the deployment"))
			}
			return initialise(c.Context(), c.OutOrStdout(), cfg,
				append(args, "conformance.yaml")[0])
		},
	}
	addOptions(c.Flags())
	return c
}

// initialise writes the file also where something is bad: it is what to go on from.
func initialise(ctx context.Context, w io.Writer, cfg config.Config, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return cli.Usagef("%s can't be written: it may be there already (%w)", path, err)
	}
	_, err = file.WriteString(firstConfig(cfg))
	if err = errors.Join(err, file.Close()); err != nil {
		return cli.Unwritten(err)
	}
	symptoms, err := app.Examine(ctx, cfg, toolVersion())
	if err != nil {
		return err
	}
	showSymptoms(w, symptoms)
	planned, err := app.Plan(cfg)
	if err != nil {
		return err
	}
	most, _, _ := planned.Suite.Plan.Cost()
	_,
		err = fmt.Fprintf(w,
		"\n%s is written; a run of it costs at most %s.\nDeclare the traders in it, then:\n\n  conformance doctor --config %s\n  conformance plan --config %s\n  conformance run --config %s\n",
		path, cost(most), path, path, path)
	return err
}

func showSymptoms(w io.Writer, symptoms []app.Symptom) (bad int) {
	for _, s := range symptoms {
		mark := "ok "
		if !s.OK {
			mark = "BAD"
			bad++
		}
		fmt.Fprintln(w, mark+"  "+strings.Join(report.Wrap(report.Visible(s.Text), planColumns-5),
			"\n     "))
	}
	return bad
}

func firstConfig(c config.Config) string {
	box := "# Where the deployment's mail is caught:\n# inbox:\n#   mailhog: http://mailhog.example:8025\n"
	if address, err := url.Parse(c.Inbox.URL); err == nil && c.Inbox.URL != "" &&
		address.User == nil {
		box = fmt.Sprintf("# Where the deployment's mail is caught.\ninbox:\n  %s: %s\n",
			c.Inbox.Kind, c.Inbox.URL)
	}
	return fmt.Sprintf(`# Written by conformance init; conformance.example.yaml explains every key.
# Flags and CONFORMANCE_* variables win over this file; ${NAME} is taken from the environment.

# The base URL of the deployment.
url: %s

# The Et-App-Key is taken from CONFORMANCE_APP_KEY. Under another name:
# appKey: ${ETNA_APP_KEY}

%s
# Test accounts that nobody needs: a run resets their passwords. At least two with a secret question and one
# without; password and newPassword are for --profile core,flow only.
# traders:
#   - login: robert.zak
#     email: robert.zak@example.com
#     answer: ${ROBERT_ANSWER}
#   - login: no.question
#     email: no.question@example.com
`, c.URL, box)
}
