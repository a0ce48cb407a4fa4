package app

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/nearest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Baseline reads the file of known failures: a YAML list of id, reason and until. "" is none.
func Baseline(path string, c *contract.Contract) ([]verdict.Known, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &config.Error{Where: path, Text: "the baseline can't be read: " +
			errorWithoutPath(err)}
	}
	known, err := readKnown(data, c)
	if err != nil {
		return nil, &config.Error{Where: path, Text: err.Error()}
	}
	return known, nil
}

func readKnown(data []byte, c *contract.Contract) ([]verdict.Known, error) {
	var entries []yaml.Node
	if err := yaml.Unmarshal(data, &entries); err != nil {
		return nil, fmt.Errorf("expected a list of id, reason and until: %s",
			strings.TrimPrefix(firstLine(err), "yaml: "))
	}
	var list []verdict.Known
	for _, entry := range entries {
		k, err := readEntry(&entry)
		if err == nil {
			err = checkKnown(k, c)
		}
		if err == nil && slices.ContainsFunc(list, func(other verdict.Known) bool {
			return other.ID == k.ID
		}) {
			err = fmt.Errorf("%s stands twice", k.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", entry.Line, err)
		}
		list = append(list, k)
	}
	return list, nil
}

func readEntry(entry *yaml.Node) (k verdict.Known, err error) {
	if entry.Kind != yaml.MappingNode {
		return k, errors.New("expected id, reason and until")
	}
	keys := []string{"id", "reason", "until"}
	for i := 0; i < len(entry.Content); i += 2 {
		if name := entry.Content[i].Value; !slices.Contains(keys, name) {
			return k, fmt.Errorf("unknown key %q%s", name, nearest.Hint(name, keys))
		}
	}
	if err := entry.Decode(&k); err != nil {
		return k, errors.New("expected a text for each of id, reason and until")
	}
	return k, nil
}

func checkKnown(k verdict.Known, c *contract.Contract) error {
	if _, found := c.Requirement(k.ID); !found {
		return errors.New(noRequirement(k.ID, c))
	}
	if k.Reason == "" {
		return fmt.Errorf("%s: reason is missing", k.ID)
	}
	if _, err := time.Parse(time.DateOnly, k.Until); err != nil {
		return fmt.Errorf("%s: until %q: expected a day as in 2027-01-31", k.ID, k.Until)
	}
	return nil
}

func requirementIDs(c *contract.Contract) []string {
	var list []string
	for _, r := range c.Requirements {
		list = append(list, r.ID)
	}
	return list
}
