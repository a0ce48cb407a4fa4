package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
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
	// Sent and Demanded say what is asked and what the answer must be.
	Sent     string `yaml:"sent"`
	Demanded string `yaml:"demanded"`
	// Reading is how the documents are read where they are open.
	Reading string `yaml:"reading"`
	// Line is the requirement's line in the contract.
	Line int `yaml:"-"`
}

// Source is where a promise stands.
type Source struct {
	Page    string `yaml:"page"`
	Section string `yaml:"section"`
}

// Exclusion is a promise that is not checked.
type Exclusion struct {
	Statement string `yaml:"statement"`
	Source    Source `yaml:"source"`
	Reason    string `yaml:"reason"`
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

// readLedger reads the extensions at the root. They are decoded node by node, so
// that each requirement knows its line and a misspelt member is an error.
func (c *Contract) readLedger(data []byte) error {
	var root struct {
		Requirements []yaml.Node    `yaml:"x-requirements"`
		Excluded     []yaml.Node    `yaml:"x-excluded"`
		Rest         map[string]any `yaml:",inline"`
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		return err
	}
	for _, node := range root.Requirements {
		r := Requirement{Line: node.Line}
		if err := decodeStrictly(&node, &r); err != nil {
			return err
		}
		if err := c.addRequirement(r); err != nil {
			return fmt.Errorf("line %d: %w", node.Line, err)
		}
	}
	for _, node := range root.Excluded {
		var x Exclusion
		if err := decodeStrictly(&node, &x); err != nil {
			return err
		}
		c.Exclusions = append(c.Exclusions, x)
	}
	return nil
}

var idForm = regexp.MustCompile(`^[A-Z]+-[0-9]+$`)

func (c *Contract) addRequirement(r Requirement) error {
	_, twice := c.Requirement(r.ID)
	switch {
	case !idForm.MatchString(r.ID):
		return fmt.Errorf("requirement id %q: expected the form RESET-6", r.ID)
	case twice:
		return fmt.Errorf("requirement %s stands twice", r.ID)
	case !slices.Contains(Levels(), r.Level):
		return fmt.Errorf("%s: level %q: expected %s", r.ID, r.Level, strings.Join(Levels(), ", "))
	case !slices.Contains(Profiles(), r.Profile):
		return fmt.Errorf("%s: profile %q: expected %s", r.ID, r.Profile, strings.Join(Profiles(), ", "))
	case r.Statement == "" || r.Source.Page == "" || r.Sent == "" || r.Demanded == "":
		return fmt.Errorf("%s: statement, source, sent and demanded must not be empty", r.ID)
	}
	c.Requirements = append(c.Requirements, r)
	return nil
}

// decodeStrictly decodes a mapping whose keys must all be known: a node alone cannot be decoded with
// KnownFields, so it goes through its text.
func decodeStrictly(node *yaml.Node, into any) error {
	text, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("near line %d: %w", node.Line, err)
	}
	return nil
}
