// Package mailhogtest starts the real MailHog (tools/mailhog) for tests.
package mailhogtest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	// attempts at finding two ports that nobody takes before MailHog does.
	attempts  = 5
	readyIn   = 20 * time.Second
	pollEvery = 5 * time.Millisecond
)

// Start builds MailHog, as far as the build cache does not have it, runs it on
// two free ports of 127.0.0.1 and returns when it answers on both. It ends with
// the test. Under -short the test is skipped.
func Start(t testing.TB) (smtpAddr, url string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the real MailHog")
	}
	binary, err := build()
	if err != nil {
		t.Fatalf("building MailHog: %v", err)
	}
	var failures []error
	for range attempts {
		smtpAddr, httpAddr, err := run(t, binary)
		if err == nil {
			return smtpAddr, "http://" + httpAddr
		}
		failures = append(failures, err)
	}
	t.Fatalf("starting MailHog: %v", errors.Join(failures...))
	return "", ""
}

// build returns the executable's path in the build cache.
func build() (string, error) {
	goMod, err := output("", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	return output(filepath.Join(filepath.Dir(goMod), "tools", "mailhog"), "tool", "-n", "mailhog")
}

func output(dir string, args ...string) (string, error) {
	command := exec.Command("go", args...)
	command.Dir = dir
	text, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, exit.Stderr)
	}
	return strings.TrimSpace(string(text)), err
}

func run(t testing.TB, binary string) (smtpAddr, httpAddr string, err error) {
	smtpAddr, httpAddr, err = freeAddresses()
	if err != nil {
		return "", "", err
	}
	command := exec.Command(binary, "-smtp-bind-addr", smtpAddr, "-api-bind-addr", httpAddr, "-ui-bind-addr", httpAddr)
	command.Dir = t.TempDir()
	command.Env = withoutMailHog(os.Environ())
	if err := command.Start(); err != nil {
		return "", "", err
	}
	ended := make(chan error, 1)
	go func() {
		ended <- command.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		command.Process.Kill()
		<-ended
	})
	return smtpAddr, httpAddr, awaitReady(smtpAddr, httpAddr, ended)
}

// withoutMailHog drops the variables that would configure MailHog.
func withoutMailHog(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "MH_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func freeAddresses() (first, second string, err error) {
	a, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer a.Close()
	b, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer b.Close()
	return a.Addr().String(), b.Addr().String(), nil
}

func awaitReady(smtpAddr, httpAddr string, ended <-chan error) error {
	deadline := time.After(readyIn)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("MailHog ended at once: %v", err)
		case <-deadline:
			return fmt.Errorf("MailHog did not answer within %s", readyIn)
		case <-poll.C:
			if ready(smtpAddr, httpAddr) {
				return nil
			}
		}
	}
}

func ready(smtpAddr, httpAddr string) bool {
	conn, err := net.DialTimeout("tcp", smtpAddr, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + httpAddr + "/api/v2/messages")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}
