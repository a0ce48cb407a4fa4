package main

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

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/fault"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

func serveCommand() *cobra.Command {
	var options sandbox.Options
	var faults, variants []string
	var traders, config string
	var asJSON *bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the reference deployment and an inbox, to try clients and tools against",
		Long: `Serve the reference deployment and an inbox, to try clients and tools against.

All is ready when it prints where. It ends with Ctrl-C or SIGTERM.`,
		Example: `  conformance serve --fault any-key-taken
  conformance serve --json --write-config sandbox.yaml &
  conformance run --config sandbox.yaml --profile core,flow`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := checkServe(c.Flags()); err != nil {
				return err
			}
			if options.Faults, err = findFaults(faults); err != nil {
				return err
			}
			if options.Variants, err = findVariants(variants); err != nil {
				return err
			}
			if traders != "" {
				if options.Traders, err = tradersOf(traders); err != nil {
					return err
				}
			}
			if options.AppKey == "" {
				options.AppKey = os.Getenv("CONFORMANCE_APP_KEY")
			}
			options.Log = func(text string) { fmt.Fprintln(os.Stderr, "conformance: "+report.Visible(text)) }
			s, err := sandbox.Start(options)
			if err != nil {
				return usageError{err}
			}
			if err = introduce(c.OutOrStdout(), s, config, *asJSON); err == nil {
				<-c.Context().Done()
			}
			return errors.Join(err, s.Close())
		},
	}
	flags := c.Flags()
	flags.StringVar(&options.Addr, "addr", "", "host:port to listen on (default a free port of 127.0.0.1)")
	flags.StringVar(&options.AppKey, "key", "", "its app key, which opens nothing else [CONFORMANCE_APP_KEY] (default random)")
	flags.StringVar(&options.Inbox.HTTPAddr, "inbox-addr", "", "host:port of the embedded inbox's API (default a free port)")
	flags.StringVar(&options.Inbox.SMTPAddr, "smtp-addr", "", "host:port where the embedded inbox takes mail (default a free port)")
	flags.StringVar(&options.SMTPAddr, "smtp", "", "host:port of a MailHog or another SMTP server that takes the mail instead")
	flags.StringVar(&traders, "traders", "", "file with its traders, as a configuration declares them (YAML)")
	flags.StringVar(&config, "write-config", "", "file for a configuration that conformance run takes as it is")
	flags.StringVar(&options.Dir, "dir", "", "directory that keeps the database (default forgotten at the end)")
	flags.StringArrayVar(&faults, "fault", nil, "a fault to have, may be repeated; see conformance faults")
	flags.StringArrayVar(&variants, "variant", nil, "a variant to be, may be repeated; see conformance faults")
	asJSON = addJSON(c)
	return c
}

// checkServe refuses what was given empty, as by an unset variable, and an inbox beside somebody
// else's.
func checkServe(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.String() == "" {
			err = usageError{errors.New("--" + f.Name + ": is empty; expected a value, or leave it out")}
		}
	})
	if flags.Changed("smtp") && (flags.Changed("smtp-addr") || flags.Changed("inbox-addr")) {
		err = usageError{errors.New("--smtp: names an inbox instead of the embedded one; expected no --smtp-addr and --inbox-addr beside it")}
	}
	return err
}

// tradersOf makes accounts of declared traders: who has an answer and no declared question is asked
// for the answer.
func tradersOf(file string) ([]reference.Trader, error) {
	declared, err := deployment.ReadTraders(file, os.Environ())
	var traders []reference.Trader
	for _, t := range declared {
		trader := reference.Trader{Login: t.Login, Email: t.Email, Name: t.Login, Question: t.Question, Answer: t.Answer, Password: t.Password}
		if trader.Answer != "" && trader.Question == "" {
			trader.Question = "What is your secret answer?"
		}
		traders = append(traders, trader)
	}
	return traders, err
}

func faultsCommand() *cobra.Command {
	var asJSON *bool
	c := &cobra.Command{
		Use:   "faults",
		Short: "List the faults and variants that conformance serve can have",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if *asJSON {
				return printJSON(c.OutOrStdout(), listedFaults())
			}
			w := c.OutOrStdout()
			for _, f := range fault.Faults() {
				fmt.Fprintf(w, "fault    %-34s %-11s %s\n", f.Name, f.Breaks, f.Summary)
			}
			for _, v := range fault.Variants() {
				fmt.Fprintf(w, "variant  %-34s %-11s %s\n", v.Name, "", v.Why)
			}
			_, err := fmt.Fprintf(w, "\n%d faults, %d variants\n", len(fault.Faults()), len(fault.Variants()))
			return err
		},
	}
	asJSON = addJSON(c)
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
	for _, f := range fault.Faults() {
		all["faults"] = append(all["faults"], listedFault{Name: f.Name, Profile: cmp.Or(f.Profile, "core"), Breaks: f.Breaks, Summary: f.Summary})
	}
	for _, v := range fault.Variants() {
		all["variants"] = append(all["variants"], listedFault{Name: v.Name, Why: v.Why})
	}
	return all
}

func findFaults(names []string) ([]fault.Fault, error) {
	var list, known = []fault.Fault{}, []string{}
	for _, f := range fault.Faults() {
		known = append(known, f.Name)
	}
	for _, name := range names {
		f, found := fault.Find(name)
		if !found {
			return nil, usageError{errors.New("there is no fault " + quoted(name) + nearest.Hint(name, known))}
		}
		list = append(list, f)
	}
	return list, nil
}

func findVariants(names []string) ([]fault.Variant, error) {
	var list, known = []fault.Variant{}, []string{}
	for _, v := range fault.Variants() {
		known = append(known, v.Name)
	}
	for _, name := range names {
		v, found := fault.FindVariant(name)
		if !found {
			return nil, usageError{errors.New("there is no variant " + quoted(name) + nearest.Hint(name, known))}
		}
		list = append(list, v)
	}
	return list, nil
}

// introduce writes the configuration and tells what a client developer needs, ready to paste.
func introduce(w io.Writer, s *sandbox.Sandbox, config string, asJSON bool) error {
	if config != "" {
		if err := writeConfig(config, s); err != nil {
			return usageError{fmt.Errorf("--write-config: %w", err)}
		}
	}
	if asJSON {
		return printJSON(w, served{s.URL, s.AppKey, inboxOf(s), s.SMTPAddr, s.Declared(true, strings.Clone), config})
	}
	return introduceInWords(w, s, config)
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

func introduceInWords(w io.Writer, s *sandbox.Sandbox, config string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Reference deployment  %s\nEt-App-Key            %s\n", s.URL, s.AppKey)
	if s.InboxURL != "" {
		fmt.Fprintf(&b, "Inbox (MailHog API)   %s\n", s.InboxURL)
	}
	fmt.Fprintf(&b, "Mail goes to (SMTP)   %s\n", s.SMTPAddr)
	if config != "" {
		fmt.Fprintf(&b, "Configuration         %s\n", config)
	}
	fmt.Fprintln(&b, "\nTrader          Email                       Secret question, answer")
	for _, t := range s.Traders {
		fmt.Fprintf(&b, "%-15s %-27s %s\n", t.Login, t.Email, questionOf(t.Question, t.Answer))
	}
	fmt.Fprintf(&b, "\ncurl -H 'Et-App-Key: %s' '%s/v1.0/users/password/secret-question?username=%s'\n\nCtrl-C ends it.\n",
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
