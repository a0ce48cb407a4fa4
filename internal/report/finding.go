package report

import (
	"fmt"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// Bounds of what machine-read formats show of one requirement; report.json has all of it.
const (
	maxFindings = 50
	maxPassage  = 16 << 10
)

// findingText is the whole of a finding as visible plain text.
func (v View) findingText(o occurrence) string {
	var b strings.Builder
	row := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-9s %s\n", label+":", passage(text, maxPassage))
		}
	}
	r, f := o.Requirement, o.Finding
	row("where", v.about(f))
	row("expected", f.Expected)
	row("got", f.Got)
	row("step", f.Exchange)
	row("mail", f.Mail)
	row("source", source(r.Source))
	row("contract", contractLine(findingLine(r, f)))
	row("curl", f.Curl)
	return b.String()
}

// findingsText is all findings of a requirement, after its promise: of each cause one in full, and a
// line for each other.
func (v View) findingsText(r verdict.Requirement) string {
	var b strings.Builder
	b.WriteString(passage(r.Statement, maxPassage) + "\n")
	if r.Reading != "" {
		b.WriteString("reading:  " + passage(r.Reading, maxPassage) + "\n")
	}
	left := maxFindings
	for _, group := range causes([]verdict.Requirement{r}) {
		for i, o := range group[:min(len(group), max(left, 0))] {
			if i == 0 {
				b.WriteString("\n" + v.findingText(o))
				continue
			}
			b.WriteString("also:     " + short(v.alsoText(group[0], o), maxPassage) + "\n")
		}
		left -= len(group)
	}
	if left < 0 {
		fmt.Fprintf(&b, "\n… and %s\n", count(-left, "more finding"))
	}
	return b.String()
}

// alsoText is another occurrence of a cause on one line: its subject, and its got if that differs
// from the first one's.
func (v View) alsoText(first, o occurrence) string {
	text := o.Requirement.ID + " " + v.about(o.Finding)
	if o.general(o.Finding.Got) != first.general(first.Finding.Got) {
		text += ": " + o.Finding.Got
	}
	return text
}

// brief is a failed requirement's first finding on one line.
func (v View) brief(r verdict.Requirement) string {
	if len(r.Findings) == 0 {
		return short(r.Statement, 500)
	}
	f := r.Findings[0]
	text := fmt.Sprintf("%s: expected %s, got %s", short(v.about(f), 200), short(f.Expected, 500),
		short(f.Got, 500))
	if left := len(r.Findings) - 1; left > 0 {
		text += fmt.Sprintf(" (and %s)", count(left, "more finding"))
	}
	return text
}

// why is a requirement's reason on one line, never empty.
func why(r verdict.Requirement) string {
	if r.Reason == "" {
		return "no reason was given"
	}
	return short(r.Reason, 2000)
}
