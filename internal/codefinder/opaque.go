package codefinder

import (
	"strings"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// Codes of more than letters, digits and hyphens. Each needs enough of its own
// form not to be two words without a space between.
var (
	base64Code = lazyregexp.New(`^[A-Za-z0-9+/]{15,}={0,2}$`)
	dottedCode = lazyregexp.New(`^[\w-]{3,}\.[\w-]{3,}\.[\w-]{3,}$`)
	signedCode = lazyregexp.New(`^[A-Za-z0-9-]+(?:[#!$%&^*?+~]+[A-Za-z0-9-]+)+$`)
)

// opaque returns the length of a code with signs in it at the start of the
// text, 0 where there is none.
func opaque(text string) int {
	end := strings.IndexAny(text[:min(len(text), maxCode)], " \t\n|<>\"'()[]{},;:")
	if end < 0 {
		end = min(len(text), maxCode)
	}
	token := strings.TrimRight(text[:end], ".!?*_`")
	if len(token) < 8 || !strings.ContainsAny(token, "+/=.#!$%&^*?~") || !isMixed(token) {
		return 0
	}
	dotted := dottedCode.MatchString(token) && isMixed(token[strings.LastIndexByte(token, '.'):])
	if !dotted && !base64Code.MatchString(token) && !signedCode.MatchString(token) {
		return 0
	}
	return len(token)
}

// isMixed tells whether there are digits among letters.
func isMixed(token string) bool {
	return hasDigit(token) && strings.ContainsFunc(token, func(r rune) bool {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	})
}

// isOpaque tells whether the token has signs that codes rarely have.
func isOpaque(token string) bool { return strings.ContainsAny(token, "+/=.#!$%&^*?~") }
