package prove

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// Unproven are the requirements, of those that were judged anywhere, that no fault makes fail.
func Unproven(outcomes []Outcome) []string {
	var ids []string
	caught := map[string]bool{}
	for _, o := range outcomes {
		for _, q := range o.Report.Requirements {
			if !slices.Contains(ids, q.ID) && q.Verdict != verdict.NotApplicable {
				ids = append(ids, q.ID)
			}
			if o.Case.Fault != nil && o.Case.Fault.Breaks == q.ID && q.Verdict == verdict.Failed {
				caught[q.ID] = true
			}
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return caught[id] })
}

// Matrix writes, as Markdown, which requirement caught which fault, and what was made of the
// variants.
func Matrix(w io.Writer, outcomes []Outcome) error {
	p := printer{w: w}
	p.line("# What the judge catches, and whom it does not accuse\n")
	p.line("Written by `make prove`. Each fault is one wrong deployment, each variant an unusual but right one;")
	p.line("all were judged by the command line over HTTP, with mail through a real SMTP server.\n")
	p.line("## Faults by requirement\n")
	p.line("| Requirement | Faults that it catches |\n|---|---|")
	for _, id := range requirements(outcomes) {
		p.line("| %s | %s |", id, strings.Join(caughtBy(outcomes, id), ", "))
	}
	p.line("\n## Faults\n\n| Fault | What is wrong | Breaks | Failed | Untestable |\n|---|---|---|---|---|")
	for _, o := range outcomes {
		if o.Case.Fault != nil {
			p.line("| %s | %s | %s | %s | %s |", o.Case.Name, cell(o.Case.Fault.Summary),
				o.Case.Fault.Breaks,
				strings.Join(o.Failed(), " "), strings.Join(o.with(verdict.Untestable), " "))
		}
	}
	p.line("\n## Variants\n\n| Variant | Why it is right | Verdict |\n|---|---|---|")
	for _, o := range outcomes {
		if o.Case.Variant != nil {
			p.line("| %s | %s | %s |", o.Case.Name, cell(o.Case.Variant.Why), o.Report.Verdict)
		}
	}
	return p.err
}

func requirements(outcomes []Outcome) []string {
	var ids []string
	for _, o := range outcomes {
		for _, q := range o.Report.Requirements {
			if !slices.Contains(ids, q.ID) {
				ids = append(ids, q.ID)
			}
		}
	}
	return ids
}

func caughtBy(outcomes []Outcome, id string) []string {
	var names []string
	for _, o := range outcomes {
		if o.Case.Fault != nil && o.Case.Fault.Breaks == id && slices.Contains(o.Failed(), id) {
			names = append(names, o.Case.Name)
		}
	}
	return names
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// printer keeps the first error of its writer.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
