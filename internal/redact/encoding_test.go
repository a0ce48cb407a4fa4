package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"unicode/utf16"
)

// coding is one way in which a deployment may write a text.
type coding struct {
	name  string
	write func(string) string
}

// codings are those that may stand inside each other.
func codings() []coding {
	return []coding{
		{"plain", func(s string) string { return s }},
		{"JSON", jsonText},
		{"JSON, all escaped", func(s string) string { return jsonEscapes(s, `\u%04x`, 1) }},
		{"JSON, capitals, half escaped", func(s string) string { return jsonEscapes(s, `\u%04X`, 2) }},
		{"JSON with slash", func(s string) string { return strings.ReplaceAll(jsonText(s), "/", `\/`) }},
		{"URL query", url.QueryEscape},
		{"URL path", url.PathEscape},
		{"percent, all", func(s string) string { return eachByte(s, "%%%02x", 1) }},
		{"percent, half", func(s string) string { return eachByte(s, "%%%02X", 2) }},
		{"HTML", html.EscapeString},
		{"HTML decimal", func(s string) string { return eachRune(s, "&#%d;", 1) }},
		{"HTML hex, half", func(s string) string { return eachRune(s, "&#x%X;", 2) }},
		{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
		{"base64 inside, offset 1", func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte("a" + s + "bcd")) }},
		{"base64 inside, offset 2", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("ab" + s + "c")) }},
		{"base64 wrapped", wrapped},
		{"quoted-printable", quotedPrintable},
		{"quoted-printable, soft breaks", func(s string) string { return eachByte(s, "=%02X=\r\n", 1) }},
		{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
		{"hex, capitals", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
		{"encoded word Q", func(s string) string { return mime.QEncoding.Encode("utf-8", "é"+s) }},
		{"encoded word B", func(s string) string { return mime.BEncoding.Encode("utf-8", "é"+s) }},
	}
}

func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b[1 : len(b)-1])
}

// jsonEscapes writes every n-th UTF-16 unit as an escape sequence, and all
// those that must be.
func jsonEscapes(s, format string, n int) string {
	var out strings.Builder
	for i, r := range []rune(s) {
		if i%n != 0 && r >= ' ' && r != '"' && r != '\\' {
			out.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, format, u)
		}
	}
	return out.String()
}

func eachByte(s, format string, n int) string {
	var out strings.Builder
	for i := range len(s) {
		if i%n == 0 || s[i] == '%' || s[i] == '=' || s[i] >= 0x80 {
			fmt.Fprintf(&out, format, s[i])
		} else {
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func eachRune(s, format string, n int) string {
	var out strings.Builder
	for i, r := range []rune(s) {
		if i%n == 0 || r == '&' {
			fmt.Fprintf(&out, format, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func wrapped(s string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte("Hello " + s + ", hello"))
	var out strings.Builder
	for i := 0; i < len(encoded); i += 8 {
		out.WriteString(encoded[i:min(i+8, len(encoded))] + "\r\n")
	}
	return out.String()
}

func quotedPrintable(s string) string {
	var out strings.Builder
	w := quotedprintable.NewWriter(&out)
	if _, err := w.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

func inUTF16(s string, little bool) string {
	var out strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		high, low := byte(u>>8), byte(u)
		if little {
			high, low = low, high
		}
		out.WriteByte(high)
		out.WriteByte(low)
	}
	return out.String()
}
