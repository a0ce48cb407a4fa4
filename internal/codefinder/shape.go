package codefinder

import (
	"strings"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// shape is what a token is made of.
type shape int

const (
	noCode  shape = iota
	digits        // digits, in groups or not
	mixed         // letters and digits, or signs among them
	letters       // letters only
)

const (
	minCode = 4
	maxCode = 512
	// minWord is the length of the shortest code of small letters in one group.
	minWord = 5
)

var (
	// measured matches numbers with their unit, ordinals and the names of standards. A letter alone
	// is a unit of small numbers only: codes of digits and letters may end in one ("12345e").
	measured = lazyregexp.New(`(?i)^(?:\d{1,4}(?:s|h|x|k|m|e)|\d+-?(?:st|nd|rd|th|px|em|pt|[kmg]b|ms|sec|secs|min|mins|minutes?|hrs?|hours?|days?|weeks?|months?|years?|am|pm|usd|eur|gbp|digits?|characters?|chars?|letters?|bit|step|fold|er|te|stellige[nrs]?)|` +
		`(?:utf|iso|sha|md|ipv|http|tls|aes|rsa|oauth|base|win|windows|office|ios|covid|gpt|rfc)-?\d+(?:-\d+)?|0x[0-9a-f]+|24[x/]7)$`)
	// telephone matches the groups of telephone numbers.
	telephone = lazyregexp.New(`^(?:\d{1,3}-)?(?:\d{3}-\d{3}-\d{4}|\d{3}-\d{4})$|^\d{1,3}-\d{3}-\d{3}-\d{3,4}$|^1-\d{3}-[\dA-Z-]{7,8}$|^0\d{1,4}-\d{2,4}-\d{3,4}$|^0\d{9,10}$|^0[48]00\d{4,7}$`)
	// stub matches what stands for a code that was not filled in.
	stub = lazyregexp.New(`(?i)^(?:[x*_-]+|0+|(?:your|the|my|some)?[-_]?(?:confirmation|verification|reset|security)?[-_]?(?:code|token|otp|pin|passcode)s?[-_]?(?:here|\d{0,2})|null|none|undefined|nil|nan|true|false|error|missing|unknown)$`)
	// counted matches digits that only count up.
	counted = lazyregexp.New(`^(?:0123456789|1234567890?|12345678|123456789)$`)
	camel   = lazyregexp.New(`^[A-Za-z]*(?:[a-z][A-Z][A-Za-z]*[a-z][A-Z]|[A-Z]{2}[a-z][A-Za-z]*[A-Z])[A-Za-z]*$`)
	// nameLike matches a name with a number, as of a login or a brand.
	nameLike = lazyregexp.New(`^[A-Z]?[a-z]{3,}-?\d{1,5}$`)
	// postcode matches British, Canadian, Irish and Dutch postcodes.
	postcode = lazyregexp.New(`^(?:[A-Z]\d[A-Z]-?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]?-?\d[A-Z]{2}|\d{4}-?[A-Z]{2})$`)
)

// shapeOf tells what a token can be by its characters alone; noCode for what nobody would take for
// a code.
func shapeOf(token string) shape {
	bare := strings.ReplaceAll(strings.ReplaceAll(token, "-", ""), "_", "")
	switch {
	case len(bare) < minCode || len(token) > maxCode || stub.MatchString(token) ||
		measured.MatchString(token):
		return noCode
	case isOpaque(token):
		return mixed
	case !isASCIIToken(token):
		return noCode
	case isNumber(bare):
		return digits
	case hasDigit(bare):
		return mixed
	case isLetterCode(token, bare):
		return letters
	}
	return noCode
}

// isLetterCode tells whether letters can be a code: capitals, several groups of one length, or
// lower case that makes no word.
func isLetterCode(token, bare string) bool {
	switch {
	case bare != token:
		return sameGroup(token) && (isUpper(bare) || bare == strings.ToLower(bare) &&
			!isWordlike(bare))
	case isUpper(token):
		return true
	case len(token) < minWord:
		return false
	}
	return camel.MatchString(token) || token == strings.ToLower(token)
}

// sameGroup tells whether a token has several groups of one length, from three letters on.
func sameGroup(token string) bool {
	groups := strings.Split(token, "-")
	for _, g := range groups {
		if len(g) != len(groups[0]) || len(g) < 3 {
			return false
		}
	}
	return len(groups) > 1
}

// isPrefixed tells whether digits stand behind a letter or two, as in "G-231408".
func isPrefixed(token string) bool {
	before, after, found := strings.Cut(token, "-")
	return found && len(before) <= 2 && isUpper(before) && !hasDigit(before) &&
		len(after) >= minCode && isNumber(after)
}

// spellings returns the code as it may have to be typed, the way it is written first.
func spellings(token string) []string {
	groups := strings.Split(token, "-")
	if len(groups) == 1 || isOpaque(token) {
		return []string{token}
	}
	bare := strings.Join(groups, "")
	switch {
	case len(bare) == len(groups):
		return []string{bare}
	case isNumber(bare):
		return []string{token, bare}
	case isPrefixed(token):
		return []string{token, groups[1]}
	}
	return []string{token}
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isUpper tells whether s is made of ASCII capitals and digits.
func isUpper(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !('A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}) < 0
}

func isASCIIToken(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' ||
			r == '_')
	}) < 0
}

// isYear tells whether s can be a year of our time.
func isYear(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && isNumber(s)
}
