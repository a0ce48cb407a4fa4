package redact

import "slices"

// view is a text decoded from the source, with the place in the source that
// each of its bytes stands for.
type view struct {
	text []byte
	// places are where each byte stands in the source; nil in the view that is
	// the source itself.
	places []place
	// parts are the stretches of the text that belong together: no secret
	// reaches from one into the next.
	parts []part
	// coding is how a placeholder is written in the source at this place.
	coding coding
	// sequence is room for what one escape sequence stands for.
	sequence [64]byte
}

// place is a range of the source.
type place struct{ from, to int32 }

// part is a stretch of a view's text.
type part struct {
	start, end int
	// cutLeft and cutRight say that the text before or after was left out
	// because it cannot matter to what the view is for.
	cutLeft, cutRight bool
	// noise is true where the text may be an accident: short secrets don't
	// count there.
	noise bool
}

// coding is how the characters of a source are written.
type coding int

const (
	asUTF8 coding = iota
	asUTF16LE
	asUTF16BE
)

func sourceView(source []byte) *view {
	return &view{text: source, parts: []part{{start: 0, end: len(source)}}}
}

func (v *view) isSource() bool { return v.places == nil }

// reset empties a view for the next decoder.
func (v *view) reset(c coding) {
	v.text, v.parts, v.coding = v.text[:0], v.parts[:0], c
	if v.places == nil {
		v.places = []place{}
	}
	v.places = v.places[:0]
}

// span is the range of the source that text[i:j] stands for; i < j.
func (v *view) span(i, j int) (from, to int) {
	if v.isSource() {
		return i, j
	}
	return int(v.places[i].from), int(v.places[j-1].to)
}

// width is how much of the source text[i:j] takes.
func (v *view) width(i, j int) int {
	if i == j {
		return 0
	}
	from, to := v.span(i, j)
	return to - from
}

// fresh tells whether text[i:j] differs from the source at that place: what
// does not was looked at there already.
func (v *view) fresh(i, j int) bool {
	return v.isSource() || v.width(i, j) != j-i
}

// put appends one byte that stands for source[from:to].
func (v *view) put(b byte, from, to int) {
	v.text = append(v.text, b)
	v.places = append(v.places, place{from: int32(from), to: int32(to)})
}

// copy appends in.text[i:j] as it is.
func (v *view) copy(in *view, i, j int) {
	if i >= j {
		return
	}
	v.text = append(v.text, in.text[i:j]...)
	if !in.isSource() {
		v.places = append(v.places, in.places[i:j]...)
		return
	}
	v.places = slices.Grow(v.places, j-i)
	for ; i < j; i++ {
		v.places = append(v.places, place{from: int32(i), to: int32(i + 1)})
	}
}

// begin opens a part, end closes it, drop forgets it.
func (v *view) begin(cut, noise bool) {
	v.parts = append(v.parts, part{start: len(v.text), cutLeft: cut, noise: noise})
}

func (v *view) end(cut bool) {
	last := &v.parts[len(v.parts)-1]
	last.end, last.cutRight = len(v.text), cut
	if last.start == last.end {
		v.drop()
	}
}

func (v *view) drop() {
	start := v.parts[len(v.parts)-1].start
	v.parts = v.parts[:len(v.parts)-1]
	v.text, v.places = v.text[:start], v.places[:start]
}
