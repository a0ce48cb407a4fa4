package inbox

import (
	"net/url"
	"strings"
)

var (
	linkCode  = expr(`(?i)(?:^|[_-]|[a-z])code$|^(?:otp|pin|passcode)$`)
	otherLink = expr(`(?i)zip|postal|promo|coupon|country|lang|utm|error|status|source|area|referral|invite|discount|currency|barcode|product|client|campaign`)
)

// linkCodes returns the values of the links' code parameters.
func linkCodes(links []string) []string {
	var codes []string
	for _, link := range links {
		address, err := url.Parse(link)
		if err != nil {
			continue
		}
		for _, pair := range strings.FieldsFunc(address.RawQuery+"&"+address.RawFragment+address.Fragment, func(r rune) bool { return strings.ContainsRune("&;?", r) }) {
			name, value, _ := strings.Cut(pair, "=")
			value, err := url.QueryUnescape(value)
			if err == nil && linkCode.MatchString(name) && !otherLink.MatchString(name) && isLinkCode(value) {
				codes = appendOnce(codes, value)
			}
		}
	}
	return codes[:min(len(codes), maxCodes)]
}

// isLinkCode tells whether a parameter was filled with a code.
func isLinkCode(value string) bool {
	return len(value) >= minCode && len(value) <= maxCode && !strings.ContainsAny(value, "{}<>[] %$") &&
		!plainWords[strings.ToLower(value)] && !stub.MatchString(value)
}
