package faults

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

var kebab = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)

func ledger(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := contract.Load("openapi.yaml", conformance.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFaultsAreWellFormed(t *testing.T) {
	c := ledger(t)
	seen := map[string]bool{}
	for _, f := range Faults() {
		if !kebab.MatchString(f.Name) || seen[f.Name] {
			t.Errorf("%q is not a name, or stands twice", f.Name)
		}
		seen[f.Name] = true
		if f.Summary == "" || f.Expected == "" || f.Got == "" ||
			strings.ContainsAny(f.Summary, "\n") || !strings.HasSuffix(f.Summary, ".") {
			t.Errorf("%s: summary, expected or got is not a line: %q, %q, %q", f.Name, f.Summary,
				f.Expected, f.Got)
		}
		if f.HTTP == nil && f.Mail == nil && f.Listen == nil && f.Elsewhere == "" {
			t.Errorf("%s wraps nothing", f.Name)
		}
		if r, found := c.Requirement(f.Breaks); !found || r.Level == "advice" &&
			f.Profile != r.Profile {
			t.Errorf("%s breaks %q, which its profile does not judge", f.Name, f.Breaks)
		}
		for _, id := range f.Also {
			if _, found := c.Requirement(id); !found {
				t.Errorf("%s also breaks %q, which the contract does not list", f.Name, id)
			}
		}
	}
}

func TestEveryRequirementIsBroken(t *testing.T) {
	faults := Faults()
	for _, r := range ledger(t).Requirements {
		broken := slices.ContainsFunc(faults, func(f Fault) bool { return f.Breaks == r.ID })
		if !broken && r.ID != "HARD-8" {
			t.Errorf("no fault breaks %s", r.ID)
		}
	}
}

func TestManyFaultsAreAboutDecisionsAndMails(t *testing.T) {
	faults, decisions := Faults(), 0
	for _, f := range faults {
		if !strings.HasPrefix(f.Breaks, "ANSWER-") && !strings.HasPrefix(f.Name, "key-error-") {
			decisions++
		}
	}
	if 3*decisions < len(faults) {
		t.Errorf("%d of %d faults are about decisions or mails, want a third", decisions,
			len(faults))
	}
}

func TestVariantsAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range Variants() {
		if !kebab.MatchString(v.Name) || seen[v.Name] {
			t.Errorf("%q is not a name, or stands twice", v.Name)
		}
		seen[v.Name] = true
		if v.Why == "" {
			t.Errorf("%s does not say why", v.Name)
		}
		changes := v.HTTP != nil || v.Mail != nil || v.Traders != nil || v.Before != nil ||
			v.Noise != nil || v.BasePath != ""
		if !changes {
			t.Errorf("%s changes nothing", v.Name)
		}
	}
}

func TestFind(t *testing.T) {
	if f, found := Find("answer-cut-short-accepted"); !found || f.Breaks != "RESET-9" {
		t.Errorf("found %v %q", found, f.Breaks)
	}
	if _, found := Find("no-such-fault"); found {
		t.Error("found a fault that there is not")
	}
	if _, found := FindVariant("code-grouped"); !found {
		t.Error("did not find a variant")
	}
	if _, found := FindVariant("no-such-variant"); found {
		t.Error("found a variant that there is not")
	}
}
