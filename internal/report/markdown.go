package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	summaryFailures = 50
	summaryPassage  = 2 << 10
	summaryReasons  = 50
)

// Markdown writes the summary of a CI job in GitHub's Markdown: the verdict,
// the counts, each failure with its curl line, and what was not judged. Text
// that is not ours stands in <code> and <pre>, with every character that means
// something to Markdown or HTML as a character reference.
func Markdown(w io.Writer, v View) error {
	m := &markdown{lines{w: w}}
	m.head(v.Report)
	m.counts(v.Report.Counts)
	m.failures(v.Report)
	m.reasons(v.Report, verdict.Untestable, "Untestable")
	m.reasons(v.Report, verdict.NotApplicable, "Not applicable")
	m.variables(v)
	m.printf("\n%s, contract %s, run %s, profiles %s, %s.\n",
		code(v.Report.Tool.Name+" "+v.Report.Tool.Version), code(v.Report.Contract.Version), code(v.Report.RunID),
		code(strings.Join(v.Report.Profiles, ", ")), duration(took(v.Report)))
	return m.err
}

type markdown struct{ lines }

func (m *markdown) head(r verdict.Report) {
	m.printf("## %s\n\n", capital(inertMarkdown(string(r.Verdict))))
	if r.Deployment.Embedded {
		m.printf("**%s**\n\n", capital(subject(r.Deployment)))
	} else {
		m.printf("%s %s\n\n", code(strings.TrimSpace(r.Deployment.Name+" "+r.Deployment.Version)), code(r.Deployment.URL))
	}
	m.printf("%s\n", headline(r))
	for _, caveat := range caveats(r) {
		m.printf("\n**%s**\n", inertMarkdown(caveat))
	}
	if r.Interrupted {
		m.printf("\nThe run was interrupted: what had not been asked is untestable.\n")
	}
}

func (m *markdown) counts(n verdict.Counts) {
	m.printf("\n| | passed | failed | untestable | not applicable |\n|---|---:|---:|---:|---:|\n")
	m.printf("| must | %d | %d | %d | %d |\n", n.Musts.Passed, n.Musts.Failed, n.Musts.Untestable, n.Musts.NotApplicable)
	m.printf("| all | %d | %d | %d | %d |\n", n.Passed, n.Failed, n.Untestable, n.NotApplicable)
}

func (m *markdown) failures(r verdict.Report) {
	failed := having(r.Requirements, verdict.Failed)
	if len(failed) == 0 {
		return
	}
	m.printf("\n### Failed\n")
	shown := min(len(failed), summaryFailures)
	for _, f := range failed[:shown] {
		m.failure(f)
	}
	if left := len(failed) - shown; left > 0 {
		m.printf("\n%s in the other reports.\n", capital(count(left, "more failed requirement")))
	}
}

func (m *markdown) failure(r verdict.Requirement) {
	m.printf("\n<details><summary>%s (%s) %s</summary>\n\n", code(r.ID), inertMarkdown(r.Level), inertMarkdown(clipped(r.Statement)))
	m.printf("%s %s\n", inertMarkdown(source(r.Source)), contractLine(r.Source.Line))
	shown := min(len(r.Findings), consoleFindings)
	for _, f := range r.Findings[:shown] {
		m.printf("\n| | |\n|---|---|\n| subject | %s |\n| expected | %s |\n| got | %s |\n", code(f.Subject), code(f.Expected), code(f.Got))
		if f.Curl != "" {
			m.printf("\n<pre>%s</pre>\n", references(strings.Join(wrapShell(Visible(f.Curl), consoleColumns), "\n")))
		}
	}
	if left := len(r.Findings) - shown; left > 0 {
		m.printf("\n%s in the other reports.\n", capital(count(left, "more finding")))
	}
	m.printf("\n</details>\n")
}

func (m *markdown) reasons(r verdict.Report, o verdict.Outcome, title string) {
	groups := groupBy(having(r.Requirements, o), reason)
	if len(groups) == 0 {
		return
	}
	m.printf("\n### %s\n\n", title)
	for _, g := range groups[:min(len(groups), summaryReasons)] {
		m.printf("- %s: %s\n", code(strings.Join(ids(g.Requirements), ", ")), code(why(g.Requirements[0])))
	}
}

func (m *markdown) variables(v View) {
	var names []string
	for _, x := range variables(v) {
		names = append(names, fmt.Sprintf("%s for %s", code(x.Name), code(x.Value)))
	}
	if len(names) > 0 {
		m.printf("\nBefore you paste a curl line, set %s.\n", strings.Join(names, ", "))
	}
}

// Code is foreign text on one line as code: there, neither mentions nor links
// nor issue numbers come to life.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + inertMarkdown(clipped(s)) + "</code>"
}

func clipped(s string) string { return short(s, summaryPassage) }

// InertMarkdown is foreign text on one line of which nothing is markup.
func inertMarkdown(s string) string { return references(Visible(s)) }

// References replaces all ASCII punctuation by character references.
func references(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > ' ' && r < 0x7f && !isAlphanumeric(r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
