package app

import (
	"slices"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// span is the time of a step.
type span struct{ from, to time.Time }

// criticalPath walks back from the last step to end, each time to the last predecessor to end.
func criticalPath(p *plan.Plan, run *evidence.Run) []verdict.Link {
	spans := stepSpans(run)
	steps := map[string]plan.Step{}
	last := ""
	for _, s := range p.Steps {
		steps[s.ID] = s
		if at, done := spans[s.ID]; done && (last == "" || at.to.After(spans[last].to)) {
			last = s.ID
		}
	}
	var path []verdict.Link
	seen := map[string]bool{}
	for id := last; id != "" && !seen[id]; id = latestPredecessor(steps, spans, id,
		map[string]bool{}) {
		seen[id] = true
		path = append(path, verdict.Link{Step: id,
			DurationMs: milliseconds(spans[id].to.Sub(spans[id].from))})
	}
	slices.Reverse(path)
	return path
}

func stepSpans(run *evidence.Run) map[string]span {
	spans := map[string]span{}
	for _, x := range run.Exchanges {
		at := span{x.Started, x.Started.Add(x.Timing.Total)}
		if first, again := spans[x.Step]; again {
			at.from = first.from
		}
		spans[x.Step] = at
	}
	for _, w := range run.Waits {
		spans[w.Step] = span{w.Started, w.Started.Add(w.Duration)}
	}
	return spans
}

// latestPredecessor is the last predecessor to end; it looks through steps without a time of their
// own.
func latestPredecessor(steps map[string]plan.Step, spans map[string]span, id string,
	seen map[string]bool) string {
	found := ""
	for _, before := range slices.Concat(steps[id].Needs, steps[id].After) {
		if seen[before] {
			continue
		}
		seen[before] = true
		candidate := before
		if _, timed := spans[before]; !timed {
			candidate = latestPredecessor(steps, spans, before, seen)
		}
		if candidate != "" && (found == "" || spans[candidate].to.After(spans[found].to)) {
			found = candidate
		}
	}
	return found
}
