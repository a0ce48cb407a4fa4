package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// Serve is the command that serves a sandbox for client developers. The program's own flags are added
// to it; prepare makes another deployment of the reference by them, and may be nil.
func Serve(prepare func(*sandbox.Options) error) *cobra.Command {
	var s serve
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the reference deployment and an inbox, to try clients",
		Long: `Serve the reference deployment and an inbox, to try clients and tools against.

All is ready when it prints where. It ends with Ctrl-C or SIGTERM.`,
		Example: `  conformance serve
  conformance serve --json --write-config sandbox.yaml &
  conformance run --config sandbox.yaml --profile core,flow`,
		Args: NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := s.check(c.Flags()); err != nil {
				return err
			}
			if prepare != nil {
				if err := prepare(&s.Options); err != nil {
					return err
				}
			}
			return s.run(c)
		},
	}
	flags := c.Flags()
	flags.StringVar(&s.Addr, "addr", "",
		"host:port to listen on (default a free port of 127.0.0.1)")
	flags.StringVar(&s.AppKey, "key", "",
		"its app key, which opens nothing else [CONFORMANCE_APP_KEY] (default random)")
	flags.StringVar(&s.Inbox.HTTPAddr, "inbox-addr", "",
		"host:port of the embedded inbox's API (default a free port)")
	flags.StringVar(&s.Inbox.SMTPAddr, "smtp-addr", "",
		"host:port where the embedded inbox takes mail (default a free port)")
	flags.StringVar(&s.SMTPAddr, "smtp", "",
		"host:port of a MailHog or another SMTP server that takes the mail instead")
	flags.StringVar(&s.traders, "traders", "",
		"file with its traders, as a configuration declares them (YAML)")
	flags.StringVar(&s.cfg, "write-config", "",
		"file for a configuration that conformance run takes as it is")
	flags.StringVar(&s.Dir, "dir", "",
		"directory that keeps the database (default forgotten at the end)")
	s.json = AddJSON(c)
	return c
}

// serve is what to serve, and how to tell where.
type serve struct {
	sandbox.Options
	// traders is a file to read, config one to write; "" for none.
	traders, cfg string
	json         *bool
}

// run serves until the command's context ends.
func (s *serve) run(c *cobra.Command) (err error) {
	if s.traders != "" {
		if s.Traders, err = tradersOf(s.traders); err != nil {
			return err
		}
	}
	s.AppKey = cmp.Or(s.AppKey, os.Getenv("CONFORMANCE_APP_KEY"))
	s.Log = func(text string) { fmt.Fprintln(os.Stderr, c.Root().Name()+": "+report.Visible(text)) }
	served, err := sandbox.Start(s.Options)
	if err != nil {
		return Usage(err)
	}
	if err = introduce(c.OutOrStdout(), served, s.cfg, *s.json); err == nil {
		<-c.Context().Done()
	}
	return errors.Join(err, served.Close())
}

// check refuses what was given empty, as by an unset variable, and an inbox beside somebody else's.
func (s *serve) check(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.String() == "" {
			err = Usagef("--%s: is empty; expected a value, or leave it out", f.Name)
		}
	})
	if flags.Changed("smtp") && (flags.Changed("smtp-addr") || flags.Changed("inbox-addr")) {
		err = Usagef("--smtp: names an inbox instead of the embedded one; expected no --smtp-addr and --inbox-addr beside it")
	}
	return err
}

// tradersOf makes accounts of declared traders: who has an answer and no declared question is asked
// for the response.
func tradersOf(file string) ([]reference.Trader, error) {
	declared, err := config.ReadTraders(file, os.Environ())
	var traders []reference.Trader
	for _, t := range declared {
		trader := reference.Trader{Login: t.Login, Email: t.Email, Name: t.Login,
			Question: t.Question, Answer: t.Answer, Password: t.Password}
		if trader.Answer != "" && trader.Question == "" {
			trader.Question = "What is your secret answer?"
		}
		traders = append(traders, trader)
	}
	return traders, err
}

// introduce writes the configuration and tells what a client developer needs, ready to paste.
func introduce(w io.Writer, s *sandbox.Sandbox, cfg string, asJSON bool) error {
	if cfg != "" {
		if err := writeConfig(cfg, s); err != nil {
			return Usagef("--write-config: %w", err)
		}
	}
	if asJSON {
		return PrintJSON(w, served{s.URL, s.AppKey, inboxOf(s), s.SMTPAddr,
			s.Declared(true, strings.Clone), cfg})
	}
	return introduceInWords(w, s, cfg)
}

// served is what a program needs to know of a sandbox.
type served struct {
	URL      string            `json:"url"`
	AppKey   string            `json:"appKey"`
	Inbox    map[string]string `json:"inbox,omitempty"`
	SMTPAddr string            `json:"smtpAddr"`
	Traders  []sandbox.Trader  `json:"traders"`
	Config   string            `json:"config,omitempty"`
}

// inboxOf is the embedded inbox by its kind, nil where the mail goes elsewhere.
func inboxOf(s *sandbox.Sandbox) map[string]string {
	if s.InboxURL == "" {
		return nil
	}
	return map[string]string{"mailhog": s.InboxURL}
}

func introduceInWords(w io.Writer, s *sandbox.Sandbox, cfg string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Reference deployment  %s\nEt-App-Key            %s\n", s.URL, s.AppKey)
	if s.InboxURL != "" {
		fmt.Fprintf(&b, "Inbox (MailHog API)   %s\n", s.InboxURL)
	}
	fmt.Fprintf(&b, "Mail goes to (SMTP)   %s\n", s.SMTPAddr)
	if cfg != "" {
		fmt.Fprintf(&b, "Configuration         %s\n", cfg)
	}
	fmt.Fprintln(&b, "\nTrader          Email                       Secret question, answer")
	for _, t := range s.Traders {
		fmt.Fprintf(&b, "%-15s %-27s %s\n", t.Login, t.Email, questionOf(t.Question, t.Answer))
	}
	fmt.Fprintf(&b,
		"\ncurl -H 'Et-App-Key: %s' '%s/v1.0/users/password/secret-question?username=%s'\n\nCtrl-C ends it.\n",
		s.AppKey, s.URL, s.Traders[0].Login)
	_, err := io.WriteString(w, b.String())
	return err
}

func questionOf(question, answer string) string {
	if question == "" {
		return "none"
	}
	return question + ", " + answer
}

// ownConfig is the first line of the configurations that serve writes: it replaces no other file.
const ownConfig = "# Written by conformance serve.\n"

// writeConfig writes the configuration at once, so that it is whole wherever it is there.
func writeConfig(path string, s *sandbox.Sandbox) error {
	if was, err := os.ReadFile(path); err == nil && !strings.HasPrefix(string(was), ownConfig) {
		return fmt.Errorf("%s is there already, and conformance serve has not written it", path)
	}
	declared := s.Declaration(true)
	declared["appKey"] = strings.ReplaceAll(s.AppKey, "${", "$${")
	text := []byte(ownConfig)
	for _, key := range []string{"url", "appKey", "inbox", "traders"} {
		if declared[key] == nil {
			continue
		}
		part, err := yaml.Marshal(map[string]any{key: declared[key]})
		if err != nil {
			return err
		}
		text = append(text, part...)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".conformance-*") // mode 0600: it holds secrets
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
