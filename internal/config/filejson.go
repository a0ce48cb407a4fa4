package config

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// jsonRoot returns the value of a file that is JSON, nil where it is not. JSON is not read as YAML,
// which has no \ud83d\ude00 for characters beyond U+FFFF and no tabs for indentation.
func jsonRoot(content []byte) *node {
	trimmed := bytes.TrimSpace(content)
	if !bytes.HasPrefix(trimmed, []byte("{")) || !jsontext.Value(trimmed).IsValid(repeatedNames) {
		return nil
	}
	r := jsonReader{content: content, decoder: jsontext.NewDecoder(bytes.NewReader(content),
		repeatedNames)}
	return r.value()
}

// repeatedNames lets the reader of mappings say in which lines a key stands twice.
var repeatedNames = jsontext.AllowDuplicateNames(true)

// jsonReader makes YAML nodes of a file that is known to be valid JSON.
type jsonReader struct {
	content []byte
	decoder *jsontext.Decoder
	// line is that of the byte at counted.
	line, counted int
}

func (r *jsonReader) value() *node {
	n := &node{Kind: yaml.ScalarNode}
	switch r.decoder.PeekKind() {
	case '{', '[':
		r.nested(n)
	case '"':
		token, _ := r.decoder.ReadToken() // The file is valid.
		n.Value, n.Tag = token.String(), "!!str"
	default:
		text, _ := r.decoder.ReadValue()
		n.Value = string(text)
		if n.Value == "null" {
			n.Tag = "!!null"
		}
	}
	if n.Line == 0 {
		n.Line = r.lineNow()
	}
	return n
}

// nested reads an object, whose keys and values take turns, or an array.
func (r *jsonReader) nested(n *node) {
	opened, _ := r.decoder.ReadToken()
	n.Kind, n.Line = yaml.SequenceNode, r.lineNow()
	if opened.Kind() == '{' {
		n.Kind = yaml.MappingNode
	}
	for kind := r.decoder.PeekKind(); kind != '}' && kind != ']'; kind = r.decoder.PeekKind() {
		n.Content = append(n.Content, r.value())
	}
	_, _ = r.decoder.ReadToken()
}

// lineNow is the line of what was read last.
func (r *jsonReader) lineNow() int {
	at := int(r.decoder.InputOffset())
	r.line += bytes.Count(r.content[r.counted:at], []byte("\n"))
	r.counted = at
	return r.line + 1
}
