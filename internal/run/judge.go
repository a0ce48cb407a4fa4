package run

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// Judge runs the suite's specs over the evidence, in this process and without the network. It can
// run once per process: that is how Ginkgo works. An error is a fault of this tool.
func Judge(suite *suites.Suite, run *evidence.Run, version string, strict bool) (*verdict.Report, error) {
	// The specs speak through the verdicts; Ginkgo's own report would only repeat them.
	formatter.ColorableStdOut = io.Discard
	gomega.RegisterFailHandler(ginkgo.Fail)
	suite.Register(strict, func() *evidence.Run { return run })
	var report types.Report
	ginkgo.ReportAfterSuite("verdicts", func(r types.Report) { report = r })
	config, reporter := ginkgo.GinkgoConfiguration()
	reporter.Succinct = true
	ginkgo.RunSpecs(failer{}, "conformance", config, reporter)
	// Ginkgo leaves its handler behind, which would swallow the next Ctrl-C.
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	return Report(suite, run, report, version)
}

// Report makes the verdicts of Ginkgo's report.
func Report(suite *suites.Suite, run *evidence.Run, report types.Report, version string) (*verdict.Report, error) {
	results, broken := verdict.Results(report)
	if len(broken) > 0 {
		return nil, errors.New("a check broke: " + strings.Join(broken, "; "))
	}
	r := &verdict.Report{
		Tool:       verdict.Tool{Name: "conformance", Version: version},
		Contract:   verdict.Contract{Version: suite.Contract.Version, SHA256: suite.Contract.SHA256},
		Deployment: verdict.Deployment{URL: run.Target.URL, Name: run.Target.Name, Version: run.Target.Version, Embedded: run.Target.Embedded},
		RunID:      run.ID, Started: run.Started, DurationMs: run.Duration.Milliseconds(),
		Profiles: run.Target.Profiles, Interrupted: run.Interrupted, Observations: run.Observations,
		CriticalPath: criticalPath(suite.Plan, run),
	}
	var judged []verdict.Judged
	for _, c := range suite.Checks {
		judged = append(judged, verdict.Judged{Requirement: c.Requirement, Missing: c.Missing, ByDocuments: c.ByDocuments})
	}
	r.Fill(judged, results)
	return r, nil
}

// failer is what Ginkgo reports the suite's failure to; the verdicts say it better.
type failer struct{}

func (failer) Fail() {}

// milliseconds is a duration as reports show it.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
