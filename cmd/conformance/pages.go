//go:build pages

package main

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// pagesCommand writes the man pages and the completions that packages install. It is built with the
// tag pages alone, so that the tool carries no generator.
func pagesCommand() []*cobra.Command {
	c := &cobra.Command{
		Use:    "pages DIR",
		Short:  "Write the man pages and completions",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := oneDirectory(c, args)
			if err != nil {
				return err
			}
			return errors.Join(writeManual(c.Root(), filepath.Join(dir, "man")),
				writeCompletions(c.Root(), filepath.Join(dir, "completions")))
		},
	}
	return []*cobra.Command{c}
}

// manual is what the first page says beside the commands, in Markdown.
const manual = `Judges whether a deployment of ETNA Trader's password reset keeps the promises of its documentation. It asks the
deployment everything that the documents promise, once; keeps what it said as evidence, with every secret replaced by a
placeholder; and judges the evidence requirement by requirement.

Without a URL, **conformance run** judges the embedded reference deployment. The configuration is a YAML file
(**--config**), the environment (CONFORMANCE_URL, CONFORMANCE_APP_KEY, CONFORMANCE_INBOX, …) and flags; a flag wins over
the environment, and that over the file. The app key has no flag, since process lists are public.

# EXIT STATUS

**0**: every judged must requirement passed

**1**: some must requirement failed

**2**: the call or the configuration is wrong; nothing was sent

**3**: nothing failed, but some declared must requirement could not be tested

**70**: a fault of this tool, or reports that could not be written

**130**: interrupted; the reports are written all the same`

func writeManual(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root.Long = manual
	root.DisableAutoGenTag = true
	header := doc.GenManHeader{Section: "1", Manual: "User Commands", Source: "conformance " +
		toolVersion()}
	if at, err := time.Parse(time.RFC3339, identityOf(buildInfo()).Date); err == nil {
		header.Date = &at
	}
	return doc.GenManTree(root, &header, dir)
}

func writeCompletions(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		root.GenBashCompletionFileV2(filepath.Join(dir, "conformance.bash"), true),
		root.GenZshCompletionFile(filepath.Join(dir, "_conformance")),
		root.GenFishCompletionFile(filepath.Join(dir, "conformance.fish"), true),
		root.GenPowerShellCompletionFileWithDesc(filepath.Join(dir, "conformance.ps1")),
	)
}
