package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/cli"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/suites"
)

func explainCommand() *cobra.Command {
	var path string
	var asJSON *bool
	c := &cobra.Command{
		Use:   "explain ID…",
		Short: "Explain a requirement: where it stands, what is sent and demanded",
		Long: `Explain a requirement: where it stands, what is sent, what is demanded and how
it is read, with one of its requests, the documented response, and what it is
checked on. The request is one to the tool's own demo traders; secrets are
variables in it.`,
		Example: `  conformance explain RESET-6
  conformance explain --json KEY-1 KEY-2`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usage(errors.New("conformance explain needs the id of a requirement, for example RESET-6"))
			}
			specimen, err := app.Specimen(path)
			if err != nil {
				return err
			}
			all, err := explainAll(specimen, args)
			if err != nil {
				return err
			}
			if *asJSON {
				return cli.PrintJSON(c.OutOrStdout(), all)
			}
			return showExplanations(c.OutOrStdout(), all)
		},
	}
	c.Flags().StringVar(&path, "contract", "", "another contract than the built-in openapi.yaml")
	asJSON = cli.AddJSON(c)
	return c
}

// explanation is a requirement with what shows how it is checked.
type explanation struct {
	requirement
	// Request is one that is sent for it, as a line of curl; Responses are those that are
	// documented for it.
	Request   string            `json:"request,omitempty"`
	Responses []contract.Sample `json:"responses,omitempty"`
	// Checks are what it is checked on where the tool's demo traders are declared.
	Checks []check `json:"checks"`
}

type check struct {
	Subject string   `json:"subject"`
	Steps   []string `json:"steps"`
}

func explainAll(specimen *app.Run, ids []string) ([]explanation, error) {
	k := specimen.Suite.Contract
	var all []explanation
	for _, id := range ids {
		r, found := k.Requirement(strings.ToUpper(id))
		if !found {
			return nil, cli.Usage(errors.New(unknownRequirement(k, id)))
		}
		e, err := explain(specimen, r)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func unknownRequirement(k *contract.Contract, id string) string {
	if w, withdrawn := k.Withdrawal(strings.ToUpper(id)); withdrawn {
		return "requirement " + w.ID + " was withdrawn; see " + strings.Join(w.Instead, ", ") +
			". " + w.Reason
	}
	var known []string
	for _, r := range k.Requirements {
		known = append(known, r.ID)
	}
	return "there is no requirement " + cli.Quoted(id) + nearest.Hint(id, known)
}

func explain(specimen *app.Run, r contract.Requirement) (e explanation, err error) {
	e.requirement = asListed(specimen.Suite.Contract, r)
	i := slices.IndexFunc(specimen.Suite.Checks, func(c suites.Check) bool {
		return c.Requirement.ID == r.ID
	})
	for _, s := range specimen.Suite.Checks[i].Subjects {
		e.Checks = append(e.Checks, check{s.Name, s.Steps})
	}
	step, found := requestOf(specimen.Suite, e.Checks)
	if !found {
		return e, nil
	}
	o, _ := specimen.Suite.Contract.Operation(step.Request.Operation)
	e.Responses = specimen.Suite.Contract.Samples(o, r.Source.Section)
	e.Request, err = specimen.Sample(step)
	return e, err
}

// requestOf is the first request that the checks look at, or that brings the mail that they look
// at.
func requestOf(s *suites.Suite, checks []check) (plan.Step, bool) {
	steps := map[string]plan.Step{}
	for _, step := range s.Plan.Steps {
		steps[step.ID] = step
	}
	for _, c := range checks {
		for _, id := range c.Steps {
			if await := steps[id].Await; await != nil {
				id = await.For
			}
			if steps[id].Request != nil {
				return steps[id], true
			}
		}
	}
	return plan.Step{}, false
}

func showExplanations(w io.Writer, all []explanation) error {
	var b strings.Builder
	for i, e := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		showExplanation(&b, e)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func showExplanation(b *strings.Builder, e explanation) {
	const width, indent = 80, 10
	part := func(label, text string) {
		if text == "" {
			return
		}
		for _, line := range report.Wrap(text, width-indent) {
			fmt.Fprintf(b, "%-*s%s\n", indent, label, line)
			label = ""
		}
	}
	fmt.Fprintf(b, "%s (%s, %s)\n%s\n\n", e.ID, e.Level, e.Profile,
		strings.Join(report.Wrap(e.Statement, width), "\n"))
	part("Source", e.Source.String())
	part("Page", e.Source.URL)
	part("Contract", fmt.Sprintf("openapi.yaml, line %d", e.Source.Line))
	part("Sent", e.Sent)
	part("Demanded", e.Demanded)
	part("Reading", e.Reading)
	part("Checks", checkedOn(e.Checks))
	if e.Request != "" {
		b.WriteString("\nOne of its requests:\n" + strings.Join(report.WrapShell(e.Request, width),
			"\n") + "\n")
	}
	for i, r := range e.Responses {
		if i == 0 {
			b.WriteString("\nDocumented responses:\n")
		}
		if text, err := json.Marshal(r.Response); err == nil {
			fmt.Fprintf(b, "%s\n  %s\n", r.Documented, text)
		}
	}
}

func (s source) String() string {
	text := s.Page + ": " + s.Section
	if s.Edition != "" {
		text += ", edition of " + s.Edition
	}
	if s.File != "" {
		text += " (" + s.File + ")"
	}
	return text
}

// mostNamed is how many of a list are told.
const mostNamed = 3

func checkedOn(checks []check) string {
	var names []string
	for _, c := range checks {
		names = append(names, c.Subject)
	}
	return firstOf(names)
}

func firstOf(names []string) string {
	text := strings.Join(names[:min(len(names), mostNamed)], "; ")
	if more := len(names) - mostNamed; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}
