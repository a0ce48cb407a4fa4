package redact

import (
	"unicode"
	"unicode/utf8"
)

// radix is a coding of bytes in digits. No mark says where such text begins:
// every stretch of digits is decoded, at every alignment. Most of that is
// noise, in which only long secrets are looked for.
type radix struct {
	// digits are the values of characters, -1 where they are none.
	digits [256]int8
	// bits is how many a digit holds, alignments at how many digits of a
	// stretch the text may begin.
	bits, alignments int
	// wrapped text may be broken into lines, padded text end with "=".
	wrapped, padded bool
}

func newRadix(digit func(byte) int, bits, alignments int, wrapped, padded bool) *radix {
	r := &radix{bits: bits, alignments: alignments, wrapped: wrapped, padded: padded}
	for b := range r.digits {
		r.digits[b] = int8(digit(byte(b)))
	}
	return r
}

// radixes are base64 of either alphabet (RFC 4648) and hexadecimal.
func radixes() []*radix {
	return []*radix{
		newRadix(base64Digit, 6, 4, true, true),
		newRadix(hexDigit, 4, 2, false, false),
	}
}

// minRun is the shortest stretch that is decoded: three bytes of base64, or
// one with its padding.
const minRun = 4

// decode fills out with the stretches that decode to something worth a look.
// None that is shorter than the shortest secret is.
func (r *radix) decode(in *view, shortest int, worth func([]byte) bool, out *view) {
	out.reset(in.coding)
	var scratch []byte
	for _, p := range in.parts {
		for i := p.start; i < p.end; i++ {
			if r.digits[in.text[i]] < 0 {
				continue
			}
			start := i
			i = r.runEnd(in.text[:p.end], i)
			padded := r.paddingEnd(in.text[:p.end], i)
			if padded-start < minRun || (i-start)*r.bits < shortest*8 || !in.fresh(start, padded) {
				continue
			}
			for range r.alignments {
				scratch = r.plain(scratch[:0], in.text[start:i])
				if worth(scratch) {
					r.put(in, out, start, i, padded)
				}
				start = r.nextDigit(in.text[:i], start+1)
			}
		}
	}
}

// runEnd returns where the stretch of digits ends that text[i] is in.
func (r *radix) runEnd(text []byte, i int) int {
	for i < len(text) {
		if r.digits[text[i]] >= 0 {
			i++
			continue
		}
		next := i
		if r.wrapped && (text[i] == '\r' || text[i] == '\n') {
			next = skipSpace(text, i)
		}
		if next == i || next == len(text) || r.digits[text[next]] < 0 {
			break
		}
		i = next
	}
	return i
}

func (r *radix) paddingEnd(text []byte, i int) int {
	for end := i + 2; r.padded && i < len(text) && i < end && text[i] == '='; {
		i++
	}
	return i
}

func (r *radix) nextDigit(text []byte, i int) int {
	for i < len(text) && r.digits[text[i]] < 0 {
		i++
	}
	return min(i, len(text))
}

// plain appends what a stretch decodes to.
func (r *radix) plain(buf, run []byte) []byte {
	bits, count := uint32(0), 0
	for _, b := range run {
		digit := r.digits[b]
		if digit < 0 {
			continue
		}
		bits, count = bits<<r.bits|uint32(digit), count+r.bits
		if count >= 8 {
			count -= 8
			buf = append(buf, byte(bits>>count))
		}
	}
	return buf
}

// put decodes in.text[start:end] into a part of its own; the padding ends at
// padded.
func (r *radix) put(in, out *view, start, end, padded int) {
	out.begin(false, true)
	bits, count, last := uint32(0), 0, start
	for i := start; i < end; i++ {
		digit := r.digits[in.text[i]]
		if digit < 0 {
			continue
		}
		bits, count = bits<<r.bits|uint32(digit), count+r.bits
		if count >= 8 {
			count -= 8
			// A byte stands in two neighbouring digits.
			from, to := in.span(last, i+1)
			out.put(byte(bits>>count), from, to)
		}
		last = i
	}
	if padded > end && len(out.text) > out.parts[len(out.parts)-1].start {
		_, to := in.span(end, padded)
		out.places[len(out.places)-1].to = int32(to)
	}
	out.end(false)
}

// How many printable bytes in a row may be text, and how many are no accident.
const (
	sense = 8
	proof = 16
)

// keepSense fills out with what makes sense in a noisy view: the parts that
// are text throughout, and stretches of text in the others.
func keepSense(in, out *view) {
	out.reset(in.coding)
	for _, p := range in.parts {
		for i := p.start; i < p.end; {
			end := printable(in.text[:p.end], i)
			whole := i == p.start && end == p.end && in.width(i, end) >= minRun
			if whole || end-i >= sense {
				out.begin(i > p.start, !whole && end-i < proof)
				out.copy(in, i, end)
				out.end(end < p.end)
			}
			i = end + 1
		}
	}
}

// hasSense tells whether keepSense would keep something of a part.
func hasSense(text []byte) bool {
	for i := 0; i < len(text); {
		end := printable(text, i)
		if end-i >= sense || i == 0 && end == len(text) {
			return true
		}
		i = end + 1
	}
	return false
}

// printable returns the end of the text that begins at i.
func printable(text []byte, i int) int {
	for i < len(text) {
		if b := text[i]; b < utf8.RuneSelf {
			if b < ' ' && !isSpaceByte(b) || b == 0x7f {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return i
		}
		i += n
	}
	return i
}
