package redact

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeUTF16 decodes the parts that look like UTF-16 in the given byte order.
// In ASCII text one order is the other one byte further on, so that a part
// that is clearly of one order is not decoded in the other.
func decodeUTF16(in *view, order coding, out *view) {
	c := in.coding
	if in.isSource() {
		c = order
	}
	out.reset(c)
	for _, p := range in.parts {
		text := in.text[p.start:p.end]
		if !looksUTF16(text) {
			continue
		}
		switch orderOf(text) {
		case order:
			putUTF16(in, out, order, p, p.start)
		case asUTF8:
			putUTF16(in, out, order, p, p.start)
			putUTF16(in, out, order, p, p.start+1)
		}
	}
}

// orderOf is the byte order of a text that is UTF-16 from its first byte on,
// asUTF8 where that isn't clear.
func orderOf(text []byte) coding {
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return asUTF16LE
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return asUTF16BE
	}
	var zeros [2]int
	for i, b := range text {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[0] == 0:
		return asUTF16LE
	case zeros[1] == 0:
		return asUTF16BE
	}
	return asUTF8
}

// looksUTF16 finds a byte order mark, or three ASCII characters in a row.
func looksUTF16(text []byte) bool {
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return true
	}
	for i := 0; ; i++ {
		skip := bytes.IndexByte(text[i:], 0)
		if skip < 0 || i+skip+4 >= len(text) {
			return false
		}
		i += skip
		if text[i+1] != 0 && text[i+2] == 0 && text[i+3] != 0 && text[i+4] == 0 {
			return true
		}
	}
}

func putUTF16(in, out *view, order coding, p part, start int) {
	var buf [utf8.UTFMax]byte
	out.begin(false, p.noise)
	for i := start; i+1 < p.end; {
		r, n := unit(in.text, i, order), 2
		if utf16.IsSurrogate(r) && i+3 < p.end {
			if pair := utf16.DecodeRune(r, unit(in.text, i+2, order)); pair != utf8.RuneError {
				r, n = pair, 4
			}
		}
		from, to := in.span(i, i+n)
		for _, b := range utf8.AppendRune(buf[:0], r) {
			out.put(b, from, to)
		}
		i += n
	}
	out.end(false)
}

func unit(text []byte, i int, order coding) rune {
	if order == asUTF16LE {
		return rune(text[i]) | rune(text[i+1])<<8
	}
	return rune(text[i])<<8 | rune(text[i+1])
}

// encode writes a placeholder in the coding of the source.
func (c coding) encode(placeholder string) []byte {
	if c == asUTF8 {
		return []byte(placeholder)
	}
	var out []byte
	for _, u := range utf16.Encode([]rune(placeholder)) {
		if c == asUTF16LE {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	return out
}
