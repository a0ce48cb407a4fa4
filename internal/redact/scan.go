package redact

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// scan searches one text for secrets: as written, and with characters as escape sequences, possibly
// escaped themselves. It reads the text once, with a thread for each way of reading it.
type scan struct {
	*finder
	text []byte
	// depth is how many codings may be undone.
	depth int
	// cut is true if the text may end in the middle of a secret.
	cut bool
	// random is true of possibly random bytes: short secrets don't count there.
	random bool

	found, kept []finding

	live    []thread
	waiting []arrival
	// notes are the latest by number, noted is the last number; 0 is none.
	notes   []note
	noted   int32
	spelled []byte
	// Windows on a sequence, on an encoded one, and on the surroundings of a secret.
	outer, inner, before window
	run                  run
	decoded              []byte
	// done is the end of the last searched stretch of escaped digits, by coding and radix.
	done [wholeCodings][2]int
	// below searches decoded stretches of digits.
	below *scan
}

// thread is one way of reading the text up to some place.
type thread struct {
	// node is the state of the automaton.
	node int32
	// last is the number of the last escape sequence in scan.notes; 0 is none of importance to the
	// node.
	last int32
}

// arrival is a thread to resume at a later place.
type arrival struct {
	thread
	at int
}

// note is an escape sequence between from and to, and the number of the thread's previous one.
type note struct {
	from, to, before int32
	value            [8]byte
	size             uint8
}

// maxNotes is how many notes are kept, a power of two: no secret spans as many.
const maxNotes = 1 << 16

// findSecrets finds the secrets and the kept texts.
func (s *scan) findSecrets() {
	s.found, s.kept = s.found[:0], s.kept[:0]
	s.readText()
	if s.depth > 0 {
		s.scanDigitRuns()
	}
}

func (s *scan) readText() {
	s.done = [wholeCodings][2]int{}
	s.live, s.waiting, s.notes = s.live[:0], s.waiting[:0], append(s.notes[:0], note{})
	s.noted = 0
	for i := 0; i < len(s.text); i++ {
		if len(s.live) == 0 && len(s.waiting) == 0 {
			s.notes, s.noted = s.notes[:1], 0
			i = s.machine.skip(s.text, i)
		}
		if s.depth > 0 && s.codings[s.text[i]] != nil {
			s.readEscapes(i)
		}
		s.advance(i)
		if len(s.waiting) > 0 {
			s.resumeThreads(i + 1)
		}
	}
	if s.cut {
		s.findBeginnings(len(s.text))
	}
}

// advance lets the threads read one byte as it stands.
func (s *scan) advance(i int) {
	b := s.text[i]
	if len(s.live) == 0 {
		s.live = append(s.live, thread{})
	}
	if len(s.live) == 1 {
		t := s.stepThread(s.live[0], b, i)
		if s.live[0] = t; t.node == 0 {
			s.live = s.live[:0]
		}
		return
	}
	before := s.live
	s.live = s.live[:0]
	for _, t := range before {
		s.join(s.stepThread(t, b, i), i+1)
	}
}

// stepThread returns the thread after the byte at i, and checks for forms with their end there.
func (s *scan) stepThread(t thread, b byte, i int) thread {
	t.node = s.machine.nextNode(t.node, b)
	n := &s.machine.nodes[t.node]
	if t.last != 0 && int(n.depth) <= i+1-int(s.note(t.last).to) {
		t.last = 0
	}
	if n.match != 0 {
		s.checkMatches(t, i+1)
	}
	return t
}

// join adds a thread to the live ones, unless one of them finds more. Of two equal ones the new one
// stays: it has read an escape sequence to its end.
func (s *scan) join(t thread, at int) {
	if t.node == 0 {
		return
	}
	for _, o := range s.live {
		if t.node != o.node && s.covers(o, t, at) {
			return
		}
	}
	s.live = slices.DeleteFunc(s.live, func(o thread) bool { return s.covers(t, o, at) })
	s.live = append(s.live, t)
}

// covers reports whether one thread finds everything the other one does.
func (s *scan) covers(one, other thread, at int) bool {
	if !s.machine.isSuffix(other.node, one.node) {
		return false
	}
	depth := int(s.machine.nodes[other.node].depth)
	if depth > s.longestCased {
		return true
	}
	// Short secrets are case-sensitive.
	_, spelled := s.spellBack(other, at, depth)
	spelled = bytes.Clone(spelled)
	_, same := s.spellBack(one, at, depth)
	return bytes.Equal(spelled, same)
}

func (s *scan) resumeThreads(at int) {
	rest := s.waiting[:0]
	for _, w := range s.waiting {
		if w.at == at {
			s.join(w.thread, at)
		} else {
			rest = append(rest, w)
		}
	}
	s.waiting = rest
}

// readEscapes lets threads read the escape sequences at text[i].
func (s *scan) readEscapes(i int) {
	for _, c := range s.codings[s.text[i]] {
		if !c.whole && len(s.live) == 0 {
			continue
		}
		w := &s.outer
		w.openAt(s.text, i, nil)
		e := c.read(w)
		if e.width > 0 {
			s.takeEscape(c, e, i, i+e.width)
		}
		if s.cut && w.ended {
			s.findBeginnings(i)
		}
		if s.depth > 1 && c.whole {
			seen := s.text[i+1 : i+w.seen]
			if e.width > 0 {
				s.scanEscapedRun(c, e, i)
			}
			s.readDoubleEscapes(c, e, i, seen)
		}
	}
}

// readDoubleEscapes lets threads read the doubly encoded sequences at text[i]: those with c as the
// outer coding, and those of c with a few of their bytes encoded.
func (s *scan) readDoubleEscapes(c *coding, e escape, i int, seen []byte) {
	if e.size > 0 {
		for _, inner := range s.codings[e.value[0]] {
			s.readEncoded(inner, c, i)
		}
	}
	for _, outer := range s.wholes {
		if (outer != c || s.text[i] != c.leads[0]) && bytes.ContainsAny(seen, outer.leads) {
			s.readEncoded(c, outer, i)
		}
	}
}

func (s *scan) readEncoded(inner, outer *coding, i int) {
	if !inner.whole && len(s.live) == 0 {
		return
	}
	s.inner.openAt(s.text, i, outer)
	if e := inner.escape(&s.inner); e.width > 0 {
		s.takeEscape(inner, e, i, s.inner.end(e.width))
	}
}

// takeEscape lets the threads read a sequence between from and to.
func (s *scan) takeEscape(c *coding, e escape, from, to int) {
	if len(s.live) == 0 {
		s.extendThread(thread{}, e, from, to)
		return
	}
	for _, t := range s.live {
		if !c.digits || isDigit(rune(s.machine.nodes[t.node].key)) {
			s.extendThread(t, e, from, to)
		}
	}
}

func (s *scan) extendThread(t thread, e escape, from, to int) {
	for _, b := range e.value[:e.size] {
		t.node = s.machine.nextNode(t.node, b)
	}
	if t.node == 0 {
		return
	}
	n := note{from: int32(from), to: int32(to), before: t.last, value: e.value, size: uint8(e.size)}
	if last := s.note(t.last); e.size == 0 && t.last != 0 && int(last.to) == from {
		// A sequence without a value belongs to the one before it.
		n.from, n.before, n.value, n.size = last.from, last.before, last.value, last.size
	}
	t.last = s.addNote(n)
	if e.size > 0 && s.machine.nodes[t.node].match != 0 {
		s.checkMatches(t, to)
	}
	s.waiting = append(s.waiting, arrival{thread: t, at: to})
}

func (s *scan) addNote(n note) int32 {
	s.noted++
	if int(s.noted) < maxNotes {
		s.notes = append(s.notes, n)
	} else {
		s.notes[s.noted%maxNotes] = n
	}
	return s.noted
}

// note returns a note by its number, an empty one if it was overwritten.
func (s *scan) note(number int32) note {
	if s.noted-number >= maxNotes {
		return note{}
	}
	return s.notes[number%maxNotes]
}

// checkMatches checks the forms with their end at the thread's place, longest first.
func (s *scan) checkMatches(t thread, end int) {
	nodes := s.machine.nodes
	for at := nodes[t.node].match; at != 0; at = nodes[nodes[at].fail].match {
		for _, i := range s.machine.ends[at] {
			if s.acceptForm(s.machine.forms[i], t, end) {
				return
			}
		}
	}
}

// acceptForm checks a form letter by letter, records the finding, and reports whether the case
// matches, too.
func (s *scan) acceptForm(f form, t thread, end int) bool {
	start, spelled := s.spellBack(t, end, len(f.raw))
	exact := bytes.Equal(spelled, f.raw)
	if f.secret < 0 {
		if exact && (!f.alone || s.isAlone(start, end)) {
			s.kept = append(s.kept, finding{from: start, to: end})
		}
		return false
	}
	hidden := s.secrets[f.secret]
	if !exact && hidden.runes < casedSecret {
		return false
	}
	if hidden.runes < shortSecret && (s.random || !s.isAlone(start, end)) {
		return false
	}
	weight := 2 * len(f.raw)
	if exact {
		weight++
	}
	s.add(finding{from: start, to: end, secret: f.secret, weight: weight})
	return exact
}

// spellBack returns the start and the decoded text of the last n bytes of a thread; the next call
// overwrites them.
func (s *scan) spellBack(t thread, end, n int) (start int, spelled []byte) {
	s.spelled = slices.Grow(s.spelled[:0], n)[:n]
	at, last := end, s.note(t.last)
	for n > 0 {
		plain := min(n, at-int(last.to))
		copy(s.spelled[n-plain:n], s.text[at-plain:at])
		n -= plain
		at -= plain
		if n == 0 {
			break
		}
		size := min(n, int(last.size))
		copy(s.spelled[n-size:n], last.value[int(last.size)-size:last.size])
		n -= size
		at, last = int(last.from), s.note(last.before)
	}
	return at, s.spelled
}

// add keeps a finding; overlapping ones of one secret become one.
func (s *scan) add(f finding) {
	if n := len(s.found); n > 0 {
		last := &s.found[n-1]
		if last.secret == f.secret && last.weight == f.weight && last.from <= f.from &&
			f.from < last.to {
			last.to = max(last.to, f.to)
			return
		}
	}
	s.found = append(s.found, f)
}

// findBeginnings finds secrets cut off by the end of the text, at text[i].
func (s *scan) findBeginnings(i int) {
	for _, t := range s.live {
		n := s.machine.nodes[t.node]
		if n.depth < shortSecret || n.secret < 0 {
			continue
		}
		start, _ := s.spellBack(t, i, int(n.depth))
		s.add(finding{from: start, to: len(s.text), secret: int(n.secret)})
	}
}

// isAlone reports whether text[start:end] is a whole word.
func (s *scan) isAlone(start, end int) bool {
	return !s.startsWordAt(end) && !s.endsWordAt(start)
}

// startsWordAt reports whether a letter or digit stands at text[end], as it is or as an escape
// sequence.
func (s *scan) startsWordAt(end int) bool {
	after, _ := utf8.DecodeRune(s.text[end:])
	if end < len(s.text) && s.depth > 0 {
		for _, c := range s.codings[s.text[end]] {
			s.before.openAt(s.text, end, nil)
			if e := c.read(&s.before); c.whole && e.size > 0 {
				after, _ = utf8.DecodeRune(e.value[:e.size])
			}
		}
	}
	return isWord(after)
}

// endsWordAt reports whether a letter or digit stands before text[start], as it is or as an escape
// sequence, or a sequence reaches beyond start.
func (s *scan) endsWordAt(start int) bool {
	const longest = 12
	before, _ := utf8.DecodeLastRune(s.text[:start])
	for i := start - 1; i >= max(start-longest, 0) && s.depth > 0; i-- {
		for _, c := range s.codings[s.text[i]] {
			s.before.openAt(s.text, i, nil)
			e := c.read(&s.before)
			switch end := i + e.width; {
			case !c.whole || end < start:
			case end > start:
				return true
			case e.size > 0:
				before, _ = utf8.DecodeLastRune(e.value[:e.size])
			}
		}
	}
	return isWord(before)
}
