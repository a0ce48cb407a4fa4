package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// ContractFile is the name by which reports point into the contract.
const contractFile = "openapi.yaml"

// subject names what was judged: the deployment's name and version where they
// were declared, and always its URL.
func subject(d verdict.Deployment) string {
	if d.Embedded {
		return "the embedded reference deployment (not a deployment of yours)"
	}
	name := strings.TrimSpace(d.Name + " " + d.Version)
	if name == "" {
		return short(d.URL, 300)
	}
	return fmt.Sprintf("%s (%s)", short(name, 300), short(d.URL, 300))
}

// headline is the verdict of the run in one or two sentences, without its subject.
func headline(r verdict.Report) string {
	text := judgement(r)
	if text != "" && r.Verdict != verdict.PartlyJudged && partial(r) {
		text += " " + capital(coverage(r)) + "."
	}
	return text
}

func judgement(r verdict.Report) string {
	musts := r.Counts.Musts
	judged := musts.Passed + musts.Failed
	switch r.Verdict {
	case verdict.Conformant:
		return fmt.Sprintf("It keeps %s.", allOf(musts.Passed, "must requirement"))
	case verdict.PartlyJudged:
		return partlyJudged(r)
	case verdict.Incomplete:
		return incomplete(r)
	case verdict.NotConformant:
		return fmt.Sprintf("It breaks %d of %s.", musts.Failed,
			count(judged, "judged must requirement"))
	}
	return ""
}

func incomplete(r verdict.Report) string {
	switch {
	case r.Counts.Musts.Untestable > 0:
		return fmt.Sprintf("Nothing failed that decides, but %s not observable.",
			were(r.Counts.Musts.Untestable, "must requirement"))
	case r.Evidence != nil && r.Evidence.Problem != "":
		return "Nothing failed that decides, but the evidence is not whole."
	}
	return "Nothing failed that decides, but the run did not come to its end."
}

func partlyJudged(r verdict.Report) string {
	switch {
	case r.Counts.Passed+r.Counts.Failed == 0:
		return "Nothing was judged: what was selected needs more configuration."
	case r.Counts.Musts.Passed == 0:
		return fmt.Sprintf("%s; of the other requirements %d passed and %d failed.",
			capital(coverage(r)), r.Counts.Passed, r.Counts.Failed)
	case !partial(r):
		return fmt.Sprintf("It keeps %s; others were not selected.",
			allOf(r.Counts.Musts.Passed, "must requirement"))
	}
	var why []string
	if r.Selection != nil && r.Selection.UnselectedMusts > 0 {
		why = append(why, fmt.Sprintf("%d not selected", r.Selection.UnselectedMusts))
	}
	if n := undeclared(r); n > 0 {
		why = append(why, fmt.Sprintf("%d not judged for want of configuration", n))
	}
	return fmt.Sprintf("%s, all kept; %s.", capital(coverage(r)), strings.Join(why, ", "))
}

// undeclared counts the musts that only want of configuration kept from being judged.
func undeclared(r verdict.Report) int {
	n := 0
	for _, q := range having(r.Requirements, verdict.NotApplicable) {
		if q.Level == "must" && !q.ByDocuments {
			n++
		}
	}
	return n
}

func allOf(n int, what string) string {
	if n == 1 {
		return "the one " + what
	}
	return fmt.Sprintf("all %d %ss", n, what)
}

func were(n int, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return fmt.Sprintf("%d %ss were", n, what)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// duration spells a time span for people: milliseconds below a second.
func duration(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func took(r verdict.Report) time.Duration {
	return time.Duration(r.DurationMs) * time.Millisecond
}

// source says where a promise stands in the documents.
func source(s verdict.Source) string {
	text := strings.Trim(Visible(s.Page)+" › "+Visible(s.Section), " ›")
	if s.Edition != "" {
		text += ", edition of " + Visible(s.Edition)
	}
	return text
}

// contractLine says where the contract demands it, "" where no line is known.
func contractLine(line int) string {
	if line <= 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", contractFile, line)
}

// findingLine is the line of the contract that a finding rests on.
func findingLine(r verdict.Requirement, f verdict.Finding) int {
	if f.Line > 0 {
		return f.Line
	}
	return r.Source.Line
}

// group is a run of requirements that belong together.
type group struct {
	Name         string
	Requirements []verdict.Requirement
}

// groupBy collects requirements under their key, in the order of first appearance.
func groupBy(all []verdict.Requirement, key func(verdict.Requirement) string) []group {
	var groups []group
	at := map[string]int{}
	for _, r := range all {
		name := key(r)
		i, known := at[name]
		if !known {
			i = len(groups)
			at[name] = i
			groups = append(groups, group{Name: name})
		}
		groups[i].Requirements = append(groups[i].Requirements, r)
	}
	return groups
}

// mainReason is why most of what is untestable is so, where nothing failed: a wrong key, or an
// inbox that is away.
func mainReason(r verdict.Report) string {
	all := having(r.Requirements, verdict.Untestable)
	for _, g := range groupBy(all, reason) {
		if r.Verdict == verdict.Incomplete && 2*len(g.Requirements) > len(all) {
			return g.Name
		}
	}
	return ""
}

// prefix is what an id starts with: "RESET" of "RESET-6".
func prefix(r verdict.Requirement) string {
	if i := strings.LastIndexByte(r.ID, '-'); i > 0 {
		return r.ID[:i]
	}
	return r.ID
}

func reason(r verdict.Requirement) string { return r.Reason }

// having returns the requirements with one of these verdicts, in report order.
func having(all []verdict.Requirement, outcomes ...verdict.Outcome) []verdict.Requirement {
	var some []verdict.Requirement
	for _, r := range all {
		if slices.Contains(outcomes, r.Verdict) {
			some = append(some, r)
		}
	}
	return some
}

func ids(all []verdict.Requirement) []string {
	var some []string
	for _, r := range all {
		some = append(some, Visible(r.ID))
	}
	return some
}
