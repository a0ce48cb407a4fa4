package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is one documented operation.
type Operation struct {
	// ID is the operationId.
	ID string
	// Method is in upper case; Path holds its parameters in braces.
	Method, Path string
	// Profile is the profile of the operation: x-profile, or core.
	Profile string
	// Line is the operation's line in the contract.
	Line int
	// LimitWindow is the documented duration of a limit of calls: x-limit-window, in seconds; 0 if
	// none is documented.
	LimitWindow time.Duration
	// Older is the same operation at the path that earlier editions give it, nil where there is
	// none.
	Older *Operation
	// Secured is true where the app key is demanded.
	Secured bool
	// Parameters are the path's, the query's and the headers'.
	Parameters []Value
	// Body are the members of the JSON request body; HasBody is true where
	// there is one.
	Body    []Value
	HasBody bool
	// Shapes are the documented responses, the key error left out.
	Shapes []Shape

	// patterns identify the kinds of responses; success is the kind of a carried-out request.
	// deniedSuccess is true if its documented sample has IsSucceed false.
	patterns      []pattern
	success       Kind
	deniedSuccess bool

	// olderOf is the id of the operation that this one is the older path of.
	olderOf string

	doc  *openapi3.Operation
	item *openapi3.PathItem
	spec *openapi3.T
}

// Value is one value of a request.
type Value struct {
	Name string
	// In is path, query, header or body.
	In       string
	Required bool
	// Fact names the declared fact that is sent: x-fact, for example
	// "trader.login"; "" where the example is sent.
	Fact string
	// Example is the contract's own value.
	Example any
	// Line is the value's line in the contract.
	Line int
}

// Members returns the names of all documented members of the operation's responses.
func (o Operation) Members() []string {
	names := map[string]bool{"error": true}
	for _, shape := range o.Shapes {
		for name := range shape.schema.Properties {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Secrets returns the names of the responses' members that grant access: x-secret.
func (o Operation) Secrets() []string {
	names := map[string]bool{}
	for _, shape := range o.Shapes {
		for name, member := range shape.schema.Properties {
			if secret, _ := member.Value.Extensions["x-secret"].(bool); secret {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Shape returns the first documented shape of the kind.
func (o Operation) Shape(kind Kind) (Shape, bool) {
	i := slices.IndexFunc(o.Shapes, func(s Shape) bool { return s.Kind == kind })
	if i < 0 {
		return Shape{}, false
	}
	return o.Shapes[i], true
}

// IsOlder reports whether the operation is at its older path.
func (o Operation) IsOlder() bool { return o.olderOf != "" }

// Values returns the values of all parameters and body members.
func (o Operation) Values() []Value { return append(slices.Clone(o.Parameters), o.Body...) }

// maxLimitWindow bounds x-limit-window: a run waits for it.
const maxLimitWindow = 10 * time.Minute

func (c *Contract) newOperation(method, path string, item *openapi3.PathItem,
	doc *openapi3.Operation) (Operation, error) {
	if doc.OperationID == "" {
		return Operation{}, errors.New("operationId is missing")
	}
	o := Operation{
		ID: doc.OperationID, Method: method, Path: path, Line: lineOf(doc.Origin),
		Profile: extension(doc.Extensions, "x-profile", "core"),
		olderOf: extension(doc.Extensions, "x-older-path-of", ""),
		Secured: c.isSecured(doc), doc: doc, item: item, spec: c.doc,
	}
	for _, ref := range append(slices.Clone(item.Parameters), doc.Parameters...) {
		o.Parameters = append(o.Parameters, parameterValue(ref.Value))
	}
	if seconds, given := doc.Extensions["x-limit-window"]; given {
		n, isNumber := seconds.(float64)
		if !isNumber || n <= 0 || n > maxLimitWindow.Seconds() {
			return Operation{}, fmt.Errorf("x-limit-window: expected seconds from 1 to %.0f",
				maxLimitWindow.Seconds())
		}
		o.LimitWindow = time.Duration(n * float64(time.Second))
	}
	if err := o.readBody(); err != nil {
		return Operation{}, err
	}
	if err := checkStatuses(doc); err != nil {
		return Operation{}, err
	}
	o.Shapes = c.listShapes(doc)
	if len(o.Shapes) == 0 {
		return Operation{}, errors.New("no response has a JSON schema")
	}
	o.readPatterns(c.KeyError)
	o.success = Success
	if i := slices.IndexFunc(o.Shapes, func(s Shape) bool { return s.Kind.isSuccess() }); i >= 0 {
		o.success = o.Shapes[i].Kind
	}
	return o, nil
}

func (c *Contract) isSecured(doc *openapi3.Operation) bool {
	requirements := c.doc.Security
	if doc.Security != nil {
		requirements = *doc.Security
	}
	return len(requirements) > 0
}

func parameterValue(p *openapi3.Parameter) Value {
	v := Value{
		Name: p.Name, In: p.In, Required: p.Required, Line: lineOf(p.Origin),
		Fact: extension(p.Extensions, "x-fact", ""), Example: p.Example,
	}
	if v.Example == nil {
		v.Example = exampleValue(p.Schema)
	}
	return v
}

func (o *Operation) readBody() error {
	if o.doc.RequestBody == nil {
		return nil
	}
	media := o.doc.RequestBody.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return errors.New("requestBody: expected application/json with a schema")
	}
	o.HasBody = true
	schema := media.Schema.Value
	samples := sampleMembers(media)
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		ref := schema.Properties[name]
		v := Value{
			Name: name, In: "body", Required: slices.Contains(schema.Required, name),
			Fact: extension(ref.Value.Extensions, "x-fact", ""), Line: lineOf(ref.Value.Origin),
		}
		if v.Example = samples[name]; v.Example == nil {
			v.Example = exampleValue(ref)
		}
		o.Body = append(o.Body, v)
	}
	return nil
}

// sampleMembers returns the members of the media type's example; of several
// examples, the one with the most members.
func sampleMembers(media *openapi3.MediaType) map[string]any {
	most, _ := media.Example.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		if sample, ok := media.Examples[name].Value.Value.(map[string]any); ok &&
			len(sample) > len(most) {
			most = sample
		}
	}
	return most
}

// exampleValue returns a value that the schema allows.
func exampleValue(ref *openapi3.SchemaRef) any {
	if ref == nil || ref.Value == nil {
		return "example"
	}
	schema := ref.Value
	switch {
	case schema.Example != nil:
		return schema.Example
	case schema.Default != nil:
		return schema.Default
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return 1
	case schema.Type.Is("boolean"):
		return true
	case schema.Type.Is("array"):
		return []any{}
	case schema.Type.Is("object"):
		return map[string]any{}
	}
	return "example"
}

// listShapes lists the schemas of the JSON responses, those of an anyOf or oneOf one by
// one, the key error left out.
func (c *Contract) listShapes(doc *openapi3.Operation) []Shape {
	var list []Shape
	responses := doc.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		for _, kind := range slices.Sorted(maps.Keys(responses[status].Value.Content)) {
			media := responses[status].Value.Content[kind]
			if media.Schema == nil || !IsJSON(kind) {
				continue
			}
			for _, ref := range listAlternatives(media.Schema) {
				if shape := newShape(ref); shape.schema != c.KeyError.schema {
					list = addShape(list, shape, status)
				}
			}
		}
	}
	return list
}

// isStatus reports whether the text is a status code or a class of them.
func isStatus(text string) bool {
	code, err := strconv.Atoi(strings.Replace(text, "XX", "00", 1))
	return err == nil && len(text) == 3 && code >= 100 && code < 600
}

// checkStatuses refuses 2xx and the like, by which no response would be the documented one.
func checkStatuses(doc *openapi3.Operation) error {
	for _, status := range slices.Sorted(maps.Keys(doc.Responses.Map())) {
		if status != "default" && !isStatus(status) {
			return fmt.Errorf("responses: %q: expected a status code, a class such as 2XX, or default", status)
		}
	}
	return nil
}

// addShape adds the shape, or the status to one that is listed already. The default comes after all
// statuses, and stands for any.
func addShape(list []Shape, shape Shape, status string) []Shape {
	i := slices.IndexFunc(list, func(s Shape) bool { return s.schema == shape.schema })
	if i < 0 {
		i, list = len(list), append(list, shape)
	}
	if status == "default" {
		list[i].Statuses = nil
	} else {
		list[i].Statuses = append(list[i].Statuses, status)
	}
	return list
}

// examples are those of all responses, in the order of their statuses and names.
func (o Operation) examples() []*openapi3.Example {
	var list []*openapi3.Example
	responses := o.doc.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		for _, media := range responses[status].Value.Content {
			for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
				list = append(list, media.Examples[name].Value)
			}
		}
	}
	return list
}

func listAlternatives(ref *openapi3.SchemaRef) openapi3.SchemaRefs {
	switch {
	case len(ref.Value.AnyOf) > 0:
		return ref.Value.AnyOf
	case len(ref.Value.OneOf) > 0:
		return ref.Value.OneOf
	}
	return openapi3.SchemaRefs{ref}
}

func lineOf(origin *openapi3.Origin) int {
	if origin == nil || origin.Key == nil {
		return 0
	}
	return origin.Key.Line
}

// String names the operation as a reader of the documents knows it.
func (o Operation) String() string { return fmt.Sprintf("%s %s", o.Method, o.Path) }
