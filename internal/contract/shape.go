package contract

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Shape is one documented response of an operation. Documented status codes don't tell outcomes
// apart, so members do.
type Shape struct {
	// Kind is the schema's x-outcome, "" where it has none.
	Kind Kind
	// Line is the schema's line in the contract.
	Line int
	// Statuses are the documented status codes and classes of them (2XX), none where the response is
	// a `default` one, too.
	Statuses []string

	schema *openapi3.Schema
}

// Violation is one difference between a value and its schema.
type Violation struct {
	// Expected and Got are for a person to read; Got never holds the value itself
	// where that may be long.
	Expected, Got string
	// Line is the line of the contract that demands it.
	Line int
}

func newShape(ref *openapi3.SchemaRef) Shape {
	return Shape{
		Kind:   Kind(extension(ref.Value.Extensions, "x-outcome", "")),
		Line:   lineOf(ref.Value.Origin),
		schema: ref.Value,
	}
}

// Has reports whether the shape documents the member.
func (s Shape) Has(member string) bool { return s.schema.Properties[member] != nil }

// HasStatus reports whether the shape is documented for the status code.
func (s Shape) HasStatus(code int) bool {
	documented := func(status string) bool {
		return status == strconv.Itoa(code) || status == strconv.Itoa(code/100)+"XX"
	}
	return len(s.Statuses) == 0 || slices.ContainsFunc(s.Statuses, documented)
}

// hasRequired reports whether the shape requires members and the object has all of them.
func (s Shape) hasRequired(object map[string]any) bool {
	lacks := func(name string) bool { _, has := object[name]; return !has }
	return len(s.schema.Required) > 0 && !slices.ContainsFunc(s.schema.Required, lacks)
}

// Claimed reports whether the object has the fixed texts of the shape.
func (s Shape) Claimed(object map[string]any) bool {
	p := s.newPattern()
	return len(p.members) > 0 && p.matches(object)
}

// maxViolations bounds the violations reported for one value: a hostile one has as many as bytes.
const maxViolations = 20

// Check returns the ways in which a decoded JSON value is not of the
// shape, the first of very many; none means that it fits.
func (s Shape) Check(value any) []Violation {
	err := s.schema.VisitJSON(value, openapi3.MultiErrors())
	return collectViolations(err, value, s)
}

func collectViolations(err error, value any, shape Shape) []Violation {
	var many openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		var list []Violation
		for _, e := range many {
			if list = append(list,
				collectViolations(e, value, shape)...); len(list) >= maxViolations {
				return list[:maxViolations]
			}
		}
		return list
	case errors.As(err, &one):
		return []Violation{newViolation(one, value, shape)}
	}
	return []Violation{{Expected: "a response as documented", Got: err.Error(), Line: shape.Line}}
}

func newViolation(e *openapi3.SchemaError, value any, shape Shape) Violation {
	pointer := e.JSONPointer()
	v := Violation{Line: shape.Line}
	if e.Schema != nil && e.Schema.Origin != nil {
		v.Line = lineOf(e.Schema.Origin)
	}
	where := "the response"
	if len(pointer) > 0 {
		where = strings.Join(pointer, "/")
	}
	if e.SchemaField == "required" {
		name := missingMember(e, pointer)
		v.Expected, v.Got = fmt.Sprintf("a member %q", name),
			fmt.Sprintf("no member %q%s", name, findLookalike(name, value))
		return v
	}
	v.Expected = where + ": " + describeDemand(e)
	v.Got = where + ": " + Describe(e.Value)
	return v
}

func missingMember(e *openapi3.SchemaError, pointer []string) string {
	if len(pointer) > 0 {
		return pointer[len(pointer)-1]
	}
	return strings.Trim(strings.TrimPrefix(e.Reason, "property "), `"`)
}

// findLookalike points at a member that differs from the documented name by case or separators only.
func findLookalike(name string, value any) string {
	object, _ := value.(map[string]any)
	plain := func(s string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
	}
	for other := range object {
		if other != name && plain(other) == plain(name) {
			return fmt.Sprintf(", but %q", other)
		}
	}
	return ""
}

func describeDemand(e *openapi3.SchemaError) string {
	s := e.Schema
	switch e.SchemaField {
	case "type", "nullable":
		return describeType(s)
	case "enum":
		var values []string
		for _, v := range s.Enum {
			values = append(values, fmt.Sprintf("%q", fmt.Sprint(v)))
		}
		return strings.Join(values, " or ")
	case "maxItems":
		return fmt.Sprintf("at most %d items", *s.MaxItems)
	case "minItems":
		return fmt.Sprintf("at least %d items", s.MinItems)
	}
	return e.Reason
}

func describeType(s *openapi3.Schema) string {
	if s == nil || s.Type == nil {
		return "a documented type"
	}
	names := slices.Clone(s.Type.Slice())
	if s.Nullable {
		names = append(names, "null")
	}
	if s.Type.Is("array") && s.Items != nil && s.Items.Value.Type != nil {
		names[0] = "array of " + strings.Join(s.Items.Value.Type.Slice(), " or ") + "s"
	}
	return strings.Join(names, " or ")
}
