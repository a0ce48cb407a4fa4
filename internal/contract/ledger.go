package contract

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/nearest"
)

// Requirement is one promise of the documents.
type Requirement struct {
	// ID is permanent: never reused, never renumbered.
	ID string `yaml:"id"`
	// Level is must, should or advice.
	Level string `yaml:"level"`
	// Profile is core, flow or hardening.
	Profile   string `yaml:"profile"`
	Statement string `yaml:"statement"`
	Source    Source `yaml:"source"`
	// Sent and Demanded say what is asked and what the response must be.
	Sent     string `yaml:"sent"`
	Demanded string `yaml:"demanded"`
	// Reading is how the documents are read where they are open.
	Reading string `yaml:"reading"`
	// Line is the requirement's line in the contract.
	Line int `yaml:"-"`
}

// Source is where a promise stands.
type Source struct {
	// Page is the title of one of the contract's pages.
	Page    string `yaml:"page"`
	Section string `yaml:"section"`
	// Edition is the month of the page's edition that says it first, where that is not the
	// documents' own.
	Edition string `yaml:"edition"`
}

// Levels are the levels of requirements, strictest first.
func Levels() []string { return []string{"must", "should", "advice"} }

// Profiles are the known profiles.
func Profiles() []string { return []string{"core", "flow", "hardening"} }

// Group is the part of the id before its number, for example "RESET".
func (r Requirement) Group() string {
	group, _, _ := strings.Cut(r.ID, "-")
	return group
}

// ledger are the extensions at the contract's root.
type ledger struct {
	Pages        []yaml.Node `yaml:"x-pages"`
	Requirements []yaml.Node `yaml:"x-requirements"`
	Withdrawn    []yaml.Node `yaml:"x-withdrawn"`
	Sentences    []yaml.Node `yaml:"x-sentences"`
}

// isLedger reports whether a member of the contract's root belongs to the ledger.
func isLedger(name string) bool {
	return slices.Contains([]string{"x-pages", "x-requirements", "x-withdrawn",
		"x-sentences"}, name)
}

// splitLedger reads the ledger, and returns the contract with the ledger's lines empty: most of the file
// is the ledger, which a reader of OpenAPI would only take long over.
func splitLedger(data []byte) (ledger, []byte, error) {
	var doc yaml.Node
	var l ledger
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return l, nil, err
	}
	if err := checkKeys(&doc); err != nil {
		return l, nil, err
	}
	if err := doc.Decode(&l); err != nil {
		return l, nil, err
	}
	if doc.Kind != yaml.DocumentNode || doc.Content[0].Style&yaml.FlowStyle != 0 {
		return l, data, nil // JSON has no lines to leave out.
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	members := doc.Content[0].Content
	for i := 0; i < len(members); i += 2 {
		if !isLedger(members[i].Value) {
			continue
		}
		end := len(lines)
		if i+2 < len(members) {
			end = members[i+2].Line - 1
		}
		for n := members[i].Line - 1; n < end; n++ {
			lines[n] = []byte("\n")
		}
	}
	return l, bytes.Join(lines, nil), nil
}

// readLedger decodes the ledger node by node, so that each requirement knows its line
// and a misspelt member is an error.
func (c *Contract) readLedger(l ledger) error {
	return cmp.Or(
		decodeEach(l.Pages, func(p Page, _ int) error { c.Pages = append(c.Pages, p); return nil }),
		decodeEach(l.Withdrawn, func(w Withdrawal, _ int) error {
			c.Withdrawn = append(c.Withdrawn, w)
			return nil
		}),
		decodeEach(l.Requirements, func(r Requirement, line int) error {
			r.Line = line
			return c.addRequirement(r)
		}),
		decodeEach(l.Sentences, c.addSentences),
	)
}

// decodeEach decodes the nodes strictly and adds each with its line; the first mistake ends it.
func decodeEach[T any](nodes []yaml.Node, add func(entry T, line int) error) error {
	var known yaml.Node
	var empty T
	if err := known.Encode(empty); err != nil {
		return err
	}
	for _, node := range nodes {
		var entry T
		if err := decodeStrictly(&node, &known, &entry); err != nil {
			return err
		}
		if err := add(entry, node.Line); err != nil {
			return fmt.Errorf("line %d: %w", node.Line, err)
		}
	}
	return nil
}

var idForm = regexp.MustCompile(`^[A-Z]+-[0-9]+$`)

func (c *Contract) addRequirement(r Requirement) error {
	_, twice := c.Requirement(r.ID)
	_, withdrawn := c.Withdrawal(r.ID)
	switch {
	case !idForm.MatchString(r.ID):
		return fmt.Errorf("requirement id %q: expected the form RESET-6", r.ID)
	case twice:
		return fmt.Errorf("requirement %s stands twice", r.ID)
	case withdrawn:
		return fmt.Errorf("requirement %s was withdrawn; ids are never reused", r.ID)
	case !c.hasPage(r.Source.Page):
		return fmt.Errorf("%s: x-pages has no page %q%s", r.ID, r.Source.Page,
			nearest.Hint(r.Source.Page, c.titles()))
	case !slices.Contains(Levels(), r.Level):
		return fmt.Errorf("%s: level %q: expected %s%s", r.ID, r.Level,
			strings.Join(Levels(), ", "), nearest.Hint(r.Level, Levels()))
	case !slices.Contains(Profiles(), r.Profile):
		return fmt.Errorf("%s: profile %q: expected %s%s", r.ID, r.Profile,
			strings.Join(Profiles(), ", "), nearest.Hint(r.Profile, Profiles()))
	case r.Statement == "" || r.Source.Page == "" || r.Sent == "" || r.Demanded == "":
		return fmt.Errorf("%s: statement, source, sent and demanded must not be empty", r.ID)
	}
	c.Requirements = append(c.Requirements, r)
	return nil
}

// decodeStrictly decodes a mapping whose keys must all be known.
func decodeStrictly(node, known *yaml.Node, into any) error {
	if key := findUnknownKey(node, known); key != nil {
		return fmt.Errorf("line %d: there is no member %q%s", key.Line, key.Value,
			nearest.Hint(key.Value, collectNames(known)))
	}
	return node.Decode(into)
}

// collectNames are the names of the mapping and of the mappings in it.
func collectNames(mapping *yaml.Node) []string {
	var names []string
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		names = append(append(names, mapping.Content[i].Value),
			collectNames(mapping.Content[i+1])...)
	}
	return names
}

// findUnknownKey returns the first key, at any depth, that a mapping has and the known one has not.
func findUnknownKey(node, known *yaml.Node) *yaml.Node {
	values := map[string]*yaml.Node{}
	for i := 0; i+1 < len(known.Content); i += 2 {
		values[known.Content[i].Value] = known.Content[i+1]
	}
	for i := 0; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
		value, found := values[node.Content[i].Value]
		if !found {
			return node.Content[i]
		}
		if key := findUnknownKey(node.Content[i+1], value); key != nil {
			return key
		}
	}
	return nil
}
