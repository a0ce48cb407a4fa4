package runner

import (
	"strings"
	"testing"
	"unicode"
)

// TestNearlyRightStaysInItsScript checks that a column with "?" for each letter of a script stores
// some near miss like the answer.
func TestNearlyRightStaysInItsScript(t *testing.T) {
	lossy := func(text string) string {
		return strings.Map(func(r rune) rune {
			if r > unicode.MaxLatin1 {
				return '?'
			}
			return unicode.ToLower(r)
		}, text)
	}
	for _, answer := range []string{"Москва", "жж", "Ψυχή", "Wien", "x"} {
		same := 0
		for _, near := range nearMisses(answer) {
			if strings.EqualFold(near.text, answer) {
				t.Errorf("%q is no other answer than %q", near.text, answer)
			}
			if lossy(near.text) == lossy(answer) {
				same++
			}
		}
		if foreign := []rune(answer)[0] > unicode.MaxLatin1; foreign != (same > 0) {
			t.Errorf("%d answers near %q are stored like it", same, answer)
		}
	}
}
