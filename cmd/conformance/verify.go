package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/etna-conformance/conformance/internal/certificate"
	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// trust is whom to believe, and what about: the flags that certify and verify share.
type trust struct {
	signers, revoked, contract string
}

func (t *trust) flags(flags *pflag.FlagSet) {
	flags.StringVar(&t.signers, "signers", "",
		"whose keys count, and for what (OpenSSH's allowed_signers)")
	flags.StringVar(&t.revoked, "revoked", "",
		"keys that no longer count (OpenSSH's KRL, or a list of public keys)")
	flags.StringVar(&t.contract, "contract", "",
		"the contract of an older certificate, to judge by as well")
}

func (t trust) demand() (certificate.Demand, error) {
	d := certificate.Demand{Now: time.Now()}
	if t.signers == "" {
		return d,
			errors.New("--signers is missing: no key in a bundle is trusted by itself (ssh-keygen(1), ALLOWED SIGNERS)")
	}
	text, err := os.ReadFile(t.signers)
	if err == nil {
		d.Signers, err = certificate.ParseSigners(text)
	}
	if err != nil {
		return d, fmt.Errorf("--signers %s: %w", t.signers, err)
	}
	if t.revoked != "" {
		text, err := os.ReadFile(t.revoked)
		var revoked certificate.Revoked
		if err == nil {
			revoked, err = certificate.ParseRevoked(text)
		}
		if err != nil {
			return d, fmt.Errorf("--revoked %s: %w", t.revoked, err)
		}
		d.Revoked = &revoked
	}
	if t.contract != "" {
		if d.Older, err = certificate.NewJudge(t.contract); err != nil {
			return d, err
		}
	}
	d.Judge, err = certificate.NewJudge("")
	return d, err
}

func verifyCommand() *cobra.Command {
	var trust trust
	var require []string
	var asked, maxAge string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify DIR|FILE… --signers FILE",
		Short: "Check certificates offline: who signed, and whether it is so",
		Example: `  conformance verify acme.tar.zst --signers allowed_signers --require core
  conformance verify reports/latest --signers allowed_signers --max-age 90d`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usage(errors.New("conformance verify needs directories or bundles with a certificate"))
			}
			d, err := trust.demand()
			if err == nil {
				err = demandMore(&d, require, asked, maxAge)
			}
			if err != nil {
				return cli.Usage(err)
			}
			results := certificate.Verify(args, d)
			certificate.CheckTogether(results)
			return showResults(c.OutOrStdout(), results, asJSON)
		},
	}
	flags := c.Flags()
	trust.flags(flags)
	flags.StringSliceVar(&require, "require", nil,
		"what must have been kept or done: core, flow, hardening, witness")
	flags.StringVar(&asked, "challenge", "",
		"the challenge that the run must have responded to; its signature stands beside it")
	flags.StringVar(&maxAge, "max-age", "", "how long ago the run may have been: 365d, 12h")
	flags.BoolVar(&asJSON, "json", false, "print the results as JSON")
	return c
}

// demandable is what --require takes.
func demandable() []string { return append(contract.Profiles(), certificate.Witness) }

func demandMore(d *certificate.Demand, require []string, asked, maxAge string) (err error) {
	known := demandable()
	for _, r := range require {
		if !slices.Contains(known, r) {
			return fmt.Errorf("--require: there is no %q%s; expected core, flow, hardening or witness", r, nearest.Hint(r, known))
		}
	}
	d.Require = require
	if maxAge != "" {
		if d.MaxAge, err = longDuration(maxAge); err != nil {
			return fmt.Errorf("--max-age: %w", err)
		}
	}
	if asked == "" {
		return nil
	}
	c, err := challenge.Read(asked)
	if err == nil {
		err = d.CheckChallenge(asked)
	}
	if err != nil {
		return fmt.Errorf("--challenge %s: %w", asked, err)
	}
	d.Challenge = &c
	return nil
}

func showResults(w io.Writer, results []certificate.Result, asJSON bool) error {
	held := 0
	for _, r := range results {
		if r.Holds {
			held++
		}
	}
	if asJSON {
		text, err := json.MarshalIndent(results, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(w, string(text))
	} else {
		for _, r := range results {
			showResult(w, r)
		}
		fmt.Fprintf(w, "%d of %d certificates hold in all that was demanded.\n", held, len(results))
	}
	if held < len(results) {
		return cli.CodeError(verdict.ExitNotConformant)
	}
	return nil
}

func showResult(w io.Writer, r certificate.Result) {
	fmt.Fprintln(w, report.Visible(r.Path))
	for _, l := range r.Lines {
		fmt.Fprintf(w, "  %-10s %-6s %s\n", l.Name, l.State, report.Visible(l.Text))
	}
	fmt.Fprintln(w)
}
