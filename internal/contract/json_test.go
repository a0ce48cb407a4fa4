package contract_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/contract"
)

func TestValuesAreDescribedBriefly(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, "null"}, {true, "the boolean true"}, {1.5, "the number 1.5"},
		{"<a>", `the string "<a>"`},
		{[]any{}, "an array []"}, {map[string]any{"a": nil}, `an object {"a":null}`},
		{json.Number("1e999"), "the number 1e999"},
		{strings.Repeat("é", 500), `the string "` + strings.Repeat("é", 119) + "…"},
	} {
		if got := contract.Describe(c.value); got != c.want {
			t.Errorf("%v: %s, want %s", c.value, got, c.want)
		}
	}
}

func TestCharsetAndMediaType(t *testing.T) {
	for _, c := range []struct {
		contentType, charset string
		isJSON               bool
	}{
		{"application/json", "", true}, {"Text/JSON; charset=UTF-8", "UTF-8", true},
		{"application/problem+json;charset=\"utf-16\"", "utf-16", true},
		{"text/html; charset=x; charset=y", "", false},
		{"", "", false}, {"+json", "", false}, {"application/jsonp", "", false},
	} {
		if got := contract.Charset(c.contentType); got != c.charset {
			t.Errorf("%q: charset %q, want %q", c.contentType, got, c.charset)
		}
		if got := contract.IsJSON(c.contentType); got != c.isJSON {
			t.Errorf("%q is JSON: %t", c.contentType, got)
		}
	}
}

func TestOnlyAnObjectIsAnObject(t *testing.T) {
	if contract.ReadJSON([]byte(`{"a":1}`)).Object() == nil ||
		contract.ReadJSON([]byte(`[]`)).Object() != nil || contract.ReadJSON(nil).Object() != nil {
		t.Error("an object is one, and nothing else is")
	}
	if d := contract.ReadJSON([]byte(`{"n":1e999}`)); d.Object()["n"] != json.Number("1e999") {
		t.Errorf("a number beyond float64 is read as %v", d.Value)
	}
}
