package main_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// binary is the tool as a user has it; TestMain builds it once.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(buildAndTest(m))
}

func buildAndTest(m *testing.M) int {
	dir, err := os.MkdirTemp("", "conformance-cli-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "conformance.exe")
	arguments := []string{"build", "-trimpath", "-o", binary}
	if underRace() {
		arguments = append(arguments, "-race")
	}
	if out, err := exec.Command("go", append(arguments, ".")...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// underRace reports whether this test was built with -race.
func underRace() bool {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

// call is one use of the command line.
type call struct {
	args []string
	// env comes on top of an environment that configures nothing.
	env []string
	dir string
}

// result is what a user sees of a call.
type result struct {
	code           int
	stdout, stderr string
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\n--- stdout\n%s--- stderr\n%s", r.code, r.stdout, r.stderr)
}

// conformance runs the tool with the arguments.
func conformance(t testing.TB, args ...string) result {
	t.Helper()
	return call{args: args}.run(t)
}

func (c call) command() *exec.Cmd {
	command := exec.Command(binary, c.args...)
	command.Dir = c.dir
	command.Env = append(plainEnvironment(), c.env...)
	return command
}

func (c call) run(t testing.TB) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := c.command()
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// plainEnvironment is this process's without what would configure the tool.
func plainEnvironment() []string {
	var kept []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "CONFORMANCE_") && !strings.HasPrefix(entry, "NO_COLOR=") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// wantExit fails the test at once where the code is another: nothing else about the call would be
// worth reading.
func (r result) wantExit(t testing.TB, code int) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("want exit code %d, got %v", code, r)
	}
	return r
}

// wantOut demands texts on stdout, wantErr on stderr.
func (r result) wantOut(t testing.TB, texts ...string) result {
	t.Helper()
	wantIn(t, "stdout", r.stdout, texts)
	return r
}

func (r result) wantErr(t testing.TB, texts ...string) result {
	t.Helper()
	wantIn(t, "stderr", r.stderr, texts)
	return r
}

func wantIn(t testing.TB, name, all string, texts []string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(unwrapped(all), text) {
			t.Errorf("%s does not say %q:\n%s", name, text, all)
		}
	}
}

// unwrapped undoes the breaking of lines at 80 columns.
func unwrapped(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "\n           | ", " ")), " ")
}
