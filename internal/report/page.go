package report

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Page is what the page's templates show; all of its text is visible text.
type pageData struct {
	Style  template.CSS
	Script template.JS
	Policy string

	Verdict      string
	Class        string
	Title        string
	Subject, URL string
	Embedded     bool
	Headline     string
	Caveats      []string
	Interrupted  bool
	Facts        []fact
	Tiles        []tile
	Levels       []levelCount
	Failed       []pageCause
	NotJudged    []pageReason
	// Open says how many requirements were not judged.
	Open         string
	Observations []string
	Groups       []pageGroup
	Choices      []choice
	Waterfall    waterfall
	Exchanges    []pageExchange
	Mails        []pageMail
	// MoreEvidence says what there was no room for, "" for nothing.
	MoreEvidence string
	Variables    []variable
}

type fact struct{ Name, Value string }

// tile counts the requirements with one verdict.
type tile struct {
	Verdict string
	Class   string
	Count   int
}

// levelCount counts the verdicts of one level, in the order of the tiles.
type levelCount struct {
	Level  string
	Counts []int
}

// pageReason is why some requirements could not be judged.
type pageReason struct {
	Verdict, Class, Why string
	IDs                 []string
}

// pageCause is what one mistake explains: the first finding of it, and the ids of all requirements
// that it fails.
type pageCause struct {
	IDs           []string
	Level         string
	Statement     string
	Expected, Got []piece
	// Others says how many more findings have the cause, "" where none has.
	Others string
}

type pageGroup struct {
	Name         string
	Requirements []pageRequirement
}

// choice is a filter of which one value is chosen.
type choice struct {
	Label, Name string
	Values      []string
}

func newPage(v View) pageData {
	b := &budget{left: pageBudget}
	r := v.Report
	groups := b.groups(v)
	data := pageData{
		Verdict:      Visible(string(r.Verdict)),
		Class:        OverallClass(r.Verdict),
		Title:        subject(r.Deployment),
		Embedded:     r.Deployment.Embedded,
		Headline:     headline(r),
		Caveats:      caveats(r),
		Interrupted:  r.Interrupted,
		Facts:        facts(v),
		Tiles:        tiles(r.Requirements),
		Levels:       levels(r.Requirements),
		Failed:       b.causes(having(r.Requirements, verdict.Failed)),
		NotJudged:    notJudged(r.Requirements, b),
		Observations: b.all(r.Observations),
		Groups:       groups,
		Choices:      choices(r.Requirements),
		Waterfall:    newWaterfall(v, b),
		Exchanges:    b.exchanges(v),
		Mails:        b.mails(v),
		Variables:    variables(v.Run, curlsOf(r.Requirements)),
	}
	data.Open = count(len(having(r.Requirements, verdict.Untestable)), "requirement") +
		" untestable, " +
		strconv.Itoa(len(having(r.Requirements, verdict.NotApplicable))) + " not applicable"
	data.Subject, data.URL = nameAndURL(r.Deployment)
	data.MoreEvidence = unshown(v.Run, data)
	return data
}

// nameAndURL is what was judged, in two parts; without a name the URL is the name.
func nameAndURL(d verdict.Deployment) (name, url string) {
	name = strings.TrimSpace(d.Name + " " + d.Version)
	switch {
	case d.Embedded:
		return capital(subject(d)), ""
	case name == "":
		return short(d.URL, 300), ""
	}
	return short(name, 300), short(d.URL, 300)
}

// unshown says how many exchanges and mails there was no room for.
func unshown(run evidence.Run, data pageData) string {
	exchanges, mails := len(run.Exchanges)-len(data.Exchanges), len(run.Mails)-len(data.Mails)
	if exchanges+mails == 0 {
		return ""
	}
	return fmt.Sprintf("%s and %s are left out here; evidence.json has them.",
		count(exchanges, "exchange"), count(mails, "mail"))
}

func facts(v View) []fact {
	r := v.Report
	all := []fact{
		{"Deployment", Visible(strings.TrimSpace(r.Deployment.Name + " " + r.Deployment.Version))},
		{"URL", Visible(r.Deployment.URL)},
		{"Judged", r.Started.UTC().Format("2006-01-02 15:04:05 UTC") + ", in " + duration(took(r))},
		{"Profiles", Visible(strings.Join(r.Profiles, ", "))},
		{"Inbox", Visible(v.Run.Target.Inbox)},
		{"Traders", Visible(strings.Join(logins(v.Run.Target.Traders), ", "))},
		{"Musts judged", strings.TrimSuffix(coverage(r), " judged")},
		{"Contract", Visible(strings.TrimSpace(r.Contract.File + " " + r.Contract.Version + " " +
			r.Contract.SHA256[:min(12, len(r.Contract.SHA256))]))},
		{"Tool", Visible(r.Tool.Name + " " + r.Tool.Version)},
		{"Run", Visible(r.RunID)},
		{"Evidence", evidenceOf(r)},
	}
	return slices.DeleteFunc(all, func(f fact) bool { return strings.TrimSpace(f.Value) == "" })
}

// evidenceOf is the digest of the evidence, "" where none was stored.
func evidenceOf(r verdict.Report) string {
	if r.Evidence == nil {
		return ""
	}
	return Visible(r.Evidence.SHA256[:min(12, len(r.Evidence.SHA256))])
}

func logins(traders []evidence.Trader) []string {
	var all []string
	for _, t := range traders {
		all = append(all, t.Login)
	}
	return all
}

// outcomes are the verdicts of requirements in the order in which they matter to a reader.
func outcomes() []verdict.Outcome {
	return []verdict.Outcome{verdict.Failed, verdict.Untestable, verdict.NotApplicable,
		verdict.Passed}
}

func tiles(all []verdict.Requirement) []tile {
	var some []tile
	for _, o := range outcomes() {
		some = append(some, tile{string(o), OutcomeClass(o), len(having(all, o))})
	}
	return some
}

func levels(all []verdict.Requirement) []levelCount {
	var rows []levelCount
	for _, g := range groupBy(all, func(r verdict.Requirement) string { return r.Level }) {
		row := levelCount{Level: Visible(g.Name)}
		for _, o := range outcomes() {
			row.Counts = append(row.Counts, len(having(g.Requirements, o)))
		}
		rows = append(rows, row)
	}
	return rows
}

func notJudged(all []verdict.Requirement, b *budget) []pageReason {
	var reasons []pageReason
	for _, o := range []verdict.Outcome{verdict.Untestable, verdict.NotApplicable} {
		for _, g := range groupBy(having(all, o), reason) {
			reasons = append(reasons,
				pageReason{string(o), OutcomeClass(o), b.text(why(g.Requirements[0]), shownPassage),
					ids(g.Requirements)})
		}
	}
	return reasons
}

func (b *budget) all(texts []string) []string {
	var some []string
	for _, text := range texts {
		some = append(some, b.text(text, shownPassage))
	}
	return some
}

func (b *budget) causes(failed []verdict.Requirement) []pageCause {
	var list []pageCause
	for _, group := range causes(failed) {
		first := group[0]
		shown := pageCause{Level: Visible(first.Requirement.Level),
			Statement: b.text(first.Requirement.Statement, shownPassage)}
		shown.Expected, shown.Got = difference(b.text(first.Finding.Expected, shownBrief),
			b.text(first.Finding.Got, shownBrief))
		for _, o := range group {
			shown.IDs = append(shown.IDs, Visible(o.Requirement.ID))
		}
		shown.IDs = distinct(shown.IDs)
		if len(group) > 1 {
			shown.Others = "and " + count(len(group)-1, "more finding")
		}
		list = append(list, shown)
	}
	return list
}

func choices(all []verdict.Requirement) []choice {
	var levels, profiles, verdicts []string
	for _, r := range all {
		levels = append(levels, Visible(r.Level))
		profiles = append(profiles, Visible(r.Profile))
	}
	for _, o := range outcomes() {
		verdicts = append(verdicts, string(o))
	}
	return []choice{
		{"Level", "level", distinct(levels)},
		{"Profile", "profile", distinct(profiles)},
		{"Verdict", "verdict", verdicts},
	}
}

// distinct returns each value once, in the order of first appearance.
func distinct(values []string) []string {
	var some []string
	seen := map[string]bool{}
	for _, value := range values {
		if !seen[value] {
			some = append(some, value)
		}
		seen[value] = true
	}
	return some
}

// OutcomeClass is the class of CSS by which pages colour a verdict of a requirement.
func OutcomeClass(o verdict.Outcome) string {
	switch o {
	case verdict.Passed:
		return "pass"
	case verdict.Failed:
		return "fail"
	case verdict.NotApplicable:
		return "none"
	}
	return "open"
}

// OverallClass is the class of CSS by which pages colour the verdict of a run.
func OverallClass(o verdict.Overall) string {
	switch o {
	case verdict.Conformant:
		return "pass"
	case verdict.NotConformant:
		return "fail"
	}
	return "open"
}

func (b *budget) exchanges(v View) []pageExchange {
	var all []pageExchange
	for i, x := range v.Run.Exchanges {
		if !b.spend(itemMarkup) {
			break
		}
		all = append(all, b.exchange(i+1, v, x))
	}
	return all
}

func (b *budget) mails(v View) []pageMail {
	var all []pageMail
	for i, m := range v.Run.Mails {
		if !b.spend(itemMarkup) {
			break
		}
		all = append(all, b.mail(i+1, m, v.Run.Started))
	}
	return all
}

// numbered is "1 of 3", and nothing where there is only one.
func numbered(i, n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("%d of %d", i+1, n)
}
