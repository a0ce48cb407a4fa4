package fleet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/site"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// SchemaVersion is the version of the JSON form of a [Report].
const SchemaVersion = 1

const (
	resultFile = "fleet.json"
	junitFile  = "junit.xml"
	pageFile   = "index.html"
	stateFile  = "state.jsonl"
)

// Report is the result of a fleet, or of a shard of one.
type Report struct {
	SchemaVersion int          `json:"schemaVersion"`
	Tool          verdict.Tool `json:"tool"`
	// RunID is that of the run of the fleet, "" of merged ones.
	RunID string `json:"runId,omitempty"`
	// Shard is the part that was judged, nil for the whole.
	Shard *Shard `json:"shard,omitempty"`
	// Shards are those that were merged.
	Shards     []ShardRun `json:"shards,omitempty"`
	Started    time.Time  `json:"started"`
	DurationMs int64      `json:"durationMs"`
	ExitCode   int        `json:"exitCode"`
	Counts     Counts     `json:"counts"`
	// Names are those of the whole fleet.
	Names []string `json:"names"`
	// Deployments are in the order of the names.
	Deployments []Result `json:"deployments"`
}

// ShardRun is one run that was merged.
type ShardRun struct {
	RunID string `json:"runId"`
	Shard *Shard `json:"shard,omitempty"`
}

// Counts counts deployments by result.
type Counts struct {
	Conformant    int `json:"conformant"`
	PartlyJudged  int `json:"partlyJudged"`
	Incomplete    int `json:"incomplete"`
	NotConformant int `json:"notConformant"`
	// Misconfigured were not contacted, Faults met a fault of this tool, NotJudged were not
	// reached.
	Misconfigured int `json:"misconfigured"`
	Faults        int `json:"faults"`
	NotJudged     int `json:"notJudged"`
}

// Result is the result of one deployment.
type Result struct {
	Name string `json:"name"`
	// Config is the path of its configuration.
	Config string `json:"config,omitempty"`
	// Dir has its reports, seen from that of the fleet's; "" where it was not judged.
	Dir    string            `json:"dir,omitempty"`
	URL    string            `json:"url,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	RunID  string            `json:"runId,omitempty"`
	// Verdict is "" where it was not judged.
	Verdict  verdict.Overall `json:"verdict,omitempty"`
	ExitCode int             `json:"exitCode"`
	// Reason explains the exit code, "" if nothing failed.
	Reason     string          `json:"reason,omitempty"`
	Counts     *verdict.Counts `json:"counts,omitempty"`
	Failed     []string        `json:"failed,omitempty"`
	Untestable []string        `json:"untestable,omitempty"`
	// LastLine says which declared password is valid for which trader, "" where none was changed.
	LastLine   string     `json:"lastLine,omitempty"`
	Started    *time.Time `json:"started,omitempty"`
	DurationMs int64      `json:"durationMs,omitempty"`
}

// isFinal reports whether the deployment needs no judging again in the same run.
func (r Result) isFinal() bool {
	return r.Verdict != "" && r.ExitCode != verdict.ExitFault &&
		r.ExitCode != verdict.ExitInterrupted
}

// fillFrom copies the result from the deployment's report.
func (r *Result) fillFrom(found verdict.Report, strict, complete bool) {
	r.RunID, r.Verdict, r.Counts = found.RunID, found.Verdict, &found.Counts
	r.Started, r.DurationMs = &found.Started, found.DurationMs
	r.ExitCode, r.Reason = found.ExitCode(strict, complete),
		report.ExitReason(found, strict, complete)
	for _, q := range found.Requirements {
		switch q.Verdict {
		case verdict.Failed:
			r.Failed = append(r.Failed, q.ID)
		case verdict.Untestable:
			r.Untestable = append(r.Untestable, q.ID)
		}
	}
}

// worstFirst orders the exit codes: the first that any deployment has is the fleet's. A fault of
// this tool and a signal come first, since the fleet must then be run again.
func worstFirst() []int {
	return []int{verdict.ExitFault, verdict.ExitInterrupted, verdict.ExitNotConformant,
		verdict.ExitUsage, verdict.ExitIncomplete, verdict.ExitConformant}
}

// sumUp fills in the counts and the exit code. A shard without deployments is no mistake: the others
// have them.
func (r *Report) sumUp() {
	r.Counts = Counts{}
	codes := map[int]bool{}
	for _, d := range r.Deployments {
		codes[d.ExitCode] = true
		r.Counts.add(d)
	}
	if i := slices.IndexFunc(worstFirst(), func(code int) bool { return codes[code] }); i >= 0 {
		r.ExitCode = worstFirst()[i]
	}
}

func (c *Counts) add(d Result) {
	switch {
	case d.ExitCode == verdict.ExitFault:
		c.Faults++
	case d.Verdict == "" && d.ExitCode == verdict.ExitUsage:
		c.Misconfigured++
	case d.Verdict == "":
		c.NotJudged++
	case d.Verdict == verdict.Conformant:
		c.Conformant++
	case d.Verdict == verdict.PartlyJudged:
		c.PartlyJudged++
	case d.Verdict == verdict.Incomplete:
		c.Incomplete++
	default:
		c.NotConformant++
	}
}

// Missing are the names of the fleet's deployments that nothing was judged of although nothing is
// wrong with them.
func (r *Report) Missing() []string {
	var names []string
	for _, d := range r.Deployments {
		if d.Verdict == "" && d.ExitCode != verdict.ExitUsage && d.ExitCode != verdict.ExitFault {
			names = append(names, d.Name)
		}
	}
	return names
}

// writeFiles writes fleet.json, the JUnit file and the page into the directory.
func (r *Report) writeFiles(dir string) error {
	var runs []site.Run
	err := report.WriteFile(filepath.Join(dir, junitFile), func(w io.Writer) error {
		return r.writeJUnit(w, dir, func(run site.Run) { runs = append(runs, run) })
	})
	return errors.Join(err,
		report.WriteFile(filepath.Join(dir, pageFile), func(w io.Writer) error {
			return site.Write(w, site.Of(runs), r.listUnjudged(), dir)
		}),
		report.WriteFile(filepath.Join(dir, resultFile), func(w io.Writer) error {
			return report.WriteJSON(w, r)
		}))
}

// listUnjudged lists each unjudged deployment with the reason, for the page.
func (r *Report) listUnjudged() []string {
	var list []string
	for _, d := range r.Deployments {
		if !d.wasJudged() {
			list = append(list, d.Name+": "+d.Reason)
		}
	}
	return list
}

// wasJudged reports whether the deployment has a report.
func (r Result) wasJudged() bool { return r.Dir != "" && r.Verdict != "" }

// writeJUnit writes a suite for each deployment. All reports of a large fleet do not fit into
// memory: they are read one by one and handed to the page.
func (r *Report) writeJUnit(w io.Writer, dir string, judged func(site.Run)) error {
	body, err := os.CreateTemp(dir, ".junit-*")
	if err != nil {
		return err
	}
	defer os.Remove(body.Name())
	defer body.Close()
	return report.FleetJUnit(w, body, len(r.Deployments), func(i int) (report.FleetSuite, error) {
		d := r.Deployments[i]
		suite := report.FleetSuite{Name: d.Name, Reason: d.Reason}
		if !d.wasJudged() {
			return suite, nil
		}
		found, err := d.readReport(dir)
		if err != nil {
			return suite, err
		}
		suite.Report = &found
		run := site.RunOf(filepath.Join(dir, filepath.FromSlash(d.Dir)), found)
		run.Report.Deployment.Name = d.Name // Two of a fleet may be called the same elsewhere.
		judged(run)
		return suite, nil
	})
}

// readReport reads the deployment's report again.
func (r Result) readReport(dir string) (verdict.Report, error) {
	found, err := report.Read(filepath.Join(dir, filepath.FromSlash(r.Dir)))
	if err == nil && found.RunID != r.RunID {
		err = fmt.Errorf("%s: expected the run %s, got %s",
			filepath.Join(dir, r.Dir, report.VerdictFile), r.RunID, found.RunID)
	}
	return found, err
}
