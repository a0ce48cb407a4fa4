package app

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// describeSelection describes the selected part of the profiles' requirements, nil if all are
// selected.
func describeSelection(suite *suites.Suite) *verdict.Selection {
	chosen := map[string]bool{}
	for _, c := range suite.Checks {
		chosen[c.Requirement.ID] = true
	}
	s := verdict.Selection{Only: suite.Target.Only, Labels: suite.Target.Labels}
	for _, r := range suite.Contract.Requirements {
		if chosen[r.ID] || !slices.Contains(suite.Target.Profiles, r.Profile) {
			continue
		}
		s.Unselected++
		if r.Level == "must" {
			s.UnselectedMusts++
		}
	}
	if s.Unselected == 0 {
		return nil
	}
	return &s
}

// describeContract names the contract, and lists its weaker demands if it is not the built-in one.
func describeContract(c *contract.Contract) verdict.Contract {
	named := verdict.Contract{Version: c.Version, SHA256: c.SHA256}
	sum := sha256.Sum256(conformance.OpenAPI)
	if c.SHA256 == hex.EncodeToString(sum[:]) {
		return named
	}
	named.File = filepath.Base(c.Name)
	builtIn, err := contract.Ledger("openapi.yaml", conformance.OpenAPI)
	if err != nil {
		return named // The built-in contract is read in every test.
	}
	named.Weaker = listWeaker(builtIn, c)
	return named
}

// listWeaker lists the requirements the contract lowers, moves to another profile or leaves out.
func listWeaker(builtIn, c *contract.Contract) []verdict.Weaker {
	rank := func(level string) int { return slices.Index(contract.Levels(), level) }
	var list []verdict.Weaker
	for _, was := range builtIn.Requirements {
		now, found := c.Requirement(was.ID)
		if !found || rank(now.Level) > rank(was.Level) || now.Profile != was.Profile {
			list = append(list, verdict.Weaker{ID: was.ID, Level: was.Level, Profile: was.Profile,
				NowLevel: now.Level, NowProfile: now.Profile})
		}
	}
	return list
}
