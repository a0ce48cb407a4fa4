package nearest_test

import (
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/nearest"
)

func TestName(t *testing.T) {
	keys := []string{"url", "inbox", "traders", "mailDeadline", "rate"}
	for name, want := range map[string]string{
		"inboxx":       "inbox",
		"INBOX":        "inbox",
		"trader":       "traders",
		"mailDeadlien": "mailDeadline",
		"ulr":          "url",
		"uxx":          "", // two of three characters are wrong
		"urll":         "url",
		"colour":       "",
		"":             "",
	} {
		if got := nearest.Name(name, keys); got != want {
			t.Errorf("Name(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestNameWithoutCandidates(t *testing.T) {
	if got := nearest.Name("x", nil); got != "" {
		t.Errorf("Name = %q, want none", got)
	}
}

func TestNameIsBounded(t *testing.T) {
	if got := nearest.Name(strings.Repeat("x", 10_000_000), []string{"inbox"}); got != "" {
		t.Errorf("Name = %q, want none", got)
	}
}

func TestHint(t *testing.T) {
	if got, want := nearest.Hint("fl", []string{"core", "flow"}), ""; got != want {
		t.Errorf("Hint = %q, want %q", got, want)
	}
	if got, want := nearest.Hint("flwo", []string{"core", "flow"}),
		`; did you mean "flow"?`; got != want {
		t.Errorf("Hint = %q, want %q", got, want)
	}
}
