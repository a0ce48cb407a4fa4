package fleet

import (
	"github.com/etna-conformance/conformance/internal/run"
)

// Check plans every deployment, as judging would, and gives each what is wrong with it. Nothing is
// sent.
func Check(fleet []Deployment) {
	for i, d := range fleet {
		if d.Err != nil {
			continue
		}
		planned, err := run.Plan(d.Config)
		if err == nil {
			_, err = run.Baseline(d.Config.Baseline, planned.Suite.Contract)
		}
		fleet[i].Err = err
	}
}
