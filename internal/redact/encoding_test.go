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

// coding is one way for a deployment to write a text.
type coding struct {
	name  string
	write func(string) string
	// bytes is true if it writes any bytes, not only text.
	bytes bool
	// needsBytes is true if its output is not text.
	needsBytes bool
}

// canWrite reports whether the output of the inner coding can be written.
func (c coding) canWrite(inner coding) bool { return c.bytes || !inner.needsBytes }

// codings are the codings to nest in each other.
func codings() []coding {
	return []coding{
		{name: "plain", write: func(s string) string { return s }, bytes: true},
		{name: "JSON", write: jsonText},
		{name: "JSON, all escaped", write: func(s string) string {
			return jsonEscapes(s, `\u%04x`, 1)
		}},
		{name: "JSON, capitals, half escaped", write: func(s string) string {
			return jsonEscapes(s, `\u%04X`, 2)
		}},
		{name: "JSON with slash", write: func(s string) string {
			return strings.ReplaceAll(jsonText(s), "/", `\/`)
		}},
		{name: "URL query", write: url.QueryEscape, bytes: true},
		{name: "URL path", write: url.PathEscape, bytes: true},
		{name: "percent, all", write: func(s string) string { return eachByte(s, "%%%02x", 1) },
			bytes: true},
		{name: "percent, half", write: func(s string) string { return eachByte(s, "%%%02X", 2) },
			bytes: true},
		{name: "HTML", write: html.EscapeString},
		{name: "HTML decimal", write: func(s string) string { return eachRune(s, "&#%d;", 1) }},
		{name: "HTML hex, half", write: func(s string) string { return eachRune(s, "&#x%X;", 2) }},
		{name: "base64", write: func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(s))
		}, bytes: true},
		{name: "base64 inside, offset 1", write: func(s string) string {
			return base64.RawStdEncoding.EncodeToString([]byte("a" + s + "bcd"))
		}, bytes: true},
		{name: "base64 inside, offset 2", write: func(s string) string {
			return base64.RawURLEncoding.EncodeToString([]byte("ab" + s + "c"))
		}, bytes: true},
		{name: "base64 wrapped", write: wrapped, bytes: true},
		{name: "quoted-printable", write: quotedPrintable},
		{name: "quoted-printable, soft breaks", write: func(s string) string {
			return eachByte(s, "=%02X=\r\n", 1)
		}, bytes: true},
		{name: "hex", write: func(s string) string { return hex.EncodeToString([]byte(s)) },
			bytes: true},
		{name: "hex, capitals", write: func(s string) string {
			return strings.ToUpper(hex.EncodeToString([]byte(s)))
		}, bytes: true},
		{name: "encoded word Q", write: func(s string) string {
			return mime.QEncoding.Encode("utf-8", "é"+s)
		}},
		{name: "UTF-16LE", write: func(s string) string { return inUTF16(s, true) },
			needsBytes: true},
		{name: "UTF-16BE", write: func(s string) string { return inUTF16(s, false) },
			needsBytes: true},
		{name: "encoded word B", write: func(s string) string {
			return mime.BEncoding.Encode("utf-8", "é"+s)
		}},
	}
}

func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b[1 : len(b)-1])
}

// jsonEscapes writes every n-th UTF-16 unit, and every character with a mandatory escape, as an
// escape sequence.
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

func fromUTF16(s string, little bool) string {
	var units []uint16
	for i := 0; i+1 < len(s); i += 2 {
		high, low := s[i], s[i+1]
		if little {
			high, low = low, high
		}
		units = append(units, uint16(high)<<8|uint16(low))
	}
	return string(utf16.Decode(units))
}
