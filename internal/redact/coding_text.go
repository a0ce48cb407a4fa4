package redact

// whitespace is ASCII white space.
const whitespace = " \t\n\v\f\r"

// Bounds for separators between two characters of a secret.
const (
	maxTag          = 4096
	maxSpace        = 4096
	maxEncodedSpace = 16
	maxCharset      = 40
)

// readMail reads the escapes of mails: =XX and soft line breaks (quoted-printable, RFC 2045,
// section 6.7), and in header fields _ for a space and the joint of two encoded words (RFC 2047).
func readMail(w *window) escape {
	switch w.byteAt(0) {
	case '_':
		return byteEscape(' ', 1)
	case '?':
		return escape{width: wordJoint(w, 0, 'q')}
	}
	if r, ok := w.hexNumber(1, 2); ok {
		return byteEscape(byte(r), 3)
	}
	i := 1
	for i < maxEncodedSpace && (w.byteAt(i) == ' ' || w.byteAt(i) == '\t') {
		i++
	}
	if w.byteAt(i) == '\r' {
		i++
	}
	if w.byteAt(i) == '\n' {
		return escape{width: i + 1}
	}
	return escape{}
}

// wordJoint returns the end of the joint of two encoded words of one encoding, ?= =?charset?q?, at
// the i-th byte; 0 if there is none.
func wordJoint(w *window, i int, encoding byte) int {
	if w.byteAt(i) != '?' || w.byteAt(i+1) != '=' {
		return 0
	}
	i = skipSpace(w, i+2)
	if w.byteAt(i) != '=' || w.byteAt(i+1) != '?' {
		return 0
	}
	i += 2
	for end := i + maxCharset; i < end && w.byteAt(i) > ' ' && w.byteAt(i) != '?'; {
		i++
	}
	if w.byteAt(i) != '?' || w.byteAt(i+2) != '?' || lower(byte(w.byteAt(i+1))) != encoding {
		return 0
	}
	return i + 3
}

// skipSpace returns the index of the first byte from the i-th on other than white space.
func skipSpace(w *window, i int) int {
	for end := i + w.maxSpace(); i < end && w.byteAt(i) >= 0 && isSpaceByte(byte(w.byteAt(i))); {
		i++
	}
	return i
}

// maxSpace bounds skipped white space. In encoded white space the beginning can't be told from the
// middle.
func (w *window) maxSpace() int {
	if w.outer != nil {
		return maxEncodedSpace
	}
	return maxSpace
}

func isSpaceByte(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

// readMarkup skips invisible text: an HTML tag with the white space around it, as between the
// digits of a code in table cells; soft hyphens, zero-width spaces and joiners.
func readMarkup(w *window) escape {
	if w.byteAt(0) < 0x80 {
		if w.byteAt(0) != '<' && !startsSpace(w) {
			return escape{}
		}
		if end := tagEnd(w, skipSpace(w, 0)); end > 0 {
			return escape{width: skipSpace(w, end)}
		}
		return escape{}
	}
	for _, invisible := range []string{"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"} {
		if w.startsWith(0, invisible) {
			return escape{width: len(invisible)}
		}
	}
	return escape{}
}

// readZero skips every second byte of ASCII in UTF-16.
func readZero(*window) escape { return escape{width: 1} }

// startsSpace reports whether the window begins at the start of white space, so each stretch is
// read once.
func startsSpace(w *window) bool {
	first := w.byteAt(0)
	return first >= 0 && isSpaceByte(byte(first)) &&
		(w.start == 0 || !isSpaceByte(w.text[w.start-1]))
}

// tagEnd returns the end of the tag at the i-th byte, 0 if there is none.
func tagEnd(w *window, i int) int {
	if w.byteAt(i) != '<' {
		return 0
	}
	if b := w.byteAt(i + 1); b < 0 || !isWordByte(byte(b)) && b != '/' && b != '!' && b != '?' {
		return 0
	}
	for end := i + maxTag; i < end; {
		i++
		switch w.byteAt(i) {
		case '>':
			return i + 1
		case '<', -1:
			return 0
		}
	}
	return 0
}

func (w *window) startsWith(i int, text string) bool {
	for k := range len(text) {
		if w.byteAt(i+k) != int(text[k]) {
			return false
		}
	}
	return true
}

// readSpaces reads any white space and tags as one space: folded or wrapped lines may separate the
// words of a secret.
func readSpaces(w *window) escape {
	if first := w.byteAt(0); first < 0x80 && first != '<' && !startsSpace(w) {
		return escape{}
	}
	i := 0
	for end := w.maxSpace(); i < end; {
		n := spaceWidth(w, i)
		if end := tagEnd(w, i); n == 0 && end > 0 {
			n = end - i
		}
		if n == 0 {
			break
		}
		i += n
	}
	if i == 0 || i == 1 && w.byteAt(0) == ' ' {
		return escape{}
	}
	return byteEscape(' ', i)
}

// spaceWidth returns the length of the white space character at the i-th byte.
func spaceWidth(w *window, i int) int {
	if b := w.byteAt(i); b >= 0 && isSpaceByte(byte(b)) {
		return 1
	}
	for _, space := range []string{"\u00a0", "\u2009", "\u202f"} {
		if w.startsWith(i, space) {
			return len(space)
		}
	}
	return 0
}

// readGroupSeparator skips the separator between the digit groups of a code: "231 408", "231-408".
func readGroupSeparator(w *window) escape {
	n := 1
	if w.byteAt(0) >= 0x80 {
		n = spaceWidth(w, 0)
		if w.startsWith(0, "\u2011") {
			n = len("\u2011")
		}
	}
	if n == 0 || w.byteAt(n) < '0' || w.byteAt(n) > '9' {
		return escape{}
	}
	return escape{width: n}
}
