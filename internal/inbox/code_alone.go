package inbox

import (
	"slices"
	"strings"
)

// numbering are short forms of "number": the full stop behind them ends no sentence.
var numbering = words("no nr num tel ref id")

// nameLike matches a name with a number, as of a brand or a login.
var nameLike = expr(`^[A-Za-z]{4,}\d{1,4}$`)

// own tells whether the token is the only word of its line or cell.
func (p *page) own(i int) bool {
	return p.edge(i, -1) && p.edge(i, 1)
}

// edge tells whether only punctuation stands between the token and the end of its line or cell.
func (p *page) edge(i, step int) bool {
	for i += step; p.at(i).kind == mark; i += step {
	}
	return p.at(i).kind >= column
}

// sentence tells whether the token is a sentence by itself, or stands behind the
// bare name of what it is for ("Password reset - 231408").
func (p *page) sentence(i int) bool {
	before, after := p.at(i-1), p.at(i+1)
	if before.kind != mark || !p.edge(i, 1) && after.text != "." {
		return false
	}
	switch before.text {
	case ".", "!":
		return p.atoms[i].spaced && !numbering[p.at(i-2).lower]
	case "-", ":":
		return p.atoms[i].spaced && nounCertain[p.at(i-2).lower]
	}
	return false
}

// standing judges a token that stands alone and that no label presents.
func (p *page) standing(i int, s shape) clarity {
	if s != digital || p.unlikely(i) {
		return unpresented
	}
	if p.only(i) {
		return near
	}
	if !p.about && !p.reset {
		return unpresented
	}
	if p.underOther(i) || !p.isolated(i) {
		return unpresented
	}
	if p.about {
		return near
	}
	return alone
}

// only tells whether the mail says nothing but the token below its subject: then
// that is what it is for.
func (p *page) only(i int) bool {
	below := slices.IndexFunc(p.atoms, func(a atomic) bool { return a.kind == gap })
	for _, a := range p.atoms[below+1:] {
		if a.kind == word && a.lower != p.atoms[i].lower {
			return false
		}
	}
	return true
}

// unlikely tells whether a token that nothing presents is rather a year, a
// telephone number or a name.
func (p *page) unlikely(i int) bool {
	a := p.atoms[i]
	return isYear(a.text) || telephone.MatchString(a.text) || strings.Contains(p.senders, a.lower) ||
		nameLike.MatchString(a.text) && !vowelless.MatchString(a.text)
}

// underOther tells whether what stands before the token says that it is something else.
func (p *page) underOther(i int) bool {
	for j := i - 1; j >= 0 && i-j < maxSpanAtoms; j-- {
		if p.atoms[j].kind == word {
			list := append([]string{p.atoms[j].lower}, p.wordsBefore(j, 1)...)
			return p.labels[j] == otherLabel || span{words: list}.saysOther(2)
		}
	}
	return false
}

// isolated tells whether the token is a paragraph of its own or too long for the
// postal code of an address.
func (p *page) isolated(i int) bool {
	return len(p.atoms[i].text) >= 6 || p.paragraph(i)
}

// paragraph tells whether the token is a paragraph of its own.
func (p *page) paragraph(i int) bool {
	j, k := i-1, i+1
	for p.at(j).kind == mark {
		j--
	}
	for p.at(k).kind == mark {
		k++
	}
	return p.at(j).kind == gap && p.at(k).kind == gap
}

// minWord is the length of the shortest word that can be a code.
const minWord = 5

// wordBelowLabel tells whether the token is a word that is all of a paragraph right below "Confirmation code:". One
// that begins with a capital is rather a name, or the mail's next sentence.
func (p *page) wordBelowLabel(i int) bool {
	a := p.atoms[i]
	capital := a.text[0] >= 'A' && a.text[0] <= 'Z' && a.text[1:] == strings.ToLower(a.text[1:])
	if len(a.text) < minWord || capital || !isASCIIToken(a.text) || plainWords[a.lower] || stub.MatchString(a.text) || strings.Contains(p.senders, a.lower) {
		return false
	}
	return p.at(i-1).kind == gap && p.at(i+1).kind == gap && p.at(i-2).text == ":" && i > 2 && p.labels[i-3] == sureLabel
}
