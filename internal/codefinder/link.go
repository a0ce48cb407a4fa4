package codefinder

import (
	"net/url"
	"strings"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

var (
	linkCode  = lazyregexp.New(`(?i)(?:^|[_-]|[a-z])code$|^(?:otp|pin|passcode)$`)
	otherLink = lazyregexp.New(`(?i)zip|postal|promo|coupon|country|lang|utm|error|status|source|area|referral|invite|discount|currency|barcode|product|client|campaign`)
)

// maxWrapped is how deep a link may stand inside another one's parameter, as mail gateways and
// counters of clicks put it.
const maxWrapped = 3

// linkCodes returns the values of the links' code parameters. Nobody reads them in the mail, so
// none is its code; but they may be as secret as one, and may be the one that the deployment takes.
func linkCodes(links []string) []string { return wrappedCodes(links, maxWrapped) }

func wrappedCodes(links []string, depth int) []string {
	var codes []string
	for _, link := range links {
		address, err := url.Parse(link)
		if err != nil {
			continue
		}
		for _, pair := range strings.FieldsFunc(address.RawQuery+"&"+address.RawFragment+
			address.Fragment, func(r rune) bool { return strings.ContainsRune("&;?", r) }) {
			name, value, _ := strings.Cut(pair, "=")
			value, err := url.QueryUnescape(value)
			if err == nil && linkCode.MatchString(name) && !otherLink.MatchString(name) &&
				isLinkCode(value) {
				codes = appendOnce(codes, value)
			} else if err == nil && depth > 0 && strings.Contains(value, "://") {
				for _, code := range wrappedCodes([]string{value}, depth-1) {
					codes = appendOnce(codes, code)
				}
			}
		}
	}
	return codes[:min(len(codes), maxCodes)]
}

// isLinkCode tells whether a parameter was filled with a code.
func isLinkCode(value string) bool {
	return len(value) >= minCode && len(value) <= maxCode &&
		!strings.ContainsAny(value, "{}<>[] %$") &&
		!stub.MatchString(value)
}
