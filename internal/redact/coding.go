package redact

import "strings"

// coding writes single characters as escape sequences, while all others stand for themselves.
type coding struct {
	// leads are the possible first bytes of an escape sequence.
	leads string
	// read decodes the sequence at the beginning of a window.
	read func(*window) escape
	// whole is true of codings of whole texts, other codings included; the rest only separates the
	// characters of a text.
	whole bool
	// index is the position among the codings of whole texts.
	index int
	// digits is true if sequences count only between two digits.
	digits bool
}

// escape is an escape sequence: width bytes, decoded to the first size bytes of value. Width 0
// means no sequence; size 0 means a sequence without a value.
type escape struct {
	value       [8]byte
	size, width int
}

func byteEscape(b byte, width int) escape {
	return escape{value: [8]byte{b}, size: 1, width: width}
}

func textEscape(text string, width int) escape {
	e := escape{width: width}
	e.size = copy(e.value[:], text)
	return e
}

// wholeCodings is the number of codings of whole texts.
const wholeCodings = 5

// codings lists the codings to undo.
func codings(spaces, digits bool) []*coding {
	all := []*coding{
		{leads: `\`, read: readBackslash, whole: true},
		{leads: "%+", read: readForm, whole: true, index: 1},
		{leads: "&", read: readEntity, whole: true, index: 2},
		{leads: "=_?", read: readMail, whole: true, index: 3},
		{leads: "\x00", read: readZero, whole: true, index: 4},
		{leads: "<\xc2\xe2\xef" + whitespace, read: readMarkup},
	}
	if spaces {
		all = append(all, &coding{leads: "<\xc2\xe2" + whitespace, read: readSpaces})
	}
	if digits {
		all = append(all, &coding{leads: " -.\xc2\xe2", read: readGroupSeparator, digits: true})
	}
	return all
}

// table finds codings by the first byte of a sequence.
type table [256][]*coding

func tableOf(codings []*coding) *table {
	t := &table{}
	for _, c := range codings {
		for i := range len(c.leads) {
			t[c.leads[i]] = append(t[c.leads[i]], c)
		}
	}
	return t
}

// maxWindow is the longest encoded escape sequence, in decoded bytes.
const maxWindow = 256

// window is a text from some place on, as written or decoded on demand.
type window struct {
	text  []byte
	start int
	// outer is the coding of the text, nil for none.
	outer *coding
	// seen is how many bytes were read.
	seen int
	// ended is true after a read behind the end of the text.
	ended bool

	decoded int
	bytes   [maxWindow]byte
	ends    [maxWindow]int32
	next    int
	inner   *window
}

// openAt moves the window to text[start].
func (w *window) openAt(text []byte, start int, outer *coding) {
	w.text, w.start, w.outer, w.seen, w.ended = text, start, outer, 1, false
	w.decoded, w.next = 0, start
	if outer != nil && w.inner == nil {
		w.inner = new(window)
	}
}

// byteAt returns the i-th byte, or -1 behind the end.
func (w *window) byteAt(i int) int {
	if w.outer != nil {
		return w.decode(i)
	}
	if w.start+i >= len(w.text) {
		w.ended = true
		return -1
	}
	w.seen = max(w.seen, i+1)
	return int(w.text[w.start+i])
}

func (w *window) decode(i int) int {
	for w.decoded <= i {
		if w.next >= len(w.text) || w.decoded > maxWindow-len(escape{}.value) {
			w.ended = true
			return -1
		}
		w.inner.openAt(w.text, w.next, nil)
		e := w.outer.escape(w.inner)
		if e.width == 0 {
			e = byteEscape(w.text[w.next], 1)
		}
		w.next += e.width
		for _, b := range e.value[:e.size] {
			w.bytes[w.decoded], w.ends[w.decoded] = b, int32(w.next)
			w.decoded++
		}
	}
	return int(w.bytes[i])
}

// end returns the index in the text after the first n bytes of the window.
func (w *window) end(n int) int {
	if w.outer == nil {
		return w.start + n
	}
	return int(w.ends[n-1])
}

// escape reads the sequence at the beginning of the window, if any.
func (c *coding) escape(w *window) escape {
	first := w.byteAt(0)
	if first < 0 || strings.IndexByte(c.leads, byte(first)) < 0 {
		return escape{}
	}
	return c.read(w)
}

// hexNumber reads n hexadecimal digits from the i-th byte on.
func (w *window) hexNumber(i, n int) (rune, bool) {
	number := rune(0)
	for ; n > 0; n-- {
		digit := -1
		if b := w.byteAt(i); b >= 0 {
			digit = hexDigit(byte(b))
		}
		if digit < 0 {
			return 0, false
		}
		number = number<<4 | rune(digit)
		i++
	}
	return number, true
}

func hexDigit(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return int(b - '0')
	case 'a' <= lower(b) && lower(b) <= 'f':
		return int(lower(b)-'a') + 10
	}
	return -1
}
