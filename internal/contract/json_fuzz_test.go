package contract_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/contract"
)

// FuzzReadJSON holds strict reading against the standard library's: what passes without a problem
// is JSON and is read alike, and what is JSON in UTF-8 is read at all.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{
		`{"Errors": [], "IsSucceed": false}`, `{"a": 1, "\u0061": 2}`, "\xef\xbb\xbf{}", `{} {}`,
		`"{\"Errors\": []}"`,
		`{"a": "\ud800"}`, "{\"a\": \"\xff\"}", `[1e400, -0, 01]`,
		`{"a": {"b": [null, true, {}]}, "a": {}}`, ``, ` `,
		strings.Repeat("[", 20_000), "{\"a\": 1}\x00", `nul`, `{"a": NaN}`, `{'a': 1}`, `{"a": 1,}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := contract.ReadJSON(body)
		valid := json.Valid(body)
		if len(d.Problems) == 0 && (!d.Read || !valid || !utf8.Valid(body)) {
			t.Fatalf("no problem with %q: read %v, valid %v", body, d.Read, valid)
		}
		if valid && utf8.Valid(body) && !d.Read {
			t.Fatalf("%q is JSON, but not read: %v", body, d.Problems)
		}
		var value any
		if len(d.Problems) == 0 && json.Unmarshal(body, &value) == nil &&
			!reflect.DeepEqual(value, d.Value) {
			t.Fatalf("%q is read as %#v, want %#v", body, d.Value, value)
		}
	})
}
