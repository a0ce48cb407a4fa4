// Package proctest builds and runs real servers for tests: programs of Go modules under tools/ that
// listen on two ports of 127.0.0.1.
package proctest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	// attempts at finding two ports that nobody takes before the server does.
	attempts  = 5
	readyIn   = time.Minute
	pollEvery = 5 * time.Millisecond
)

// Server is a mail server to run: the folder of its module under tools/, the name of its tool
// there, and its arguments for two addresses, those of SMTP and of HTTP.
type Server struct {
	Module, Tool string
	Args         func(smtpAddr, httpAddr string) []string
	// Path is what the server answers with 200 when it is ready.
	Path string
	// Env is the environment.
	Env []string
}

// Start builds the server, as far as the build cache does not have it, runs it and returns when it
// answers on both ports. It ends with the test. Under -short the test is skipped.
func (s Server) Start(t testing.TB) (smtpAddr, url string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the real " + s.Tool)
	}
	binary, err := s.build()
	if err != nil {
		t.Fatalf("building %s: %v", s.Tool, err)
	}
	var failures []error
	for range attempts {
		smtpAddr, httpAddr, err := s.run(t, binary)
		if err == nil {
			return smtpAddr, "http://" + httpAddr
		}
		failures = append(failures, err)
	}
	t.Fatalf("starting %s: %v", s.Tool, errors.Join(failures...))
	return "", ""
}

// build returns the executable's path in the build cache.
func (s Server) build() (string, error) {
	goMod, err := output("", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	return output(filepath.Join(filepath.Dir(goMod), "tools", filepath.FromSlash(s.Module)), "tool",
		"-n", s.Tool)
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

func (s Server) run(t testing.TB, binary string) (smtpAddr, httpAddr string, err error) {
	smtpAddr, httpAddr, err = freeAddresses()
	if err != nil {
		return "", "", err
	}
	command := exec.Command(binary, s.Args(smtpAddr, httpAddr)...)
	command.Dir = t.TempDir()
	command.Env = s.Env
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
	return smtpAddr, httpAddr, s.awaitReady(smtpAddr, httpAddr, ended)
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

func (s Server) awaitReady(smtpAddr, httpAddr string, ended <-chan error) error {
	deadline := time.After(readyIn)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("%s ended at once: %v", s.Tool, err)
		case <-deadline:
			return fmt.Errorf("%s did not respond within %s", s.Tool, readyIn)
		case <-poll.C:
			if s.ready(smtpAddr, httpAddr) {
				return nil
			}
		}
	}
}

func (s Server) ready(smtpAddr, httpAddr string) bool {
	conn, err := net.DialTimeout("tcp", smtpAddr, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + httpAddr + s.Path)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
