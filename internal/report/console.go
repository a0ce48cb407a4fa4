package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	consoleColumns = 80
	// ConsolePassage bounds one text on the console, in bytes; the files have all of it.
	consolePassage  = 4 << 10
	consoleFindings = 10
)

// ConsoleOptions say how the console shows a view.
type ConsoleOptions struct {
	// Colour adds ANSI colours; nothing is said by colour alone.
	Colour bool
	// Quiet leaves only the headline and what stands in the way of a better one.
	Quiet bool
	// Stored is true where the evidence was read and not collected: whether it is whole is news then.
	Stored bool
	// Reports is where the report files are, "" where none were written.
	Reports string
}

// Text renders what the console shows, without colours.
func Text(w io.Writer, v View) error { return Console(w, v, ConsoleOptions{}) }

// Console writes the verdict for a person at a terminal, 80 columns wide. Only
// the words of a curl line may be longer, so that it can be pasted.
func Console(w io.Writer, v View, o ConsoleOptions) error {
	c := &console{lines: lines{w: w}, paint: paint{on: o.Colour}, view: v}
	c.headline(o.Stored)
	if !o.Quiet {
		c.requirements()
	}
	c.failures()
	c.stale()
	c.reasons(verdict.Untestable, "UNTESTABLE: it was declared but could not be observed")
	if !o.Quiet {
		c.notApplicable()
		c.observations()
		c.closing(o.Reports)
	}
	return c.err
}

type console struct {
	lines
	paint paint
	view  View
}

func (c *console) headline(stored bool) {
	r := c.view.Report
	c.printf("%s\n", c.paint.overall(r.Verdict, strings.ToUpper(Visible(string(r.Verdict)))))
	c.block("", inert(subject(r.Deployment)))
	c.block("", headline(r))
	for _, caveat := range caveats(r) {
		c.block("", inert(caveat))
	}
	if e := r.Evidence; stored && e != nil && e.Problem == "" {
		c.block("", inert("The evidence is whole: SHA-256 "+Visible(e.SHA256[:min(12, len(e.SHA256))])+"."))
	}
	if r.Interrupted {
		c.block("", "The run was interrupted: what had not been asked is untestable.")
	}
}

// Requirements prints each in full, under the first part of their ids. Most are musts, so that only the others say
// their level.
func (c *console) requirements() {
	width := 0
	for _, id := range ids(c.view.Report.Requirements) {
		width = max(width, columns(inert(id)))
	}
	for _, g := range groupBy(c.view.Report.Requirements, prefix) {
		c.printf("\n%s\n", c.paint.bold(fit(inert(Visible(g.Name)), consoleColumns)))
		for _, r := range g.Requirements {
			c.requirement(r, min(width, consoleColumns/2))
		}
	}
}

func (c *console) requirement(r verdict.Requirement, width int) {
	label := fmt.Sprintf("%-4s %-*s ", mark(r.Verdict), width, fit(inert(Visible(r.ID)), width))
	text := inert(Visible(r.Statement)) + remark(r)
	for i, line := range wrap(text, consoleColumns-columns(label)) {
		if i > 0 {
			c.line(strings.Repeat(" ", columns(label)) + line)
			continue
		}
		shown := mark(r.Verdict)
		c.line(c.paint.outcome(r.Verdict, shown) + strings.TrimPrefix(label, shown) + line)
	}
}

// Remark is what stands behind a statement: the level below must, and that a failure is accepted for now.
func remark(r verdict.Requirement) string {
	var parts []string
	if r.Level != "must" {
		parts = append(parts, inert(Visible(r.Level)))
	}
	if r.Known != "" {
		parts = append(parts, "known")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// Mark is the word that shows an outcome without colour.
func mark(o verdict.Outcome) string {
	switch o {
	case verdict.Passed:
		return "ok"
	case verdict.Failed:
		return "FAIL"
	case verdict.NotApplicable:
		return "n/a"
	}
	return "?"
}

func (c *console) failures() {
	for _, r := range having(c.view.Report.Requirements, verdict.Failed) {
		c.printf("\n%s %s  %s, %s\n", c.paint.outcome(verdict.Failed, "FAIL"),
			c.paint.bold(inert(Visible(r.ID))), inert(Visible(r.Level)), inert(Visible(r.Profile)))
		c.field("promise", r.Statement)
		c.field("source", strings.TrimSpace(source(r.Source)+"  "+contractLine(r.Source.Line)))
		c.field("reading", r.Reading)
		c.field("known", r.Known)
		c.findings(r)
	}
}

func (c *console) findings(r verdict.Requirement) {
	shown := min(len(r.Findings), consoleFindings)
	for i, f := range r.Findings[:shown] {
		c.printf("\n")
		c.field("where", where(i, len(r.Findings), r, f))
		c.field("expected", f.Expected)
		c.field("got", f.Got)
		c.curl(f.Curl)
	}
	if left := len(r.Findings) - shown; left > 0 {
		c.printf("\n")
		c.field("more", count(left, "further finding")+" in the report files")
	}
}

// Where names what a finding is about.
func where(i, n int, r verdict.Requirement, f verdict.Finding) string {
	parts := []string{Visible(f.Subject)}
	if n > 1 {
		parts[0] = fmt.Sprintf("%s (%d of %d)", parts[0], i+1, n)
	}
	if f.Exchange != "" {
		parts = append(parts, "step "+Visible(f.Exchange))
	}
	if f.Mail != "" {
		parts = append(parts, "mail "+Visible(f.Mail))
	}
	if f.Line > 0 && f.Line != r.Source.Line {
		parts = append(parts, contractLine(f.Line))
	}
	return strings.Join(parts, ", ")
}

// Field prints a labelled text. Each of its lines starts with a bar, so that
// no line of hostile text can pass for one of ours or for a CI command.
func (c *console) field(label, text string) {
	if text == "" {
		return
	}
	c.block(fmt.Sprintf("  %-8s | ", label), inert(passage(text, consolePassage)))
}

// Block prints wrapped text, its first line after the label and the others under it.
func (c *console) block(label, text string) {
	under := strings.Repeat(" ", columns(label))
	if before, barred := strings.CutSuffix(under, "  "); barred && strings.HasSuffix(label, "| ") {
		under = before + "| "
	}
	for _, line := range wrap(text, consoleColumns-columns(label)) {
		c.line(label + line)
		label = under
	}
}

// Line prints a line that no CI system takes for a command of its own (::error …).
func (c *console) line(line string) {
	if strings.HasPrefix(strings.TrimLeft(line, " "), "::") {
		line = strings.Replace(line, ":", `\x3a`, 1)
	}
	c.printf("%s\n", strings.TrimRight(line, " "))
}

func (c *console) curl(line string) {
	if line == "" {
		return
	}
	c.printf("\n")
	for _, l := range wrapShell(Visible(line), consoleColumns) {
		c.line(l)
	}
}

// Stale prints what of the baseline no longer holds: it fails the gate, so it is never left out.
func (c *console) stale() {
	if len(c.view.Report.StaleBaseline) == 0 {
		return
	}
	c.printf("\n%s\n", c.paint.outcome(verdict.Failed, "BASELINE: it no longer holds, which fails the gate"))
	for _, entry := range c.view.Report.StaleBaseline {
		c.field("entry", entry)
	}
}

func (c *console) notApplicable() {
	c.reasons(verdict.NotApplicable, "NOT APPLICABLE: what it needs was not declared, or the documents rule it out")
	if undeclared(c.view.Report) > 0 {
		c.field("declare", "conformance.example.yaml shows all that can be declared: an app key, traders, an inbox")
	}
}

// Reasons prints why requirements were not judged, and what to declare or mend, with what hangs on it.
func (c *console) reasons(o verdict.Outcome, title string) {
	groups := groupBy(having(c.view.Report.Requirements, o), reason)
	if len(groups) == 0 {
		return
	}
	c.printf("\n%s\n", c.paint.outcome(o, title))
	for _, g := range groups {
		why := g.Name
		if why == "" {
			why = "no reason was given"
		}
		c.field("why", why)
		c.field("", strings.Join(ids(g.Requirements), ", "))
	}
}

func (c *console) observations() {
	r := c.view.Report
	others := slices.DeleteFunc(slices.Clone(r.Observations), func(o string) bool { return slices.Contains(r.StaleBaseline, o) })
	if len(others) == 0 {
		return
	}
	c.printf("\n%s\n", c.paint.bold("ALSO SEEN: no requirement speaks of it"))
	for _, o := range others {
		c.field("seen", o)
	}
}

func (c *console) closing(reports string) {
	r := c.view.Report
	c.printf("\n%s\n", counts(r.Counts))
	c.block("", inert(fmt.Sprintf("Profiles: %s. Took %s%s.", Visible(strings.Join(r.Profiles, ", ")), duration(took(r)), longest(r))))
	if reports != "" {
		c.block("", "Reports: "+inert(Visible(reports)))
	}
	c.shellVariables()
}

func (c *console) shellVariables() {
	vars := variables(c.view)
	if len(vars) == 0 {
		return
	}
	c.printf("Before you paste a curl line, set:\n")
	for _, v := range vars {
		c.block("  ", inert(v.Name+" for "+v.Value))
	}
}

// Counts is the line that adds up the requirements.
func counts(n verdict.Counts) string {
	return fmt.Sprintf("%d passed, %d failed, %d untestable, %d not applicable (musts: %d, %d, %d, %d)",
		n.Passed, n.Failed, n.Untestable, n.NotApplicable,
		n.Musts.Passed, n.Musts.Failed, n.Musts.Untestable, n.Musts.NotApplicable)
}

// Longest names the slowest link of the critical path.
func longest(r verdict.Report) string {
	if len(r.CriticalPath) == 0 {
		return ""
	}
	slowest := slices.MaxFunc(r.CriticalPath, func(a, b verdict.Link) int {
		return int(a.DurationMs - b.DurationMs)
	})
	return fmt.Sprintf(", longest in %s (%.0f ms)", Visible(slowest.Step), slowest.DurationMs)
}

// Inert breaks what CI systems take for a command in the midst of a line:
// ##[…] and ##vso[…].
func inert(s string) string { return strings.ReplaceAll(s, "##", `#\x23`) }
