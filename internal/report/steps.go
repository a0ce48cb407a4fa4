package report

import (
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// stepTimes is how long each step took, all attempts together.
func stepTimes(run evidence.Run) map[string]time.Duration {
	times := map[string]time.Duration{}
	for _, x := range run.Exchanges {
		times[x.Step] += x.Timing.Total
	}
	for _, w := range run.Waits {
		times[w.Step] += w.Duration
	}
	return times
}

// timeOf is how long the steps took that these requirements looked at, each
// once. Requirements share steps, so their times don't add up to the run's.
func timeOf(times map[string]time.Duration, requirements ...verdict.Requirement) time.Duration {
	var spent time.Duration
	for step := range stepsOf(requirements...) {
		spent += times[step]
	}
	return spent
}

// stepsOf is the set of steps that these requirements looked at.
func stepsOf(requirements ...verdict.Requirement) map[string]bool {
	steps := map[string]bool{}
	for _, r := range requirements {
		for _, check := range r.Checks {
			for _, step := range check.Steps {
				steps[step] = true
			}
		}
	}
	return steps
}
