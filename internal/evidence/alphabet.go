package evidence

import (
	"strings"
	"unicode"
)

// AlphabetOf names the smallest alphabet of [Secret] to hold all of the text.
func AlphabetOf(text string) string {
	all := func(in func(rune) bool) bool {
		return text != "" && strings.IndexFunc(text, func(r rune) bool { return !in(r) }) < 0
	}
	switch {
	case all(func(r rune) bool { return '0' <= r && r <= '9' }):
		return "digits"
	case all(func(r rune) bool { return strings.ContainsRune("0123456789abcdefABCDEF", r) }):
		return "hex"
	case all(unicode.IsLetter):
		return "letters"
	case all(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return "letters and digits"
	}
	return "any"
}
