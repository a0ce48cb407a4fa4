package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/etna-conformance/conformance/internal/nearest"
)

type node = yaml.Node

// document is a configuration file while it is read.
type document struct {
	name string
	env  map[string]string
	// lines are where the top-level keys stand.
	lines map[string]int
}

// field is one key that a mapping may have.
type field struct {
	key  string
	read func(*node) error
}

// decode puts what the file says into the configuration.
func (d *document) decode(content []byte, c *Config) error {
	root, err := d.root(content)
	if err != nil {
		return err
	}
	if root == nil {
		return &Error{d.name,
			"is empty; expected a configuration with a url, as conformance.example.yaml shows it"}
	}
	return d.read("the file", root, c)
}

// read puts what the mapping says into the configuration.
func (d *document) read(what string, n *node, c *Config) error {
	d.lines = map[string]int{}
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			d.lines[n.Content[i].Value] = n.Content[i].Line
		}
	}
	if err := d.mapping(what, n, d.fields(c)...); err != nil {
		return err
	}
	return d.consistent(c)
}

func (d *document) fields(c *Config) []field {
	var fields []field
	for _, s := range settings() {
		if s.key == "" {
			continue
		}
		read := func(n *node) error { return d.scalar(n, c, s) }
		if s.read != nil {
			read = func(n *node) error { return s.read(d, c, n) }
		}
		fields = append(fields, field{s.key, read})
	}
	return fields
}

func (d *document) scalar(n *node, c *Config, s setting) error {
	value, err := d.text(s.key, n)
	if err != nil {
		return err
	}
	if s.path {
		if value, err = d.beside(value); err != nil {
			return d.wrong(n, "%s: %v", s.key, err)
		}
	}
	if err := s.set(c, value); err != nil {
		return d.wrong(n, "%s: %v", s.key, err)
	}
	return nil
}

// beside takes a path as relative to the file.
func (d *document) beside(path string) (string, error) {
	if path, err := plain(path); err != nil || filepath.IsAbs(path) {
		return path, err
	}
	return filepath.Join(filepath.Dir(d.name), path), nil
}

// consistent checks what no key can tell alone.
func (d *document) consistent(c *Config) error {
	if d.lines["appKey"] != 0 && d.lines["appKeyFile"] != 0 {
		return &Error{d.place("appKeyFile"), "the key is given by appKey too; expected one of them"}
	}
	if c.SecretQuestions != SecretQuestionsNone {
		return nil
	}
	for _, t := range c.Traders {
		if t.Answer != "" {
			return &Error{d.place("secretQuestions"),
				fmt.Sprintf("secretQuestions: is none, but the trader %s has a secret answer; expected no question and no answer", t.Login)}
		}
	}
	return nil
}

// place is where the key stands, or the file where it has none: then a fleet's defaults have it.
func (d *document) place(key string) string {
	if d.lines[key] == 0 {
		return d.name
	}
	return fmt.Sprintf("%s:%d", d.name, d.lines[key])
}

func (d *document) wrong(n *node, format string, arguments ...any) error {
	return &Error{fmt.Sprintf("%s:%d", d.name, n.Line), fmt.Sprintf(format, arguments...)}
}

// root returns the file's one value, nil where it is empty.
func (d *document) root(content []byte) (*node, error) {
	if root := jsonRoot(content); root != nil {
		return root, nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(markVariables(content)))
	var first, second node
	if err := decoder.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, d.syntax(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, d.wrong(&second, "expected one YAML document, but a second one begins here")
	} else if !errors.Is(err, io.EOF) {
		return nil, d.syntax(err)
	}
	unmarkVariables(&first)
	if root := first.Content[0]; !empty(root) {
		return root, nil
	}
	return nil, nil
}

// mapping reads a mapping key by key; it refuses unknown and repeated keys.
func (d *document) mapping(what string, n *node, fields ...field) error {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		if key, _, glued := strings.Cut(n.Value, ":"); glued && nameOf(key, fields) {
			return d.wrong(n, "%s: expected a space after %s:", what, key)
		}
		return d.wrong(n, "%s: expected keys with values, found %s", what, kindOf(n))
	}
	var known []string
	for _, f := range fields {
		known = append(known, f.key)
	}
	return d.pairs(n, func(key, value *node) error {
		i := slices.Index(known, key.Value)
		if i < 0 {
			return d.wrong(key, "unknown key %q%s", shortened(key.Value), meant(key.Value, known))
		}
		if empty(value) {
			return d.wrong(key,
				"%s: has no value; expected one, what belongs to it indented below it, or leave the key out", key.Value)
		}
		return fields[i].read(value)
	})
}

func nameOf(key string, fields []field) bool {
	return slices.ContainsFunc(fields, func(f field) bool { return f.key == key })
}

// meant is the nearest of the known keys or, where none is near and they are few, all of them.
func meant(key string, known []string) string {
	const few = 4
	hint := nearest.Hint(key, known)
	if hint == "" && len(known) <= few {
		return "; expected one of " + strings.Join(known, ", ")
	}
	return hint
}

// pairs visits the keys of a mapping in their order.
func (d *document) pairs(n *node, visit func(key, value *node) error) error {
	first := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if line, repeated := first[key.Value]; repeated {
			return d.wrong(key, "the key %q stands in line %d already", shortened(key.Value), line)
		}
		first[key.Value] = key.Line
		if err := visit(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// sequence returns the entries of a list.
func (d *document) sequence(what string, n *node) ([]*node, error) {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		return nil, d.wrong(n, "%s: expected a list, each entry with a hyphen before it, found %s",
			what, kindOf(n))
	}
	return n.Content, nil
}

// text returns a scalar as it is written, its variables replaced: 1.0 stays
// "1.0" and 0123 stays "0123". Only a pattern may be empty.
func (d *document) text(key string, n *node) (string, error) {
	value := resolve(n)
	if value.Kind != yaml.ScalarNode {
		return "", d.wrong(n, "%s: expected one value, found %s", key, kindOf(value))
	}
	text, err := interpolate(value.Value, d.env)
	if err != nil {
		return "", d.wrong(n, "%s: %v", key, err)
	}
	if text == "" && key != "codePattern" {
		return "", d.wrong(n, "%s: is empty; expected a value, or leave the key out", key)
	}
	return text, nil
}

func resolve(n *node) *node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func empty(n *node) bool { return resolve(n).Kind == yaml.ScalarNode && resolve(n).Tag == "!!null" }

func kindOf(n *node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

func shortened(s string) string { return s[:min(len(s), 60)] }
