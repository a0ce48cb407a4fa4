package main_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
)

// terminal opens a pseudo-terminal: what is written to the second file is read from the first.
func terminal(t testing.TB) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return screen, tty
}

// onTerminal runs the call with a terminal as its output and returns what a person would have seen.
func (c call) onTerminal(t testing.TB) string {
	t.Helper()
	screen, tty := terminal(t)
	command := c.command()
	command.Stdout, command.Stderr = tty, tty
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	tty.Close()
	// Reading fails when the last writer is gone: that is the end.
	text, _ := io.ReadAll(screen)
	_ = command.Wait()
	return string(text)
}

func TestColoursAreForTerminalsThatWantThem(t *testing.T) {
	t.Parallel()
	const green = "\x1b[32mok"
	s := sandboxtest.Start(t, sandbox.Options{})
	args := []string{"run", "--url", s.URL, "--out", t.TempDir()}
	for name, c := range map[string]struct {
		call     call
		coloured bool
	}{
		"terminal":       {call{args: args}, true},
		"--no-color":     {call{args: append(args, "--no-color")}, false},
		"NO_COLOR":       {call{args: args, env: []string{"NO_COLOR=1"}}, false},
		"empty NO_COLOR": {call{args: args, env: []string{"NO_COLOR="}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if text := c.call.onTerminal(t); strings.Contains(text, green) != c.coloured ||
				!strings.Contains(text, "PARTLY JUDGED") {
				t.Errorf("want colours: %t, got %q", c.coloured, text)
			}
		})
	}
	if text := conformance(t, args...).wantExit(t, 0).stdout; strings.Contains(text, "\x1b") {
		t.Errorf("colours in a pipe: %q", text)
	}
}

// TestProgressSaysWhatIsWaitedFor has a mail that never comes. Without a terminal a line is written
// now and then, which a run that is over soon has none of.
func TestProgressSaysWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := broken(t, "mail-too-late")
	c := call{args: []string{"run", "--config", declare(t, s), "--only", "MAIL-1",
		"--mail-deadline", "6s", "--out", t.TempDir()},
		env: []string{"CONFORMANCE_APP_KEY=" + s.AppKey}}
	waiting := regexp.MustCompile(`waiting for \S+'s mail, [1-6] s of 6 s · \d+ of \d+ steps · \d+ s`)
	if text := c.onTerminal(t); !waiting.MatchString(text) || !strings.Contains(text, "\x1b[K") {
		t.Errorf("no progress on a terminal: %q", text)
	}
	r := c.run(t).wantExit(t, 1)
	if !regexp.MustCompile(`(?m)^conformance: `+waiting.String()+`$`).MatchString(r.stderr) ||
		strings.Contains(r.stderr, "\x1b") {
		t.Errorf("progress in a pipe: %q", r.stderr)
	}
	c.args = append(c.args, "--quiet")
	if r := c.run(t).wantExit(t, 1); r.stderr != "" {
		t.Errorf("progress of a quiet run in a pipe: %q", r.stderr)
	}
}

// TestAFleetCountsOnATerminal shows one line that counts, below those of the deployments.
func TestAFleetCountsOnATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "fleet.yaml")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.WriteFile(file, []byte("deployments: [typo.yaml, other.yaml]\n"), 0o600))
	check(os.WriteFile(filepath.Join(dir, "typo.yaml"), []byte("ulr: x\n"), 0o600))
	check(os.WriteFile(filepath.Join(dir, "other.yaml"), []byte("ulr: x\n"), 0o600))
	text := call{args: []string{"fleet", "run", file, "--out",
		filepath.Join(dir, "out")}}.onTerminal(t)
	for _, want := range []string{`\r1 of 2 ended, [01] under way · 1 misconfigured`,
		`\r\x1b\[K2/2  `, `\r2 of 2 ended`, `2 deployments: 2 misconfigured`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("want %q in %q", want, text)
		}
	}
}
