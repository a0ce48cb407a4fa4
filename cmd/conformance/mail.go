package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/codefinder"
	"github.com/etna-conformance/conformance/internal/mailtext"
	"github.com/etna-conformance/conformance/internal/report"
)

const mailHelp = `Show how a mail is read: the text that a person reads in it, the confirmation
code, and what else could be it.

Several mails of one template, of two traders or of two resets, tell the code
better than one: they differ in it. --code-pattern shows what a codePattern of
the configuration would find. "-" reads standard input.

--json prints {"code": "231408", "candidates": ["231408"], "text": "..."}; code
is empty where none is recognised. Of several mails it prints a line for each,
with "file" before the rest.`

func mailCommand() *cobra.Command {
	var pattern string
	var asJSON bool
	c := &cobra.Command{
		Use:   "mail FILE.eml...",
		Short: "Show how a mail is read: its text, the code, and what could be one",
		Example: `  conformance mail reset.eml
  conformance mail reset.eml --code-pattern 'Code: (\w+)'`,
		Long: mailHelp,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			compiled, err := codePattern(pattern)
			if err != nil {
				return err
			}
			mails, err := readMails(c.InOrStdin(), args)
			if err != nil {
				return err
			}
			return showMails(c.OutOrStdout(), mails, compiled, asJSON)
		},
	}
	c.Flags().StringVar(&pattern, "code-pattern", "",
		"a regular expression (RE2) for the code, as codePattern in the configuration")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// codePattern compiles the pattern; nil where there is none.
func codePattern(text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, cli.Usagef("--code-pattern: expected a regular expression (RE2): %w", err)
	}
	return compiled, nil
}

// namedMail is a mail and the argument that named it.
type namedMail struct {
	file    string
	reading mailtext.Reading
}

func readMails(stdin io.Reader, files []string) ([]namedMail, error) {
	if len(files) == 0 {
		return nil,
			cli.Usage(errors.New("conformance mail needs a file that holds a mail, or - for standard input"))
	}
	var mails []namedMail
	for _, file := range files {
		source, err := readMail(stdin, file)
		if err != nil {
			return nil, cli.Usage(err)
		}
		mails = append(mails, namedMail{file, mailtext.Parse(source)})
	}
	return mails, nil
}

// readMail reads as much of a mail as is ever looked at.
func readMail(stdin io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(stdin, mailtext.MaxRead))
	}
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return io.ReadAll(io.LimitReader(opened, mailtext.MaxRead))
}

func showMails(w io.Writer, mails []namedMail, pattern *regexp.Regexp, asJSON bool) error {
	var readings []mailtext.Reading
	for _, m := range mails {
		readings = append(readings, m.reading)
	}
	found := codefinder.FindAll(readings, nil)
	for i, m := range mails {
		read := readMailAs{Candidates: append([]string{}, found[i].Candidates...),
			Text: m.reading.Text}
		codes := found[i].Codes
		if pattern != nil {
			codes = codefinder.Find(m.reading, pattern).Codes
		}
		if len(codes) > 0 {
			read.Code = codes[0]
		}
		if len(mails) > 1 {
			read.File = m.file
		}
		if err := read.show(w, m.reading.Subject, pattern, asJSON); err != nil {
			return err
		}
	}
	return nil
}

// readMailAs is what --json prints of a mail.
type readMailAs struct {
	File       string   `json:"file,omitempty"`
	Code       string   `json:"code"`
	Candidates []string `json:"candidates"`
	Text       string   `json:"text"`
}

func (m readMailAs) show(w io.Writer, subject string, pattern *regexp.Regexp, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(m)
	}
	_, err := io.WriteString(w, m.inWords(subject, pattern))
	return err
}

// inWords describes the mail. Whatever the mail says is escaped: it may hold a terminal's commands.
func (m readMailAs) inWords(subject string, pattern *regexp.Regexp) string {
	var b strings.Builder
	line := func(name, text string) { fmt.Fprintf(&b, "%-12s%s\n", name, report.Visible(text)) }
	if m.File != "" {
		line("File", m.File)
	}
	line("Subject", subject)
	switch {
	case m.Code != "":
		line("Code", m.Code)
	case pattern != nil:
		line("Code", "none: the pattern finds nothing")
	case len(m.Candidates) > 0:
		line("Code",
			"none is recognised; a codePattern that matches one of the candidates settles it")
	default:
		line("Code", "none")
	}
	if len(m.Candidates) > 0 {
		line("Candidates", strings.Join(m.Candidates, " "))
	}
	fmt.Fprintf(&b, "\n    %s\n\n", strings.ReplaceAll(report.VisibleText(m.Text), "\n", "\n    "))
	return b.String()
}
