// Package contract reads openapi.yaml: the operations with their requests and
// outcomes, the app key's scheme, and the ledger of requirements.
package contract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/etna-conformance/conformance/internal/nearest"
)

// Contract is the contract to judge deployments by.
type Contract struct {
	// Name is the file's, as it was given.
	Name    string
	Version string
	// SHA256 identifies the file, in hexadecimal.
	SHA256 string
	// Operations stand in the order of the file.
	Operations   []Operation
	Requirements []Requirement
	// Pages are the sources of requirements, Sentences those of the two documents.
	Pages     []Page
	Sentences []PageSentences
	Withdrawn []Withdrawal
	// KeyHeader is the name of the app key's header as the contract spells it.
	KeyHeader string
	// KeyError is the outcome of a missing or wrong key.
	KeyError Shape

	doc *openapi3.T
}

// Load reads a contract (OpenAPI 3.0). It refuses one refused by other tools, or with a typo in its
// extensions; name is the file's, for errors.
func Load(name string, data []byte) (*Contract, error) {
	c, err := load(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.Name = name
	return c, nil
}

// Ledger reads the requirements alone, of a valid contract: its operations take most of the time.
func Ledger(name string, data []byte) (*Contract, error) {
	c := &Contract{}
	ledger, _, err := splitLedger(data)
	if err == nil {
		err = c.readLedger(ledger)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func load(data []byte) (*Contract, error) {
	ledger, operations, err := splitLedger(data)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromData(operations)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	c := &Contract{Version: doc.Info.Version, SHA256: hex.EncodeToString(sum[:]), doc: doc}
	if err := c.readScheme(); err != nil {
		return nil, err
	}
	if err := c.readOperations(); err != nil {
		return nil, err
	}
	return c, c.readLedger(ledger)
}

// Operation returns the operation with the id.
func (c *Contract) Operation(id string) (Operation, bool) {
	i := slices.IndexFunc(c.Operations, func(o Operation) bool { return o.ID == id })
	if i < 0 {
		return Operation{}, false
	}
	return c.Operations[i], true
}

// Requirement returns the requirement with the id.
func (c *Contract) Requirement(id string) (Requirement, bool) {
	i := slices.IndexFunc(c.Requirements, func(r Requirement) bool { return r.ID == id })
	if i < 0 {
		return Requirement{}, false
	}
	return c.Requirements[i], true
}

// Texts returns the strings of the contract's response examples and enums: the documents' own
// words, not to be altered by a secret's placeholder.
func (c *Contract) Texts() []string {
	var texts []string
	for _, o := range c.Operations {
		texts = append(texts, o.Members()...)
		for _, example := range o.examples() {
			texts = appendStrings(texts, example.Value)
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

func appendStrings(texts []string, value any) []string {
	switch v := value.(type) {
	case string:
		return append(texts, v)
	case []any:
		for _, item := range v {
			texts = appendStrings(texts, item)
		}
	case map[string]any:
		for name, item := range v {
			texts = appendStrings(append(texts, name), item)
		}
	}
	return texts
}

// readScheme finds the header of the app key and the shape of the key error.
func (c *Contract) readScheme() error {
	schemes, schemas := c.doc.Components.SecuritySchemes, c.doc.Components.Schemas
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		scheme := schemes[name].Value
		if scheme.Type != "apiKey" || scheme.In != "header" {
			continue
		}
		c.KeyHeader = scheme.Name
		schema, _ := scheme.Extensions["x-key-error"].(string)
		ref, found := schemas[schema]
		if !found {
			return fmt.Errorf("line %d: %s: x-key-error must name a schema of components.schemas, got %q%s",
				lineOf(scheme.Origin), name, schema,
				nearest.Hint(schema, slices.Sorted(maps.Keys(schemas))))
		}
		c.KeyError = newShape(ref)
		return nil
	}
	return errors.New("components.securitySchemes: expected an apiKey scheme in a header")
}

func (c *Contract) readOperations() error {
	for _, path := range c.doc.Paths.InMatchingOrder() {
		item := c.doc.Paths.Value(path)
		for method, operation := range item.Operations() {
			o, err := c.newOperation(method, path, item, operation)
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
			c.Operations = append(c.Operations, o)
		}
	}
	slices.SortFunc(c.Operations, func(a, b Operation) int { return a.Line - b.Line })
	return c.foldOlderPaths()
}

// foldOlderPaths moves operations at older paths into their newer ones.
func (c *Contract) foldOlderPaths() error {
	all := c.Operations
	c.Operations = nil
	for _, o := range all {
		if o.olderOf == "" {
			c.Operations = append(c.Operations, o)
		}
	}
	for _, older := range all {
		if older.olderOf == "" {
			continue
		}
		i := slices.IndexFunc(c.Operations, func(o Operation) bool { return o.ID == older.olderOf })
		if i < 0 {
			return fmt.Errorf("%s: x-older-path-of: there is no operation %q%s", older,
				older.olderOf, nearest.Hint(older.olderOf, c.operationIDs()))
		}
		older.ID = older.olderOf
		c.Operations[i].Older = &older
	}
	return nil
}

func (c *Contract) operationIDs() []string {
	var ids []string
	for _, o := range c.Operations {
		ids = append(ids, o.ID)
	}
	return ids
}

// AtOlderPaths returns the contract for a deployment with its operations at their older paths.
func (c *Contract) AtOlderPaths() *Contract {
	at := *c
	at.Operations = nil
	for _, o := range c.Operations {
		if o.Older != nil {
			o = *o.Older
		}
		at.Operations = append(at.Operations, o)
	}
	return &at
}

// extension returns a string extension, or fallback where it is missing.
func extension(extensions map[string]any, name, fallback string) string {
	if text, ok := extensions[name].(string); ok {
		return strings.TrimSpace(text)
	}
	return fallback
}
