package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/fault"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

func serveCommand() *cobra.Command {
	var options sandbox.Options
	var faults, variants []string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the reference deployment and an inbox, to try clients and tools against",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if options.Faults, err = findFaults(faults); err != nil {
				return err
			}
			if options.Variants, err = findVariants(variants); err != nil {
				return err
			}
			options.AppKey = os.Getenv("CONFORMANCE_APP_KEY")
			options.Log = func(text string) { fmt.Fprintln(os.Stderr, "conformance: "+report.Visible(text)) }
			s, err := sandbox.Start(options)
			if err != nil {
				return usageError{err}
			}
			introduce(c.OutOrStdout(), s, options.SMTPAddr)
			<-c.Context().Done()
			return s.Close()
		},
	}
	c.Flags().StringVar(&options.Addr, "addr", "", "host:port to listen on (default a free port of 127.0.0.1)")
	c.Flags().StringVar(&options.SMTPAddr, "smtp", "", "host:port of a MailHog or another SMTP server that takes the mail (default an embedded inbox)")
	c.Flags().StringVar(&options.Dir, "dir", "", "directory that keeps the database (default forgotten at the end)")
	c.Flags().StringArrayVar(&faults, "fault", nil, "a fault to have, may be repeated; see conformance faults")
	c.Flags().StringArrayVar(&variants, "variant", nil, "a variant to be, may be repeated; see conformance faults")
	return c
}

func faultsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "faults",
		Short: "List the faults and variants that conformance serve can have",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
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

// introduce prints what a client developer needs, ready to paste. The key is a
// sandbox's own: it opens nothing else.
func introduce(w io.Writer, s *sandbox.Sandbox, smtp string) {
	fmt.Fprintf(w, "Reference deployment  %s\nEt-App-Key            %s\n", s.URL, s.AppKey)
	if s.InboxURL != "" {
		fmt.Fprintf(w, "Inbox (MailHog API)   %s\n", s.InboxURL)
	} else {
		fmt.Fprintf(w, "Mail goes to          %s\n", smtp)
	}
	fmt.Fprintln(w, "\nTrader          Email                       Secret question, answer")
	for _, t := range s.Traders {
		fmt.Fprintf(w, "%-15s %-27s %s\n", t.Login, t.Email, questionOf(t.Question, t.Answer))
	}
	fmt.Fprintf(w, "\ncurl -H 'Et-App-Key: %s' '%s/v1.0/users/password/secret-question?username=%s'\n\nCtrl-C ends it.\n",
		s.AppKey, s.URL, s.Traders[0].Login)
}

func questionOf(question, answer string) string {
	if question == "" {
		return "none"
	}
	return question + ", " + answer
}
