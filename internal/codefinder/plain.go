package codefinder

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// plainText gives the characters of a text their plain forms: full-width
// digits, special spaces and dashes; what is invisible goes.
func plainText(text string) string {
	text = norm.NFKC.String(strings.Map(plainRune, text))
	return strings.Map(plainDigit, text)
}

func plainRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r == '\u034f' || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
		return -1
	case r >= '\u2010' && r <= '\u2015' || r == '\u2212':
		return '-'
	case r == placeholder:
		return ' '
	}
	return r
}

// plainDigit maps the decimal digits of every script to ASCII. Unicode keeps
// each script's ten in one row, from zero.
func plainDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return r
	}
	zero := r
	for r-zero < 9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + r - zero
}

// placeholder stands in a plain text for what is never a code.
const placeholder = '\uFFFC'

// withoutForeign puts the placeholder for all that has the characters of a code
// and is none. Each form takes a pass of its own: one pattern for all of them
// could be made to read a hostile text over and over.
func withoutForeign(text string) string {
	for _, f := range foreignForms {
		if f.sign == "" || strings.Contains(text, f.sign) {
			text = f.pattern().ReplaceAllLiteralString(text, string(placeholder))
		}
	}
	return text
}

// foreignForm is one form of what is never a code, and a sign without which it cannot occur.
type foreignForm struct {
	sign    string
	pattern lazyregexp.Expression
}

// foreignForms keep to what the writer of a mail cannot have meant as a code,
// whatever stands before it.
var foreignForms = []foreignForm{
	// links, mail addresses, hosts and files
	{"://", lazyregexp.New(`(?i)\b[a-z][a-z0-9+.-]*://[^\s<>"]+`)},
	{"@", lazyregexp.New(`(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)},
	{".",
		lazyregexp.New(`(?i)\b[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.(?:com|net|org|io|html?|php|aspx?|png|jpe?g|gif|pdf|example)\b(?:/[^\s<>"]*)?`)},
	// what a template left unfilled
	{"{", lazyregexp.New(`\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\{[A-Za-z_][\w.]*\}`)},
	{"{%", lazyregexp.New(`\{%[^\n]*?%\}`)},
	{"<", lazyregexp.New(`<%[^\n]*?%>|<[/a-z][^<>\n]*>`)},
	{"%", lazyregexp.New(`(?i)%[a-z_]+\d*%`)},
	{"@", lazyregexp.New(`(?i)@model\.\w+`)},
	{"[", lazyregexp.New(`(?i)\[object \w+\]`)},
	// telephone numbers with a country or an area
	{"+", lazyregexp.New(`\+\d[\d ()./-]{6,20}\d`)},
	{"(", lazyregexp.New(`\(\d{2,5}\)[ -]?\d[\d -]{4,12}\d`)},
	// dates
	{"", lazyregexp.New(`(?i)\b(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}(?:t[\d:.]+z?)?\b`)},
	{"", lazyregexp.New(`\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d\b`)},
	{"-",
		lazyregexp.New(`(?i)\b\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-(?:19|20)?\d\d\b`)},
	// IPv6 addresses, amounts; times, decimals, versions and IPv4 addresses
	{":", lazyregexp.New(`(?i)\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,}`)},
	{",", lazyregexp.New(`\b\d{1,3}(?:,\d{3})+(?:\.\d+)?\b`)},
	{"", lazyregexp.New(`\b\d+(?:[.:/]\d+)+\b`)},
}
