package codefinder

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind says what an atom is to a reader.
type kind int

const (
	word    kind = iota // a word, or a token that may be a code
	foreign             // what is never a code
	mark                // one character of punctuation
	column              // the edge of a table cell
	line                // the end of a line
	gap                 // the end of a paragraph
)

// atomic is the smallest piece of a text that reading tells apart.
type atomic struct {
	kind   kind
	text   string
	lower  string // of a word
	spaced bool   // white space stands before it
	groups bool   // put together from groups with spaces between
}

// maxAtoms bounds the time that one mail can take.
const maxAtoms = 60_000

// atomsOf takes a plain text apart.
func atomsOf(text string) []atomic {
	s := scanner{text: withoutForeign(text)}
	for s.text != "" && len(s.atoms) < maxAtoms {
		s.step()
	}
	return s.atoms
}

type scanner struct {
	text   string
	atoms  []atomic
	spaced bool
}

// step takes one piece off the text.
func (s *scanner) step() {
	r, size := utf8.DecodeRuneInString(s.text)
	switch {
	case unicode.IsSpace(r) || r == '|':
		s.blank()
	case isWordRune(r):
		s.word()
	case r == placeholder:
		s.add(foreign, size)
	default:
		s.add(mark, size)
	}
}

func (s *scanner) add(k kind, size int) {
	a := atomic{kind: k, text: s.text[:size], spaced: s.spaced}
	if k == word {
		a.lower = strings.ToLower(a.text)
	}
	s.text, s.spaced = s.text[size:], false
	s.atoms = append(s.atoms, a)
}

// blank takes white space. Three spaces in a row, as in tables made of
// characters, are the edge of a cell.
func (s *scanner) blank() {
	end := strings.IndexFunc(s.text, func(r rune) bool { return !unicode.IsSpace(r) && r != '|' })
	if end < 0 {
		end = len(s.text)
	}
	piece := s.text[:end]
	switch lines := strings.Count(piece, "\n"); {
	case lines > 1:
		s.add(gap, end)
	case lines == 1:
		s.add(line, end)
	case strings.ContainsAny(piece, "\t|") || strings.Contains(piece, "   "):
		s.add(column, end)
	default:
		s.text = s.text[end:]
	}
	s.spaced = true
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// word takes a word with its inner hyphens and apostrophes. Where a script
// that sets no spaces meets digits or Latin letters, a new word begins.
func (s *scanner) word() {
	if end := opaque(s.text); end > 0 {
		s.add(word, end)
		return
	}
	unspaced, end, joint := false, 0, 0
	for i, r := range s.text {
		if strings.ContainsRune("'’", r) && i > 0 && s.text[i-1] >= '0' && s.text[i-1] <= '9' {
			break // as in the Turkish "231408'dir"
		}
		if strings.ContainsRune("-_'’", r) && joint == 0 && i > 0 {
			joint = i
			continue
		}
		if !isWordRune(r) {
			break
		}
		if i > 0 && !unicode.IsMark(r) && isLatin(r) == unspaced {
			break
		}
		if i == 0 {
			unspaced = !isLatin(r)
		}
		end, joint = i+utf8.RuneLen(r), 0
	}
	if end == 0 {
		_, end = utf8.DecodeRuneInString(s.text)
	}
	s.add(word, end)
}

func isLatin(r rune) bool { return r < utf8.RuneSelf || unicode.Is(unicode.Latin, r) }
