package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/run"
)

func listCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "list",
		Short: "List the requirements: id, level, profile, statement",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := run.Ledger(path)
			if err != nil {
				return err
			}
			return list(c.OutOrStdout(), k)
		},
	}
	c.Flags().StringVar(&path, "contract", "", "another contract than the built-in openapi.yaml")
	return c
}

func list(w io.Writer, k *contract.Contract) error {
	for _, r := range k.Requirements {
		if _, err := fmt.Fprintf(w, "%-11s %-6s %-9s %s\n", r.ID, r.Level, r.Profile, r.Statement); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%d requirements; %d sentences of the documents hold nothing that can be checked, see openapi.yaml, x-sentences\n",
		len(k.Requirements), len(k.Excluded()))
	return err
}

func explainCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "explain ID…",
		Short: "Explain a requirement: where it stands, what is sent, what is demanded",
		RunE: func(c *cobra.Command, args []string) error {
			k, err := run.Ledger(path)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return usageError{errors.New("conformance explain needs the id of a requirement, for example RESET-6")}
			}
			return explain(c.OutOrStdout(), k, args)
		},
	}
	c.Flags().StringVar(&path, "contract", "", "another contract than the built-in openapi.yaml")
	return c
}

func explain(w io.Writer, k *contract.Contract, ids []string) error {
	for i, id := range ids {
		r, found := k.Requirement(strings.ToUpper(id))
		if !found {
			var known []string
			for _, r := range k.Requirements {
				known = append(known, r.ID)
			}
			if w, withdrawn := k.Withdrawal(strings.ToUpper(id)); withdrawn {
				return usageError{errors.New("requirement " + w.ID + " was withdrawn; see " + strings.Join(w.Instead, ", ") + ". " + w.Reason)}
			}
			return usageError{errors.New("there is no requirement " + quoted(id) + nearest.Hint(id, known))}
		}
		if i > 0 {
			fmt.Fprintln(w)
		}
		explainOne(w, k, r)
	}
	return nil
}

func explainOne(w io.Writer, k *contract.Contract, r contract.Requirement) {
	fmt.Fprintf(w, "%s (%s, %s)\n%s\n\n", r.ID, r.Level, r.Profile, wrap(r.Statement, ""))
	for _, part := range []struct{ label, text string }{
		{"Source", sourceOf(k, r.Source)},
		{"Contract", fmt.Sprintf("openapi.yaml, line %d", r.Line)},
		{"Sent", r.Sent},
		{"Demanded", r.Demanded},
		{"Reading", r.Reading},
	} {
		if part.text != "" {
			fmt.Fprintf(w, "%-10s%s\n", part.label, wrap(part.text, strings.Repeat(" ", 10)))
		}
	}
}

// sourceOf says where a promise stands, and where that can be read.
func sourceOf(k *contract.Contract, s contract.Source) string {
	text := s.Page + ": " + s.Section
	if s.Edition != "" {
		text += ", edition of " + s.Edition
	}
	page, _ := k.Page(s.Page)
	switch {
	case page.URL != "":
		text += " (" + page.URL + ")"
	case page.File != "":
		text += " (" + page.File + ")"
	}
	return text
}

// wrap breaks a text at 80 columns, the lines after the first indented.
func wrap(text, indent string) string {
	var b strings.Builder
	column := len(indent)
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > 80:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
