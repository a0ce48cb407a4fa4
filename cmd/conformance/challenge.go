package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/certificate"
	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/cli"
)

func challengeCommand() *cobra.Command {
	var name, out, key, expires string
	var profiles []string
	c := &cobra.Command{
		Use:     "challenge --for NAME -o FILE --key FILE|agent",
		Short:   "Write a challenge for a run, so that no earlier recording fits",
		Example: `  conformance challenge --for "Acme staging" -o acme.challenge --key agent`,
		Args:    cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			made, err := newChallenge(name, profiles, expires, out)
			if err != nil {
				return cli.Usage(err)
			}
			signer, err := openKey(key)
			if err != nil {
				return cli.Usage(err)
			}
			signature, err := certificate.Sign(signer, challenge.Namespace, made.Bytes())
			if err != nil {
				return cli.Usage(err)
			}
			err = errors.Join(os.WriteFile(out, made.Bytes(), 0o644),
				os.WriteFile(out+".sig", signature, 0o644))
			if err != nil {
				return cli.Unwritten(err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(),
				"%s and %s.sig: a run of %s must respond before %s.\n", out, out, name,
				made.Expires.Format(time.RFC3339))
			return err
		},
	}
	flags := c.Flags()
	flags.StringVar(&name, "for", "", "the name of the deployment that must respond")
	flags.StringSliceVar(&profiles, "profile", []string{"core"},
		"what its run must judge: core, flow, hardening")
	flags.StringVarP(&out, "output", "o", "", "the file to write; its signature goes to FILE.sig")
	flags.StringVar(&key, "key", "", "OpenSSH Ed25519 key to sign with: its file, or agent")
	flags.StringVar(&expires, "expires", "7d", "how long it may be responded to: 7d, 12h")
	return c
}

func newChallenge(name string, profiles []string, expires, out string) (challenge.Challenge,
	error) {
	var none challenge.Challenge
	if name == "" || out == "" {
		return none,
			errors.New("--for or --output is missing: expected the name of the deployment, and a file to write")
	}
	for _, p := range profiles {
		if !slices.Contains([]string{"core", "flow", "hardening"}, p) {
			return none, fmt.Errorf("--profile: there is no %q; expected core, flow or hardening",
				p)
		}
	}
	valid, err := longDuration(expires)
	if err != nil {
		return none, fmt.Errorf("--expires: %w", err)
	}
	return challenge.New(name, profiles, time.Now(), valid), nil
}
