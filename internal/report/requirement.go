package report

import (
	"fmt"
	"strings"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// pageRequirement is a requirement as the page shows it.
type pageRequirement struct {
	ID, Level, Profile string
	Verdict, Class     string
	Statement          string
	Source, Line       string
	Reading, Reason    string
	Checks             []pageCheck
	Findings           []pageFinding
	// MoreFindings and MoreChecks say how many there was no room for, "" for none.
	MoreFindings, MoreChecks string
	Mails                    []pageLink
}

type pageCheck struct {
	Subject, Verdict, Class, Reason string
	Steps                           []pageLink
}

// pageLink leads to another part of the page; without a Href it is only text.
type pageLink struct{ Text, Href string }

type pageFinding struct {
	Number        string
	Subject, Line string
	Expected, Got []piece
	Curl          string
	Exchanges     []pageExchange
	Mails         []pageMail
}

func (b *budget) groups(v View) []pageGroup {
	var groups []pageGroup
	for _, g := range groupBy(v.Report.Requirements, prefix) {
		shown := pageGroup{Name: b.text(g.Name, shownLine)}
		for _, r := range g.Requirements {
			shown.Requirements = append(shown.Requirements, b.requirement(v, r))
		}
		groups = append(groups, shown)
	}
	return groups
}

func (b *budget) requirement(v View, r verdict.Requirement) pageRequirement {
	shown := pageRequirement{
		ID:        Visible(r.ID),
		Level:     Visible(r.Level),
		Profile:   Visible(r.Profile),
		Verdict:   Visible(string(r.Verdict)),
		Class:     OutcomeClass(r.Verdict),
		Statement: b.text(r.Statement, shownPassage),
		Source:    source(r.Source),
		Line:      contractLine(r.Source.Line),
		Reading:   b.text(r.Reading, shownPassage),
		Reason:    b.text(r.Reason, shownPassage),
	}
	b.checks(&shown, v, r.Checks)
	b.findings(&shown, v, r)
	shown.Mails = mailLinks(v, r)
	return shown
}

func (b *budget) checks(shown *pageRequirement, v View, checks []verdict.Check) {
	kept := min(len(checks), shownChecks)
	for _, c := range checks[:kept] {
		shown.Checks = append(shown.Checks, pageCheck{
			Subject: b.text(c.Subject, shownLine),
			Verdict: Visible(string(c.Verdict)),
			Class:   OutcomeClass(c.Verdict),
			Reason:  b.text(c.Reason, shownLine),
			Steps:   b.stepLinks(v, c.Steps),
		})
	}
	shown.MoreChecks = leftOut(len(checks)-kept, "more check")
}

func leftOut(n int, what string) string {
	if n == 0 {
		return ""
	}
	return "… and " + count(n, what) + " in report.json"
}

func (b *budget) stepLinks(v View, steps []string) []pageLink {
	var links []pageLink
	for _, step := range steps[:min(len(steps), shownChecks)] {
		links = append(links, pageLink{b.text(v.title(step), 200), stepHref(v.Run, step)})
	}
	return links
}

// stepHref leads to a step's first exchange, or to the mail that a wait brought.
func stepHref(run evidence.Run, step string) string {
	for i, x := range run.Exchanges {
		if x.Step == step {
			return fmt.Sprintf("#exchange-%d", i+1)
		}
	}
	for _, w := range run.Waits {
		if w.Step == step {
			return mailHref(run, w.Mail)
		}
	}
	return ""
}

// mailLinks leads to the mails that a requirement's waits brought.
func mailLinks(v View, r verdict.Requirement) []pageLink {
	looked := stepsOf(r)
	var links []pageLink
	for _, w := range v.Run.Waits {
		if href := mailHref(v.Run, w.Mail); looked[w.Step] && href != "" {
			links = append(links, pageLink{short(v.title(w.Step), 200), href})
		}
	}
	return links
}

func (b *budget) findings(shown *pageRequirement, v View, r verdict.Requirement) {
	kept := min(len(r.Findings), shownFindings)
	for i, f := range r.Findings[:kept] {
		expected, got := difference(b.text(f.Expected, shownPassage), b.text(f.Got, shownPassage))
		shown.Findings = append(shown.Findings, pageFinding{
			Number:    numbered(i, len(r.Findings)),
			Subject:   b.text(v.about(f), shownLine),
			Line:      contractLine(findingLine(r, f)),
			Expected:  expected,
			Got:       got,
			Curl:      b.text(strings.Join(WrapShell(Visible(f.Curl), 100), "\n"), shownPassage),
			Exchanges: b.exchangesOf(v, f.Exchange),
			Mails:     b.mailsOf(v.Run, f.Mail),
		})
	}
	shown.MoreFindings = leftOut(len(r.Findings)-kept, "more finding")
}

// exchangesOf are the first attempts of a step.
func (b *budget) exchangesOf(v View, step string) []pageExchange {
	var all []pageExchange
	for i, x := range v.Run.Exchanges {
		if step != "" && x.Step == step && len(all) < shownAttempts && b.spend(itemMarkup) {
			all = append(all, b.exchange(i+1, v, x))
		}
	}
	return all
}

func (b *budget) mailsOf(run evidence.Run, id string) []pageMail {
	var all []pageMail
	for i, m := range run.Mails {
		if id != "" && m.ID == id && b.spend(itemMarkup) {
			all = append(all, b.mail(i+1, m, run.Started))
		}
	}
	return all
}
