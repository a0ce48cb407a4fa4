package redact

import "bytes"

// escape is a coding in which single characters are written otherwise and
// everything else stands for itself.
type escape struct {
	// leads are the bytes that an escape sequence can begin with.
	leads string
	// need is a byte without which there is nothing to decode, 0 for none.
	need byte
	// read decodes the sequence at text[i]: its length, 0 where none begins,
	// and what it stands for, appended to buf. It looks at a bounded number
	// of bytes, or only at those that it consumes.
	read func(text []byte, i int, buf []byte) (int, []byte)
	// next finds the first of the leads.
	next func(text []byte) int
}

// decode fills out with those stretches of in that have an escape sequence
// within reach, the length of the longest secret.
func (e escape) decode(in *view, reach int, out *view) {
	out.reset(in.coding)
	if e.need != 0 && bytes.IndexByte(in.text, e.need) < 0 {
		return
	}
	for _, p := range in.parts {
		w := window{in: in, out: out, part: p, reach: reach}
		w.decode(e)
	}
}

// window is the stretch of one part that is being copied.
type window struct {
	in, out *view
	part    part
	reach   int
	open    bool
	// start, done and limit: what was copied, and what may still be.
	start, done, limit int
}

func (w *window) decode(e escape) {
	text := w.in.text[:w.part.end]
	for i := w.part.start; i < len(text); {
		skip := e.next(text[i:])
		if skip < 0 {
			break
		}
		i += skip
		n, decoded := e.read(text[w.part.start:], i-w.part.start, w.out.sequence[:0])
		if n == 0 {
			i++
			continue
		}
		w.replace(i, i+n, decoded)
		i += n
	}
	w.close()
}

// replace copies what stands before text[i:j], and then decoded in its place.
func (w *window) replace(i, j int, decoded []byte) {
	if w.open && i-w.reach > w.limit {
		w.close()
	}
	if !w.open {
		w.start = max(i-w.reach, w.part.start)
		w.done, w.open = w.start, true
		w.out.begin(w.start > w.part.start || w.part.cutLeft, w.part.noise)
	}
	w.out.copy(w.in, w.done, i)
	from, to := w.in.span(i, j)
	for _, b := range decoded {
		w.out.put(b, from, to)
	}
	w.done = j
	w.limit = min(j+w.reach, w.part.end)
}

func (w *window) close() {
	if !w.open {
		return
	}
	w.open = false
	if !w.in.fresh(w.start, w.limit) {
		w.out.drop()
		return
	}
	w.out.copy(w.in, w.done, w.limit)
	w.out.end(w.limit < w.part.end || w.part.cutRight)
}

// finderOf returns a function that finds the first of some bytes.
func finderOf(leads string) func([]byte) int {
	if len(leads) == 1 {
		return func(text []byte) int { return bytes.IndexByte(text, leads[0]) }
	}
	var set [256]bool
	for i := range len(leads) {
		set[leads[i]] = true
	}
	return func(text []byte) int {
		for i, b := range text {
			if set[b] {
				return i
			}
		}
		return -1
	}
}

// escapes lists the codings that are looked through.
func escapes(spaces, digits bool) []escape {
	all := []escape{
		{leads: `\`, read: readBackslash},
		{leads: "%", read: readPercent},
		{leads: "%+", need: '+', read: readForm},
		{leads: "&", read: readEntity},
		{leads: "=", read: readQuotedPrintable},
		{leads: "=", need: '?', read: readEncodedWord},
		{leads: " \t\r\n<", need: '<', read: readTag},
		{leads: "\xc2\xe2\xef", read: readInvisible},
	}
	if spaces {
		all = append(all, escape{leads: " \t\r\n\v\f\xc2\xe2", read: readSpaces})
	}
	if digits {
		all = append(all, escape{leads: " -.\xc2\xe2", read: readGroupSeparator})
	}
	for i := range all {
		all[i].next = finderOf(all[i].leads)
	}
	return all
}
