// Package verdict holds the verdicts of one run as plain values; every report
// is a rendering of a [Report].
package verdict

import "time"

// SchemaVersion is the version of the JSON form of a [Report].
const SchemaVersion = 1

// Outcome is the verdict of one requirement, or of one of its checks.
type Outcome string

// The outcomes. NotApplicable and Untestable never count as passed.
const (
	Passed        Outcome = "passed"
	Failed        Outcome = "failed"
	NotApplicable Outcome = "not applicable"
	Untestable    Outcome = "untestable"
)

// Overall is the verdict of a whole run.
type Overall string

// The verdicts of a run, best first.
const (
	Conformant    Overall = "conformant"
	PartlyJudged  Overall = "partly judged"
	Incomplete    Overall = "incomplete"
	NotConformant Overall = "not conformant"
)

// Report is the verdict of one run.
type Report struct {
	SchemaVersion int        `json:"schemaVersion"`
	Tool          Tool       `json:"tool"`
	Contract      Contract   `json:"contract"`
	Deployment    Deployment `json:"deployment"`
	// Labels are those of the deployment's configuration, such as its region.
	Labels     map[string]string `json:"labels,omitempty"`
	RunID      string            `json:"runId"`
	Started    time.Time         `json:"started"`
	DurationMs int64             `json:"durationMs"`
	Profiles   []string          `json:"profiles"`
	// Selection is the selected part of the profiles, nil for all of it.
	Selection   *Selection `json:"selection,omitempty"`
	Interrupted bool       `json:"interrupted,omitempty"`
	// Fault is this tool's own failure; then nothing was judged.
	Fault        string        `json:"fault,omitempty"`
	Verdict      Overall       `json:"verdict"`
	Counts       Counts        `json:"counts"`
	Requirements []Requirement `json:"requirements"`
	Observations []string      `json:"observations"`
	// StaleBaseline lists the baseline's outdated entries; they fail the gate.
	StaleBaseline []string `json:"staleBaseline,omitempty"`
	// Evidence is the stored evidence, nil if none could be stored.
	Evidence *Evidence `json:"evidence,omitempty"`
	// CriticalPath is the longest chain of exchanges and mail waits that
	// depended on each other.
	CriticalPath []Link `json:"criticalPath,omitempty"`
}

// Tool names the tool that judged.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Contract names the contract of the verdicts.
type Contract struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	// File is the name of a contract that is not the built-in one, "" for the built-in one.
	File string `json:"file,omitempty"`
	// Weaker are the requirements of the built-in contract with weaker demands in this one.
	Weaker []Weaker `json:"weaker,omitempty"`
}

// Weaker is a requirement of the built-in contract that another contract leaves out or lowers.
type Weaker struct {
	ID string `json:"id"`
	// Level and Profile are those of the built-in contract, NowLevel and NowProfile the other's, ""
	// where it is left out.
	Level      string `json:"level"`
	Profile    string `json:"profile"`
	NowLevel   string `json:"nowLevel,omitempty"`
	NowProfile string `json:"nowProfile,omitempty"`
}

// Selection is a part of the profiles' requirements.
type Selection struct {
	// Only are ids and patterns, Labels is a Ginkgo label filter.
	Only   []string `json:"only,omitempty"`
	Labels string   `json:"labels,omitempty"`
	// Unselected counts the unselected requirements of the profiles, UnselectedMusts the musts
	// among them.
	Unselected      int `json:"unselected"`
	UnselectedMusts int `json:"unselectedMusts"`
}

// Deployment names the judged deployment.
type Deployment struct {
	URL      string `json:"url"`
	Name     string `json:"name,omitempty"`
	Version  string `json:"version,omitempty"`
	Embedded bool   `json:"embedded,omitempty"`
}

// Evidence is the stored evidence of a run.
type Evidence struct {
	// SHA256 is that of the file with the sums of all its files, "" where there is none.
	SHA256 string `json:"sha256,omitempty"`
	// Problem says how the files differ from the stored ones, "" if they don't.
	Problem string `json:"problem,omitempty"`
}

// Counts counts requirements by outcome, musts apart.
type Counts struct {
	Passed        int `json:"passed"`
	Failed        int `json:"failed"`
	NotApplicable int `json:"notApplicable"`
	Untestable    int `json:"untestable"`
	Musts         struct {
		Passed        int `json:"passed"`
		Failed        int `json:"failed"`
		NotApplicable int `json:"notApplicable"`
		Untestable    int `json:"untestable"`
	} `json:"musts"`
}

// Requirement is the verdict of one requirement.
type Requirement struct {
	ID        string `json:"id"`
	Level     string `json:"level"`
	Profile   string `json:"profile"`
	Statement string `json:"statement"`
	Source    Source `json:"source"`
	// Reading is the interpretation of an open passage, "" elsewhere.
	Reading string  `json:"reading,omitempty"`
	Verdict Outcome `json:"verdict"`
	// Reason says why a requirement is not applicable or untestable, and what to declare or mend.
	Reason string `json:"reason,omitempty"`
	// ByDocuments is true if the documents rule the requirement out for this configuration: it does
	// not stand in the way of conformant.
	ByDocuments bool `json:"byDocuments,omitempty"`
	// Known is the baseline's reason to accept a failure or its consequence for now, "" if it is
	// not accepted.
	Known    string    `json:"known,omitempty"`
	Findings []Finding `json:"findings"`
	// Checks are the judged subjects.
	Checks []Check `json:"checks"`
}

// Source is where a promise stands.
type Source struct {
	Page    string `json:"page"`
	Section string `json:"section"`
	// Edition is the month of the page's edition, "" for the documents' own.
	Edition string `json:"edition,omitempty"`
	// Line is the requirement's line in the contract.
	Line int `json:"line"`
}

// Check is one requirement looked at on one subject.
type Check struct {
	Subject string  `json:"subject"`
	Verdict Outcome `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
	// Because are the requirements whose failures make it untestable.
	Because []string `json:"because,omitempty"`
	// Steps are the judged exchanges and waits.
	Steps []string `json:"steps,omitempty"`
}

// Finding is why a requirement failed.
type Finding struct {
	// Subject is a trader, an operation or a kind of request.
	Subject  string `json:"subject"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	// Exchange is the step of the exchange in the evidence.
	Exchange string `json:"exchange,omitempty"`
	// Curl reproduces the exchange, secrets as shell variables.
	Curl string `json:"curl,omitempty"`
	// Mail is the id of the finding's mail in the evidence.
	Mail string `json:"mail,omitempty"`
	// Line is the demanding line of the contract, 0 if there is none.
	Line int `json:"line,omitempty"`
}

// Link is one link of the critical path.
type Link struct {
	Step       string  `json:"step"`
	DurationMs float64 `json:"durationMs"`
}
