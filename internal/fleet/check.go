package fleet

import (
	"github.com/etna-conformance/conformance/internal/app"
)

// Check plans every deployment, as judging would, and gives each what is wrong with it. Nothing is
// sent.
func Check(fleet []Deployment) {
	for i, d := range fleet {
		if d.Err != nil {
			continue
		}
		planned, err := app.Plan(d.Config)
		if err == nil {
			_, err = app.Baseline(d.Config.Baseline, planned.Suite.Contract)
		}
		fleet[i].Err = err
	}
}
