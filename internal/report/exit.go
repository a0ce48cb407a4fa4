package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// exitReason says why the exit code is what it is, "" where it is 0 and nothing was failed.
func exitReason(r verdict.Report, strict, complete bool) string {
	why := ExitReason(r, strict, complete)
	if why == "" {
		return ""
	}
	return fmt.Sprintf("Exit code %d: %s.", r.ExitCode(strict, complete), why)
}

// ExitReason is that reason without the code, as a sentence without its full stop.
func ExitReason(r verdict.Report, strict, complete bool) string {
	switch r.ExitCode(strict, complete) {
	case verdict.ExitFault:
		return "a fault of this tool: " + short(r.Fault, 500)
	case verdict.ExitInterrupted:
		return "the run was interrupted"
	case verdict.ExitNotConformant:
		return failedReason(r, strict)
	case verdict.ExitIncomplete:
		return incompleteReason(r)
	case verdict.ExitUsage:
		return "nothing that was selected could be judged"
	}
	switch {
	case len(having(r.Requirements, verdict.Failed)) == 0:
		return ""
	case len(knownOf(r)) == 0:
		return "no must failed; --strict makes a failed should exit 1"
	}
	return "no must failed that the baseline does not accept"
}

func failedReason(r verdict.Report, strict bool) string {
	var failed []verdict.Requirement
	for _, q := range having(r.Requirements, verdict.Failed) {
		if q.Known == "" && (q.Level == "must" || strict && q.Level == "should") {
			failed = append(failed, q)
		}
	}
	switch {
	case len(failed) == 0:
		return "the baseline no longer holds. " +
			strings.TrimSuffix(passageOnLine(r.StaleBaseline), ".")
	case len(r.StaleBaseline) > 0:
		return count(len(failed), "requirement") + " failed, and the baseline no longer holds"
	}
	return fewIDs(failed) + " failed"
}

func incompleteReason(r verdict.Report) string {
	hidden := slices.DeleteFunc(having(r.Requirements, verdict.Untestable),
		func(q verdict.Requirement) bool {
			return q.Known != "" || q.Level != "must"
		})
	switch {
	case len(hidden) > 0:
		return "nothing failed that decides, but " + fewIDs(hidden) + " could not be tested"
	case r.Evidence != nil && r.Evidence.Problem != "":
		return "the evidence is not whole"
	}
	return "with --complete, a must that was not declared counts as not judged"
}

// fewIDs names some requirements, and says how many there are where they are many.
func fewIDs(all []verdict.Requirement) string {
	const few = 3
	if len(all) > few {
		return fmt.Sprintf("%s and %d more", strings.Join(ids(all[:few]), ", "), len(all)-few)
	}
	return strings.Join(ids(all), ", ")
}

func knownOf(r verdict.Report) []verdict.Requirement {
	return slices.DeleteFunc(having(r.Requirements, verdict.Failed),
		func(q verdict.Requirement) bool { return q.Known == "" })
}

func passageOnLine(texts []string) string { return short(strings.Join(texts, " "), 500) }
