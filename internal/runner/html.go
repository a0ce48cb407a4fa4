package runner

import (
	"slices"
	"strings"
	"unicode"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mailtext"
)

// compareVersions says how the mail's HTML presents the code of its plain text: see
// [evidence.Mail].
func compareVersions(v mailtext.Versions, codes []string) string {
	inText := slices.DeleteFunc(slices.Clone(codes), func(code string) bool {
		return !showsCode(v.Plain, code)
	})
	inPage := func(code string) bool { return showsCode(v.HTML, code) }
	switch {
	case len(inText) == 0:
		return ""
	case slices.ContainsFunc(inText, inPage):
		return evidence.HTMLSame
	case slices.ContainsFunc(codes, inPage):
		return evidence.HTMLOther
	}
	return evidence.HTMLMissing
}

// showsCode reports whether the text holds the code, with or without separators.
func showsCode(text, code string) bool {
	return strings.Contains(lettersAndDigits(text), lettersAndDigits(code))
}

// lettersAndDigits returns the text's letters and digits, in lower case.
func lettersAndDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
