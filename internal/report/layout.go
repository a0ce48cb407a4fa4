package report

import (
	"cmp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// columns is how many columns of a terminal the text takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fit cuts the text to so many columns, ending in "…" where it was longer.
func fit(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	var b strings.Builder
	used := 0
	for _, r := range s {
		if used += runeColumns(r); used > limit-1 {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// Wrap breaks the text into lines of at most limit columns, at spaces where
// it can; a tab is four spaces wide.
func Wrap(text string, limit int) []string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\t", "    "), "\n") {
		lines = append(lines, wrapLine(line, limit)...)
	}
	return lines
}

func wrapLine(line string, limit int) []string {
	var lines []string
	for {
		end := breakAt(line, limit)
		if end == len(line) {
			return append(lines, line)
		}
		lines = append(lines, strings.TrimRight(line[:end], " "))
		line = strings.TrimLeft(line[end:], " ")
	}
}

// breakAt is where to break the line: at its end where all of it fits, else
// after the last space that fits behind a word, else after the last character
// that does; never at its start.
func breakAt(line string, limit int) int {
	used, space, word := 0, 0, false
	for i, r := range line {
		used += runeColumns(r)
		if used > limit && i > 0 {
			return cmp.Or(space, i)
		}
		if r != ' ' {
			word = true
		} else if word {
			space = i + 1
		}
	}
	return len(line)
}
