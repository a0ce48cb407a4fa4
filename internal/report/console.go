package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	// ConsoleColumns is the width where there is no terminal; narrowest and widest bound a
	// terminal's.
	consoleColumns  = 80
	narrowestColumn = 40
	widestColumn    = 200
	// ConsolePassage bounds one text on the console, in bytes; the files have all of it.
	consolePassage = 4 << 10
	// ConsoleFindings bounds the further occurrences of one cause, where no more requirements have
	// it: a finding and the verdict then fit on a screen of 24 lines.
	consoleFindings = 3
)

// ConsoleOptions say how the console shows a view.
type ConsoleOptions struct {
	// Colour adds ANSI colours; nothing is said by colour alone.
	Colour bool
	// Columns is the width of the terminal, 0 for 80.
	Columns int
	// Quiet leaves only the verdict, and the ids that stand in the way of a better one.
	Quiet bool
	// Verbose shows every finding in full.
	Verbose bool
	// Stored is true where the evidence was read and not collected: whether it is whole is news
	// then.
	Stored bool
	// Reports is where the report files are, "" where none were written.
	Reports string
	// Strict and Complete are the gate's, as the exit code has them.
	Strict, Complete bool
}

// Text renders what the console shows, without colours.
func Text(w io.Writer, v View) error { return Console(w, v, ConsoleOptions{}) }

// Console writes the verdict for a person at a terminal. The verdict stands last, where the eye is.
// Only the words of a curl line may be wider than the terminal, so that it can be pasted.
func Console(w io.Writer, v View, o ConsoleOptions) error {
	width := consoleColumns
	if o.Columns > 0 {
		width = min(max(o.Columns, narrowestColumn), widestColumn)
	}
	c := &console{lines: lines{w: w}, paint: paint{on: o.Colour}, view: v, options: o, width: width}
	if !o.Quiet {
		c.requirements()
		c.notApplicable()
		c.reasons(verdict.Untestable, "UNTESTABLE: it was declared but could not be observed")
		c.observations()
		c.failures()
		c.stale()
		c.printf("\n")
	}
	c.verdict()
	return c.err
}

type console struct {
	lines
	paint   paint
	view    View
	options ConsoleOptions
	width   int
	// curls are the lines that were shown.
	curls []string
}

// verdict prints what came of the run, and why the exit code is what it is.
func (c *console) verdict() {
	r := c.view.Report
	c.printf("%s\n", c.paint.overall(r.Verdict, strings.ToUpper(Visible(string(r.Verdict)))))
	c.block("", inert(subject(r.Deployment)))
	c.block("", headline(r))
	for _, caveat := range caveats(r) {
		c.block("", inert(caveat))
	}
	if e := r.Evidence; c.options.Stored && e != nil && e.Problem == "" {
		c.block("", inert("The evidence is whole: SHA-256 "+
			Visible(e.SHA256[:min(12, len(e.SHA256))])+"."))
	}
	if r.Interrupted {
		c.block("", "The run was interrupted: what had not been asked is untestable.")
	}
	c.idsOf("Failed:     ", verdict.Failed)
	c.idsOf("Untestable: ", verdict.Untestable)
	if cause := mainReason(r); cause != "" {
		c.block("Cause:      ", inert(Visible(cause)))
	}
	if !c.options.Quiet {
		c.closing()
	}
	if last := c.view.Run.LastLine; last != "" {
		c.block("", inert(Visible(last)))
	}
	if why := exitReason(r, c.options.Strict, c.options.Complete); why != "" {
		c.block("", inert(why))
	}
}

// idsOf prints the ids of one outcome, the musts first.
func (c *console) idsOf(label string, o verdict.Outcome) {
	var parts []string
	for _, g := range groupBy(having(c.view.Report.Requirements, o), remark) {
		parts = append(parts, strings.Join(ids(g.Requirements), ", ")+g.Name)
	}
	if len(parts) > 0 {
		c.block(label, inert(strings.Join(parts, "; ")))
	}
}

// requirements prints each in full, under the first part of their ids. Most are musts, so that only
// the others say their level.
func (c *console) requirements() {
	width := 0
	for _, id := range ids(c.view.Report.Requirements) {
		width = max(width, columns(inert(id)))
	}
	for i, g := range groupBy(c.view.Report.Requirements, prefix) {
		if i > 0 {
			c.printf("\n")
		}
		c.line(c.paint.bold(fit(inert(Visible(g.Name)), c.width)))
		for _, r := range g.Requirements {
			c.requirement(r, min(width, c.width/2))
		}
	}
}

func (c *console) requirement(r verdict.Requirement, width int) {
	label := fmt.Sprintf("%-4s %-*s ", mark(r.Verdict), width, fit(inert(Visible(r.ID)), width))
	text := inert(Visible(r.Statement)) + remark(r)
	for i, line := range Wrap(text, c.width-columns(label)) {
		if i > 0 {
			c.line(strings.Repeat(" ", columns(label)) + line)
			continue
		}
		shown := mark(r.Verdict)
		c.line(c.paint.outcome(r.Verdict, shown) + strings.TrimPrefix(label, shown) + line)
	}
}

// remark is what stands behind a statement: the level below must, and that a failure is accepted
// for now.
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

// mark is the word that shows an outcome without colour.
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

// failures prints each cause: one finding in full, and a line for each other occurrence. The first
// cause stands last, above the verdict.
func (c *console) failures() {
	failed := having(c.view.Report.Requirements, verdict.Failed)
	if c.options.Verbose {
		for _, o := range occurrences(failed) {
			c.cause(cause{o})
		}
	} else {
		for _, group := range slices.Backward(causes(failed)) {
			c.cause(group)
		}
	}
	c.shellVariables()
}

func (c *console) cause(group cause) {
	r, f := group[0].Requirement, group[0].Finding
	shown := "FAIL " + inert(Visible(r.ID))
	label := fmt.Sprintf("%s (%s, %s) ", shown, inert(Visible(r.Level)), inert(Visible(r.Profile)))
	c.printf("\n")
	for i, line := range Wrap(label+inert(clipped(r.Statement)), c.width) {
		if rest, whole := strings.CutPrefix(line, shown); i == 0 && whole {
			c.line(c.paint.outcome(verdict.Failed, "FAIL") + strings.TrimPrefix(shown,
				"FAIL") + rest)
			continue
		}
		c.line("     " + line)
	}
	c.source(r)
	c.field("known", r.Known)
	c.field("where", c.where(r, f))
	c.compared(f)
	c.curl(f.Curl)
	c.others(group)
}

// source says where the promise stands: on one line, if not all is shown.
func (c *console) source(r verdict.Requirement) {
	label, text := "source", strings.TrimSpace(contractLine(r.Source.Line)+"  "+source(r.Source))
	if c.options.Verbose {
		c.field(label, text)
		c.field("reading", r.Reading)
		return
	}
	c.field(label, fit(inert(text), c.width-columns("  source   | ")))
}

// compared prints expected and got. Carets stand under the differing words of got; if it only lacks
// words, under those of expected.
func (c *console) compared(f verdict.Finding) {
	clean := func(text string) string {
		return strings.ReplaceAll(inert(passage(text, consolePassage)), "\t", "    ")
	}
	expected, got := difference(clean(f.Expected), clean(f.Got))
	if slices.ContainsFunc(got, func(p piece) bool { return p.Differs }) {
		text, _ := textOf(expected)
		expected = []piece{{text, false}}
	}
	c.marked("  expected | ", expected)
	c.marked("  got      | ", got)
}

// marked prints a labelled text with carets under the pieces that differ.
func (c *console) marked(label string, all []piece) {
	const under = "           | "
	if text, _ := textOf(all); text == "" {
		return
	}
	lines, marks := underlines(all, c.width-columns(label))
	for i, line := range lines {
		c.line(label + line)
		label = under
		if marks[i] != "" {
			c.line(under + marks[i])
		}
	}
}

// others prints a line for each other occurrence of a cause, so that each requirement is among the
// first.
func (c *console) others(group cause) {
	label := "  also     | "
	all, requirements := eachFirst(group)
	rest, shown := all[1:], max(requirements-1, consoleFindings)
	for _, o := range rest[:min(len(rest), shown)] {
		text := short(c.view.alsoText(group[0], o), consolePassage)
		c.line(label + fit(inert(text), c.width-columns(label)))
		label = "           | "
	}
	if left := len(rest) - shown; left > 0 {
		c.line(label + fmt.Sprintf("%d more; --verbose and the report files show all", left))
	}
}

// eachFirst puts the first occurrence of each requirement before the others, and counts them.
func eachFirst(group cause) (all cause, requirements int) {
	var first, others cause
	seen := map[string]bool{}
	for _, o := range group {
		if seen[o.Requirement.ID] {
			others = append(others, o)
		} else {
			first = append(first, o)
		}
		seen[o.Requirement.ID] = true
	}
	return append(first, others...), len(first)
}

// about names what a finding is about: its step, else what was looked at.
func (v View) about(f verdict.Finding) string {
	if title, known := v.Titles[f.Exchange]; known {
		return title
	}
	return f.Subject
}

// where names the subject of a finding. With --verbose it adds the place in the evidence.
func (c *console) where(r verdict.Requirement, f verdict.Finding) string {
	var parts []string
	if about := c.view.about(f); about != "" {
		parts = append(parts, Visible(about))
	}
	if c.options.Verbose && f.Exchange != "" {
		parts = append(parts, "step "+Visible(f.Exchange))
	}
	if c.options.Verbose && f.Mail != "" {
		parts = append(parts, "mail "+Visible(f.Mail))
	}
	if f.Line > 0 && f.Line != r.Source.Line {
		parts = append(parts, contractLine(f.Line))
	}
	return strings.Join(parts, "; ")
}

// field prints a labelled text. Each of its lines starts with a bar, so that
// no line of hostile text can pass for one of ours or for a CI command.
func (c *console) field(label, text string) {
	if text == "" {
		return
	}
	c.block(fmt.Sprintf("  %-8s | ", label), inert(passage(text, consolePassage)))
}

// block prints wrapped text, its first line after the label and the others under it.
func (c *console) block(label, text string) {
	under := strings.Repeat(" ", columns(label))
	if before, barred := strings.CutSuffix(under, "  "); barred && strings.HasSuffix(label, "| ") {
		under = before + "| "
	}
	for _, line := range Wrap(text, c.width-columns(label)) {
		c.line(label + line)
		label = under
	}
}

// line prints a line that no CI system takes for a command of its own (::error …).
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
	c.curls = append(c.curls, line)
	for _, l := range WrapShell(Visible(line), c.width) {
		c.line(l)
	}
}

// stale prints what of the baseline no longer holds: it fails the gate, so it is never left out.
func (c *console) stale() {
	if len(c.view.Report.StaleBaseline) == 0 {
		return
	}
	c.printf("\n%s\n", c.paint.outcome(verdict.Failed,
		"BASELINE: it no longer holds, which fails the gate"))
	for _, entry := range c.view.Report.StaleBaseline {
		c.field("entry", entry)
	}
}

func (c *console) notApplicable() {
	c.reasons(verdict.NotApplicable,
		"NOT APPLICABLE: what it needs was not declared, or the documents rule it out")
	if undeclared(c.view.Report) > 0 {
		c.field("declare",
			"conformance.example.yaml shows all that can be declared: an app key, traders, an inbox")
	}
}

// reasons prints why requirements were not judged, and what to declare or mend, with what hangs on
// it.
func (c *console) reasons(o verdict.Outcome, title string) {
	groups := groupBy(having(c.view.Report.Requirements, o), reason)
	if len(groups) == 0 {
		return
	}
	c.printf("\n%s\n", c.paint.outcome(o, title))
	slices.SortStableFunc(groups, func(a, b group) int {
		return len(b.Requirements) - len(a.Requirements)
	})
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
	others := slices.DeleteFunc(slices.Clone(r.Observations), func(o string) bool {
		return slices.Contains(r.StaleBaseline, o)
	})
	if len(others) == 0 {
		return
	}
	c.printf("\n%s\n", c.paint.bold("ALSO SEEN: no requirement speaks of it"))
	for _, o := range others {
		c.field("seen", o)
	}
}

func (c *console) closing() {
	r := c.view.Report
	c.printf("%s\n", counts(r.Counts))
	slowest := ""
	if c.options.Verbose {
		slowest = longest(c.view)
	}
	c.block("", inert(fmt.Sprintf("Profiles: %s. Took %s%s.",
		Visible(strings.Join(r.Profiles, ", ")), duration(took(r)), slowest)))
	if dir := c.options.Reports; dir != "" {
		c.block("", "Page: "+inert(Visible(filepath.Join(dir, PageFile))))
	}
}

func (c *console) shellVariables() {
	var names []string
	for _, v := range variables(c.view.Run, c.curls) {
		names = append(names, v.Name)
	}
	if len(names) > 0 {
		c.block("", "Set before you paste: "+inert(strings.Join(names, ", ")))
	}
}

// counts is the line that adds up the requirements.
func counts(n verdict.Counts) string {
	return fmt.Sprintf("%d passed, %d failed, %d untestable, %d not applicable (musts: %d, %d, %d, %d)",
		n.Passed, n.Failed, n.Untestable, n.NotApplicable,
		n.Musts.Passed, n.Musts.Failed, n.Musts.Untestable, n.Musts.NotApplicable)
}

// longest names the slowest link of the critical path.
func longest(v View) string {
	r := v.Report
	if len(r.CriticalPath) == 0 {
		return ""
	}
	slowest := slices.MaxFunc(r.CriticalPath, func(a, b verdict.Link) int {
		return int(a.DurationMs - b.DurationMs)
	})
	return fmt.Sprintf(", longest in %s (%.0f ms)", Visible(v.title(slowest.Step)),
		slowest.DurationMs)
}

// inert breaks what CI systems take for a command in the midst of a line:
// ##[…] and ##vso[…].
func inert(s string) string { return strings.ReplaceAll(s, "##", `#\x23`) }
