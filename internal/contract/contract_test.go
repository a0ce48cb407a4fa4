package contract_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

var builtIn = sync.OnceValues(func() (*contract.Contract, error) {
	return contract.Load("openapi.yaml", conformance.OpenAPI)
})

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
		{"resetPassword", contract.Refused,
			`{"Errors": ["Answer is incorrect, try again."], "ErrorsCode": ["ErrorIncorrectAnswer"], "IsSucceed": false}`},
		{"getSecretQuestion", contract.Question,
			`{"Model": "What street did you live on in third grade?", "Errors": [], "IsSucceed": true}`},
	} {
		o, found := c.Operation(sample.operation)
		if !found {
			t.Fatalf("no operation %s", sample.operation)
		}
		var fits []contract.Kind
		for _, shape := range o.Shapes {
			if len(shape.Check(contract.ReadJSON([]byte(sample.body)).Value)) == 0 {
				fits = append(fits, shape.Kind)
			}
		}
		if !slices.Equal(fits, []contract.Kind{sample.kind}) {
			t.Errorf("%s fits %q, want %s alone", sample.body, fits, sample.kind)
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
		`{"Errors":null,"IsSucceed":true}`: {"Errors: array of strings",
			"Errors: null"},
		`{"Errors":[],"IsSucceed":"true"}`: {"IsSucceed: boolean", `IsSucceed: the string "true"`},
		`{"errors":[],"IsSucceed":true}`: {`a member "Errors"`,
			`no member "Errors", but "errors"`},
		`[]`: {"the response: object", "the response: an array []"},
		`{"Errors":[],"IsSucceed":true,"ErrorsCode":[1]}`: {"ErrorsCode/0: string",
			"ErrorsCode/0: the number 1"},
	} {
		violations := accepted.Check(contract.ReadJSON([]byte(body)).Value)
		if len(violations) != 1 || violations[0].Expected != want[0] ||
			violations[0].Got != want[1] || violations[0].Line == 0 {
			t.Errorf("%s: %+v, want %q", body, violations, want)
		}
	}
}

func TestJSONIsReadStrictly(t *testing.T) {
	for body, want := range map[string]string{
		"{}": "", " {\"a\":[1,\"x\",null,true]}\r\n": "", `{"a":"\ud83d\ude00"}`: "",
		"\xef\xbb\xbf{}": "byte-order mark", "": "empty", " \n": "empty",
		"{} {}": "after the document", "{}x": "after the document",
		"{}\x00": "after the document", "{}\u00a0": "after the document",
		`"{\"a\":1}"`: "encoded twice", `{"a":`: "ends before",
		"<html>": "not JSON", `{"a":1,}`: "not JSON", `{"a":"\ud800"}`: "not JSON",
		"{\"a\":\"\xff\"}": "not UTF-8", `{'a':1}`: "not JSON", `{"a":01}`: "not JSON",
	} {
		d := contract.ReadJSON([]byte(body))
		if got := strings.Join(d.Problems, "; "); (want == "") != (got == "") ||
			!strings.Contains(got, want) {
			t.Errorf("%q: problems %q, want %q", body, got, want)
		}
	}
	if d := contract.ReadJSON([]byte(`{"a":1,"\u0061":2,"b":{"c":1,"c":2}}`)); !slices.Equal(d.Repeated, []string{"a"}) {
		t.Errorf("repeated: %q", d.Repeated)
	}
}

// TestMistakesInTheContractAreRefused has each mistake named with its line and what was probably
// meant.
func TestMistakesInTheContractAreRefused(t *testing.T) {
	for what, c := range map[string]struct{ old, new, says string }{
		"unknown level": {"level: must", "level: mst",
			`level "mst": expected must, should, advice; did you mean "must"?`},
		"unknown profile": {"    profile: flow", "    profile: flwo",
			`profile "flwo": expected core, flow, hardening; did you mean "flow"?`},
		"misspelt member": {"demanded:", "demandd:",
			`there is no member "demandd"; did you mean "demanded"?`},
		"repeated id": {"id: ANSWER-2", "id: ANSWER-1", "requirement ANSWER-1 stands twice"},
		"id of another form": {"id: ANSWER-2", "id: answer-2",
			`requirement id "answer-2": expected the form RESET-6`},
		"no key error": {"x-key-error: KeyError", "x-key-error: KeyEror",
			`got "KeyEror"; did you mean "KeyError"?`},
		"unknown reference": {"#/components/schemas/Refusal", "#/components/schemas/Refusl",
			"Refusl"},
		"misspelt fact": {"x-fact: trader.login", "x-fact: trader.logn",
			`x-fact "trader.logn": expected trader.login`},
		"nearest fact": {"x-fact: trader.login", "x-fact: trader.logn",
			`did you mean "trader.login"?`},
		"misspelt outcome": {"x-outcome: accepted", "x-outcome: acepted",
			`did you mean "accepted"?`},
		"outcome of a page": {"x-outcome: accepted", "x-outcome: rate limited",
			`x-outcome "rate limited": expected accepted, `},
		"asked by nobody": {"x-profile: flow", "x-profile: flwo",
			`x-profile "flwo": expected core, flow, hardening; did you mean "flow"?`},
		"misspelt key": {"x-secret: true", "x-secert: true",
			`unknown key "x-secert"; did you mean "x-secret"?`},
		"key in capitals": {"x-secret: true", "X-Secret: true",
			`unknown key "X-Secret"; did you mean "x-secret"?`},
		"misspelt ledger": {"x-requirements:", "x-requirments:",
			`unknown key "x-requirments"; did you mean "x-requirements"?`},
		"foreign key": {"x-secret: true", "x-amazon-apigateway: true",
			`unknown key "x-amazon-apigateway"`},
		"secret as a text": {"x-secret: true", `x-secret: "true"`,
			`x-secret "true": expected true, false`},
		"secret as a word": {"x-secret: true", "x-secret: yes please", "expected true, false"},
		"fact of a list": {"x-fact: trader.login", "x-fact: [trader.login]",
			"expected trader.login"},
		"key elsewhere": {"      summary: Sign in\n", "      x-outcome: accepted\n",
			"x-outcome means nothing in an operation; it belongs to a schema or an example"},
		"key beside $ref": {`Errors: {$ref: "#/components/schemas/NoErrors"}`,
			`Errors: {$ref: "#/components/schemas/NoErrors", x-secret: true}`,
			"x-secret means nothing beside $ref"},
		"repeated member": {"      summary: Sign in\n",
			"      summary: Sign in\n      summary: Sign in\n", "already defined"},
		"misspelt schema": {"required: [Model, Errors, IsSucceed]",
			"requried: [Model, Errors, IsSucceed]", "requried"},
		"repeated operation": {"operationId: signIn", "operationId: resetPassword",
			"resetPassword"},
	} {
		if !strings.Contains(text(), c.old) {
			t.Fatalf("%s: the contract has no %q", what, c.old)
		}
		changed := strings.Replace(text(), c.old, c.new, 1)
		_, err := contract.Load("openapi.yaml", []byte(changed))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one with %s", what, err, c.says)
			continue
		}
		if line := strings.Count(text()[:strings.Index(text(), c.old)], "\n") +
			1; strings.HasPrefix(c.new, "x-") && what != "no key error" &&
			!strings.Contains(err.Error(), fmt.Sprintf("line %d: ", line)) {
			t.Errorf("%s: %v does not name line %d", what, err, line)
		}
	}
}

// TestKeysOfAnAuthorAreNoMistakes has names with x- where names are the author's own.
func TestKeysOfAnAuthorAreNoMistakes(t *testing.T) {
	for _, change := range [][2]string{
		{"value: {Errors: [], IsSucceed: false}",
			"value: {Errors: [], IsSucceed: false, x-trace: 1}"},
		{"        Errors: {$ref: \"#/components/schemas/NoErrors\"}\n",
			"        Errors: {$ref: \"#/components/schemas/NoErrors\"}\n        x-trace: {type: string}\n"},
		{"          description: The secret question,",
			"          headers: {X-Request-Id: {schema: {type: string}}}\n          description: The secret question,"},
		{"    ResetRequest:\n", "    x-Trace: {type: string}\n    ResetRequest:\n"},
	} {
		if !strings.Contains(text(), change[0]) {
			t.Fatalf("the contract has no %q", change[0])
		}
		if _, err := contract.Load("openapi.yaml",
			[]byte(strings.Replace(text(), change[0], change[1], 1))); err != nil {
			t.Errorf("%s: %v", change[1], err)
		}
	}
}

func TestAliasesThatHoldThemselvesEnd(t *testing.T) {
	for _, doc := range []string{"a: &a [*a]", "a: &a {b: *a}", "paths: &a {b: *a}",
		"components: {schemas: &s {A: {properties: *s}}}"} {
		if _, err := contract.Load("openapi.yaml",
			[]byte("openapi: 3.0.3\n"+doc+"\n")); err == nil {
			t.Errorf("%s: not refused", doc)
		}
	}
}
