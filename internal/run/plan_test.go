package run_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/run"
)

// TestPlanHasEveryTrader declares passwords for one of three traders only: the others are asked all the same, once each.
func TestPlanHasEveryTrader(t *testing.T) {
	config := deployment.Config{
		URL: "http://127.0.0.1:1", AppKey: "an-app-key-of-a-test", Inbox: deployment.Inbox{Kind: "mailhog", URL: "http://127.0.0.1:2"},
		Profiles: []string{"core", "flow"}, CodeTries: 1,
		Traders: []deployment.Trader{
			{Login: "first", Email: "first@example.com", Question: "What?", Answer: "one answer"},
			{Login: "second", Email: "second@example.com", Question: "Who?", Answer: "another answer", Password: "a password", NewPassword: "a new password"},
			{Login: "third", Email: "third@example.com"},
		},
	}
	planned, err := run.Plan(config)
	if err != nil {
		t.Fatal(err)
	}
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
