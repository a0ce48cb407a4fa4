package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// MostAnnotations is how many annotations of a kind GitHub shows of a step; the last says how many
// more there are.
const mostAnnotations = 10

// annotationText bounds the message of an annotation, in bytes.
const annotationText = 400

// GitHub writes workflow commands: an annotation for each failed requirement (a must is an error, a
// should a warning, else a notice) and a warning for each untestable must, at most nine and one
// that counts the rest. They point at the configuration, where it is a file.
//
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func GitHub(w io.Writer, v View) error {
	l := &lines{w: w}
	all := annotations(v)
	shown := all
	if len(all) > mostAnnotations {
		shown = all[:mostAnnotations-1]
	}
	for _, a := range shown {
		l.printf("%s\n", a.command(v.Config))
	}
	if left := len(all) - len(shown); left > 0 {
		rest := annotation{"notice", Visible(string(v.Report.Verdict)),
			fmt.Sprintf("%d more; %s shows all", left, PageFile)}
		l.printf("%s\n", rest.command(v.Config))
	}
	return l.err
}

type annotation struct{ Level, Title, Text string }

// annotations are what to say of a run, the worst first.
func annotations(v View) []annotation {
	r := v.Report
	byLevel := map[string][]annotation{}
	add := func(level, title, text string) {
		byLevel[level] = append(byLevel[level],
			annotation{level, title, short(text, annotationText)})
	}
	for _, caveat := range caveats(r) {
		add("notice", Visible(string(r.Verdict)), caveat)
	}
	for _, q := range r.Requirements {
		switch {
		case q.Verdict == verdict.Failed:
			add(githubLevel(q), Visible(q.ID)+" failed", v.brief(q))
		case q.Verdict == verdict.Untestable && q.Level == "must" && q.Known != "":
			add("notice", Visible(q.ID)+" untestable", why(q))
		case q.Verdict == verdict.Untestable && q.Level == "must":
			add("warning", Visible(q.ID)+" untestable", why(q))
		}
	}
	return append(append(byLevel["error"], byLevel["warning"]...), byLevel["notice"]...)
}

// command is the workflow command of an annotation that points at the place.
func (a annotation) command(at Place) string {
	place := ""
	if at.File != "" {
		place = fmt.Sprintf("file=%s,line=%d,", commandProperty(Visible(at.File)), max(at.Line, 1))
	}
	return fmt.Sprintf("::%s %stitle=%s::%s", a.Level, place, commandProperty(a.Title),
		commandData(a.Text))
}

// githubLevel is a notice for a failure that is known and accepted.
func githubLevel(r verdict.Requirement) string {
	if r.Known != "" {
		return "notice"
	}
	return byLevel(r.Level, "error", "warning", "notice")
}

// byLevel chooses by a requirement's level.
func byLevel(level, must, should, advice string) string {
	switch level {
	case "must":
		return must
	case "should":
		return should
	}
	return advice
}

// commandData escapes the message of a workflow command.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// commandProperty escapes a property of a workflow command.
func commandProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData(s))
}
