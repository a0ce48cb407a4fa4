package inbox

import (
	"slices"
	"strings"
)

// clarityOf tells how clearly the mail presents the token at i as the code.
func (p *page) clarityOf(i int, s shape) clarity {
	if p.counts(i) || p.isOver(i) {
		return unpresented
	}
	if heading, found := p.heading(i); found {
		return p.headed(i, heading, s)
	}
	best := max(p.fromBefore(i, s), p.fromAfter(i, s))
	if best < near && p.own(i) {
		best = max(best, p.standing(i, s))
	}
	if best == unpresented && s == digital && p.reset && p.sentence(i) && !p.unlikely(i) {
		best = alone
	}
	if best == unpresented && s == digital && p.prompted(i) {
		best = near
	}
	if best != unpresented && s != digital {
		return p.wordClarity(i, best)
	}
	return best
}

// wordClarity lets a token without digits pass only where the mail presents it clearly.
func (p *page) wordClarity(i int, c clarity) clarity {
	if c < labelled || strings.Contains(p.senders, p.atoms[i].lower) {
		return unpresented
	}
	return wordly
}

// counts tells whether the token is an amount, a telephone number, a tag or a year with its mark.
func (p *page) counts(i int) bool {
	before, after := p.at(i-1), p.at(i+1)
	if before.kind == mark && strings.Contains("+$€£¥₹₽©~@/\\%&", before.text) {
		return true
	}
	if after.kind == mark && strings.Contains("$€£¥₹₽%°@/\\", after.text) {
		return true
	}
	return isUnit(after)
}

func isUnit(a atomic) bool {
	return a.kind == word && (units[a.lower] || unspacedUnit.MatchString(a.lower))
}

// isOver tells whether the words after the token say that it counts no more.
func (p *page) isOver(i int) bool {
	for _, w := range p.wordsAfter(i, 6) {
		if over[w] {
			return true
		}
		if w == "no" || w == "longer" {
			return p.at(i+1).lower == "is"
		}
	}
	return false
}

// at returns the atom at i, the end of a paragraph beyond both ends.
func (p *page) at(i int) atomic {
	if i < 0 || i >= len(p.atoms) {
		return atomic{kind: gap}
	}
	return p.atoms[i]
}

// fromBefore judges the token by the label before it.
func (p *page) fromBefore(i int, s shape) clarity {
	between := p.spanBefore(i)
	if between.label < codeLabel || p.disowned(between.at) {
		return unpresented
	}
	clear := labelled
	if between.label == sureLabel {
		clear = named
	}
	if between.breaks >= line && !p.begins(i, between, s) {
		return unpresented
	}
	switch {
	case between.sentence:
		return p.afterSentence(i, between, s, clear)
	case p.introduced(i, between, s):
		return clear
	case s == digital && between.isNear() && !isYear(p.atoms[i].text):
		return near
	}
	return unpresented
}

// afterSentence judges a token on a line of its own under a sentence about the code.
func (p *page) afterSentence(i int, between span, s shape, clear clarity) clarity {
	if s == digital && len(between.words) == 0 && between.breaks < line && p.endsStatement(i) && !isYear(p.atoms[i].text) {
		return labelled
	}
	if between.pointsBack() && !isOtherNumber(p.at(i-1).lower) {
		return labelled
	}
	if !p.own(i) || between.isOther(2) || s != digital && !between.colon && !p.shown(i, s, between) {
		return unpresented
	}
	if !between.colon && (p.unlikely(i) || slices.ContainsFunc(between.words, func(w string) bool { return promises[w] })) {
		return unpresented
	}
	return min(clear, labelled)
}

// shown tells whether capital letters in a paragraph of their own are what the
// sentence above them points to, or letters that make no word.
func (p *page) shown(i int, s shape, between span) bool {
	if s != upper || !p.paragraph(i) {
		return false
	}
	return vowelless.MatchString(p.atoms[i].text) || slices.ContainsFunc(between.words, func(w string) bool { return w == "below" || w == "following" })
}

// introduced tells whether label and token belong to one statement.
func (p *page) introduced(i int, between span, s shape) bool {
	rest := trimFillers(between.words)
	switch {
	case len(rest) == 0:
		return p.adjacent(i, between, s)
	case rest[len(rest)-1] == "to" && strings.HasPrefix(p.atoms[between.at].lower, "kod"):
		return true // Polish "to" is "is"
	case copulas[rest[len(rest)-1]] || unspacedIs.MatchString(rest[len(rest)-1]):
		return !between.turned || !span{words: rest[:len(rest)-1]}.saysOther(1)
	case between.colon && p.own(i):
		return !between.isOther(2)
	case between.colon && between.breaks <= column:
		return !between.isOther(1) && !(between.turned && between.saysOther(3))
	}
	return false
}

// adjacent judges a token right behind its label.
func (p *page) adjacent(i int, between span, s shape) bool {
	if len(between.words) > 0 || between.colon || between.breaks >= column {
		return !(s != digital && p.at(i+1).kind == word && isUpper(p.at(i+1).text))
	}
	if s == digital {
		return !isYear(p.atoms[i].text) || p.endsStatement(i)
	}
	return s == upper && !isUpper(p.atoms[between.at].text)
}

// begins judges a token on another line than its label.
func (p *page) begins(i int, between span, s shape) bool {
	if telephone.MatchString(p.atoms[i].text) || p.namesOther(i) {
		return false
	}
	if p.own(i) {
		return true
	}
	first := p.at(i-1).kind >= line || p.at(i-1).kind == mark && p.at(i-2).kind >= line
	rest := trimFillers(between.words)
	told := between.colon || len(rest) > 0 && copulas[rest[len(rest)-1]]
	if s != digital || !told || isYear(p.atoms[i].text) {
		return false
	}
	return !first || between.breaks == line || p.endsStatement(i)
}

// namesOther tells whether the words after the token say that it is something else.
func (p *page) namesOther(i int) bool {
	for j := i + 1; j <= i+4 && p.at(j).kind == word; j++ {
		if p.labels[j] >= codeLabel {
			return false
		}
		if isOtherNumber(p.atoms[j].lower) {
			return true
		}
	}
	return false
}

// endsStatement tells whether the statement can end with the token.
func (p *page) endsStatement(i int) bool {
	next := p.at(i + 1)
	return next.kind != word || purposes[next.lower] || copulas[next.lower] || turns[next.lower]
}

// disowned tells whether the words before a label say that its code was
// somebody's try, and not the one to be used.
func (p *page) disowned(at int) bool {
	for _, w := range p.wordsBefore(at, 5) {
		switch w {
		case "entered", "tried", "attempted", "rejected", "without", "not", "never", "expired":
			return true
		}
	}
	return false
}

// trimFillers drops the words at the end that say nothing.
func trimFillers(list []string) []string {
	for len(list) > 0 && fillers[list[len(list)-1]] {
		list = list[:len(list)-1]
	}
	return list
}
