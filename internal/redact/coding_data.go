package redact

import (
	"html"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// readBackslash reads the escapes of JSON strings (RFC 8259, section 7) and
// the further ones of JavaScript.
func readBackslash(w *window) escape {
	switch c := w.byteAt(1); c {
	case 'b', 'f', 'n', 'r', 't':
		return byteEscape("\b\f\n\r\t"[strings.IndexByte("bfnrt", byte(c))], 2)
	case 'x':
		if r, ok := w.hexNumber(2, 2); ok {
			return textEscape(string(r), 4)
		}
	case 'u':
		if r, width := readUnicode(w); width > 0 {
			return textEscape(string(r), width)
		}
	}
	if c := w.byteAt(1); c >= 0 && c < utf8.RuneSelf {
		return byteEscape(byte(c), 2)
	}
	return escape{}
}

// readUnicode reads \uXXXX, and both halves of a surrogate pair.
func readUnicode(w *window) (r rune, width int) {
	high, ok := w.hexNumber(2, 4)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(high) && w.byteAt(6) == '\\' && w.byteAt(7) == 'u' {
		if low, ok := w.hexNumber(8, 4); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r, 12
			}
		}
	}
	return high, 6
}

// readForm reads application/x-www-form-urlencoded: percent-encoding (RFC 3986,
// section 2.1), its old variant %uXXXX, and + for a space.
func readForm(w *window) escape {
	if w.byteAt(0) == '+' {
		return byteEscape(' ', 1)
	}
	if r, ok := w.hexNumber(1, 2); ok {
		return byteEscape(byte(r), 3)
	}
	if w.byteAt(1) == 'u' {
		if r, ok := w.hexNumber(2, 4); ok {
			return textEscape(string(r), 6)
		}
	}
	return escape{}
}

// maxEntity is the length of the longest named character reference in HTML.
const maxEntity = len("&CounterClockwiseContourIntegral;")

// readEntity reads the character references of HTML, named ones only with their
// semicolon.
func readEntity(w *window) escape {
	if w.byteAt(1) == '#' {
		return readNumericEntity(w)
	}
	var name [maxEntity]byte
	name[0] = '&'
	n := 1
	for ; n < maxEntity; n++ {
		b := w.byteAt(n)
		if b < 0 || !isWordByte(byte(b)) {
			break
		}
		name[n] = byte(b)
	}
	if n == maxEntity || w.byteAt(n) != ';' {
		return escape{}
	}
	name[n] = ';'
	n++
	decoded := html.UnescapeString(string(name[:n]))
	if decoded[0] == '&' && len(decoded) > 1 {
		return escape{}
	}
	return textEscape(decoded, n)
}

func readNumericEntity(w *window) escape {
	prefix, isDigitOf := "&#", func(b int) bool { return isDigit(rune(b)) }
	i := len(prefix)
	if w.byteAt(i) == 'x' || w.byteAt(i) == 'X' {
		prefix, isDigitOf = "&#x", func(b int) bool { return hexDigit(byte(b)) >= 0 }
		i++
	}
	const maxDigits = 16
	digits := make([]byte, 0, maxDigits)
	for ; len(digits) < maxDigits; i++ {
		b := w.byteAt(i)
		if b < 0 || !isDigitOf(b) {
			break
		}
		digits = append(digits, byte(b))
	}
	if len(digits) == 0 {
		return escape{}
	}
	if w.byteAt(i) == ';' {
		i++
	}
	return textEscape(html.UnescapeString(prefix+string(digits)+";"), i)
}

func isWordByte(b byte) bool {
	return isDigit(rune(b)) || 'a' <= lower(b) && lower(b) <= 'z'
}
