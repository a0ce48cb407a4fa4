package report

import (
	"crypto/sha256"
	"encoding/hex"
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

// Fingerprint identifies a finding from run to run: it leaves out what came
// back, which may differ each time, and the line, which moves. The ordinal
// tells findings apart that are otherwise alike.
func fingerprint(r verdict.Requirement, f verdict.Finding, ordinal int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", r.ID, f.Subject, f.Expected, ordinal))
	return hex.EncodeToString(sum[:16])
}

// Fingerprints are those of all findings of a requirement, each different.
func fingerprints(r verdict.Requirement) []string {
	var prints []string
	alike := map[string]int{}
	for _, f := range r.Findings {
		key := fingerprint(r, f, 0)
		prints = append(prints, fingerprint(r, f, alike[key]))
		alike[key]++
	}
	return prints
}
