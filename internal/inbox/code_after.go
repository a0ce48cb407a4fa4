package inbox

import "strings"

// fromAfter judges the token by what follows it: "X is your code".
func (p *page) fromAfter(i int, s shape) clarity {
	if isOtherNumber(p.at(i - 1).lower) {
		return unpresented
	}
	found, at, first, joint := p.labelAfter(i)
	if found < codeLabel {
		return unpresented
	}
	switch {
	case joint >= line && !p.own(i), s == letters:
		return unpresented
	case p.takesToken(at):
		return unpresented
	case copulas[first] || unspacedIs.MatchString(first) || unspacedIsFirst.MatchString(first) || joint == mark:
		if found == sureLabel {
			return named
		}
		return labelled
	case joint >= line && s == digital && !p.unlikely(i):
		return near
	}
	return unpresented
}

// labelAfter walks on from the token to a label in the same statement. It
// returns the first word on the way, and what joins the token to it.
func (p *page) labelAfter(i int) (found label, at int, first string, joint kind) {
	seen, other := 0, false
	for j := i + 1; j < len(p.atoms) && j-i < 24 && seen <= 8; j++ {
		a := p.atoms[j]
		switch {
		case a.kind == mark && strings.Contains(".!?;。", a.text) && p.at(j+1).spaced:
			return noLabel, 0, "", 0
		case a.kind == mark && seen == 0 && strings.Contains("-:=(", a.text):
			joint = max(joint, mark)
		case a.kind == foreign || a.kind >= column && seen > 0 && a.kind != line:
			return noLabel, 0, "", 0
		case a.kind >= column:
			joint = max(joint, a.kind)
		case a.kind == word && p.labels[j] != noLabel:
			return p.labels[j], j, first, joint
		case a.kind == word:
			if first == "" {
				first = a.lower
			}
			seen++
			other = other || isOtherNumber(a.lower)
			if a.lower == "not" || other && (purposes[a.lower] || turns[a.lower] || a.lower == "of") {
				return noLabel, 0, "", 0
			}
		}
	}
	return noLabel, 0, "", 0
}

// takesToken tells whether a label presents a token behind it, and so not one before it.
func (p *page) takesToken(at int) bool {
	for j := at + 1; j < len(p.atoms) && j-at < 8; j++ {
		if a := p.atoms[j]; a.kind == word {
			if !fillers[a.lower] && !copulas[a.lower] {
				return shapeOf(a.text) == digital
			}
		}
	}
	return false
}

// prompted tells whether a person is told to type the token.
func (p *page) prompted(i int) bool {
	if !p.reset && !p.about || isYear(p.atoms[i].text) || !p.endsStatement(i) {
		return false
	}
	j := i - 1
	for p.at(j).kind == mark && strings.Contains(`"'*([«“„_`+"`", p.at(j).text) {
		j--
	}
	for _, w := range []string{"the", "this", "following", "bitte", "sie"} {
		if p.at(j).lower == w {
			j--
		}
	}
	return prompts[p.at(j).lower]
}
