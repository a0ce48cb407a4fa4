package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// broken starts a deployment with faults of the catalogue.
func broken(t testing.TB, names ...string) *sandbox.Sandbox {
	t.Helper()
	return sandboxtest.Start(t, sandbox.Options{Around: faults.Set{Faults: catalogued(t, names)}})
}

func catalogued(t testing.TB, names []string) []faults.Fault {
	t.Helper()
	var list []faults.Fault
	for _, name := range names {
		f, found := faults.Find(name)
		if !found {
			t.Fatalf("there is no fault %q", name)
		}
		list = append(list, f)
	}
	return list
}

// through is a deployment whose responses go through a wrapper of the test.
func through(wrap func(faults.World, http.Handler) http.Handler) sandbox.Options {
	return sandbox.Options{Around: faults.Set{Variants: []faults.Variant{{Name: "wrapped-by-the-test", HTTP: wrap}}}}
}

// write writes a file of the test and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// declare writes a configuration of all that there is to know about the sandbox but its key.
func declare(t testing.TB, s *sandbox.Sandbox) string {
	t.Helper()
	text, err := yaml.Marshal(s.Declaration(false))
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "conformance.yaml", string(text))
}

// judge has the sandbox judged with everything declared; the reports are in the directory.
func judge(t testing.TB, s *sandbox.Sandbox, args ...string) (result, string) {
	t.Helper()
	out := t.TempDir()
	args = append([]string{"run", "--config", declare(t, s), "--out", out}, args...)
	return call{args: args, env: []string{"CONFORMANCE_APP_KEY=" + s.AppKey}}.run(t), out
}

// reportOf reads report.json of a run.
func reportOf(t testing.TB, dir string) verdict.Report {
	t.Helper()
	var r verdict.Report
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// having lists the ids of the requirements with the verdict.
func having(r verdict.Report, outcome verdict.Outcome) []string {
	var ids []string
	for _, q := range r.Requirements {
		if q.Verdict == outcome {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// verdicts are the outcomes by requirement.
func verdicts(r verdict.Report) map[string]verdict.Outcome {
	all := map[string]verdict.Outcome{}
	for _, q := range r.Requirements {
		all[q.ID] = q.Verdict
	}
	return all
}

// requirement returns the verdict of one requirement.
func requirement(t testing.TB, r verdict.Report, id string) verdict.Requirement {
	t.Helper()
	for _, q := range r.Requirements {
		if q.ID == id {
			return q
		}
	}
	t.Fatalf("the report has no %s", id)
	return verdict.Requirement{}
}

// counter is a server that counts what it is asked.
type counter struct {
	*httptest.Server
	asked atomic.Int64
}

func count(t testing.TB) *counter {
	c := &counter{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"error": "Application key is not defined or does not exist"}`))
	}))
	t.Cleanup(c.Close)
	return c
}
