package redact

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// radix is a coding of bytes in digits, such as base64. No mark shows its beginning, so every
// stretch of digits is decoded at every alignment.
type radix struct {
	// digits are the values of bytes, -1 for other characters.
	digits [256]int8
	// bits is the number of bits in a digit.
	bits int
	// mail is true of base64: it may be broken into lines and encoded words, and end with "=".
	mail bool
}

// radixes are base64 of either alphabet (RFC 4648) and hexadecimal.
func radixes() []*radix {
	return []*radix{newRadix(base64Digit, 6, true), newRadix(hexDigit, 4, false)}
}

func newRadix(digit func(byte) int, bits int, mail bool) *radix {
	r := &radix{bits: bits, mail: mail}
	for b := range r.digits {
		r.digits[b] = int8(digit(byte(b)))
	}
	return r
}

func base64Digit(b byte) int {
	switch {
	case 'A' <= b && b <= 'Z':
		return int(b - 'A')
	case 'a' <= b && b <= 'z':
		return int(b-'a') + 26
	case '0' <= b && b <= '9':
		return int(b-'0') + 52
	case b == '+', b == '-':
		return 62
	case b == '/', b == '_':
		return 63
	}
	return -1
}

// run is a stretch of digits in a text.
type run struct {
	*radix
	text []byte
	// outer is the coding of escaped digits, nil for none.
	outer *coding
	// window is used to read it.
	window *window
	// digits are the values, spans the places in the text if they are wanted.
	digits []byte
	spans  []span
	mapped bool
}

type span struct{ from, to int }

// readRun reads the stretch of digits at text[i] and returns its end.
func (r *run) readRun(i int) int {
	r.digits, r.spans = r.digits[:0], r.spans[:0]
	end := i
	for i < len(r.text) {
		digit := int(r.radix.digits[r.text[i]])
		width := 1
		if digit < 0 {
			digit, width = r.readOther(i)
		}
		if width == 0 {
			break
		}
		if digit >= 0 {
			r.digits = append(r.digits, byte(digit))
			if r.mapped {
				r.spans = append(r.spans, span{i, i + width})
			}
			end = i + width
		}
		i += width
	}
	return r.skipPadding(end)
}

// readOther reads an escaped digit, or a separator between digits as digit -1.
func (r *run) readOther(i int) (digit, width int) {
	w := r.window
	w.openAt(r.text, i, r.outer)
	first, n := w.byteAt(0), 0
	if first >= 0 && r.radix.digits[first] >= 0 {
		return int(r.radix.digits[first]), w.end(1) - i
	}
	switch {
	case !r.mail:
	case first == '\r' || first == '\n':
		n = skipSpace(w, 0)
	case first == '?' || first == '=':
		n = wordJoint(w, paddingEnd(w), 'b')
	}
	if n == 0 {
		return -1, 0
	}
	return -1, w.end(n) - i
}

func paddingEnd(w *window) int {
	i := 0
	for i < 2 && w.byteAt(i) == '=' {
		i++
	}
	return i
}

func (r *run) skipPadding(end int) int {
	for limit := end + 2; r.mail && end < len(r.text) && end < limit && r.text[end] == '='; {
		end++
		if n := len(r.spans); n > 0 {
			r.spans[n-1].to = end
		}
	}
	return end
}

// decode appends the bytes encoded by the digits from the first one on.
func (r *run) decode(buffer []byte, first int) []byte {
	bits, count := uint32(0), 0
	for _, digit := range r.digits[first:] {
		bits, count = bits<<r.bits|uint32(digit), count+r.bits
		if count >= 8 {
			count -= 8
			buffer = append(buffer, byte(bits>>count))
		}
	}
	return buffer
}

// locate converts a place in the bytes decoded from the first digit on into one in the text.
func (r *run) locate(f finding, first int) finding {
	f.from = r.spans[first+f.from*8/r.bits].from
	f.to = r.spans[first+(f.to*8-1)/r.bits].to
	return f
}

// alignments is the number of possible offsets of a text in a stretch of digits.
func (r *radix) alignments() int {
	if r.bits == 4 {
		return 2
	}
	return 4
}

// scanDigitRuns searches the decoded stretches of digits.
func (s *scan) scanDigitRuns() {
	for _, radix := range s.radixes {
		for i := 0; i < len(s.text); i++ {
			if radix.digits[s.text[i]] >= 0 {
				i = s.scanDigitRun(radix, nil, i) - 1
			}
		}
	}
}

// scanEscapedRun searches the decoded stretch of digits with an escape sequence at text[i].
func (s *scan) scanEscapedRun(outer *coding, e escape, i int) {
	for k, radix := range s.radixes {
		done := &s.done[outer.index][k]
		if i < *done || e.size > 0 && !radix.mayBeInRun(e.value[0]) {
			continue
		}
		start := i
		for start > *done && radix.digits[s.text[start-1]] >= 0 {
			start--
		}
		*done = max(s.scanDigitRun(radix, outer, start), i+1)
	}
}

// mayBeInRun reports whether a byte may stand in a stretch of digits.
func (r *radix) mayBeInRun(b byte) bool {
	return r.digits[b] >= 0 || r.mail && strings.IndexByte("\r\n?=", b) >= 0
}

// scanDigitRun searches one stretch at each alignment, and returns its end.
func (s *scan) scanDigitRun(radix *radix, outer *coding, start int) (end int) {
	r, depth := &s.run, s.depth-1
	r.radix, r.text, r.outer, r.window, r.mapped = radix, s.text, outer, &s.before, false
	if outer != nil {
		depth--
	}
	end = r.readRun(start)
	if len(r.digits)*r.bits < s.shortest*8 {
		return end
	}
	if s.below == nil {
		s.below = &scan{finder: s.finder}
	}
	b := s.below
	for first := range min(r.alignments(), len(r.digits)) {
		s.decoded = r.decode(s.decoded[:0], first)
		const shared = 4 // Digits of a character cut off.
		b.text, b.depth, b.cut = s.decoded, depth, s.cut && end > len(s.text)-shared
		b.random = s.hasShort && !isPrintable(s.decoded)
		b.findSecrets()
		if len(b.found)+len(b.kept) == 0 {
			continue
		}
		if len(r.spans) == 0 {
			r.mapped = true
			r.readRun(start)
		}
		for _, f := range b.found {
			s.add(r.locate(f, first))
		}
		for _, f := range b.kept {
			s.kept = append(s.kept, r.locate(f, first))
		}
	}
	r.mapped, r.spans = false, r.spans[:0]
	return end
}

// isPrintable reports whether decoded bytes are text rather than random.
func isPrintable(text []byte) bool {
	return utf8.Valid(text) && bytes.IndexFunc(text, func(r rune) bool {
		return !unicode.IsPrint(r) && !unicode.IsSpace(r)
	}) < 0
}
