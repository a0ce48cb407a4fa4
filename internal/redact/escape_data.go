package redact

import (
	"bytes"
	"html"
	"unicode/utf16"
	"unicode/utf8"
)

// readBackslash reads the escapes of JSON strings (RFC 8259, section 7) and
// the further ones of JavaScript.
func readBackslash(text []byte, i int, buf []byte) (int, []byte) {
	if i+1 >= len(text) || text[i+1] >= utf8.RuneSelf {
		return 0, nil
	}
	switch c := text[i+1]; c {
	case 'b', 'f', 'n', 'r', 't':
		return 2, append(buf, "\b\f\n\r\t"[bytes.IndexByte([]byte("bfnrt"), c)])
	case 'x':
		if r, ok := hexNumber(text, i+2, 2); ok {
			return 4, utf8.AppendRune(buf, r)
		}
	case 'u':
		if r, n := readUnicode(text, i); n > 0 {
			return n, utf8.AppendRune(buf, r)
		}
	}
	return 2, append(buf, text[i+1])
}

// readUnicode reads \uXXXX, and two of them where they are a surrogate pair.
func readUnicode(text []byte, i int) (rune, int) {
	high, ok := hexNumber(text, i+2, 4)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(high) && i+7 < len(text) && text[i+6] == '\\' && text[i+7] == 'u' {
		if low, ok := hexNumber(text, i+8, 4); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r, 12
			}
		}
	}
	return high, 6
}

// readPercent reads percent-encoding (RFC 3986, section 2.1) and its old
// variant %uXXXX.
func readPercent(text []byte, i int, buf []byte) (int, []byte) {
	if r, ok := hexNumber(text, i+1, 2); ok {
		return 3, append(buf, byte(r))
	}
	if i+1 < len(text) && text[i+1] == 'u' {
		if r, ok := hexNumber(text, i+2, 4); ok {
			return 6, utf8.AppendRune(buf, r)
		}
	}
	return 0, nil
}

// readForm reads application/x-www-form-urlencoded.
func readForm(text []byte, i int, buf []byte) (int, []byte) {
	if text[i] == '+' {
		return 1, append(buf, ' ')
	}
	return readPercent(text, i, buf)
}

// maxEntity is the length of the longest named character reference in HTML.
const maxEntity = len("&CounterClockwiseContourIntegral;")

// readEntity reads the character references of HTML.
func readEntity(text []byte, i int, buf []byte) (int, []byte) {
	if i+1 < len(text) && text[i+1] == '#' {
		return readNumericEntity(text, i, buf)
	}
	end := i + 1
	for end < len(text) && end < i+maxEntity && isWordByte(text[end]) {
		end++
	}
	if end < i+3 {
		return 0, nil
	}
	if end < len(text) && text[end] == ';' {
		end++
	}
	name := string(text[i:end])
	decoded := html.UnescapeString(name)
	if decoded == name {
		return 0, nil
	}
	return end - i, append(buf, decoded...)
}

func readNumericEntity(text []byte, i int, buf []byte) (int, []byte) {
	prefix, in := "&#", isDigit
	start := i + 2
	if start < len(text) && (text[start] == 'x' || text[start] == 'X') {
		prefix, in = "&#x", isHex
		start++
	}
	for start+1 < len(text) && text[start] == '0' && in(rune(text[start+1])) {
		start++
	}
	end := start
	for end < len(text) && end < start+8 && in(rune(text[end])) {
		end++
	}
	if end == start {
		return 0, nil
	}
	decoded := html.UnescapeString(prefix + string(text[start:end]) + ";")
	if end < len(text) && text[end] == ';' {
		end++
	}
	return end - i, append(buf, decoded...)
}

// hexNumber reads n hexadecimal digits at text[i].
func hexNumber(text []byte, i, n int) (rune, bool) {
	if i+n > len(text) {
		return 0, false
	}
	number := rune(0)
	for _, b := range text[i : i+n] {
		digit := hexDigit(b)
		if digit < 0 {
			return 0, false
		}
		number = number<<4 | rune(digit)
	}
	return number, true
}

func hexDigit(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return int(b - '0')
	case 'a' <= b && b <= 'f':
		return int(b-'a') + 10
	case 'A' <= b && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}

func isWordByte(b byte) bool {
	return b < utf8.RuneSelf && (isDigit(rune(b)) || 'a' <= lower(b) && lower(b) <= 'z')
}
