package redact

import (
	"strings"
	"unicode"
)

// alphabet names the smallest of the alphabets of [evidence.Secret] that a
// text is written in.
func alphabet(text string) string {
	all := func(in func(rune) bool) bool {
		return text != "" && strings.IndexFunc(text, func(r rune) bool { return !in(r) }) < 0
	}
	switch {
	case all(isDigit):
		return "digits"
	case all(isHex):
		return "hex"
	case all(unicode.IsLetter):
		return "letters"
	case all(isWord):
		return "letters and digits"
	}
	return "any"
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isHex(r rune) bool {
	return isDigit(r) || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F'
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
