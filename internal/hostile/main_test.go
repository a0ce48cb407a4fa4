//go:build linux

package hostile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func TestMain(m *testing.M) {
	code, err := 1, runManyAtOnce()
	if err == nil {
		code, err = withBinary(m.Run)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// manyAtOnce is how many tests run at once: most of the time they wait, for limits that end and for
// what never comes.
const manyAtOnce = "16"

// runManyAtOnce raises go test's -parallel, which counts processors, unless it is given.
func runManyAtOnce() error {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", manyAtOnce)
}

// binaryName names the variable by which the tests find the command line that was built for them.
const binaryName = "HOSTILE_TEST_BINARY"

func withBinary(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "conformance-hostile-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "conformance")
	build := exec.Command("go", "build", "-o", binary,
		"github.com/etna-conformance/conformance/cmd/conformance")
	if text, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("building the command line: %w\n%s", err, text)
	}
	if err := os.Setenv(binaryName, binary); err != nil {
		return 1, err
	}
	return run(), nil
}

// target is what one run of the command line judges.
type target struct {
	*sandbox.Sandbox
	url   string
	inbox map[string]string
	// settings are further keys of the configuration, args further flags, env further variables.
	settings map[string]any
	args     []string
	env      []string
}

// start starts a right deployment to judge.
func start(t *testing.T, o sandbox.Options) *target {
	t.Helper()
	s := sandboxtest.Start(t, o)
	// HAProxy tries for three seconds to reach a deployment.
	return &target{
		Sandbox: s, url: s.URL, inbox: map[string]string{"mailhog": s.InboxURL},
		settings: map[string]any{"mailDeadline": "3s", "requestTimeout": "5s"},
	}
}

// configure writes the configuration file.
func (d *target) configure(t *testing.T) string {
	t.Helper()
	config := d.Declaration(false)
	config["url"], config["appKey"], config["inbox"] = d.url, "${KEY}", d.inbox
	for key, value := range d.settings {
		config[key] = value
	}
	// JSON is YAML.
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "conformance.yaml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ending is how a run of the command line ended.
type ending struct {
	exit           int
	stdout, stderr string
	out            string
	report         verdict.Report
	took           time.Duration
	// spent is the processor time.
	spent time.Duration
	// peak is the most memory that the process had, in bytes.
	peak int64
}

// judge judges the target, which must take no longer than a run of this size may take in a hostile
// world.
func (d *target) judge(t *testing.T) ending {
	t.Helper()
	return d.judgeWithin(t, 3*time.Minute, filepath.Join(t.TempDir(), "out"))
}

func (d *target) judgeWithin(t *testing.T, most time.Duration, out string) ending {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	c := d.command(ctx, t, out)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	began := time.Now()
	err := c.Start()
	var peak int64
	if err == nil {
		measured := watchPeak(c.Process.Pid)
		err = c.Wait()
		peak = measured()
	}
	if ctx.Err() != nil {
		t.Fatalf("no verdict after %v\n%s%s", most, &stdout, &stderr)
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	e := ended(t, c, out, stdout.String(), stderr.String(), time.Since(began))
	e.peak = peak
	return e
}

// watchPeak reads the most resident memory that a process has had, in bytes, until the returned
// function is called after its end. What wait4 says of an ended process counts its parent's memory
// at the fork as well.
func watchPeak(pid int) func() int64 {
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		for {
			most = max(most, highWater(pid))
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(stop); return <-peak }
}

func highWater(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	_, _ = fmt.Sscanf(rest, "%d", &kilobytes)
	return kilobytes << 10
}

func (d *target) command(ctx context.Context, t *testing.T, out string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(ctx, os.Getenv(binaryName),
		append([]string{"run", "--config", d.configure(t), "--out", out}, d.args...)...)
	c.Env = slices.Concat(os.Environ(), []string{"KEY=" + d.AppKey}, d.env)
	return c
}

func ended(t *testing.T, c *exec.Cmd, out, stdout, stderr string, took time.Duration) ending {
	t.Helper()
	e := ending{exit: c.ProcessState.ExitCode(), out: out, stdout: stdout, stderr: stderr,
		took: took, spent: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if data, err := os.ReadFile(filepath.Join(out, "report.json")); err == nil {
		if err := json.Unmarshal(data, &e.report); err != nil {
			t.Errorf("report.json: %v", err)
		}
	}
	return e
}

// files are what every judged run leaves.
func files() []string {
	return []string{"report.json", "report.html", "junit.xml", "summary.md", "badge.svg",
		"evidence.har"}
}

// want checks the exit code, that all reports are there, and what the reasons and findings say.
func (e ending) want(t *testing.T, exit int, texts ...string) {
	t.Helper()
	if e.exit != exit {
		t.Errorf("exit code %d, want %d\n%s%s", e.exit, exit, e.stdout, e.stderr)
	}
	for _, name := range files() {
		if info, err := os.Stat(filepath.Join(e.out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is not there: %v", name, err)
		}
	}
	said := e.said()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("nothing says %q; said is:\n%s", text, said)
		}
	}
}

// said are all reasons, findings and observations, a line each.
func (e ending) said() string {
	lines := slices.Clone(e.report.Observations)
	for _, q := range e.report.Requirements {
		if q.Reason != "" {
			lines = append(lines, fmt.Sprintf("%s %s: %s", q.ID, q.Verdict, q.Reason))
		}
		for _, f := range q.Findings {
			lines = append(lines, fmt.Sprintf("%s %s: expected %s, got %s", q.ID, q.Verdict,
				f.Expected, f.Got))
		}
	}
	return strings.Join(lines, "\n")
}

// with are the ids of this outcome.
func (e ending) with(outcome verdict.Outcome) []string {
	var ids []string
	for _, q := range e.report.Requirements {
		if q.Verdict == outcome {
			ids = append(ids, q.ID)
		}
	}
	return ids
}

// reasons are the different reasons for which requirements are untestable.
func (e ending) reasons() []string {
	var list []string
	for _, q := range e.report.Requirements {
		if q.Verdict == verdict.Untestable && !slices.Contains(list, q.Reason) {
			list = append(list, q.Reason)
		}
	}
	return list
}

// wantUntestable checks that nothing was accused and that the text is the one reason.
func (e ending) wantUntestable(t *testing.T, text string) {
	t.Helper()
	e.want(t, verdict.ExitIncomplete, text)
	if failed := e.with(verdict.Failed); len(failed) > 0 {
		t.Errorf("accused of %v\n%s", failed, e.said())
	}
	if passed := e.with(verdict.Passed); len(passed) > 0 {
		t.Errorf("%v passed although nothing was answered", passed)
	}
	if reasons := e.reasons(); len(reasons) != 1 {
		t.Errorf("%d reasons, want one:\n%s", len(reasons), strings.Join(reasons, "\n"))
	}
}
