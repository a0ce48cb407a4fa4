package codefinder

import (
	"slices"
	"strings"
)

// lead is what the mail says before a token.
type lead struct {
	label    label // what calls the token by a name
	adjacent bool  // the name stands right before the token
	told     bool  // a colon does
	spoken   bool  // the paragraph before speaks of a code
	above    above
}

// above is the line or cell over a token that begins its own.
type above struct {
	words int
	told  bool // it ends with a colon
	ended bool // it ends as a sentence does
}

// lead reads what stands before the token: in its statement, else in the cell to its left, at the
// head of its column, or above.
func (p *page) lead(i int) lead {
	words, told, ended := p.statement(i)
	if len(words) > 0 {
		l := lead{label: p.nameIn(words, i, told), told: told}
		l.adjacent = l.label == aCode && p.isAdjacent(words)
		l.above.words, l.above.ended = len(words), ended
		return l
	}
	if ended {
		return lead{spoken: p.speaksBefore(i)}
	}
	if heading, found := p.heading(i); found {
		return lead{label: heading}
	}
	return p.leadAbove(i)
}

// statement collects the words before the token in its statement, nearest first; told is true where
// a colon, an equals sign or a word such as "is" stands right before the token, ended where the
// token begins a sentence.
func (p *page) statement(i int) (words []int, told, ended bool) {
	depth := 0
	for j := i - 1; j >= 0 && i-j < maxReach; j-- {
		a := p.atoms[j]
		switch {
		case p.endsSentence(j) && !p.abbreviates(j):
			return words, told, true
		case a.kind == mark && a.text == ")":
			depth++
		case a.kind == mark && a.text == "(" && depth > 0:
			depth--
		case a.kind == mark:
			told = told || len(words) == 0 && strings.Contains(":=→⇒>»↓", a.text)
		case a.kind == line && !p.own(i) && (len(words) > 0 || p.flows(j)):
			if !p.flows(j) {
				return words, told, false
			}
		case a.kind >= column:
			return words, told, false
		case a.kind == word && depth == 0:
			words = append(words, j)
		}
	}
	return words, told, false
}

// isAdjacent tells whether only short words stand between a name and its token.
func (p *page) isAdjacent(list []int) bool {
	for _, j := range list {
		if p.labels[j] == aCode {
			return true
		}
		if !isShort(p.atoms[j]) {
			return false
		}
	}
	return false
}

// flows tells whether the text runs on over the end of the line at j: neither side of it is a short
// line.
func (p *page) flows(j int) bool {
	n := 0
	for k := j - 1; p.at(k).kind < column && n < 8; k-- {
		if p.at(k).kind == word {
			n++
		}
	}
	return n >= 4
}

// abbreviates tells whether the full stop at j ends an abbreviation such as "no." or a single
// letter.
func (p *page) abbreviates(j int) bool {
	if p.at(j).text != "." || p.at(j-1).kind != word {
		return false
	}
	switch p.at(j - 1).lower {
	case "no", "nr", "num", "tel", "ref", "id":
		return true
	}
	return false
}

// nameIn returns what the words of a statement, the nearest first, call what follows them. Short
// words such as "is" and "the" are passed over. Where a colon or such a word stands before the
// token, the statement's subject counts ("the code for your account is X").
func (p *page) nameIn(list []int, token int, told bool) label {
	passed, first := 0, noLabel
	if isPreposition(p.atoms[list[0]].lower) && !p.isCopula(list) &&
		!(told && p.tellsToType(list)) {
		return otherNumber
	}
	for n, j := range list {
		l := p.labels[j]
		if l == aCode && p.takesOther(j, token) {
			return first
		}
		switch {
		case p.classes[j] == turn && first != noLabel:
			return first
		case l == aCode && (first == noLabel || first == aPassword):
			return p.codeAt(n, passed, told, l)
		case l == aCode && (told || isShort(p.atoms[list[0]])) && p.tied(list, n):
			return l
		case l == aCode:
			return first
		case l == aPassword && first == noLabel && passed <= 2:
			first = l
		case l == otherNumber && first == noLabel:
			if passed > 1 && !told {
				return noLabel
			}
			first = l
		case !isShort(p.atoms[j]):
			passed++
		}
		if n > maxLead {
			break
		}
	}
	return first
}

// maxLead bounds the words between a name and its token.
const maxLead = 16

// codeAt judges a word for code that stands n words before the token.
func (p *page) codeAt(n, passed int, told bool, l label) label {
	if told || passed <= 3 || n <= 5 {
		return l
	}
	return noLabel
}

// tied tells whether the words nearer than the n-th belong to it: a short word ties them ("for your
// account").
func (p *page) tied(list []int, n int) bool {
	for _, j := range list[:n] {
		if p.classes[j] == turn {
			return false
		}
	}
	return true
}

// isShort tells whether a word is likely to be one of those that only join others.
func isShort(a atomic) bool { return len([]rune(a.text)) <= 3 }

// speaksBefore tells whether the sentence before the token's, in its paragraph, names a code.
func (p *page) speaksBefore(i int) bool {
	for j := i - 1; j >= 0 && i-j < maxReach && p.atoms[j].kind != gap; j-- {
		if p.labels[j] == aCode {
			return true
		}
	}
	return false
}

// leadAbove reads the line or paragraph above a token that begins its own.
func (p *page) leadAbove(i int) lead {
	var l lead
	j := i - 1
	for j > p.body && p.atoms[j].kind != word {
		if p.at(j).kind == mark && l.above.words == 0 {
			l.above.told = l.above.told || p.at(j).text == ":"
			l.above.ended = l.above.ended || p.endsSentence(j) && !p.abbreviates(j)
		}
		j--
	}
	if j <= p.body {
		return l
	}
	var list []int
	sentences := 0
	for ; j > p.body && p.atoms[j].kind != gap && len(list) < 40; j-- {
		switch {
		case p.endsSentence(j):
			sentences++
		case p.atoms[j].kind == word:
			if sentences == 0 {
				list = append(list, j)
			}
			l.spoken = l.spoken || p.labels[j] == aCode
		case p.atoms[j].kind == column, p.atoms[j].kind == line && sentences == 0 &&
			len(list) > 0 && !p.flows(j):
			sentences++
		}
	}
	l.above.words = len(list)
	if len(list) > 0 && !l.above.ended && (l.above.told || len(list) <= 6) {
		l.label, l.adjacent = p.nameIn(list, i, true), p.own(i)
	}
	if l.label == otherNumber && (len(list) > 4 || !l.above.told && len(list) > 3 ||
		p.tellsToType(list)) {
		l.label = noLabel // A sentence names no number: "type this on the open page".
	}
	return l
}

// tellsToType tells whether one of the words does.
func (p *page) tellsToType(list []int) bool {
	return slices.ContainsFunc(list, func(j int) bool { return p.classes[j] == prompt })
}

// caption reads what stands after the token: "X is your code", or a line below it that names it.
func (p *page) caption(i int, l lead) label {
	seen := 0
	joint := word
	for j := i + 1; j < len(p.atoms) && j-i < 24 && seen <= 8; j++ {
		a := p.atoms[j]
		switch {
		case p.endsSentence(j):
			return noLabel
		case a.kind >= column && (seen > 0 && !p.flows(j) || a.kind == column):
			return noLabel
		case a.kind >= column:
			joint = max(joint, a.kind)
		case a.kind != word:
		case p.labels[j] == aCode:
			if seen == 0 && a.lower == "codes" || p.takesToken(j) || joint >= line &&
				(!p.own(i) || len(p.wordsAfter(j, 3)) > 2) {
				return noLabel
			}
			return p.labels[j]
		default:
			seen++
			if p.classes[j] == spent || a.lower == "not" || p.classes[j] == turn {
				return noLabel
			}
		}
	}
	return noLabel
}

// isPreposition tells whether what follows the word is a place, a time or a recipient.
func isPreposition(w string) bool {
	switch w {
	case "to", "at", "in", "on", "by", "from", "until", "till", "since":
		return true
	}
	return false
}

// isCopula tells whether the first word, a preposition in English, is "is" in the language of the
// label before it: Polish "kod weryfikacyjny to", Finnish "koodi on".
func (p *page) isCopula(list []int) bool {
	w := p.atoms[list[0]].lower
	if w != "to" && w != "on" {
		return false
	}
	for n, j := range list[1:min(len(list), 4)] {
		if p.labels[j] == aCode {
			return n == 0 || strings.HasPrefix(p.atoms[j].lower, "ko")
		}
	}
	return false
}

// takesOther tells whether a label before the token presents another one right behind it.
func (p *page) takesOther(at, token int) bool {
	for j := at + 1; j < token; j++ {
		if a := p.atoms[j]; a.kind == word && !isShort(a) {
			return shapeOf(a.text) == digits || shapeOf(a.text) == mixed
		}
	}
	return false
}

// takesToken tells whether a label presents a token behind it, and so not one before it.
func (p *page) takesToken(at int) bool {
	for j := at + 1; j < len(p.atoms) && j-at < 8; j++ {
		if a := p.atoms[j]; a.kind == word && !isShort(a) {
			return shapeOf(a.text) == digits || shapeOf(a.text) == mixed
		}
	}
	return false
}
