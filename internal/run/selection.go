package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/suites"
)

// checkSelection refuses a selection that a typo would make empty.
func checkSelection(config deployment.Config, c *contract.Contract) error {
	for _, pattern := range config.Only {
		if !slices.ContainsFunc(c.Requirements, func(r contract.Requirement) bool { return suites.Selected(r.ID, []string{pattern}) }) {
			return unknownID(pattern, c)
		}
	}
	filter, err := types.ParseLabelFilter(config.LabelFilter)
	if err != nil {
		return &deployment.ConfigError{Where: "--label-filter", Text: "not a Ginkgo label filter: " + firstLine(err)}
	}
	var profiles []string
	for _, r := range c.Requirements {
		if !suites.Selected(r.ID, config.Only) || !filter(suites.Labels(r)) {
			continue
		}
		if slices.Contains(config.Profiles, r.Profile) {
			return nil
		}
		profiles = append(profiles, r.Profile)
	}
	if len(profiles) > 0 {
		return &deployment.ConfigError{Where: "--profile", Text: fmt.Sprintf("the selected requirements belong to profile %s, which is not selected", profiles[0])}
	}
	return &deployment.ConfigError{Where: "--only, --label-filter", Text: "together they select no requirement"}
}

func unknownID(pattern string, c *contract.Contract) error {
	return &deployment.ConfigError{Where: "--only", Text: noRequirement(pattern, c)}
}

// noRequirement says that there is no such requirement, and which one was meant or took its place.
func noRequirement(id string, c *contract.Contract) string {
	if w, withdrawn := c.Withdrawal(id); withdrawn {
		return fmt.Sprintf("requirement %s was withdrawn; see %s", id, strings.Join(w.Instead, ", "))
	}
	return fmt.Sprintf("there is no requirement %q%s", id, nearest.Hint(id, ids(c)))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}
