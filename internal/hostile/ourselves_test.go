//go:build linux

package hostile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// underWay starts a run against a deployment that answers only so many requests, and returns once
// it waits.
func underWay(t *testing.T, responded int64, stdout *os.File) (*exec.Cmd, string, *bytes.Buffer) {
	t.Helper()
	d := start(t, sandbox.Options{})
	waiting := make(chan struct{})
	var once sync.Once
	f := before(t, d.URL, nothing)
	f.change(everywhereAfter(&f.requests, responded, onceThen(&once, waiting, saysAndHangs(""))))
	d.url = f.URL
	d.settings["requestTimeout"] = "60s"
	out := filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c := d.command(ctx, t, out)
	var text bytes.Buffer
	c.Stderr = &text
	if stdout != nil {
		c.Stdout = stdout
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	select {
	case <-waiting:
	case <-ctx.Done():
		t.Fatal("the run asks nothing")
	}
	return c, out, &text
}

func TestInterruptedRunWritesAllReports(t *testing.T) {
	for name, signal := range map[string]os.Signal{"SIGINT": syscall.SIGINT,
		"SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			c, out, stderr := underWay(t, 12, nil)
			signalled := time.Now()
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait()
			e := ended(t, c, out, "", stderr.String(), time.Since(signalled))
			e.want(t, verdict.ExitInterrupted, "interrupted")
			if failed := e.with(verdict.Failed); len(failed) > 0 || !e.report.Interrupted {
				t.Errorf("accused of %v, interrupted %v\n%s", failed, e.report.Interrupted,
					e.said())
			}
			if e.took > 10*time.Second {
				t.Errorf("it ended after %v", e.took)
			}
		})
	}
}

// TestSecondSignalEndsAtOnce lets the run hang at its very end, since nobody reads what it prints.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	fill(t, write)
	c, out, _ := underWay(t, 12, write)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	awaitFile(t, filepath.Join(out, "badge.svg"))
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() ||
		status.Signal() != syscall.SIGINT {
		t.Errorf("the second signal did not end it: %v", err)
	}
}

// fill writes into the pipe until it takes no more.
func fill(t *testing.T, pipe *os.File) {
	t.Helper()
	if err := pipe.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := pipe.Write(make([]byte, 4096)); errors.Is(err, os.ErrDeadlineExceeded) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func awaitFile(t *testing.T, path string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("%s is not written", path)
		}
	}
}

func TestUnwritableOutputSendsNothing(t *testing.T) {
	d := start(t, sandbox.Options{})
	f := before(t, d.URL, nothing)
	d.url = f.URL
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := d.judgeWithin(t, time.Minute, filepath.Join(file, "out"))
	if e.exit != verdict.ExitUsage ||
		!strings.Contains(e.stderr, "reports can't be written there") || f.requests.Load() > 0 {
		t.Errorf("exit code %d after %d requests: %s", e.exit, f.requests.Load(), e.stderr)
	}
}

// TestNoWritableTemporaryDirectory runs as in a bare container: without the lock, and saying so.
func TestNoWritableTemporaryDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, sandbox.Options{})
	d.env = []string{"TMPDIR=" + file, "HOME="}
	e := d.judge(t)
	e.want(t, verdict.ExitConformant, "No lock can be made in "+file)
	if !strings.Contains(e.stderr, "No lock can be made in "+file) {
		t.Errorf("stderr is %q", e.stderr)
	}
}

// TestReferenceWithoutTemporaryDirectory judges the embedded reference, whose database then stands
// beside the reports.
func TestReferenceWithoutTemporaryDirectory(t *testing.T) {
	dir := t.TempDir()
	out, file := filepath.Join(dir, "out"), filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), os.Getenv(binaryName), "run", "--out", out)
	c.Env = append(os.Environ(), "TMPDIR="+file, "HOME=")
	if text, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	if left, err := filepath.Glob(filepath.Join(out, "*sandbox*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestDiskFull checks that a verdict without its reports is never a plain one, that no report is
// cut off, and that an earlier run's stay whole.
func TestDiskFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("this test needs a file system of its own: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, 0) })
	d := start(t, sandbox.Options{})
	out := filepath.Join(disk, "out")
	first := d.judgeWithin(t, time.Minute, out)
	first.want(t, verdict.ExitConformant)
	occupy(t, filepath.Join(disk, "filler"))
	e := d.judgeWithin(t, time.Minute, out)
	if e.exit != verdict.ExitFault || !strings.Contains(e.stderr, "no space left on device") {
		t.Errorf("exit code %d: %s", e.exit, e.stderr)
	}
	if !strings.Contains(e.stdout, "CONFORMANT") {
		t.Errorf("the verdict is not printed:\n%s", e.stdout)
	}
	if e.report.RunID != first.report.RunID {
		t.Error("the earlier report was replaced, although there was no room")
	}
	if left, err := filepath.Glob(filepath.Join(out, ".*")); err != nil || len(left) > 0 {
		t.Errorf("half files are left: %v %v", left, err)
	}
}

// occupy takes all the room but a block.
func occupy(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for {
		if _, err := file.Write(make([]byte, 4096)); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(info.Size() - 4096); err != nil {
		t.Fatal(err)
	}
}

func TestVerdictThatCannotBePrinted(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this host has no /dev/full")
	}
	defer full.Close()
	d := start(t, sandbox.Options{})
	out := filepath.Join(t.TempDir(), "out")
	c := d.command(t.Context(), t, out)
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = full, &stderr
	_ = c.Run()
	ended(t, c, out, "", stderr.String(), 0).want(t, verdict.ExitFault)
}

// TestRunsAtOnce lets runs in one checkout use one deployment, one inbox and the same traders,
// under one spelling of their URLs and under several, which no lock sees through.
func TestRunsAtOnce(t *testing.T) {
	t.Parallel()
	const local = "127.0.0.1"
	type hosts struct{ deployment, inbox string }
	for name, runs := range map[string][]hosts{
		"one URL":                    {{local, local}, {local, local}, {local, local}},
		"two URLs of the deployment": {{local, local}, {"localhost", local}},
		"two URLs of both":           {{local, local}, {"localhost", "localhost"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			out := filepath.Join(t.TempDir(), "out")
			ends := make([]ending, len(runs))
			var wait sync.WaitGroup
			for i, host := range runs {
				other := *d
				other.url = strings.Replace(d.URL, local, host.deployment, 1)
				other.inbox = map[string]string{"mailhog": strings.Replace(d.InboxURL, local,
					host.inbox, 1)}
				wait.Go(func() { ends[i] = other.judgeWithin(t, 2*time.Minute, out) })
			}
			wait.Wait()
			for _, e := range ends {
				if runs[1].inbox != local {
					// Nobody knows then that they are the same: each sees the other's mails.
					checkCrowded(t, e, faults.Fault{})
					continue
				}
				e.want(t, verdict.ExitConformant)
			}
		})
	}
}

// TestFaultOfThisToolIsTold lets the tool break its own contract, by one that our requests can't
// keep.
func TestFaultOfThisToolIsTold(t *testing.T) {
	contract, err := os.ReadFile(filepath.Join("..", "..", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const before, after = "x-fact: trader.login\n          schema: {type: string}",
		"x-fact: trader.login\n          schema: {type: string, maxLength: 20}"
	if !strings.Contains(string(contract), before) {
		t.Fatal("openapi.yaml reads otherwise")
	}
	file := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(file, bytes.Replace(contract, []byte(before), []byte(after), 1),
		0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, sandbox.Options{})
	d.args = []string{"--contract", file}
	e := d.judge(t)
	e.want(t, verdict.ExitFault, "a fault of this tool, not of the deployment")
	if !strings.Contains(e.report.Fault, "breaks the contract, and should not") ||
		!strings.Contains(e.stderr, "a fault of this tool") {
		t.Errorf("fault %q, stderr %q", e.report.Fault, e.stderr)
	}
	if judged := append(e.with(verdict.Passed), e.with(verdict.Failed)...); len(judged) > 0 {
		t.Errorf("%v are judged all the same", judged)
	}
}
