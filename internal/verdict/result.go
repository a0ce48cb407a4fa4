package verdict

import (
	"encoding/json"

	"github.com/onsi/ginkgo/v2/types"
)

// ResultEntry is the name of the Ginkgo report entry that carries a spec's [Result].
const ResultEntry = "result"

// Result is what one spec came to: one requirement looked at on one subject.
type Result struct {
	Requirement string    `json:"requirement"`
	Subject     string    `json:"subject"`
	Verdict     Outcome   `json:"verdict"`
	Reason      string    `json:"reason,omitempty"`
	Steps       []string  `json:"steps,omitempty"`
	Findings    []Finding `json:"findings,omitempty"`
}

// Results reads the results out of Ginkgo's report, whichever process wrote them. A spec that ended without one
// (it panicked) is told in broken.
func Results(report types.Report) (results []Result, broken []string) {
	for _, spec := range report.SpecReports {
		if spec.LeafNodeType != types.NodeTypeIt || spec.State.Is(types.SpecStateSkipped|types.SpecStatePending) && len(spec.ReportEntries) == 0 {
			continue
		}
		result, found := resultOf(spec)
		if !found {
			broken = append(broken, spec.FullText()+": "+spec.Failure.Message+" "+spec.Failure.ForwardedPanic)
			continue
		}
		results = append(results, result)
	}
	return results, broken
}

func resultOf(spec types.SpecReport) (Result, bool) {
	for _, entry := range spec.ReportEntries {
		if entry.Name != ResultEntry {
			continue
		}
		if result, ok := entry.GetRawValue().(Result); ok {
			return result, true
		}
		var result Result
		err := json.Unmarshal([]byte(entry.Value.AsJSON), &result)
		return result, err == nil
	}
	return Result{}, false
}
