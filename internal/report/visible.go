package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Visible returns s on one line with everything visible that a terminal, a
// browser or an editor would act on instead of showing: control characters
// and terminal escapes, line breaks, bidi controls, zero-width and private
// characters, bytes that are no UTF-8. What it returns is valid UTF-8 without
// any character that XML 1.0 forbids.
func Visible(s string) string { return visible(s, "") }

// VisibleText is [Visible] for text of several lines: line breaks and tabs
// stay, and a CR before a line break, as mails have it, is dropped.
func VisibleText(s string) string {
	return visible(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t")
}

func visible(s, keep string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !shows(r, keep)
	}) {
		return s // as nearly all texts are
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case shows(r, keep):
			b.WriteRune(r)
		default:
			b.WriteString(escaped(r))
		}
		s = s[size:]
	}
	return b.String()
}

func shows(r rune, keep string) bool {
	return strconv.IsPrint(r) || strings.ContainsRune(keep, r)
}

// escaped spells a character that can't be shown the way Go and JSON do.
func escaped(r rune) string {
	return strings.Trim(strconv.QuoteRuneToASCII(r), "'")
}

// clip cuts s to at most limit bytes, where it can between two characters, and
// returns how many bytes it cut.
func clip(s string, limit int) (string, int) {
	if len(s) <= limit {
		return s, 0
	}
	cut := max(limit, 0)
	for back := 0; back < utf8.UTFMax && cut > 0 && !utf8.RuneStart(s[cut]); back++ {
		cut--
	}
	return s[:cut], len(s) - cut
}

// short is one visible line of the first limit bytes, and says when it was cut.
func short(s string, limit int) string {
	head, cut := clip(s, limit)
	return Visible(head) + more(" ", cut)
}

// passage is visible text of the first limit bytes, and says when it was cut.
func passage(s string, limit int) string {
	head, cut := clip(s, limit)
	return VisibleText(head) + more("\n", cut)
}

func more(space string, cut int) string {
	if cut == 0 {
		return ""
	}
	return fmt.Sprintf("%s… (%d bytes more)", space, cut)
}
