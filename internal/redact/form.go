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

// Secrets shorter than shortSecret characters count only where they stand
// alone, those shorter than casedSecret only in the same case: else every "a"
// would vanish.
const (
	shortSecret = 4
	casedSecret = 6
)

// form is one way in which the bytes of a secret can stand in a text, or a text
// that is kept as it is although a secret stands in it.
type form struct {
	raw []byte
	// secret is its index, or -1 for a text that is kept.
	secret int
	// alone is true of a text that is kept only where it is not part of a word.
	alone bool
}

// formsOf lists how the secrets can be written: as they are, in capitals, in
// small letters, and outside of ASCII in other character sets.
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

// charsets are the stateless character sets that HTTP and mail still carry.
func charsets() []encoding.Encoding {
	return append(append([]encoding.Encoding(nil), charmap.All...),
		japanese.ShiftJIS, japanese.EUCJP, korean.EUCKR,
		simplifiedchinese.GB18030, traditionalchinese.Big5,
		unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM))
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isWord(r rune) bool { return letters.IsLetter(r) || letters.IsDigit(r) }
