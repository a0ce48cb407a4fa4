package codefinder

import (
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

// What the mails of one template share is not the code, whatever language they are written in.
func TestMailsOfOneTemplateTellTheCode(t *testing.T) {
	for name, c := range map[string]struct{ text, first, second string }{
		"a number of the house beside it": {"Xo lem 774411 tar ‹› pol.", "231408", "905517"},
		"a number of the house alone":     {"Xo lem tar ‹› pol.\n\n774411\n", "231408", "905517"},
	} {
		mails := []mailtext.Reading{{Text: strings.ReplaceAll(c.text, "‹›", c.first)},
			{Text: strings.ReplaceAll(c.text, "‹›", c.second)}}
		findings := FindAll(mails, nil)
		if got := firstCode(findings[0]) + " " + firstCode(findings[1]); got != c.first+" "+
			c.second {
			t.Errorf("%s: got %s of %q and %q", name, got, findings[0], findings[1])
		}
	}
}

// A deployment that mails everybody the same code presents one all the same.
func TestSharedCodeIsStillACode(t *testing.T) {
	mails := []mailtext.Reading{{Text: "Hi Jane,\n\nyour code is 231408."},
		{Text: "Hi Joe,\n\nyour code is 231408."}}
	for _, f := range FindAll(mails, nil) {
		if firstCode(f) != "231408" {
			t.Errorf("got %q", f)
		}
	}
}

func TestOtherTemplatesTellNothing(t *testing.T) {
	code := mailtext.Reading{Text: "Your PIN: 2314"}
	if f := FindAmong(code, []mailtext.Reading{{Text: "Call us for the newest offers: 2314"}, code},
		nil); firstCode(f) != "2314" {
		t.Errorf("got %q", f)
	}
}
