package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

const whyJSON = "RFC 8259: the order of members, white space and escapes mean nothing."

// jsonVariants spell the same JSON differently.
func jsonVariants() []Variant {
	spelled := func(name string, change func(string) string) Variant {
		return Variant{Name: name, Why: whyJSON, HTTP: on(rewrites(change), whatever()...)}
	}
	return []Variant{
		{Name: "members-reversed", Why: whyJSON, HTTP: on(edits(reverse), whatever()...)},
		{Name: "success-first", Why: whyJSON, HTTP: on(edits(successFirst), accepted, incorrect,
			question, noQuestion)},
		spelled("indented", indent("  ")),
		spelled("indented-with-tabs", indent("\t")),
		spelled("indented-with-crlf", func(b string) string {
			return strings.ReplaceAll(indent("    ")(b), "\n", "\r\n")
		}),
		spelled("spaces-everywhere", spread),
		spelled("space-around", func(b string) string { return " \t\r\n" + b + "\n\n " }),
		spelled("newline-at-end", after("\n")),
		spelled("much-space-before", func(b string) string {
			return strings.Repeat(" ", 4096) + b
		}),
		spelled("ascii-only", escapeText(func(r rune) bool { return r > 0x7E })),
		spelled("everything-escaped", escapeText(func(rune) bool { return true })),
		spelled("html-safe-escapes",
			escapeText(func(r rune) bool { return strings.ContainsRune("<>&'+?", r) || r > 0x7E })),
		spelled("upper-case-escapes", func(b string) string {
			return upperEscapes(escapeText(func(r rune) bool { return r > 0x7E })(b))
		}),
		{Name: "slashes-escaped", Why: whyJSON,
			HTTP: on(both(edits(func(o object) object {
				return o.set("Help", quote("https://etna.example/help"))
			}),
				rewrites(func(b string) string { return strings.ReplaceAll(b, "/", `\/`) })),
				keyed()...)},
		{Name: "names-escaped", Why: whyJSON, HTTP: on(edits(func(o object) object {
			for i, m := range o {
				o[i].spelled = escapeText(func(rune) bool { return true })(quote(m.name))
			}
			return o
		}), whatever()...)},
	}
}

func reverse(o object) object {
	slices.Reverse(o)
	return o
}

func successFirst(o object) object {
	success := o.get("IsSucceed")
	return append(object{{name: "IsSucceed", value: success}}, o.without("IsSucceed")...)
}

func indent(with string) func(string) string {
	return func(body string) string {
		var b bytes.Buffer
		if json.Indent(&b, []byte(body), "", with) != nil {
			return body
		}
		return b.String()
	}
}

// spread puts spaces around whatever may have them.
func spread(body string) string {
	doc, read := parse([]byte(body))
	if !read {
		return body
	}
	return doc.join("{ ", "  :\t", "\n , ", " }")
}

// escapeText writes the characters inside of strings as \u escapes.
func escapeText(which func(rune) bool) func(string) string {
	return func(body string) string {
		var b strings.Builder
		inside, escaped := false, false
		for _, r := range body {
			switch {
			case escaped:
				escaped = false
			case inside && r == '\\':
				escaped = true
			case r == '"':
				inside = !inside
			case inside && which(r):
				for _, unit := range utf16.Encode([]rune{r}) {
					fmt.Fprintf(&b, `\u%04x`, unit)
				}
				continue
			}
			b.WriteRune(r)
		}
		return b.String()
	}
}

// upperEscapes writes the digits of \u escapes in upper case.
func upperEscapes(body string) string {
	parts := strings.Split(body, `\u`)
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(head(parts[i], 4)) + parts[i][min(4, len(parts[i])):]
	}
	return strings.Join(parts, `\u`)
}

// furtherVariants have members beside the documented ones.
func furtherVariants() []Variant {
	const why = "The contract allows further members."
	with := func(name, member, json string) Variant {
		return Variant{Name: name, Why: why,
			HTTP: on(edits(func(o object) object { return o.add(member, json) }), whatever()...)}
	}
	set := func(name, why, member, json string, which ...outcome) Variant {
		return Variant{Name: name, Why: why,
			HTTP: on(edits(func(o object) object { return o.set(member, json) }), which...)}
	}
	const whyCode = "ErrorsCode may be left out, null or empty beside no errors."
	return []Variant{
		with("further-member", "TraceId", `"0HN4-7F3A"`),
		with("further-object", "Meta",
			`{"Version":"2.4","Errors":["not these"],"IsSucceed":true,"Model":"none"}`),
		with("further-member-null", "Data", "null"),
		with("further-status-code", "StatusCode", `"Continue"`),
		with("further-status-number", "Status", "200"),
		with("further-number-huge", "Ticks", "638400000000000000000000001"),
		with("further-number-beyond-float", "Weight", "1e400"),
		with("further-deep", "Deep", strings.Repeat("[", 64)+strings.Repeat("]", 64)),
		with("further-name-empty", "", `"nameless"`),
		with("further-prototype", "__proto__", `{"IsSucceed":false}`),
		with("further-type", "$type", `"Etna.Contracts.Result, Etna"`),
		with("further-large", "Padding", quote(strings.Repeat("x", 100_000))),
		with("further-text-with-json", "Raw", quote(`{"Errors":["quoted"],"IsSucceed":true}`)),
		with("further-emoji", "Mood", `"\ud83d\ude00 😀"`),
		with("further-time", "Timestamp", `"2025-03-14T15:09:26.5358979Z"`),
		{Name: "further-twice",
			Why: "RFC 8259 leaves open what a repeated name means; no document names this member.",
			HTTP: on(edits(func(o object) object {
				return o.add("Trace", "1").add("Trace", "2")
			}), whatever()...)},
		{Name: "further-lower-case-names", Why: why + " JSON names are case-sensitive.",
			HTTP: on(edits(func(o object) object {
				return o.add("errors", "null").add("isSucceed", "null").add("model", "null")
			}), keyed()...)},
		{Name: "further-error-null", Why: why,
			HTTP: on(edits(func(o object) object { return o.add("error", "null") }), keyed()...)},
		{Name: "further-links", Why: why, HTTP: on(edits(func(o object) object {
			return o.add("_links", `{"next":{"href":"/v1.0/users/password/secret-question"}}`)
		}), incorrect)},
		set("accepted-succeeds",
			"The documents' sample says false; the contract lets both values pass.", "IsSucceed",
			"true", accepted),
		set("accepted-with-empty-codes", whyCode, "ErrorsCode", "[]", accepted, question,
			noQuestion),
		set("accepted-with-null-codes", whyCode, "ErrorsCode", "null", accepted, question,
			noQuestion),
		set("accepted-with-model", why, "Model", "null", accepted, incorrect),
		set("refusal-with-model", why, "Model", `""`, incorrect),
		set("key-error-with-status", why, "status", "401", keyRefused),
		set("key-error-with-details", why, "error_description", `"See the developer's portal."`,
			keyRefused),
		set("key-error-with-message", why, "message", quote(keyErrorText), keyRefused),
		{Name: "key-error-as-problem", Why: why,
			HTTP: on(both(hasHeader("Content-Type", "application/problem+json"),
				edits(func(o object) object {
					return o.add("type", `"about:blank"`).add("title",
						`"Unauthorized"`).add("status", "401")
				})), keyRefused)},
	}
}
