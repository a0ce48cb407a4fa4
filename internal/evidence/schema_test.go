package evidence_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// TestTheSchemaDescribesTheFile holds a run with something of everything against
// docs/evidence.schema.json.
func TestTheSchemaDescribesTheFile(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs",
		"evidence.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, sample())
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(read(t, dir, evidence.FileName)))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v", err)
	}
	value.(map[string]any)["further"] = 1
	if schema.Validate(value) == nil {
		t.Error("the schema allows any member")
	}
}
