package runner_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/runner"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/suites"
)

// options plan a whole run against a right deployment.
func options(t *testing.T) runner.Options {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	cfg := config.Config{MailDeadline: 2 * time.Second, RequestTimeout: time.Second,
		Profiles: []string{"core"}, APIVersion: "1.0"}
	app.Point(&cfg, s)
	c, err := app.Contract("")
	if err != nil {
		t.Fatal(err)
	}
	target, redactor := runner.Describe(cfg, c)
	suite, err := suites.New(c, target)
	if err != nil {
		t.Fatal(err)
	}
	client, err := cfg.Client("test", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return runner.Options{RunID: "test", Contract: c, Plan: suite.Plan, Target: target,
		Redactor: redactor, Client: client}
}

// wantFault checks that the run ends with the fault, and with the evidence so far.
func wantFault(t *testing.T, o runner.Options, text string) {
	t.Helper()
	found, err := runner.Run(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want one with %q", err, text)
	}
	if found == nil {
		t.Error("no evidence")
	}
}

func TestPanicInAStepIsAFault(t *testing.T) {
	o := options(t)
	o.Progress = func(p runner.Progress) {
		if p.Done == 3 {
			panic("progress broke")
		}
	}
	wantFault(t, o, "panic: progress broke")
}

// brokenInbox panics in the named method.
type brokenInbox struct{ in string }

func (b brokenInbox) at(place string) {
	if b.in == place {
		panic("the inbox broke in " + place)
	}
}

func (b brokenInbox) Mark(context.Context, string) (inbox.Mark, error) {
	b.at("Mark")
	return nil, nil
}
func (b brokenInbox) Since(context.Context, string, inbox.Mark) ([]inbox.Mail, error) {
	b.at("Since")
	return nil, nil
}
func (b brokenInbox) Wake() <-chan struct{} { b.at("Wake"); return nil }
func (b brokenInbox) Close() error          { return nil }

func TestPanicInTheInboxIsAFault(t *testing.T) {
	for _, place := range []string{"Mark", "Since", "Wake"} {
		t.Run(place, func(t *testing.T) {
			o := options(t)
			o.Inbox = brokenInbox{place}
			wantFault(t, o, "panic: the inbox broke in "+place)
		})
	}
}

func TestRequestOfOursThatBreaksTheContractIsAFault(t *testing.T) {
	o := options(t)
	o.Plan = &plan.Plan{Steps: []plan.Step{{ID: "ours",
		Request: &plan.Request{Operation: "resetPassword",
			Values: map[string]any{"version": "1.0"}}}}}
	wantFault(t, o, "step ours breaks the contract, and should not")
}
