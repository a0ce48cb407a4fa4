package contract_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

// small is a contract of one operation whose request body has the members.
func small(t *testing.T, members, response string) (contract.Operation, error) {
	t.Helper()
	_, o, err := smallWith(members, fmt.Sprintf("default: {description: any, content: {%s}}",
		response))
	return o, err
}

// smallWith is such a contract with the responses.
func smallWith(members, responses string) (*contract.Contract, contract.Operation, error) {
	c, err := contract.Load("small.yaml", fmt.Appendf(nil, `
openapi: 3.0.3
info: {title: small, version: "7"}
security: [{key: []}]
paths:
  /things:
    post:
      operationId: makeThing
      x-profile: flow
      security: []
      requestBody: {content: {application/json: {schema: {type: object, properties: {%s}}}}}
      responses: {%s}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: Key, x-key-error: Wrong}}
  schemas:
    Wrong: {type: object, properties: {error: {type: string}}}
    Right: {type: object, x-outcome: success, required: [Id], properties: {Id: {type: integer}, Token: {type: string, x-secret: true}, State: {type: string, enum: [Done]}}}
    Other: {type: object, x-outcome: refused, properties: {State: {type: string, enum: [A, B]}, List: {type: array, maxItems: 1, minItems: 1, items: {type: string}}}}
`, members, responses))
	if err != nil {
		return nil, contract.Operation{}, err
	}
	o, _ := c.Operation("makeThing")
	return c, o, nil
}

const anyOf = `application/json: {schema: {anyOf: [{$ref: "#/components/schemas/Right"}, {$ref: "#/components/schemas/Other"}, {$ref: "#/components/schemas/Wrong"}]}}, text/plain: {schema: {type: string}}`

func mustSmall(t *testing.T, members string) contract.Operation {
	t.Helper()
	o, err := small(t, members, anyOf)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestValuesHaveTheContractsExamples(t *testing.T) {
	for schema, want := range map[string]any{
		"{type: string, example: x}":            "x",
		"{type: string, default: y}":            "y",
		"{type: string, enum: [first, second]}": "first",
		"{type: integer}":                       1,
		"{type: number}":                        1,
		"{type: boolean}":                       true,
		"{type: array, items: {type: string}}":  []any{},
		"{type: object}":                        map[string]any{},
		"{type: string}":                        "example",
	} {
		values := mustSmall(t, "member: "+schema).Values()
		got, _ := json.Marshal(values[0].Example)
		expected, _ := json.Marshal(want)
		if len(values) != 1 || values[0].In != "body" || string(got) != string(expected) {
			t.Errorf("%s: %+v, want the example %s", schema, values, expected)
		}
	}
}

func TestShapesAreNamedAndTheKeyErrorIsNone(t *testing.T) {
	o := mustSmall(t, "a: {type: string}")
	var kinds []contract.Kind
	for _, shape := range o.Shapes {
		kinds = append(kinds, shape.Kind)
	}
	if !slices.Equal(kinds, []contract.Kind{contract.Success, contract.Refused}) {
		t.Errorf("shapes %q", kinds)
	}
	if _, found := o.Shape(contract.SecondFactor); found {
		t.Error("a shape is found that is none")
	}
	if right, found := o.Shape(contract.Success); !found || !right.Has("Id") || right.Has("List") {
		t.Error("success has Id and no List")
	}
	if o.Secured || o.Profile != "flow" || o.String() != "POST /things" {
		t.Errorf("%+v", o)
	}
	if got := strings.Join(o.Members(), " "); got != "Id List State Token error" {
		t.Errorf("members %s", got)
	}
	if got := strings.Join(o.Secrets(), " "); got != "Token" {
		t.Errorf("secrets %s", got)
	}
}

// under is a response with the status, the schema and a sample of it.
func under(status, schema string) string {
	return fmt.Sprintf(`%s: {description: any, content: {application/json: {schema: {$ref: "#/components/schemas/%s"},
        examples: {one: {summary: Page, value: {Id: 1}}}}}}`, status, schema)
}

func TestStatusesAreCodesAndClasses(t *testing.T) {
	for _, test := range []struct {
		responses []string
		has, not  []int
	}{
		{[]string{under("default", "Right")}, []int{200, 204, 404}, nil},
		{[]string{under(`"201"`, "Right"), under("default", "Other")}, []int{201}, []int{200, 404}},
		{[]string{under("2XX", "Right"), under("default", "Other")}, []int{200, 299},
			[]int{199, 300, 404}},
		{[]string{under("2XX", "Right"), under(`"404"`, "Right"), under("default", "Other")},
			[]int{200, 404}, []int{400}},
		{[]string{under("2XX", "Right"), under("default", "Right")}, []int{200, 404}, nil},
	} {
		c, o, err := smallWith("a: {type: string}", strings.Join(test.responses, ", "))
		if err != nil {
			t.Fatal(err)
		}
		right, found := o.Shape(contract.Success)
		for _, code := range test.has {
			if !found || !right.HasStatus(code) {
				t.Errorf("%s: %d is not documented", test.responses, code)
			}
		}
		for _, code := range test.not {
			if right.HasStatus(code) {
				t.Errorf("%s: %d is documented", test.responses, code)
			}
		}
		if samples := c.Samples(o, "Page"); len(samples) != 1 {
			t.Errorf("%s: %d samples, want 1", test.responses, len(samples))
		}
	}
	if _, _, err := smallWith("a: {type: string}", under("2xx", "Right")); err == nil {
		t.Error("2xx is taken for a status")
	}
}

func TestViolationsSayWhatIsDemanded(t *testing.T) {
	other, _ := mustSmall(t, "a: {type: string}").Shape(contract.Refused)
	for body, want := range map[string][2]string{
		`{"List":[]}`:        {"List: at least 1 items", "List: an array []"},
		`{"List":["a","b"]}`: {"List: at most 1 items", `List: an array ["a","b"]`},
		`{"State":"C"}`:      {`State: "A" or "B"`, `State: the string "C"`},
	} {
		v := other.Check(contract.ReadJSON([]byte(body)).Value)
		if len(v) != 1 || v[0].Expected != want[0] || v[0].Got != want[1] {
			t.Errorf("%s: %+v, want %q", body, v, want)
		}
	}
	many := `{"List":[` + strings.Repeat("1,", 50) + `1]}`
	if v := other.Check(contract.ReadJSON([]byte(many)).Value); len(v) != 20 {
		t.Errorf("%d violations are told, want 20", len(v))
	}
}

func TestUnusableOperationsAreRefused(t *testing.T) {
	if _, err := small(t, "a: {type: string}",
		"text/plain: {schema: {type: string}}"); err == nil ||
		!strings.Contains(err.Error(), "no response has a JSON schema") {
		t.Errorf("no JSON response: %v", err)
	}
	text := string(conformance.OpenAPI)
	for change, want := range map[[2]string]string{
		{"operationId: signIn", "deprecated: false"}:        "operationId",
		{"type: apiKey", "type: http\n      scheme: basic"}: "",
	} {
		_, err := contract.Load("openapi.yaml",
			[]byte(strings.Replace(text, change[0], change[1], 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", change[1], err, want)
		}
	}
}

func TestTextsAreTheDocumentsOwnWords(t *testing.T) {
	texts := load(t).Texts()
	for _, want := range []string{"Answer is incorrect, try again.", "IsSucceed",
		"ErrorIncorrectAnswer", "error"} {
		if !slices.Contains(texts, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !slices.IsSorted(texts) || len(slices.Compact(slices.Clone(texts))) != len(texts) {
		t.Error("texts are not sorted, or stand twice")
	}
}

func TestTheLedgerAloneIsTheContractsLedger(t *testing.T) {
	c, err := contract.Ledger("openapi.yaml", conformance.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	whole := load(t)
	if !slices.EqualFunc(c.Requirements, whole.Requirements, func(a, b contract.Requirement) bool {
		return a.ID == b.ID && a.Line == b.Line
	}) {
		t.Error("the requirements differ")
	}
	if len(c.Excluded()) == 0 || len(c.Excluded()) != len(whole.Excluded()) {
		t.Error("the excluded sentences differ")
	}
	for what, text := range map[string]string{
		"not YAML":           "a: [",
		"a list":             "x-requirements: 1",
		"an unknown member":  "x-withdrawn: [{what: x, nope: 1}]",
		"a withdrawn id":     "x-withdrawn: [{id: A-1}]\nx-requirements: [{id: A-1, level: must, profile: core}]",
		"an unknown page":    "x-pages: [{title: A page}]\nx-requirements: [{id: A-1, level: must, profile: core, source: {page: Another}}]",
		"no statement":       "x-requirements: [{id: A-1, level: must, profile: core}]",
		"an id of no form":   "x-requirements: [{id: a1}]",
		"an unknown profile": "x-requirements: [{id: A-1, level: must, profile: heart}]",
	} {
		if _, err := contract.Ledger("x.yaml", []byte(text)); err == nil ||
			!strings.HasPrefix(err.Error(), "x.yaml: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
	r, _ := whole.Requirement("RESET-6")
	if r.Group() != "RESET" {
		t.Errorf("group %q", r.Group())
	}
}
