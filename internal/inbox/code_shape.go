package inbox

import (
	"strings"
)

// shape is what a token is made of.
type shape int

const (
	noCode  shape = iota
	digital       // it has a digit
	upper         // capital letters only
	letters       // letters that make no word, or signs among letters and digits
)

const (
	minCode = 4
	maxCode = 512
)

var (
	// measured matches numbers with their unit, ordinals and the names of standards. A letter alone is a
	// unit of small numbers only: codes of digits and letters may end in one ("12345e").
	measured = expr(`(?i)^(?:\d{1,4}(?:s|h|x|k|m|e)|\d+-?(?:st|nd|rd|th|px|em|pt|[kmg]b|ms|sec|secs|min|mins|minutes?|hrs?|hours?|days?|weeks?|months?|years?|am|pm|usd|eur|gbp|digits?|characters?|chars?|letters?|bit|step|fold|er|te|stellige[nrs]?)|` +
		`(?:utf|iso|sha|md|ipv|http|tls|aes|rsa|oauth|base|win|windows|office|ios|covid|gpt|rfc)-?\d+(?:-\d+)?|0x[0-9a-f]+|24[x/]7)$`)
	telephone = expr(`^(?:\d{1,3}-)?(?:\d{3}-\d{3}-\d{4}|\d{3}-\d{4})$|^\d{1,3}-\d{3}-\d{3}-\d{3,4}$|^1-\d{3}-[\dA-Z-]{7,8}$`)
	stub      = expr(`(?i)^(?:[x*_-]+|(?:your|the|my|some)?[-_]?(?:confirmation|verification|reset|security)?[-_]?(?:code|token|otp|pin|passcode)s?[-_]?(?:here|\d{0,2}))$`)
	vowelless = expr(`(?i)[bcdfghjklmnpqrstvwxz]{4}|q[^u]|^[^aeiouy]+$`)
	camel     = expr(`[a-z][A-Z].*[a-z][A-Z]|[A-Z]{2}[a-z].*[A-Z]`)
)

// shapeOf tells what a token can be; noCode for what nobody would take for a code.
func shapeOf(token string) shape {
	if len(token) < minCode || len(token) > maxCode || plainWords[strings.ToLower(token)] {
		return noCode
	}
	if isOpaque(token) {
		return letters
	}
	form := formOf(token)
	if form != noCode && stub.MatchString(token) || form == digital && measured.MatchString(token) {
		return noCode
	}
	return form
}

// formOf judges a token by its characters alone.
func formOf(token string) shape {
	bare := token
	if strings.ContainsAny(token, "-_") {
		bare = strings.NewReplacer("-", "", "_", "").Replace(token)
	}
	switch {
	case len(bare) < minCode || !isASCIIToken(token):
		return noCode
	case hasDigit(bare):
		return digital
	case plainWords[strings.ToLower(bare)]:
		return noCode
	case isUpper(bare) && !strings.Contains(token, "_"):
		return upper
	case camel.MatchString(bare), bare == token && bare == strings.ToLower(bare) && vowelless.MatchString(bare):
		return letters
	}
	return noCode
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
	case len(groups) == 2 && len(groups[0]) <= 2 && isUpper(groups[0]) && len(groups[1]) >= minCode && isNumber(groups[1]):
		return []string{token, groups[1]}
	}
	return []string{token}
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isUpper tells whether s is made of ASCII capitals and digits.
func isUpper(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !('A' <= r && r <= 'Z' || '0' <= r && r <= '9') }) < 0
}

func isASCIIToken(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_')
	}) < 0
}

// isYear tells whether s can be a year of our time.
func isYear(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && isNumber(s)
}
