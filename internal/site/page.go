package site

import (
	"embed"
	"html/template"
	"io"
	"net/url"
	"path/filepath"

	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

//go:embed page
var files embed.FS

type page struct {
	Policy   string
	Style    template.CSS
	Script   template.JS
	Verdicts []count
	Columns  []verdict.Requirement
	Rows     []row
	Problems []string
	Runs     int
}

// count is how many deployments have a verdict.
type count struct {
	Class   string
	Verdict verdict.Overall
	Count   int
}

// row is one deployment.
type row struct {
	Class, Verdict, Name, Version, URL, Labels, When string
	// Passed of Musts were kept.
	Passed, Musts int
	Changed       []string
	History       []mark
	Cells         []box
}

// mark is a run in a deployment's history.
type mark struct{ Class, Symbol, Title, Link string }

// box is a cell of the table; only what failed or changed is a link or has a title.
type box struct{ Class, Symbol, Title, Link string }

// Write writes the page, one self-contained file. Links to the runs' own pages are relative to the
// directory that the page is written to.
func Write(w io.Writer, o Overview, problems []string, dir string) error {
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	script, err := files.ReadFile("page/script.js")
	if err != nil {
		return err
	}
	t, err := template.ParseFS(files, "page/site.tmpl")
	if err != nil {
		return err
	}
	p := page{
		Policy: report.Policy(style, script), Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // our own files
		Columns: o.Requirements, Runs: o.Runs(),
	}
	for _, problem := range problems {
		p.Problems = append(p.Problems, report.VisibleText(problem))
	}
	for _, d := range o.Deployments {
		p.Rows = append(p.Rows, rowOf(d, dir))
	}
	p.Verdicts = counts(o.Deployments)
	return t.Execute(w, p)
}

func counts(list []Deployment) []count {
	all := []count{
		{Class: "fail", Verdict: verdict.NotConformant},
		{Class: "open", Verdict: verdict.Incomplete},
		{Class: "open", Verdict: verdict.PartlyJudged},
		{Class: "pass", Verdict: verdict.Conformant},
	}
	for _, d := range list {
		for i := range all {
			if all[i].Verdict == d.Latest().Report.Verdict {
				all[i].Count++
			}
		}
	}
	return all
}

func rowOf(d Deployment, dir string) row {
	r := d.Latest().Report
	passed, musts := r.Counts.Musts.Passed, r.Counts.Musts
	out := row{
		Class: report.OverallClass(r.Verdict), Verdict: string(r.Verdict),
		Name: report.VisibleText(d.Name), Version: report.VisibleText(r.Deployment.Version),
		URL: report.VisibleText(r.Deployment.URL), Labels: report.VisibleText(labels(r)),
		When:   when(r),
		Passed: passed, Musts: musts.Passed + musts.Failed + musts.Untestable + musts.NotApplicable,
	}
	if out.Name == out.URL {
		out.URL = ""
	}
	for _, run := range d.Runs {
		out.History = append(out.History, mark{
			report.OverallClass(run.Report.Verdict), symbolOf(run.Report.Verdict),
			when(run.Report) + ": " + string(run.Report.Verdict), link(run, dir, ""),
		})
	}
	for _, c := range d.Cells {
		b := box{Class: report.OutcomeClass(c.Verdict), Symbol: symbol(c.Verdict)}
		if c.Verdict == verdict.Failed || c.Change != Unchanged {
			b.Title, b.Link = c.ID+" "+string(c.Verdict), link(d.Latest(), dir, c.ID)
		}
		if c.Change != Unchanged {
			b.Class += " changed"
			b.Title += ", " + string(c.Change)
			out.Changed = append(out.Changed, c.ID+" "+string(c.Change))
		}
		out.Cells = append(out.Cells, b)
	}
	return out
}

// link leads to the run's own page, "" where it has none.
func link(r Run, dir, requirement string) string {
	from, err := filepath.Abs(dir)
	if err != nil || !r.HasPage {
		return ""
	}
	to, err := filepath.Abs(filepath.Join(r.Dir, report.PageFile))
	if err != nil {
		return ""
	}
	if to, err = filepath.Rel(from, to); err != nil {
		return ""
	}
	u := url.URL{Path: filepath.ToSlash(to), Fragment: requirement}
	return u.String()
}

func when(r verdict.Report) string {
	return r.Started.UTC().Format("2006-01-02 15:04")
}

func symbolOf(v verdict.Overall) string {
	switch v {
	case verdict.Conformant:
		return "✓"
	case verdict.NotConformant:
		return "✗"
	}
	return "?"
}

func symbol(v verdict.Outcome) string {
	switch v {
	case verdict.Passed:
		return "✓"
	case verdict.Failed:
		return "✗"
	case verdict.Untestable:
		return "?"
	}
	return "–"
}
