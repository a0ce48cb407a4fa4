package main_test

import (
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// olderSandbox has step 3 at its older path alone.
func olderSandbox(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	older, found := faults.FindVariant("older-path-no-resource")
	if !found {
		t.Fatal("there is no such variant")
	}
	return sandboxtest.Start(t,
		sandbox.Options{Around: faults.Set{Variants: []faults.Variant{older}}})
}

// declareStepThree writes a configuration for the flow; "" leaves the path of step 3 to the run.
func declareStepThree(t *testing.T, s *sandbox.Sandbox, path string) call {
	t.Helper()
	declared := s.Declaration(true)
	declared["profile"] = []string{"core", "flow"}
	if path != "" {
		declared["stepThree"] = path
	}
	text, err := yaml.Marshal(declared)
	if err != nil {
		t.Fatal(err)
	}
	return call{args: []string{"--config", write(t, "conformance.yaml", string(text))},
		env: []string{"CONFORMANCE_APP_KEY=" + s.AppKey}}
}

// TestStepThreeIsFoundAtItsOlderPath judges a deployment that keeps the edition of August 2020.
func TestStepThreeIsFoundAtItsOlderPath(t *testing.T) {
	t.Parallel()
	s := olderSandbox(t)
	for _, declared := range []string{"", "password"} {
		out := t.TempDir()
		c := declareStepThree(t, s, declared)
		c.args = append([]string{"run", "--out", out}, c.args...)
		c.run(t).wantExit(t, 0).wantOut(t, "CONFORMANT", "step 3 is at its older path")
		judged := reportOf(t, out)
		if got := requirement(t, judged, "CODE-7").Verdict; got != verdict.NotApplicable {
			t.Errorf("declared %q: an unknown Identifier is %s", declared, got)
		}
		atOlder := func(k verdict.Check) bool {
			return strings.Contains(k.Subject, "/users/password/reset/code")
		}
		if !slices.ContainsFunc(requirement(t, judged, "KEY-1").Checks, atOlder) {
			t.Errorf("declared %q: KEY-1 does not name the older path", declared)
		}
		conformance(t, "judge", out, "--out", t.TempDir()).wantExit(t, 0)
	}
}

// TestStepThreeThatIsDeclaredElsewhereIsMissing holds a deployment to the path that was declared.
func TestStepThreeThatIsDeclaredElsewhereIsMissing(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	c := declareStepThree(t, olderSandbox(t), "identifiers")
	c.args = append([]string{"run", "--out", out}, c.args...)
	c.run(t).wantExit(t, 1)
	if got := requirement(t, reportOf(t, out), "ANSWER-1").Verdict; got != verdict.Failed {
		t.Errorf("ANSWER-1 is %s", got)
	}
}

func TestPlanSaysWhereStepThreeIsAsked(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	for declared, says := range map[string][]string{
		"": {"to find out at which of its two paths",
			"POST /v{version}/users/identifiers/reset/code",
			"POST /v{version}/users/password/reset/code"},
		"identifiers": {"is asked at POST /v{version}/users/identifiers/reset/code, as declared (stepThree)"},
		"password":    {"is asked at POST /v{version}/users/password/reset/code, as declared (stepThree)"},
	} {
		c := declareStepThree(t, s, declared)
		c.args = append([]string{"plan"}, c.args...)
		r := c.run(t).wantExit(t, 0).wantOut(t, says...)
		if (declared == "") != strings.Contains(r.stdout, "which of its two paths") {
			t.Errorf("declared %q: the plan finds out what is declared, or not what is not",
				declared)
		}
	}
}

// TestFlowWithoutPasswordsIsJudged asks for the flow where no trader has passwords: what nobody
// asked for a success is not applicable, and makes nothing untestable.
func TestFlowWithoutPasswordsIsJudged(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	r, out := judge(t, s, "--profile", "core,flow")
	r.wantExit(t, 0)
	if untestable := having(reportOf(t, out), verdict.Untestable); len(untestable) > 0 {
		t.Errorf("untestable: %v", untestable)
	}
	if got := requirement(t, reportOf(t, out), "ANSWER-6").Verdict; got != verdict.Passed {
		t.Errorf("ANSWER-6 is %s", got)
	}
}
