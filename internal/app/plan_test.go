package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

func planOf(t *testing.T, profiles ...string) *app.Run {
	t.Helper()
	planned, err := app.Plan(config.Config{
		URL: "http://127.0.0.1:1", AppKey: "an-app-key-of-a-test",
		Inbox:    config.Inbox{Kind: "mailhog", URL: "http://127.0.0.1:2"},
		Profiles: profiles, CodeTries: 1,
		Traders: []config.Trader{
			{Login: "first", Email: "first@example.com", Question: "What?", Answer: "one answer"},
			{Login: "second", Email: "second@example.com", Question: "Who?",
				Answer: "another answer", Password: "a password", NewPassword: "a new password"},
			{Login: "third", Email: "third@example.com"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return planned
}

// TestPlanIsTheSameEachTime plans the same run repeatedly: the requests, their order and their
// checks.
func TestPlanIsTheSameEachTime(t *testing.T) {
	target := planOf(t, "core", "flow", "hardening").Suite.Target
	first := planText(t, target)
	for i := range 50 {
		if again := planText(t, target); again != first {
			t.Fatalf("plan %d differs from the first: %s", i+2, cmp.Diff(first, again))
		}
	}
}

// planText is the plan with the subjects of all checks.
func planText(t *testing.T, target evidence.Target) string {
	t.Helper()
	suite, err := app.Again(evidence.Run{Target: target}, "")
	if err != nil {
		t.Fatal(err)
	}
	type subject struct {
		Requirement, Name string
		Steps             []string
	}
	var subjects []subject
	for _, check := range suite.Checks {
		for _, s := range check.Subjects {
			subjects = append(subjects, subject{check.Requirement.ID, s.Name, s.Steps})
		}
	}
	text, err := json.Marshal([]any{suite.Plan, subjects, suite.Contract.Texts()})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPlanHasEveryTrader declares passwords for one of three traders only: the others are asked all
// the same, once each.
func TestPlanHasEveryTrader(t *testing.T) {
	planned := planOf(t, "core", "flow")
	var mails []string
	for _, s := range planned.Suite.Plan.Steps {
		if s.Await != nil && strings.HasPrefix(s.ID, "mail/") {
			mails = append(mails, s.Await.Trader)
		}
	}
	slices.Sort(mails)
	if want := []string{"first", "second", "third"}; !slices.Equal(mails, want) {
		t.Errorf("mails are awaited for %q, want %q", mails, want)
	}
	unique(t, planned.Suite.Plan)
}

func unique(t *testing.T, p *plan.Plan) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if seen[s.ID] {
			t.Errorf("%s is planned twice", s.ID)
		}
		seen[s.ID] = true
	}
}
