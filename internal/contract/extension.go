package contract

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/nearest"
)

// Facts are the declared facts allowed in x-fact.
func Facts() []string {
	return []string{"trader.login", "trader.email", "trader.answer", "trader.password",
		"deployment.apiVersion"}
}

// place is a kind of object of OpenAPI.
type place string

const (
	atRoot       place = "the root of the contract"
	atComponents place = "the components"
	atPath       place = "a path"
	atOperation  place = "an operation"
	atBody       place = "a request body or response"
	atMedia      place = "a media type"
	atScheme     place = "a security scheme"
	atParameter  place = "a parameter"
	atSchema     place = "a schema"
	atExample    place = "an example"
	elsewhere    place = "this object"
	// payload is a sent or received value: its names are no keys.
	payload place = "a value"
)

// member is the content of an object's member: one object, or many, by name or in a list.
type member struct {
	place place
	many  bool
}

// grammar is the members of each kind of object, as far as the contract's own keys may stand there.
func grammar() map[place]map[string]member {
	one := func(p place) member { return member{place: p} }
	many := func(p place) member { return member{place: p, many: true} }
	operation := one(atOperation)
	return map[place]map[string]member{
		atRoot: {"paths": many(atPath), "components": one(atComponents)},
		atComponents: {
			"schemas": many(atSchema), "parameters": many(atParameter),
			"headers": many(atParameter), "examples": many(atExample),
			"securitySchemes": many(atScheme), "responses": many(atBody),
			"requestBodies": many(atBody),
		},
		atPath: {
			"parameters": many(atParameter), "get": operation, "put": operation, "post": operation,
			"delete":  operation,
			"options": operation, "head": operation, "patch": operation, "trace": operation,
		},
		atOperation: {"parameters": many(atParameter), "requestBody": one(atBody),
			"responses": many(atBody)},
		atBody: {"content": many(atMedia), "headers": many(atParameter)},
		atMedia: {"schema": one(atSchema), "examples": many(atExample),
			"example": one(payload)},
		atParameter: {"schema": one(atSchema), "examples": many(atExample), "example": one(payload),
			"content": many(atMedia)},
		atExample: {"value": one(payload)},
		atSchema: {
			"properties": many(atSchema), "items": one(atSchema), "anyOf": many(atSchema),
			"oneOf": many(atSchema), "allOf": many(atSchema),
			"not": one(atSchema), "additionalProperties": one(atSchema), "example": one(payload),
			"default": one(payload), "enum": one(payload),
		},
	}
}

// key is one of the contract's own keys.
type key struct {
	name   string
	places []place
	// values are the allowed values; nil is any.
	values []string
}

func contractKeys() []key {
	var kinds []string
	for _, k := range Kinds() {
		kinds = append(kinds, string(k))
	}
	return []key{
		{"x-pages", []place{atRoot}, nil},
		{"x-requirements", []place{atRoot}, nil},
		{"x-withdrawn", []place{atRoot}, nil},
		{"x-sentences", []place{atRoot}, nil},
		{"x-profile", []place{atOperation}, Profiles()},
		{"x-older-path-of", []place{atOperation}, nil},
		{"x-limit-window", []place{atOperation}, nil},
		{"x-key-error", []place{atScheme}, nil},
		{"x-fact", []place{atParameter, atSchema}, Facts()},
		{"x-secret", []place{atSchema}, []string{"true", "false"}},
		{"x-outcome", []place{atSchema, atExample}, kinds},
	}
}

// checkKeys refuses unknown x- keys and unknown values: an overlooked one would quietly change a
// request, or demand nothing.
func checkKeys(document *yaml.Node) error {
	if document.Kind != yaml.DocumentNode || len(document.Content) == 0 {
		return nil
	}
	w := keyWalker{grammar: grammar(), keys: contractKeys(), seen: map[visit]bool{}}
	return w.object(document.Content[0], atRoot)
}

type keyWalker struct {
	grammar map[place]map[string]member
	keys    []key
	// seen keeps aliases from being followed in a circle, or again and again.
	seen map[visit]bool
}

type visit struct {
	node  *yaml.Node
	place place
}

func (w keyWalker) object(n *yaml.Node, p place) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if w.seen[visit{n, p}] {
		return nil
	}
	w.seen[visit{n, p}] = true
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if strings.HasPrefix(strings.ToLower(name.Value), "x-") {
			if err := w.check(n, name, value, p); err != nil {
				return err
			}
			continue
		}
		m, known := w.grammar[p][name.Value]
		if !known {
			m = member{place: elsewhere}
		}
		if err := w.member(value, m); err != nil {
			return err
		}
	}
	return nil
}

func (w keyWalker) member(n *yaml.Node, m member) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case m.place == payload:
		return nil
	case !m.many && n.Kind != yaml.SequenceNode:
		return w.object(n, m.place)
	}
	for i, item := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue // The names are the contract's author's.
		}
		if err := w.object(item, m.place); err != nil {
			return err
		}
	}
	return nil
}

func (w keyWalker) check(object, name, value *yaml.Node, p place) error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("line %d: %s", name.Line, fmt.Sprintf(format, args...))
	}
	i := slices.IndexFunc(w.keys, func(k key) bool { return k.name == name.Value })
	if i < 0 {
		return wrong("unknown key %q%s", name.Value, w.nearest(name.Value))
	}
	switch k := w.keys[i]; {
	case !slices.Contains(k.places, p):
		return wrong("%s means nothing in %s; it belongs to %s", k.name, p, joinPlaces(k.places))
	case slices.ContainsFunc(object.Content, func(n *yaml.Node) bool { return n.Value == "$ref" }):
		return wrong("%s means nothing beside $ref; it belongs to what is referred to", k.name)
	case k.values == nil:
		return nil
	case value.Kind != yaml.ScalarNode || !slices.Contains(k.values, value.Value) ||
		k.name == "x-secret" && value.Tag != "!!bool":
		return wrong("%s %q: expected %s%s", k.name, value.Value, strings.Join(k.values, ", "),
			nearest.Hint(value.Value, k.values))
	}
	return nil
}

func (w keyWalker) nearest(name string) string {
	var names []string
	for _, k := range w.keys {
		names = append(names, k.name)
	}
	return nearest.Hint(name, names)
}

func joinPlaces(list []place) string {
	var names []string
	for _, p := range list {
		names = append(names, string(p))
	}
	return strings.Join(names, " or ")
}
