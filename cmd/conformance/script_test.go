package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/fleet"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// TestScripts runs the archives in testdata/script: what people type, and what they read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			programs := filepath.Join(env.WorkDir, ".programs")
			env.Setenv("PATH", programs+string(os.PathListSeparator)+env.Getenv("PATH"))
			return errors.Join(os.Mkdir(programs, 0o755),
				os.Symlink(binary, filepath.Join(programs, "conformance")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"deployment": serveDeployment, "sandbox": serveSandbox, "busy": holdTraders,
			"samefleet": compareFleets,
			"workflow":  runWorkflow, "unpack": unpackBundle,
		},
	})
}

// serveDeployment starts a deployment with three traders and writes its configuration: deployment
// FILE NAME VERSION.
func serveDeployment(ts *testscript.TestScript, _ bool, args []string) {
	s, err := sandbox.Start(sandbox.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	var b strings.Builder
	fmt.Fprintf(&b,
		"url: %s\ninbox: {mailhog: %s}\ndeployment: {name: %s, version: %s}\ntraders:\n", s.URL,
		s.InboxURL, args[1], args[2])
	for _, t := range s.Traders {
		fmt.Fprintf(&b, "  - {login: %q, email: %q", t.Login, t.Email)
		if t.Answer != "" {
			fmt.Fprintf(&b, ", question: %q, answer: %q", t.Question, t.Answer)
		}
		b.WriteString("}\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
	ts.Setenv("CONFORMANCE_APP_KEY", s.AppKey)
}

// serveSandbox starts a deployment, with faults, and writes its configuration: sandbox FILE
// [FAULT...].
func serveSandbox(ts *testscript.TestScript, _ bool, args []string) {
	var around faults.Set
	for _, name := range args[1:] {
		f, found := faults.Find(name)
		if !found {
			ts.Fatalf("there is no fault %s", name)
		}
		around.Faults = append(around.Faults, f)
	}
	s, err := sandbox.Start(sandbox.Options{Around: around})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	declared := s.Declaration(true)
	declared["appKey"] = s.AppKey
	text, err := json.Marshal(declared) // JSON is YAML, too.
	ts.Check(err)
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// holdTraders keeps runs with the traders of a configuration waiting while the command runs: busy
// FILE COMMAND [ARGUMENT...].
func holdTraders(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"config": ts.MkAbs(args[0])}})
	ts.Check(err)
	temporary := ts.Getenv("TMPDIR")
	ts.Setenv("TMPDIR", os.TempDir())
	unlock, unlocked := app.Lock(context.Background(), cfg, func() {})
	if unlocked != "" {
		ts.Fatalf("%s", unlocked)
	}
	err = ts.Exec(args[1], args[2:]...)
	unlock()
	ts.Setenv("TMPDIR", temporary)
	ts.Check(err)
}

// compareFleets demands the same of two results but for what differs between any two runs:
// samefleet DIR DIR.
func compareFleets(ts *testscript.TestScript, _ bool, args []string) {
	read := func(dir string) (r fleet.Report) {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(dir, "fleet.json"))), &r))
		r.RunID, r.Shards, r.Started, r.DurationMs = "", nil, time.Time{}, 0
		for i := range r.Deployments {
			d := &r.Deployments[i]
			d.Dir, d.RunID, d.Started, d.DurationMs = "", "", nil, 0
		}
		return r
	}
	suites := func(dir string) []string {
		return regexp.MustCompile(`<testsuite name="[^"]*" tests="\d+" failures="\d+" errors="\d+" skipped="\d+"`).FindAllString(ts.ReadFile(filepath.Join(dir, "junit.xml")), -1)
	}
	a, b := read(args[0]), read(args[1])
	if !reflect.DeepEqual(a, b) {
		ts.Fatalf("not the same:\n%+v\n%+v", a, b)
	}
	if one, other := suites(args[0]), suites(args[1]); len(one) != len(a.Deployments) ||
		!reflect.DeepEqual(one, other) {
		ts.Fatalf("not the same suites:\n%s\n%s", one, other)
	}
}
