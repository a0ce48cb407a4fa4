package main_test

import (
	"context"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// nowhere is an address that nothing listens on.
const nowhere = "http://127.0.0.1:1"

func TestWrongURLIsIncomplete(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	r, out := judge(t, s, "--url", nowhere)
	r.wantExit(t, 3).wantOut(t, "INCOMPLETE", "can't be reached")
	if judged := reportOf(t, out); judged.Counts.Passed+judged.Counts.Failed > 0 {
		t.Errorf("something was judged: %+v", judged.Counts)
	}
}

func TestDeadInboxIsIncompleteAndHidesNothingElse(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	r, out := judge(t, s, "--inbox", "mailhog="+nowhere)
	r.wantExit(t, 3).wantOut(t, "INCOMPLETE", "inbox")
	judged := reportOf(t, out)
	if failed := having(judged, verdict.Failed); failed != nil {
		t.Errorf("failed for want of an inbox: %v", failed)
	}
	for id, want := range map[string]verdict.Outcome{"MAIL-1": verdict.Untestable,
		"MAIL-3": verdict.Untestable, "RESET-1": verdict.Passed, "KEY-1": verdict.Passed} {
		if got := requirement(t, judged, id).Verdict; got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
}

func TestWrongKeyIsIncompleteAndNamesBothCauses(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	r := call{
		args: []string{"run", "--config", declare(t, s), "--out", t.TempDir()},
		env:  []string{"CONFORMANCE_APP_KEY=not-the-key-of-this-one"},
	}.run(t)
	r.wantExit(t, 3).wantOut(t, "either it is not a key of this deployment",
		"or the deployment refuses right keys")
}

func TestFailureIsOne(t *testing.T) {
	t.Parallel()
	r, out := judge(t, broken(t, "wrong-answer-reworded"))
	r.wantExit(t, 1).wantOut(t, "NOT CONFORMANT", "FAIL RESET-5", "curl", "openapi.yaml:")
	if failed := having(reportOf(t, out), verdict.Failed); len(failed) == 0 ||
		failed[0] != "RESET-5" {
		t.Errorf("failed: %v", failed)
	}
}

func TestStrictFailsForShould(t *testing.T) {
	t.Parallel()
	s := broken(t, "empty-answer-reworded")
	lenient, out := judge(t, s)
	lenient.wantExit(t, 0).wantOut(t, "CONFORMANT", "FAIL RESET-8")
	if diff := cmp.Diff([]string{"RESET-8"}, having(reportOf(t, out), verdict.Failed)); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
	strict, _ := judge(t, s, "--strict")
	strict.wantExit(t, 1)
}

func TestCompleteFailsForWhatIsNotDeclared(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	conformance(t, "run", "--url", s.URL, "--out", t.TempDir(), "--complete").wantExit(t, 3)
	full, _ := judge(t, s, "--complete")
	full.wantExit(t, 0)
}

func TestQuietLeavesTheVerdictAndTheFailedIDs(t *testing.T) {
	t.Parallel()
	good, _ := judge(t, sandboxtest.Start(t, sandbox.Options{}), "--quiet")
	if lines := strings.Count(good.wantExit(t, 0).wantOut(t, "CONFORMANT").stdout,
		"\n"); lines > 3 {
		t.Errorf("%d lines of a good verdict:\n%s", lines, good.stdout)
	}
	bad, _ := judge(t, broken(t, "wrong-answer-reworded"), "--quiet")
	bad.wantExit(t, 1).wantOut(t, "NOT CONFORMANT", "Failed: RESET-5 Exit code 1: RESET-5 failed.")
	for _, left := range []string{"RESET-1", "expected", "curl"} {
		if strings.Contains(bad.stdout, left) {
			t.Errorf("%q is told, too:\n%s", left, bad.stdout)
		}
	}
}

func TestOnlyAndLabelFilterSelect(t *testing.T) {
	t.Parallel()
	s := sandboxtest.Start(t, sandbox.Options{})
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"ids": {[]string{"--only", "QUESTION-1,KEY-1"}, []string{"KEY-1", "QUESTION-1"}},
		"repeated": {[]string{"--only", "QUESTION-1", "--only", "KEY-1"},
			[]string{"KEY-1", "QUESTION-1"}},
		"a pattern": {[]string{"--only", "MAIL-*"}, []string{"MAIL-1", "MAIL-2", "MAIL-3", "MAIL-4",
			"MAIL-5", "MAIL-6", "MAIL-7", "MAIL-8"}},
		"a label": {[]string{"--label-filter", "QUESTION && should"},
			[]string{"QUESTION-7", "QUESTION-8", "QUESTION-9", "QUESTION-10"}},
		"both": {[]string{"--only", "RESET-*", "--label-filter", "should"},
			[]string{"RESET-8", "RESET-10"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, out := judge(t, s, c.args...)
			r.wantExit(t, 0)
			if diff := cmp.Diff(c.want, having(reportOf(t, out), verdict.Passed)); diff != "" {
				t.Errorf("passed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInterruptEndsInOrder interrupts runs whose deployments keep them waiting; what was broken off
// is nobody's failure.
func TestInterruptEndsInOrder(t *testing.T) {
	t.Parallel()
	for name, stall := range map[string]func(reached func()) sandbox.Options{
		"while an answer is awaited": withoutResponses,
		"while a mail is awaited":    withoutMails,
	} {
		t.Run(name, func(t *testing.T) {
			reached := make(chan struct{})
			s := sandboxtest.Start(t, stall(sync.OnceFunc(func() { close(reached) })))
			out := t.TempDir()
			p := call{
				args: []string{"run", "--config", declare(t, s), "--out", out, "--request-timeout",
					"10m", "--mail-deadline", "10m"},
				env: []string{"CONFORMANCE_APP_KEY=" + s.AppKey},
			}.begin(t)
			<-reached
			p.interrupt(t)
			p.end(t).wantExit(t, 130).wantOut(t, "INCOMPLETE", "The run was interrupted")
			judged := reportOf(t, out)
			if failed := having(judged, verdict.Failed); !judged.Interrupted || failed != nil {
				t.Errorf("interrupted: %t, failed: %v", judged.Interrupted, failed)
			}
			conformance(t, "judge", out, "--quiet").wantExit(t, 130)
		})
	}
}

// withoutResponses leaves resets without an answer for as long as the client waits.
func withoutResponses(reached func()) sandbox.Options {
	return through(func(_ faults.World, inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/reset") {
				inner.ServeHTTP(w, r)
				return
			}
			// Only a server that has read the body notices that its client is gone.
			_, _ = io.Copy(io.Discard, r.Body)
			reached()
			<-r.Context().Done()
		})
	})
}

// withoutMails loses all mail.
func withoutMails(reached func()) sandbox.Options {
	return sandbox.Options{Around: faults.Set{Variants: []faults.Variant{{Name: "wrapped-by-the-test", Mail: func(faults.World, reference.Mailer) reference.Mailer {
		return mailer(func(context.Context, reference.Mail) error { reached(); return nil })
	}}}}}
}

// mailer is a function that sends mail.
type mailer func(context.Context, reference.Mail) error

func (send mailer) Send(ctx context.Context, m reference.Mail) error { return send(ctx, m) }

// process is a call that is still running.
type process struct {
	*exec.Cmd
	stdout, stderr *syncBuffer
}

func (c call) begin(t testing.TB) *process {
	t.Helper()
	p := &process{Cmd: c.command(), stdout: &syncBuffer{}, stderr: &syncBuffer{}}
	p.Stdout, p.Stderr = p.stdout, p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// end waits for the process; one that does not end is killed by the test's own deadline.
func (p *process) end(t testing.TB) result {
	t.Helper()
	stop := time.AfterFunc(10*time.Minute, func() { _ = p.Process.Kill() })
	defer stop.Stop()
	_ = p.Wait()
	return result{p.ProcessState.ExitCode(), p.stdout.String(), p.stderr.String()}
}
