package redact

import (
	"bytes"
	"unicode/utf8"
)

// maxTag and maxIndent bound what is skipped between two characters of a text.
const (
	maxTag    = 4096
	maxIndent = 64
)

// readTag skips an HTML tag or comment with the white space around it, as it
// stands between the digits of a code that is set in table cells.
func readTag(text []byte, i int, _ []byte) (int, []byte) {
	start := skipSpace(text, i)
	if start+1 >= len(text) || text[start] != '<' {
		return 0, nil
	}
	if c := text[start+1]; !isWordByte(c) && c != '/' && c != '!' && c != '?' {
		return 0, nil
	}
	closing := ">"
	if bytes.HasPrefix(text[start:], []byte("<!--")) {
		closing = "-->"
	}
	length := bytes.Index(text[start:min(len(text), start+maxTag)], []byte(closing))
	if length < 0 {
		return 0, nil
	}
	return skipSpace(text, start+length+len(closing)) - i, nil
}

func skipSpace(text []byte, i int) int {
	for end := i + maxIndent; i < len(text) && i < end && isSpaceByte(text[i]); {
		i++
	}
	return i
}

func isSpaceByte(b byte) bool {
	return b == ' ' || '\t' <= b && b <= '\r'
}

// readInvisible skips characters that nobody sees: soft hyphens, zero-width
// spaces and joiners.
func readInvisible(text []byte, i int, _ []byte) (int, []byte) {
	switch r, n := utf8.DecodeRune(text[i:]); r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return n, nil
	}
	return 0, nil
}

// readSpaces reads any white space as one space: where lines are folded or
// wrapped, a secret of several words stands on two of them.
func readSpaces(text []byte, i int, buf []byte) (int, []byte) {
	end := i
	for end < len(text) {
		n := spaceLength(text[end:])
		if n == 0 {
			break
		}
		end += n
	}
	if end == i || end == i+1 && text[i] == ' ' {
		return 0, nil
	}
	return end - i, append(buf, ' ')
}

func spaceLength(text []byte) int {
	if isSpaceByte(text[0]) {
		return 1
	}
	switch r, n := utf8.DecodeRune(text); r {
	case '\u00a0', '\u2009', '\u202f':
		return n
	}
	return 0
}

// readGroupSeparator skips what stands between the digit groups of a code:
// "231 408", "231-408".
func readGroupSeparator(text []byte, i int, _ []byte) (int, []byte) {
	n := 1
	if text[i] >= utf8.RuneSelf {
		n = spaceLength(text[i:])
		if bytes.HasPrefix(text[i:], []byte("\u2011")) {
			n = len("\u2011")
		}
	}
	if n == 0 || i == 0 || i+n >= len(text) {
		return 0, nil
	}
	if !isDigit(rune(text[i-1])) || !isDigit(rune(text[i+n])) {
		return 0, nil
	}
	return n, nil
}
