package inbox

import (
	"slices"
	"strings"
)

// span is what stands between a token and the label nearest to it.
type span struct {
	label    label
	words    []string // outside of parentheses, in reading order
	colon    bool     // directly before the token
	sentence bool     // a sentence ends in between
	last     []string // where it does: the words after it
	breaks   kind     // the widest white space in between
	turned   bool     // another statement begins in between
	at       int      // the label's index
}

const (
	maxSpan      = 14 // words between a label and its token
	maxSpanAtoms = 60
)

// spanBefore walks back from the token to the nearest label.
func (p *page) spanBefore(i int) span {
	s := span{}
	depth := 0
	for j := i - 1; j >= 0 && i-j < maxSpanAtoms && len(s.words) <= maxSpan; j-- {
		a := p.atoms[j]
		switch {
		case a.kind == mark:
			s.markBefore(a, p.at(j+1))
			depth = nesting(depth, a.text, ")", "(")
		case a.kind != word:
			s.breaks = max(s.breaks, a.kind)
			if len(s.words) > 0 && a.kind == gap {
				return span{}
			}
		case p.labels[j] != noLabel && (depth == 0 || p.labels[j] >= codeLabel):
			s.label, s.at = p.labels[j], j
			return s
		case depth == 0:
			s.words = append([]string{a.lower}, s.words...)
			s.turned = s.turned || turns[a.lower]
		}
	}
	return span{}
}

// markBefore notes what a punctuation mark says about the span behind it.
func (s *span) markBefore(a, next atomic) {
	switch {
	case strings.Contains(":=→⇒>»↓", a.text):
		s.colon = s.colon || len(s.words) == 0
	case strings.Contains("-*~", a.text) && next.spaced && len(s.words) == 0:
		s.colon = true
	case strings.Contains(".!?;。", a.text) && (next.spaced || next.kind >= line || a.text == "。"):
		if !s.sentence {
			s.last = slices.Clone(s.words)
		}
		s.sentence = true
	}
}

// nesting counts parentheses; walking back, they open with ")".
func nesting(depth int, text, opening, closing string) int {
	switch {
	case text == opening:
		return depth + 1
	case text == closing && depth > 0:
		return depth - 1
	}
	return depth
}

// saysOther tells whether one of the last n words of the span makes a number something else.
func (s span) saysOther(n int) bool {
	for _, w := range s.words[max(0, len(s.words)-n):] {
		if isOtherNumber(w) {
			return true
		}
	}
	return false
}

// isOther is saysOther for what a colon ends: there a word that a preposition
// ties to the label ("the code for your account:") does not change what follows.
func (s span) isOther(n int) bool {
	for k := max(0, len(s.words)-n); k < len(s.words); k++ {
		if isOtherNumber(s.words[k]) && !slices.ContainsFunc(s.words[max(0, k-3):k], func(w string) bool { return prepositions[w] }) {
			return true
		}
	}
	return false
}

// isNear tells whether the span is short and says nothing of another number or of a way to somewhere.
func (s span) isNear() bool {
	if len(s.words) > 4 || s.turned || s.breaks >= line || s.saysOther(len(s.words)) {
		return false
	}
	return !slices.ContainsFunc(s.words, func(w string) bool { return elsewhere[w] })
}

// pointsBack tells whether the last sentence only points to the one before: "It is X".
func (s span) pointsBack() bool {
	return len(s.last) > 1 && !slices.ContainsFunc(s.last, func(w string) bool { return !pointers[w] })
}

func isOtherNumber(w string) bool {
	return otherNumbers[w] || units[w] || unspacedOther.MatchString(w) || strings.HasSuffix(w, "nummer") || strings.HasSuffix(w, "-id")
}
