package main_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/etna-conformance/conformance/internal/sandbox"
)

// TestScripts runs the archives in testdata/script: what people type, and what they read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			programs := filepath.Join(env.WorkDir, ".programs")
			env.Setenv("PATH", programs+string(os.PathListSeparator)+env.Getenv("PATH"))
			return errors.Join(os.Mkdir(programs, 0o755), os.Symlink(binary, filepath.Join(programs, "conformance")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"deployment": serveDeployment},
	})
}

// serveDeployment starts a deployment with three traders and writes its configuration: deployment FILE NAME VERSION.
func serveDeployment(ts *testscript.TestScript, _ bool, args []string) {
	s, err := sandbox.Start(sandbox.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	var b strings.Builder
	fmt.Fprintf(&b, "url: %s\ninbox: {mailhog: %s}\ndeployment: {name: %s, version: %s}\ntraders:\n", s.URL, s.InboxURL, args[1], args[2])
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
