package contract_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

var builtIn = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load("openapi.yaml", conformance.OpenAPI) })

func load(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// text is the built-in contract.
func text() string { return string(conformance.OpenAPI) }

func TestLinesPointIntoTheFile(t *testing.T) {
	lines := strings.Split(string(conformance.OpenAPI), "\n")
	c := load(t)
	for _, r := range c.Requirements {
		if !strings.Contains(lines[r.Line-1], "id: "+r.ID) {
			t.Errorf("%s: line %d is %q", r.ID, r.Line, lines[r.Line-1])
		}
	}
	for _, o := range c.Operations {
		if method := strings.TrimSpace(lines[o.Line-1]); !strings.EqualFold(method, o.Method+":") {
			t.Errorf("%s: line %d is %q", o.ID, o.Line, method)
		}
	}
}

// The documents' own samples of the two pages fit exactly the outcome that they are samples of.
func TestSamplesFitTheirOutcome(t *testing.T) {
	c := load(t)
	for _, sample := range []struct {
		operation string
		kind      contract.Kind
		body      string
	}{
		{"resetPassword", contract.Accepted, `{"Errors": [], "IsSucceed": false}`},
		{"resetPassword", contract.Refused, `{"Errors": ["Answer is incorrect, try again."], "ErrorsCode": ["ErrorIncorrectAnswer"], "IsSucceed": false}`},
		{"getSecretQuestion", contract.Question, `{"Model": "What street did you live on in third grade?", "Errors": [], "IsSucceed": true}`},
	} {
		o, found := c.Operation(sample.operation)
		if !found {
			t.Fatalf("no operation %s", sample.operation)
		}
		for _, shape := range o.Shapes {
			fits := len(shape.Check(contract.ReadJSON([]byte(sample.body)).Value)) == 0
			if fits != (shape.Kind == sample.kind) {
				t.Errorf("%s fits %s: %t", sample.body, shape.Kind, fits)
			}
		}
	}
	if v := c.KeyError.Check(contract.ReadJSON([]byte(`{"error": "Application key is not defined or does not exist", "more": 1}`)).Value); len(v) > 0 {
		t.Errorf("the documented key error is refused: %v", v)
	}
}

func TestViolationsNameMemberAndType(t *testing.T) {
	o, _ := load(t).Operation("resetPassword")
	accepted, _ := o.Shape(contract.Accepted)
	for body, want := range map[string][2]string{
		`{"Errors":null,"IsSucceed":true}`:                {"Errors: array of strings", "Errors: null"},
		`{"Errors":[],"IsSucceed":"true"}`:                {"IsSucceed: boolean", `IsSucceed: the string "true"`},
		`{"errors":[],"IsSucceed":true}`:                  {`a member "Errors"`, `no member "Errors", but "errors"`},
		`[]`:                                              {"the answer: object", "the answer: an array []"},
		`{"Errors":[],"IsSucceed":true,"ErrorsCode":[1]}`: {"ErrorsCode/0: string", "ErrorsCode/0: the number 1"},
	} {
		violations := accepted.Check(contract.ReadJSON([]byte(body)).Value)
		if len(violations) != 1 || violations[0].Expected != want[0] || violations[0].Got != want[1] || violations[0].Line == 0 {
			t.Errorf("%s: %+v, want %q", body, violations, want)
		}
	}
}

func TestJSONIsReadStrictly(t *testing.T) {
	for body, want := range map[string]string{
		"{}": "", " {\"a\":[1,\"x\",null,true]}\r\n": "", `{"a":"\ud83d\ude00"}`: "",
		"\xef\xbb\xbf{}": "byte-order mark", "": "empty", " \n": "empty", "{} {}": "after the document", "{}x": "after the document",
		"{}\x00": "after the document", "{}\u00a0": "after the document", `"{\"a\":1}"`: "encoded twice", `{"a":`: "ends before",
		"<html>": "not JSON", `{"a":1,}`: "not JSON", `{"a":"\ud800"}`: "not JSON", "{\"a\":\"\xff\"}": "not UTF-8", `{'a':1}`: "not JSON", `{"a":01}`: "not JSON",
	} {
		d := contract.ReadJSON([]byte(body))
		if got := strings.Join(d.Problems, "; "); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: problems %q, want %q", body, got, want)
		}
	}
	if d := contract.ReadJSON([]byte(`{"a":1,"\u0061":2,"b":{"c":1,"c":2}}`)); !slices.Equal(d.Repeated, []string{"a"}) {
		t.Errorf("repeated: %q", d.Repeated)
	}
}

func TestMistakesInTheContractAreRefused(t *testing.T) {
	for what, change := range map[string][2]string{
		"unknown level":     {"level: must", "level: mst"},
		"misspelt member":   {"demanded:", "demandd:"},
		"repeated id":       {"id: ANSWER-2", "id: ANSWER-1"},
		"no key error":      {"x-key-error: KeyError", "x-key-error: KeyEror"},
		"unknown reference": {"#/components/schemas/Refusal", "#/components/schemas/Refusl"},
	} {
		if _, err := contract.Load("openapi.yaml", []byte(strings.Replace(text(), change[0], change[1], 1))); err == nil {
			t.Errorf("%s: not refused", what)
		}
	}
}
