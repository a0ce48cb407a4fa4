package verdict

// Result is what one check came to: one requirement looked at on one subject.
type Result struct {
	Requirement string  `json:"requirement"`
	Subject     string  `json:"subject"`
	Verdict     Outcome `json:"verdict"`
	Reason      string  `json:"reason,omitempty"`
	// Because are the requirements whose failures make it untestable.
	Because  []string  `json:"because,omitempty"`
	Steps    []string  `json:"steps,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}
