package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Baseline reads the file of known failures: a YAML list of id, reason and until. "" is none.
func Baseline(path string, c *contract.Contract) ([]verdict.Known, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &deployment.ConfigError{Where: path, Text: "the baseline can't be read: " + reason(err)}
	}
	var known []verdict.Known
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&known); err != nil && !errors.Is(err, io.EOF) {
		return nil, &deployment.ConfigError{Where: path, Text: "expected a list of id, reason and until: " + err.Error()}
	}
	for _, k := range known {
		if err := checkKnown(k, c); err != nil {
			return nil, &deployment.ConfigError{Where: path, Text: err.Error()}
		}
	}
	return known, nil
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

func ids(c *contract.Contract) []string {
	var list []string
	for _, r := range c.Requirements {
		list = append(list, r.ID)
	}
	return list
}
