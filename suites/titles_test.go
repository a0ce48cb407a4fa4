package suites_test

import (
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/app"
)

// Two requests of one trader must not bear one name, and no name may be the id.
func TestEveryRequestHasATitleOfItsOwn(t *testing.T) {
	planned, err := app.Specimen("")
	if err != nil {
		t.Fatal(err)
	}
	titles, named := planned.Suite.Titles(), map[string]string{}
	for _, s := range planned.Suite.Plan.Steps {
		if s.Request == nil && s.Await == nil || strings.HasPrefix(s.ID, "hardening/question/") {
			continue
		}
		title := titles[s.ID]
		if strings.ContainsAny(title, "/:") && !strings.Contains(title, "odd body") {
			t.Errorf("%s has no title: %q", s.ID, title)
		}
		if other, taken := named[title]; taken {
			t.Errorf("%s and %s are both %q", s.ID, other, title)
		}
		named[title] = s.ID
	}
}
