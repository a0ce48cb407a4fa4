package report

import (
	"io"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// GitHub writes workflow commands that annotate the contract: one for each
// failed requirement (a must is an error, a should a warning, else a notice)
// and a warning for each untestable must.
//
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func GitHub(w io.Writer, v View) error {
	l := &lines{w: w}
	for _, caveat := range caveats(v.Report) {
		l.printf("::notice file=%s,line=1,title=%s::%s\n", contractFile, commandProperty(Visible(string(v.Report.Verdict))), commandData(caveat))
	}
	for _, r := range v.Report.Requirements {
		switch {
		case r.Verdict == verdict.Failed:
			annotation(l, githubLevel(r), r, strings.TrimSpace(findingsText(r)))
		case r.Verdict == verdict.Untestable && r.Level == "must":
			level := "warning"
			if r.Known != "" {
				level = "notice"
			}
			annotation(l, level, r, "untestable: "+why(r))
		}
	}
	return l.err
}

// githubLevel is a notice for a failure that is known and accepted.
func githubLevel(r verdict.Requirement) string {
	if r.Known != "" {
		return "notice"
	}
	return byLevel(r.Level, "error", "warning", "notice")
}

// ByLevel chooses by a requirement's level.
func byLevel(level, must, should, advice string) string {
	switch level {
	case "must":
		return must
	case "should":
		return should
	}
	return advice
}

func annotation(l *lines, command string, r verdict.Requirement, message string) {
	l.printf("::%s file=%s,line=%d,title=%s::%s\n", command, contractFile, max(r.Source.Line, 1),
		commandProperty(Visible(r.ID)+" "+Visible(string(r.Verdict))), commandData(message))
}

// CommandData escapes the message of a workflow command.
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// CommandProperty escapes a property of a workflow command.
func commandProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(commandData(s))
}

type codeQualityIssue struct {
	Description string              `json:"description"`
	CheckName   string              `json:"check_name"`
	Fingerprint string              `json:"fingerprint"`
	Severity    string              `json:"severity"`
	Location    codeQualityLocation `json:"location"`
}

type codeQualityLocation struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// CodeQuality writes GitLab's code quality report: one issue per finding.
//
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
func CodeQuality(w io.Writer, v View) error {
	issues := []codeQualityIssue{}
	for _, caveat := range caveats(v.Report) {
		issues = append(issues, codeQualityCaveat(v.Report, caveat))
	}
	for _, r := range having(v.Report.Requirements, verdict.Failed) {
		prints := fingerprints(r)
		for i, f := range r.Findings {
			issues = append(issues, codeQuality(r, f, prints[i]))
		}
	}
	return writeJSON(w, issues)
}

func codeQuality(r verdict.Requirement, f verdict.Finding, print string) codeQualityIssue {
	issue := codeQualityIssue{
		Description: oneFinding(r, f),
		CheckName:   Visible(r.ID),
		Fingerprint: print,
		Severity:    byLevel(r.Level, "critical", "minor", "info"),
		Location:    codeQualityLocation{Path: contractFile},
	}
	issue.Location.Lines.Begin = max(findingLine(r, f), 1)
	return issue
}

func codeQualityCaveat(r verdict.Report, text string) codeQualityIssue {
	issue := codeQualityIssue{
		Description: text, CheckName: Visible(string(r.Verdict)), Fingerprint: fingerprint(verdict.Requirement{}, verdict.Finding{Expected: text}, 0),
		Severity: "info", Location: codeQualityLocation{Path: contractFile},
	}
	issue.Location.Lines.Begin = 1
	return issue
}

// OneFinding is a finding on one line, after its requirement.
func oneFinding(r verdict.Requirement, f verdict.Finding) string {
	r.Findings = []verdict.Finding{f}
	return Visible(r.ID) + " " + brief(r)
}
