package certificate_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/etna-conformance/conformance/internal/certificate"
)

// TestTheSchemaDescribesTheExtension holds a certificate's member "conformance" against
// docs/certificate.schema.json.
func TestTheSchemaDescribesTheExtension(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs",
		"certificate.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := newKey(t)
	dir := write(t, nil)
	certify(t, dir, options(key))
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, dir, certificate.FileName)))
	if err != nil {
		t.Fatal(err)
	}
	extension := value.(map[string]any)["predicate"].(map[string]any)["conformance"].(map[string]any)
	if err := schema.Validate(extension); err != nil {
		t.Errorf("%v", err)
	}
	extension["verdict"] = "certified"
	if schema.Validate(extension) == nil {
		t.Error("the schema allows any verdict")
	}
}
