package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	summaryCauses  = 30
	summaryOthers  = 20
	summaryPassage = 2 << 10
	summaryReasons = 50
)

// Markdown writes the summary of a CI job: the verdict, the counts, each cause of failures with one
// finding and its curl line, and what was not judged. It reads as plain text too: text that is not
// ours stands in code spans and fenced blocks, as it is, where nothing of it is markup.
func Markdown(w io.Writer, v View) error {
	m := &markdown{lines{w: w}}
	m.head(v.Report)
	m.counts(v.Report.Counts)
	m.failures(v)
	m.reasons(v.Report, verdict.Untestable, "Untestable")
	m.reasons(v.Report, verdict.NotApplicable, "Not applicable")
	m.variables(v)
	m.printf("\n%s, contract %s, run %s, profiles %s, %s.\n",
		code(v.Report.Tool.Name+" "+v.Report.Tool.Version), code(v.Report.Contract.Version),
		code(v.Report.RunID),
		code(strings.Join(v.Report.Profiles, ", ")), duration(took(v.Report)))
	return m.err
}

type markdown struct{ lines }

func (m *markdown) head(r verdict.Report) {
	m.printf("## %s\n\n", capital(prose(string(r.Verdict))))
	if r.Deployment.Embedded {
		m.printf("**%s**\n\n", capital(subject(r.Deployment)))
	} else {
		m.printf("%s\n\n", strings.TrimSpace(code(strings.TrimSpace(r.Deployment.Name+" "+
			r.Deployment.Version))+" "+code(r.Deployment.URL)))
	}
	m.printf("%s\n", headline(r))
	for _, caveat := range caveats(r) {
		m.printf("\nNote: %s\n", prose(caveat))
	}
	if r.Interrupted {
		m.printf("\nThe run was interrupted: what had not been asked is untestable.\n")
	}
	for _, stale := range r.StaleBaseline {
		m.printf("\n%s\n", prose(stale))
	}
}

func (m *markdown) counts(n verdict.Counts) {
	m.printf("\n| | passed | failed | untestable | not applicable |\n|---|---:|---:|---:|---:|\n")
	m.printf("| must | %d | %d | %d | %d |\n", n.Musts.Passed, n.Musts.Failed, n.Musts.Untestable,
		n.Musts.NotApplicable)
	m.printf("| all | %d | %d | %d | %d |\n", n.Passed, n.Failed, n.Untestable, n.NotApplicable)
}

func (m *markdown) failures(v View) {
	failed := having(v.Report.Requirements, verdict.Failed)
	if len(failed) == 0 {
		return
	}
	m.printf("\n### Failed: %s\n", code(strings.Join(ids(failed), ", ")))
	all := causes(failed)
	shown := min(len(all), summaryCauses)
	for _, group := range all[:shown] {
		m.cause(v, group)
	}
	if left := len(all) - shown; left > 0 {
		m.printf("\n%s in the other reports.\n", capital(count(left, "more cause")))
	}
}

// cause shows one finding in full, and a line for each other occurrence.
func (m *markdown) cause(v View, group cause) {
	r, f := group[0].Requirement, group[0].Finding
	m.printf("\n#### %s (%s)\n\n", code(r.ID), prose(r.Level))
	m.item("promise", prose(r.Statement))
	m.item("source", code(strings.TrimSpace(source(r.Source)+", "+contractLine(r.Source.Line))))
	if r.Known != "" {
		m.item("known", prose(r.Known))
	}
	m.item("where", code(v.about(f)))
	m.item("expected", code(f.Expected))
	m.item("got", code(f.Got))
	for i, o := range group[1:] {
		if i == summaryOthers {
			m.item("also", count(len(group)-1-i, "more finding"))
			break
		}
		m.item("also", code(v.alsoText(group[0], o)))
	}
	if f.Curl != "" {
		m.fenced("sh", strings.Join(WrapShell(Visible(f.Curl), consoleColumns), "\n"))
	}
}

func (m *markdown) item(label, text string) {
	if text != "" {
		m.printf("- %s: %s\n", label, text)
	}
}

// fenced prints a code block; its fence is longer than any run of backticks in it.
func (m *markdown) fenced(language, text string) {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	m.printf("\n%s%s\n%s\n%s\n", fence, language, text, fence)
}

func (m *markdown) reasons(r verdict.Report, o verdict.Outcome, title string) {
	groups := groupBy(having(r.Requirements, o), reason)
	if len(groups) == 0 {
		return
	}
	m.printf("\n### %s\n\n", title)
	for _, g := range groups[:min(len(groups), summaryReasons)] {
		m.printf("- %s: %s\n", code(strings.Join(ids(g.Requirements), ", ")),
			prose(why(g.Requirements[0])))
	}
}

func (m *markdown) variables(v View) {
	var names []string
	for _, x := range variables(v.Run, curlsOf(v.Report.Requirements)) {
		names = append(names, fmt.Sprintf("%s for %s", code(x.Name), code(x.Value)))
	}
	if len(names) > 0 {
		m.printf("\nBefore you paste a curl line, set %s.\n", strings.Join(names, ", "))
	}
}

// code is foreign text on one line as a code span, "" for "": there, neither mentions nor links nor
// markup come to life. Its fence is longer than any run of backticks in it.
func code(s string) string {
	s = clipped(s)
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") {
		s = " " + s + " "
	}
	return fence + s + fence
}

func longestRun(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		run++
		if r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func clipped(s string) string { return short(s, summaryPassage) }

// prose is a sentence on one line: as it is where no character of it could be markup, a link or a
// mention, else as code.
func prose(s string) string {
	s = clipped(s)
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) ||
			strings.ContainsRune(` ,;:.?()/'"%›…‹-–=`, r)
	}
	markup := strings.ContainsFunc(s, func(r rune) bool { return !plain(r) })
	if markup || strings.Contains(s, "://") || strings.Contains(strings.ToLower(s), "www.") ||
		!startsPlainly(s) {
		return code(s)
	}
	return s
}

// startsPlainly reports whether the sentence begins with a letter: a number or a dash makes a list.
func startsPlainly(s string) bool {
	for _, r := range s {
		return unicode.IsLetter(r)
	}
	return true
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
