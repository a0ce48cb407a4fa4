package faults

import (
	"bytes"
	"encoding/json"
	"strings"
)

// member is one member of a JSON object.
type member struct {
	name string
	// spelled is the name as it stands in the text, quotes and all; "" is the
	// usual spelling.
	spelled string
	value   json.RawMessage
}

// object is a JSON object whose members keep their order, and may repeat.
type object []member

// parse reads an object; false where the text is none.
func parse(text []byte) (object, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	doc := object{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return nil, false
		}
		doc = append(doc, member{name: name.(string), value: value})
	}
	return doc, true
}

func (o object) bytes() []byte { return []byte(o.join("{", ":", ",", "}")) }

// join writes the object with other text between its parts.
func (o object) join(begin, colon, comma, end string) string {
	parts := make([]string, len(o))
	for i, m := range o {
		spelled := m.spelled
		if spelled == "" {
			spelled = quote(m.name)
		}
		parts[i] = spelled + colon + string(m.value)
	}
	return begin + strings.Join(parts, comma) + end
}

func (o object) get(name string) json.RawMessage {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

func (o object) has(name string) bool { return o.get(name) != nil }

// set replaces the member, or adds it at the end.
func (o object) set(name, value string) object {
	var changed object
	found := false
	for _, m := range o {
		if m.name == name {
			m.value, found = json.RawMessage(value), true
		}
		changed = append(changed, m)
	}
	if !found {
		return changed.add(name, value)
	}
	return changed
}

// add puts a member at the end, whether or not there is one of that name.
func (o object) add(name, value string) object {
	return append(o[:len(o):len(o)], member{name: name, value: json.RawMessage(value)})
}

func (o object) without(name string) object {
	var changed object
	for _, m := range o {
		if m.name != name {
			changed = append(changed, m)
		}
	}
	return changed
}

// rename changes the members' names, not what is in them.
func (o object) rename(change func(string) string) object {
	var changed object
	for _, m := range o {
		m.name = change(m.name)
		changed = append(changed, m)
	}
	return changed
}

// text is the member as a string, "" where it is none.
func (o object) text(name string) string {
	var text string
	// A member of another type has no text.
	_ = json.Unmarshal(o.get(name), &text)
	return text
}

// quote writes a JSON string with no more escapes than it needs.
func quote(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Strings can always be encoded.
	_ = encoder.Encode(text)
	return strings.TrimSuffix(b.String(), "\n")
}
