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

// FindingText is the whole of a finding as visible plain text.
func findingText(r verdict.Requirement, f verdict.Finding) string {
	var b strings.Builder
	row := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-9s %s\n", label+":", passage(text, maxPassage))
		}
	}
	row("subject", f.Subject)
	row("expected", f.Expected)
	row("got", f.Got)
	row("step", f.Exchange)
	row("mail", f.Mail)
	row("source", source(r.Source))
	row("contract", contractLine(findingLine(r, f)))
	row("curl", f.Curl)
	return b.String()
}

// FindingsText is all findings of a requirement, after its promise.
func findingsText(r verdict.Requirement) string {
	var b strings.Builder
	b.WriteString(passage(r.Statement, maxPassage) + "\n")
	if r.Reading != "" {
		b.WriteString("reading:  " + passage(r.Reading, maxPassage) + "\n")
	}
	shown := min(len(r.Findings), maxFindings)
	for i, f := range r.Findings[:shown] {
		fmt.Fprintf(&b, "\nfinding %d of %d\n%s", i+1, len(r.Findings), findingText(r, f))
	}
	if left := len(r.Findings) - shown; left > 0 {
		fmt.Fprintf(&b, "\n… and %s\n", count(left, "more finding"))
	}
	return b.String()
}

// Brief is a failed requirement's first finding on one line.
func brief(r verdict.Requirement) string {
	if len(r.Findings) == 0 {
		return short(r.Statement, 500)
	}
	f := r.Findings[0]
	text := fmt.Sprintf("%s: expected %s, got %s", short(f.Subject, 200), short(f.Expected, 500), short(f.Got, 500))
	if left := len(r.Findings) - 1; left > 0 {
		text += fmt.Sprintf(" (and %s)", count(left, "more finding"))
	}
	return text
}

// Why is a requirement's reason on one line, never empty.
func why(r verdict.Requirement) string {
	if r.Reason == "" {
		return "no reason was given"
	}
	return short(r.Reason, 2000)
}
