package redact

import (
	"bytes"
	"unicode/utf8"
)

// Codings are undone two deep, such as URL in HTML or JSON in base64, in short
// texts three deep.
const (
	depth      = 2
	deepDepth  = 3
	deepLength = 16 << 10
)

// search is one search through one source.
type search struct {
	*finder
	source []byte
	// allowed limits where a finding may lie, nil allows all.
	allowed func(from, to int, s secret) bool
	// cut is true when the source may end in the middle of a secret.
	cut             bool
	found, shielded []finding
	levels          *levels
}

// levels are by how many codings may still be undone.
type levels [deepDepth + 1]level

// level holds the views of one depth, to be used again and again.
type level struct{ decoded, noise view }

// find returns where in the source secrets stand, in order and apart.
func (f *finder) find(source []byte, cut bool, allowed func(from, to int, s secret) bool) []finding {
	if len(f.machine.forms) == 0 || len(source) == 0 {
		return nil
	}
	s := &search{finder: f, source: source, cut: cut, allowed: allowed}
	s.levels = f.scratch.Get().(*levels)
	defer f.scratch.Put(s.levels)
	deepest := depth
	if len(source) <= deepLength {
		deepest = deepDepth
	}
	s.explore(sourceView(source), deepest)
	return merge(outside(s.found, s.shielded))
}

// explore looks through a view and everything that can be decoded from it.
func (s *search) explore(v *view, left int) {
	if len(v.text) == 0 {
		return
	}
	s.look(v)
	if left == 0 {
		return
	}
	at := &s.levels[left]
	for _, e := range s.escapes {
		e.decode(v, s.reachOf(left), &at.decoded)
		s.explore(&at.decoded, left-1)
	}
	for _, order := range []coding{asUTF16LE, asUTF16BE} {
		decodeUTF16(v, order, &at.decoded)
		s.explore(&at.decoded, left-1)
	}
	for _, r := range s.radixes {
		r.decode(v, s.shortest, s.worth, &at.noise)
		s.exploreNoise(&at.noise, &at.decoded, left-1)
	}
}

// reachOf is how much text around an escape sequence can matter: more where
// further codings, which make a secret longer, are to be undone.
func (s *search) reachOf(left int) int {
	const expansion = 64
	if left > 1 {
		return s.reach * expansion
	}
	return s.reach
}

func (s *search) exploreNoise(noise, decoded *view, left int) {
	s.look(noise)
	for _, order := range []coding{asUTF16LE, asUTF16BE} {
		decodeUTF16(noise, order, decoded)
		s.explore(decoded, left)
	}
	keepSense(noise, decoded)
	s.explore(decoded, left)
}

// worth tells whether there may be something to find in a noisy text.
func (s *search) worth(text []byte) bool {
	return s.cut || s.machine.finds(text) || hasSense(text) || looksUTF16(text)
}

// look finds secrets as they stand in a view.
func (s *search) look(v *view) {
	for _, p := range v.parts {
		last := s.machine.scan(v.text[p.start:p.end], func(match int32, end int) {
			s.matched(v, p, match, p.start+end)
		})
		if s.cut && !p.cutRight {
			s.beheaded(v, p, last)
		}
	}
}

// matched looks at the forms that end at v.text[end], longest first.
func (s *search) matched(v *view, p part, match int32, end int) {
	for match != 0 {
		for _, i := range s.machine.ends[match] {
			if s.form(v, p, s.machine.forms[i], end) {
				return
			}
		}
		match = s.machine.nodes[s.machine.nodes[match].fail].match
	}
}

// form tells whether one form at v.text[:end] was taken for a secret.
func (s *search) form(v *view, p part, form form, end int) bool {
	start := end - len(form.raw)
	hidden := s.secrets[form.secret]
	exact := bytes.Equal(v.text[start:end], form.raw)
	if !exact && hidden.runes < casedSecret {
		return false
	}
	if hidden.runes < shortSecret && (p.noise || !alone(v, p, start, end)) {
		return false
	}
	from, to := v.span(start, end)
	if s.isShielded(v, p, form.secret, start) {
		return false
	}
	if s.allowed != nil && !s.allowed(from, to, hidden) {
		return false
	}
	weight := 2 * len(form.raw)
	if exact {
		weight++
	}
	s.add(finding{from: from, to: to, secret: form.secret, weight: weight, coding: v.coding})
	return exact
}

// add keeps a finding; of a secret that overlaps itself there is only one.
func (s *search) add(f finding) {
	if n := len(s.found); n > 0 {
		last := &s.found[n-1]
		if last.secret == f.secret && last.weight == f.weight && last.from <= f.from && f.from < last.to {
			last.to = max(last.to, f.to)
			return
		}
	}
	s.found = append(s.found, f)
}

func (s *search) isShielded(v *view, p part, hidden, start int) bool {
	shielded := false
	for _, around := range s.shields[hidden] {
		from := start - around.offset
		to := from + len(around.text)
		if from < p.start || to > p.end || string(v.text[from:to]) != around.text {
			continue
		}
		if around.alone && !alone(v, p, from, to) {
			continue
		}
		shielded = true
		from, to = v.span(from, to)
		s.shielded = append(s.shielded, finding{from: from, to: to})
	}
	return shielded
}

// beheaded finds the beginning of a secret at the end of a source that was cut.
func (s *search) beheaded(v *view, p part, last int32) {
	node := s.machine.nodes[last]
	if int(node.depth) < shortSecret {
		return
	}
	from, to := v.span(p.end-int(node.depth), p.end)
	// An escape sequence may have been cut too.
	if to < len(s.source)-maxEntity {
		return
	}
	hidden := s.machine.forms[node.form].secret
	if s.allowed != nil && !s.allowed(from, len(s.source), s.secrets[hidden]) {
		return
	}
	s.add(finding{from: from, to: len(s.source), secret: hidden, coding: v.coding})
}

// alone tells whether v.text[start:end] is not part of a longer word.
func alone(v *view, p part, start, end int) bool {
	before, _ := utf8.DecodeLastRune(v.text[p.start:start])
	after, _ := utf8.DecodeRune(v.text[end:p.end])
	if start == p.start && p.cutLeft || end == p.end && p.cutRight {
		return false
	}
	return !isWord(before) && !isWord(after)
}
