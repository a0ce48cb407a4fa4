package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"github.com/etna-conformance/conformance/internal/certificate"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/report"
)

func certifyCommand() *cobra.Command {
	var key, as, expires, bundle string
	var trust trust
	c := &cobra.Command{
		Use:   "certify DIR --key FILE|agent",
		Short: "Add a signed certificate to a run's directory",
		Example: `  conformance certify reports/latest --key ~/.ssh/id_ed25519
  conformance certify reports/latest --key agent --bundle acme.tar.zst`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := oneDirectory(c, args)
			if err != nil {
				return err
			}
			o, err := certificateOptions(key, as, expires)
			if err != nil {
				return cli.Usage(err)
			}
			if err := certify(c.OutOrStdout(), dir, o, trust); err != nil {
				return err
			}
			return packBundle(c.OutOrStdout(), dir, bundle)
		},
	}
	flags := c.Flags()
	flags.StringVar(&key, "key", "", "OpenSSH Ed25519 key to sign with: its file, or agent")
	flags.StringVar(&as, "as", certificate.Vendor, "who ran the tool: vendor or witness")
	flags.StringVar(&expires, "expires", "1y", "how long the certificate holds: 1y, 90d, 12h")
	flags.StringVar(&bundle, "bundle", "", "also write all that was certified to this .tar.zst")
	trust.flags(flags)
	return c
}

// roles is what --as takes.
func roles() []string { return []string{certificate.Vendor, certificate.Witness} }

func certificateOptions(key, as, expires string) (certificate.Options, error) {
	o := certificate.Options{As: as, Now: time.Now(), Version: toolVersion(),
		Binary: binaryDigest()}
	if !slices.Contains(roles(), as) {
		return o, errors.New("--as: expected vendor or witness")
	}
	var err error
	if o.Expires, err = longDuration(expires); err != nil {
		return o, fmt.Errorf("--expires: %w", err)
	}
	o.Key, err = openKey(key)
	return o, err
}

func openKey(name string) (ssh.Signer, error) {
	if name == "" {
		return nil,
			errors.New("--key is missing: the file of an OpenSSH Ed25519 key (ssh-keygen -t ed25519), or agent")
	}
	key, err := certificate.OpenKey(name, askPassphrase)
	if err != nil {
		return nil, fmt.Errorf("--key: %w", err)
	}
	return key, nil
}

func askPassphrase() ([]byte, error) {
	if !term.IsTerminal(int(os.Stdin.Fd())) { //nolint:gosec // a file descriptor
		return nil,
			errors.New("nobody can be asked for the passphrase; add the key to an SSH agent and use --key agent")
	}
	fmt.Fprint(os.Stderr, "Passphrase: ")
	defer fmt.Fprintln(os.Stderr)
	return term.ReadPassword(int(os.Stdin.Fd())) //nolint:gosec // a file descriptor
}

// longDuration also reads days and years, which time.ParseDuration does not.
func longDuration(text string) (time.Duration, error) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour,
		"y": 365 * 24 * time.Hour} {
		if number, found := strings.CutSuffix(text, unit); found {
			if n, err := strconv.Atoi(number); err == nil && 0 < n && n <= 36500 &&
				n*int(length/time.Hour) <= 36500*24 {
				return time.Duration(n) * length, nil
			}
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, errors.New("expected a duration above zero such as 1y, 90d or 12h")
}

// binaryDigest is the SHA-256 of this program's file, "" where it can't be read.
func binaryDigest() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func certify(w io.Writer, dir string, o certificate.Options, trust trust) error {
	if _, err := os.Stat(dir + "/" + certificate.FileName); err == nil &&
		o.As == certificate.Witness {
		return summarise(w, dir, o, trust)
	}
	made, err := certificate.Certify(dir, o)
	var refused certificate.RefusedError
	switch {
	case errors.As(err, &refused):
		return cli.Usagef("%s: %w", dir, err)
	case err != nil:
		return cli.Unwritten(err)
	}
	_, err = fmt.Fprintf(w, "%s says of %s: %s (%s).\nIt holds until %s.\n", certificate.FileName,
		report.Visible(made.Deployment.Name+" "+made.Deployment.Version), made.Verdict,
		strings.Join(made.Coverage.Profiles, ", "),
		made.Expires.Format(time.DateOnly))
	return err
}

// summarise adds a witness's statement on the vendor's certificate, which it checks first.
func summarise(w io.Writer, dir string, o certificate.Options, trust trust) error {
	d, err := trust.demand()
	if err != nil {
		return cli.Usagef("%s holds a vendor's certificate, which is checked first: %w", dir, err)
	}
	if err := certificate.Summarise(dir, certificate.Verify([]string{dir}, d)[0], o); err != nil {
		return cli.Usagef("%s: %w", dir, err)
	}
	_, err = fmt.Fprintf(w, "%s says that the vendor's certificate was checked and holds.\n",
		certificate.WitnessName)
	return err
}

func packBundle(w io.Writer, dir, path string) error {
	if path == "" {
		return nil
	}
	var b bytes.Buffer
	err := certificate.Pack(dir, &b)
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		return cli.Unwritten(err)
	}
	_, err = fmt.Fprintf(w, "Bundle: %s, %d KB\n", path, (b.Len()+1023)/1024)
	return err
}
