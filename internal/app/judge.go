package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// Judge judges the evidence: pure, without the network and without Ginkgo. An error is a fault of
// this tool.
func Judge(suite *suites.Suite, run *evidence.Run, version string) (report *verdict.Report,
	err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("a check broke: %w", mishap.Error(cause))
		}
	}()
	return toReport(suite, run, version, suite.Judge(run)), nil
}

// JudgeBySpecs is Judge through the suite's Ginkgo specs, in this process. Ginkgo allows one call
// per process.
func JudgeBySpecs(suite *suites.Suite, run *evidence.Run, version string,
	strict bool) (*verdict.Report, error) {
	// The specs speak through the verdicts; Ginkgo's own report would only repeat them.
	formatter.ColorableStdOut = io.Discard
	gomega.RegisterFailHandler(ginkgo.Fail)
	suite.Register(strict, func() *evidence.Run { return run })
	var report types.Report
	ginkgo.ReportAfterSuite("verdicts", func(r types.Report) { report = r })
	config, reporter := ginkgo.GinkgoConfiguration()
	reporter.Succinct = true
	ginkgo.RunSpecs(failer{}, "conformance", config, reporter)
	// Ginkgo leaves its signal handler behind; it would swallow the next Ctrl-C.
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	return fromSpecs(suite, run, report, version)
}

// maxBrokenChecks bounds the broken checks in the message; one mistake may break them all.
const maxBrokenChecks = 3

// fromSpecs makes the report from Ginkgo's.
func fromSpecs(suite *suites.Suite, run *evidence.Run, report types.Report,
	version string) (*verdict.Report, error) {
	results, broken := suites.Results(report)
	if len(broken) > 0 {
		return nil, errors.New("a check broke: " +
			strings.Join(broken[:min(len(broken), maxBrokenChecks)], "; "))
	}
	unjudged := findUnjudged(suite, results)
	byUser := slices.Contains(report.SpecialSuiteFailureReasons, interruptedByUser)
	if len(unjudged) > 0 && !byUser {
		return nil, fmt.Errorf("%d checks were not carried out, the first of %s", len(unjudged),
			unjudged[0].Requirement)
	}
	found := *run
	found.Interrupted = found.Interrupted || byUser
	return toReport(suite, &found, version, slices.Concat(results, unjudged)), nil
}

// toReport makes the report from the results.
func toReport(suite *suites.Suite, run *evidence.Run, version string,
	results []verdict.Result) *verdict.Report {
	r := newReport(suite, run.Target, version)
	r.RunID, r.Started, r.DurationMs = run.ID, run.Started, run.Duration.Milliseconds()
	r.Interrupted = run.Interrupted
	r.Observations = slices.Concat(run.Observations, suite.Observations(run))
	r.CriticalPath = criticalPath(suite.Plan, run)
	r.Fill(listJudged(suite), results)
	return r
}

// interruptedByUser is Ginkgo's reason for a signal during the specs.
const interruptedByUser = "Interrupted by User"

// findUnjudged returns the checks without a result, as untestable.
func findUnjudged(suite *suites.Suite, results []verdict.Result) []verdict.Result {
	known := map[[2]string]bool{}
	for _, r := range results {
		known[[2]string{r.Requirement, r.Subject}] = true
	}
	var list []verdict.Result
	for _, c := range suite.Checks {
		for _, s := range c.Subjects {
			if !known[[2]string{c.Requirement.ID, s.Name}] {
				list = append(list,
					untestable(c, s.Name, "the run was interrupted before this was judged"))
			}
		}
	}
	return list
}

func untestable(c suites.Check, subject, reason string) verdict.Result {
	return verdict.Result{Requirement: c.Requirement.ID, Subject: subject,
		Verdict: verdict.Untestable, Reason: reason}
}

// Fault is the report of a run after a fault of this tool: nothing is judged, and every format says
// so.
func Fault(suite *suites.Suite, version string, cause error) *verdict.Report {
	r := newReport(suite, suite.Target, version)
	r.Fault, r.Started = cause.Error(), time.Now()
	var results []verdict.Result
	for _, c := range suite.Checks {
		results = append(results,
			untestable(c, "this tool", "a fault of this tool, not of the deployment: "+r.Fault))
	}
	r.Fill(listJudged(suite), results)
	return r
}

// newReport holds the parts of a report known before any result.
func newReport(suite *suites.Suite, t evidence.Target, version string) *verdict.Report {
	return &verdict.Report{
		Tool:     verdict.Tool{Name: "conformance", Version: version},
		Contract: describeContract(suite.Contract),
		Deployment: verdict.Deployment{URL: t.URL, Name: t.Name, Version: t.Version,
			Embedded: t.Embedded},
		Labels:   t.DeploymentLabels,
		Profiles: t.Profiles, Selection: describeSelection(suite),
	}
}

func listJudged(suite *suites.Suite) []verdict.Judged {
	var list []verdict.Judged
	for _, c := range suite.Checks {
		list = append(list, verdict.Judged{Requirement: c.Requirement, Missing: c.Missing,
			ByDocuments: c.ByDocuments})
	}
	return list
}

// failer ignores Ginkgo's failure of the suite; the verdicts say it better.
type failer struct{}

func (failer) Fail() {}

// milliseconds is the unit of durations in reports.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
