package codefinder

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

// Whether a code is found hangs on the mail, never on the characters that chance gave it.
func TestCodesOfAllCharactersAreFound(t *testing.T) {
	places := map[string]string{
		"the documents' sample": "ETNA Trader\n\nHi Robert,\n\nSomeone has requested a password reset for your account.\n\nConfirmation code:\n\n‹›\n\nIf this was a mistake, just ignore this email and nothing will happen.\n\nThanks for using ETNA Trader,\nThe ETNA",
		"no word for it":        "Hi Robert,\n\nsomeone has asked for a new password for your account.\n\n‹›\n\nETNA\n",
		"unknown language":      "Tere,\n\nküsiti uut salasõna teie kontole.\n\n‹›\n\nAitäh\n",
		"a label":               "Your confirmation code: ‹›\n",
		"a sentence":            "Hi,\n\nyour code is ‹›. It is good for 15 minutes.\n\nETNA, 16 Broad St, New York, NY 10004\n",
	}
	alphabets := map[string]string{"digits": "0123456789",
		"both": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "clear letters": "BCDFGHJKLMNPQRSTVWXZ"}
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(alphabet string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	for name, text := range places {
		for kind, alphabet := range alphabets {
			for range 150 {
				code := draw(alphabet, []int{4, 5, 6, 6, 8, 10}[random.IntN(6)])
				if kind == "clear letters" {
					code = draw(alphabet, 4) + "-" + draw(alphabet, 4)
				}
				r := mailtext.Reading{Subject: "Password reset",
					Text: strings.ReplaceAll(text, "‹›", code)}
				f := Find(r, nil)
				if firstCode(f) != code && isPlausible(code) &&
					!(isAcronym(code) && slices.Contains(f.Candidates, code)) {
					t.Errorf("%s: %s is not found, but %q of %q", name, code, f.Codes, f.Candidates)
				}
			}
		}
	}
}

// isAcronym tells whether the code has four letters, as many names have: without a word for it, it
// stays a candidate.
func isAcronym(code string) bool { return len(code) == 4 && !hasDigit(code) }

// isPlausible leaves out what a generator of codes would not send: letters that make a word or a
// value.
func isPlausible(code string) bool {
	return shapeOf(code) != noCode && (hasDigit(code) || !isWordlike(code))
}
