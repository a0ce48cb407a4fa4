package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// settings say what the deployment under the benchmark is like.
type settings struct {
	// Response is how long each answer takes, Mail how long each mail.
	Response, Mail time.Duration
	// Traders is how many there are; every third has no secret question.
	Traders int
	// Bytes are added to each response.
	Bytes int
	// OldMails are in the inbox before the first request.
	OldMails int
	// Deployments is how many of them there are, each with an inbox of its own; 0 is one.
	Deployments int
}

// asDeployment names the variable that makes the test binary a deployment: the tool is measured
// against a process of its own, so that neither's processor time and memory count as the other's.
const asDeployment = "CONFORMANCE_BENCH_DEPLOYMENT"

func TestMain(m *testing.M) {
	text, asked := os.LookupEnv(asDeployment)
	if !asked {
		os.Exit(m.Run())
	}
	if err := serve(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve runs the deployments until standard input ends.
func serve(text string) error {
	var s settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	for range max(1, s.Deployments) {
		closeAll, err := s.serveOne()
		if err != nil {
			return err
		}
		defer closeAll()
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// serveOne starts a deployment and prints where it is.
func (s settings) serveOne() (closeAll func(), err error) {
	catcher, err := fullInbox(s.OldMails)
	if err != nil {
		return nil, err
	}
	deployment, err := sandbox.Start(sandbox.Options{
		SMTPAddr: catcher.SMTPAddr(),
		Traders:  manyTraders(s.Traders),
		Around: faults.Set{Variants: []faults.Variant{{Name: "bench", HTTP: s.response,
			Mail: s.mail}}},
	})
	if err != nil {
		return nil, errors.Join(err, catcher.Close())
	}
	deployment.InboxURL = catcher.URL()
	closeAll = func() { _ = errors.Join(deployment.Close(), catcher.Close()) }
	return closeAll, json.NewEncoder(os.Stdout).Encode(deployment)
}

func (s settings) response(_ faults.World, next http.Handler) http.Handler {
	more := []byte(strings.Repeat(" ", s.Bytes))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(s.Response)
		next.ServeHTTP(w, r)
		_, _ = w.Write(more)
	})
}

func (s settings) mail(_ faults.World, next reference.Mailer) reference.Mailer {
	if s.Mail == 0 {
		return next
	}
	return slowMailer{next, s.Mail}
}

type slowMailer struct {
	reference.Mailer
	delay time.Duration
}

// Send is asked for one mail after another and must not keep the next one waiting.
func (m slowMailer) Send(_ context.Context, mail reference.Mail) error {
	time.AfterFunc(m.delay, func() { _ = m.Mailer.Send(context.Background(), mail) })
	return nil
}

// manyTraders are the demonstration's where three are asked for.
func manyTraders(n int) []reference.Trader {
	if n <= 3 {
		return reference.DemoTraders()[:n]
	}
	var list []reference.Trader
	for i := range n {
		t := reference.Trader{Login: fmt.Sprintf("trader.%d", i),
			Email: fmt.Sprintf("trader.%d@example.com", i), Name: "Trader"}
		if i%3 != 2 {
			t.Question, t.Answer = fmt.Sprintf("What is the name of house %d?", i),
				fmt.Sprintf("house of trader %d", i)
		}
		list = append(list, t)
	}
	return list
}

// start runs the deployment in a process of its own for as long as the benchmark lasts.
func start(b *testing.B, s settings) *sandbox.Sandbox {
	b.Helper()
	return startAll(b, s)[0]
}

// startAll runs all deployments of the settings in one process.
func startAll(b *testing.B, s settings) []*sandbox.Sandbox {
	b.Helper()
	text, err := json.Marshal(s)
	check(b, err)
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), asDeployment+"="+string(text))
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	check(b, err)
	out, err := command.StdoutPipe()
	check(b, err)
	check(b, command.Start())
	b.Cleanup(func() {
		_ = in.Close()
		_ = command.Wait()
	})
	var all []*sandbox.Sandbox
	for lines := json.NewDecoder(out); len(all) < max(1, s.Deployments); {
		deployment := new(sandbox.Sandbox)
		check(b, lines.Decode(deployment))
		all = append(all, deployment)
	}
	return all
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
