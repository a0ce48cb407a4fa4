package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/extensions/globals"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// TestPanicInACheckIsAFault checks that a broken check makes no verdict, neither a green nor a red
// one.
func TestPanicInACheckIsAFault(t *testing.T) {
	planned, err := app.Plan(config.Config{
		URL: "http://deployment.invalid", AppKey: "a key for nothing", Profiles: []string{"core"},
		APIVersion: "1.0", MailDeadline: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	suite := planned.Suite
	subjects := suite.Checks[0].Subjects
	subjects[0].Judge = func(*suites.Look) { panic("the check broke") }
	found := &evidence.Run{Target: suite.Target}
	report, err := app.Judge(suite, found, "test")
	wantBroken(t, report, err)
	globals.Reset() // Ginkgo runs once, but for this.
	report, err = app.JudgeBySpecs(suite, found, "test", false)
	wantBroken(t, report, err)
	told := app.Fault(suite, "test", err)
	if code := told.ExitCode(false, false); code != verdict.ExitFault {
		t.Errorf("exit code %d", code)
	}
	if told.Fault == "" || told.Counts.Untestable != len(suite.Checks) ||
		told.Verdict != verdict.Incomplete {
		t.Errorf("fault %q, counts %+v, verdict %s", told.Fault, told.Counts, told.Verdict)
	}
}

func wantBroken(t *testing.T, report *verdict.Report, err error) {
	t.Helper()
	if err == nil || report != nil || !strings.Contains(err.Error(), "the check broke") {
		t.Fatalf("report %v, error %v", report, err)
	}
}
