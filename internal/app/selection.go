package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/suites"
)

// checkSelection refuses a selection with a typo or an unselected profile: it would be smaller than
// it reads.
func checkSelection(cfg config.Config, c *contract.Contract) error {
	for _, pattern := range cfg.Only {
		if err := checkPattern(pattern, cfg.Profiles, c); err != nil {
			return err
		}
	}
	filter, err := types.ParseLabelFilter(cfg.LabelFilter)
	if err != nil {
		return &config.Error{Where: "--label-filter", Text: "not a Ginkgo label filter: " +
			oneLine(err)}
	}
	if err := checkLabels(cfg.LabelFilter, c); err != nil {
		return err
	}
	var profiles []string
	for _, r := range c.Requirements {
		if !suites.Selected(r.ID, cfg.Only) || !filter(suites.Labels(r)) {
			continue
		}
		if slices.Contains(cfg.Profiles, r.Profile) {
			return nil
		}
		profiles = append(profiles, r.Profile)
	}
	if len(profiles) > 0 {
		return profileError("the selected requirements belong", profiles[0])
	}
	if len(cfg.Only) == 0 {
		return &config.Error{Where: "--label-filter", Text: "it selects no requirement"}
	}
	return &config.Error{Where: "--only, --label-filter",
		Text: "together they select no requirement"}
}

// checkPattern refuses a pattern without a match in the selected profiles.
func checkPattern(pattern string, profiles []string, c *contract.Contract) error {
	profile := ""
	for _, r := range c.Requirements {
		if !suites.Selected(r.ID, []string{pattern}) {
			continue
		}
		if slices.Contains(profiles, r.Profile) {
			return nil
		}
		profile = r.Profile
	}
	if profile == "" {
		return unknownID(pattern, c)
	}
	return profileError(pattern+" belongs", profile)
}

func profileError(what, profile string) error {
	return &config.Error{Where: "--profile",
		Text: fmt.Sprintf("%s to profile %s, which is not selected", what, profile)}
}

// checkLabels refuses a filter with an unknown label. Regular expressions and sets may match
// nothing.
func checkLabels(filter string, c *contract.Contract) error {
	if strings.ContainsAny(filter, "/:{") {
		return nil
	}
	var known []string
	for _, r := range c.Requirements {
		known = append(known, suites.Labels(r)...)
	}
	for _, label := range strings.FieldsFunc(filter, func(r rune) bool {
		return strings.ContainsRune("&|!(),", r)
	}) {
		label = strings.TrimSpace(label)
		if label != "" && !slices.ContainsFunc(known, func(k string) bool {
			return strings.EqualFold(k, label)
		}) {
			return &config.Error{Where: "--label-filter",
				Text: fmt.Sprintf("no requirement has the label %q%s", label,
					nearest.Hint(label, known))}
		}
	}
	return nil
}

// groupPatterns returns one pattern for each group of requirements.
func groupPatterns(ids []string) []string {
	var list []string
	for _, id := range ids {
		group, _, _ := strings.Cut(id, "-")
		list = append(list, group+"-*")
	}
	return slices.Compact(list)
}

func unknownID(pattern string, c *contract.Contract) error {
	return &config.Error{Where: "--only", Text: noRequirement(pattern, c)}
}

// noRequirement says that the requirement does not exist, and suggests a similar one or its
// replacement.
func noRequirement(id string, c *contract.Contract) string {
	if w, withdrawn := c.Withdrawal(id); withdrawn {
		return fmt.Sprintf("requirement %s was withdrawn; see %s", id,
			strings.Join(w.Instead, ", "))
	}
	known := requirementIDs(c)
	if strings.HasSuffix(id, "*") {
		known = groupPatterns(known)
	}
	return fmt.Sprintf("there is no requirement %q%s", id, nearest.Hint(id, known))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}

// escapes matches the colours in Ginkgo's errors.
var escapes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\x1b\[[0-9;]*m`) })

// oneLine is an error's text without colours and line breaks.
func oneLine(err error) string {
	return strings.Join(strings.Fields(escapes().ReplaceAllString(err.Error(), "")), " ")
}
