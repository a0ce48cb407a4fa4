package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Classify returns the meaning of a response to the operation. It is the only place that does: the
// runner, the judge, the redactor and the reports call it. Outcomes are told apart by the
// contract's own texts, those of samples and shapes with an x-outcome.
func Classify(o Operation, r Response) Outcome {
	out := readFacts(o, r)
	out.Page, out.HTML = o.mayBePage(out, r), !out.JSON && isHTML(r)
	out.Kind = o.classifyKind(out, r)
	return out
}

func (o Operation) classifyKind(out Outcome, r Response) Kind {
	switch {
	case limitedByStatus(r), limitedInPage(out, r):
		return RateLimited
	case isForeignPage(r):
		return NotTheAPI
	case r.Document.Object() == nil || !r.isReadable():
		return Unreadable
	case out.named != "" && out.named != Refused:
		return out.named
	case out.named == Refused || o.refuses(out):
		return refineRefusal(out)
	case o.succeeds(out):
		return o.success
	}
	return Unreadable
}

// refineRefusal tells a limit and a lock from other refusals.
func refineRefusal(out Outcome) Kind {
	switch {
	case limitedInWords(out):
		return RateLimited
	case lockedInWords(out):
		return Locked
	}
	return Refused
}

// refuses reports whether an object refuses the request, in words left open by the contract.
func (o Operation) refuses(out Outcome) bool {
	if !out.StatesOutcome {
		return out.HasError || len(out.Invalid) > 0 || out.Status >= 400
	}
	if out.Succeeded {
		return false
	}
	return len(out.Errors) > 0 || len(out.Invalid) > 0 || out.Denied && !o.deniedSuccess &&
		out.Model == ""
}

// succeeds reports whether an object without a refusal reports success.
func (o Operation) succeeds(out Outcome) bool {
	return out.StatesOutcome || out.Token != "" || o.success == Success
}

// pattern is the texts that identify a kind.
type pattern struct {
	kind Kind
	// members are texts by name of the member.
	members map[string][]string
	// exact is true if each member is one text, and not a list of one.
	exact bool
	// denied is true if IsSucceed true would contradict the texts.
	denied bool
}

// matchPattern returns the kind of the first matching pattern, "" if none matches.
func (o Operation) matchPattern(object map[string]any) Kind {
	for _, p := range o.patterns {
		if p.matches(object) {
			return p.kind
		}
	}
	return ""
}

func (p pattern) matches(object map[string]any) bool {
	for name, want := range p.members {
		if p.exact && object[name] != want[0] || !slices.Equal(readTexts(object[name]), want) {
			return false
		}
	}
	succeeded, _ := readBool(object["IsSucceed"])
	return !(p.denied && succeeded)
}

// readPatterns collects the texts of samples with an x-outcome, and the fixed texts of shapes. The
// most demanding patterns come first.
func (o *Operation) readPatterns(keyError Shape) {
	add := func(p pattern) {
		if len(p.members) > 0 {
			o.patterns = append(o.patterns, p)
		}
	}
	for _, s := range o.samples() {
		if !s.kind.isSuccess() {
			add(s.newPattern())
		} else if s.deniesSuccess() {
			o.deniedSuccess = true
		}
	}
	for _, s := range o.Shapes {
		add(s.newPattern())
	}
	if o.Secured {
		add(keyError.newPattern())
	}
	slices.SortStableFunc(o.patterns, func(a, b pattern) int {
		return len(b.members) - len(a.members)
	})
}

// newPattern are the members for which the shape allows one text only.
func (s Shape) newPattern() pattern {
	p := pattern{kind: s.Kind, members: map[string][]string{}, exact: true}
	for name, member := range s.schema.Properties {
		if len(member.Value.Enum) != 1 {
			continue
		}
		if text, ok := member.Value.Enum[0].(string); ok {
			p.members[name] = []string{text}
		}
	}
	return p
}

// sample is a documented response with its kind.
type sample struct {
	kind  Kind
	value map[string]any
}

// newPattern are the sample's texts; its other members say nothing of their own.
func (s sample) newPattern() pattern {
	p := pattern{kind: s.kind, members: map[string][]string{}, denied: s.deniesSuccess()}
	for name, value := range s.value {
		if list := readTexts(value); len(list) > 0 {
			p.members[name] = list
		}
	}
	return p
}

// deniesSuccess reports whether the sample has IsSucceed false.
func (s sample) deniesSuccess() bool {
	succeeded, known := readBool(s.value["IsSucceed"])
	return known && !succeeded
}

// Sample is the documented response of the kind, as JSON for a person to read, "" where the
// contract has none.
func (o Operation) Sample(kind Kind) string {
	for _, s := range o.samples() {
		if s.kind == kind {
			return formatObject(s.value)
		}
	}
	return ""
}

// Sample is the shape's documented texts, as JSON for a person to read.
func (s Shape) Sample() string {
	value := map[string]any{}
	for name, list := range s.newPattern().members {
		value[name] = list[0]
	}
	return formatObject(value)
}

// formatObject writes an object on one line, as the documents do.
func formatObject(value map[string]any) string {
	var members []string
	for _, name := range slices.Sorted(maps.Keys(value)) {
		members = append(members, fmt.Sprintf("%q: %s", name, excerpt(value[name])))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// samples are the examples of responses that have an x-outcome.
func (o Operation) samples() []sample {
	var list []sample
	for _, example := range o.examples() {
		value, _ := example.Value.(map[string]any)
		if kind := extension(example.Extensions, "x-outcome", ""); kind != "" {
			list = append(list, sample{Kind(kind), value})
		}
	}
	return list
}

// readFacts reads the members that decide the meaning.
func readFacts(o Operation, r Response) Outcome {
	out := Outcome{Status: r.Status, JSON: r.isReadable()}
	object := r.Document.Object()
	if object == nil || !r.isReadable() {
		return out
	}
	out.Errors, out.Codes, out.Invalid = readTexts(object["Errors"]),
		readTexts(object["ErrorsCode"]), readTexts(object["ModelState"])
	_, errors := object["Errors"]
	_, succeed := object["IsSucceed"]
	out.StatesOutcome = errors || succeed
	value, known := readBool(object["IsSucceed"])
	out.Succeeded, out.Denied = value, known && !value
	_, out.HasError = object["error"]
	out.Error, _ = object["error"].(string)
	out.Model, _ = object["Model"].(string)
	for _, name := range o.Secrets() {
		if text, _ := object[name].(string); text != "" {
			out.Token = text
		}
	}
	out.named, out.words = o.matchPattern(object), refusalWords(object)
	return out
}

// readBool reads a boolean, also where it was written as a text or a number.
func readBool(value any) (is, known bool) {
	switch v := value.(type) {
	case bool:
		return v, true
	case float64:
		return v != 0, true
	case string:
		text := strings.ToLower(strings.TrimSpace(v))
		return text == "true" || text == "1", text == "true" || text == "false" || text == "1" ||
			text == "0"
	}
	return false, false
}

// maxTexts and maxTextBytes bound the texts read of one member: a hostile one may fill the body.
const maxTexts, maxTextBytes = 32, 1 << 10

// readTexts returns the texts of a member that should be a list: the items of a list, the values of
// an object, or else the value itself. Null, false, zero and an empty text have none.
func readTexts(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		var list []string
		for _, item := range v[:min(len(v), maxTexts)] {
			list = append(list, readText(item))
		}
		return list
	case map[string]any:
		var list []string
		names := slices.Sorted(maps.Keys(v))
		for _, name := range names[:min(len(names), maxTexts)] {
			list = append(list, readTexts(v[name])...)
		}
		return list[:min(len(list), maxTexts)]
	}
	if text := readText(value); text != "" && text != "false" && text != "0" {
		return []string{text}
	}
	return nil
}

func readText(value any) string {
	text, plain := value.(string)
	switch value.(type) {
	case []any, map[string]any:
		text, plain = excerpt(value), true
	}
	if !plain {
		text = fmt.Sprint(value)
	}
	return text[:min(len(text), maxTextBytes)]
}
