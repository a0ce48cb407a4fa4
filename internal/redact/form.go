package redact

import (
	"strings"
	letters "unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Secrets shorter than shortSecret characters count only as whole words, those shorter than
// casedSecret only in the same case: otherwise every "a" would vanish.
const (
	shortSecret = 4
	casedSecret = 6
)

// form is one spelling of a secret in bytes, or a text to keep even with a secret inside.
type form struct {
	raw []byte
	// secret is the index of the secret, or -1 for a kept text.
	secret int
	// alone is true of a text kept only as a whole word.
	alone bool
}

// formsOf lists the spellings of the secrets: as they are, in capitals, in small letters, and
// outside of ASCII in other character sets.
func formsOf(secrets []secret) []form {
	var all []form
	for i, s := range secrets {
		seen := map[string]bool{"": true}
		for _, raw := range spellings(s) {
			if !seen[raw] {
				seen[raw] = true
				all = append(all, form{secret: i, raw: []byte(raw)})
			}
		}
	}
	return all
}

func spellings(s secret) []string {
	if isASCII(s.value) {
		// The automaton folds ASCII letters itself.
		return []string{s.value}
	}
	raw := []string{s.value}
	if s.runes >= casedSecret {
		raw = append(raw, strings.ToUpper(s.value), strings.ToLower(s.value))
	}
	for _, set := range charsets() {
		if text, err := set.NewEncoder().String(s.value); err == nil {
			raw = append(raw, text)
		}
	}
	return raw
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0
}

// charsets are the stateless character sets still used in HTTP and mail.
func charsets() []encoding.Encoding {
	return append(append([]encoding.Encoding(nil), charmap.All...),
		japanese.ShiftJIS, japanese.EUCJP, korean.EUCKR,
		simplifiedchinese.GB18030, traditionalchinese.Big5,
		unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM))
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isWord(r rune) bool { return letters.IsLetter(r) || letters.IsDigit(r) }
