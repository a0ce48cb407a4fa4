package codefinder

import "strings"

// The weight of each signal. What a mail's words say is never decisive alone: what stands by
// itself, set large, of the shape of a code, is recognised in a language of which no word is known.
const (
	recognized = 5 // the least score of a code
	possible   = 2 // the least score of what could be a code
	sameRank   = 3 // codes that lie this close to the best are returned with it

	standsAlone  = 4  // all of a paragraph
	standsInLine = 2  // all of a line or cell
	inAddress    = -4 // a line among short lines, or a number beside a name
	isEmphasized = 2
	inSubjectToo = 2
	leadsRivals  = 3 // nothing else in the mail comes near it

	direct   = 6   // "code: X", "X is your code"
	certain  = 1   // "confirmation code"
	inReach  = 2   // the paragraph before speaks of a code
	inTopic  = 1   // the mail does
	prompted = 2   // "enter X"
	foreign1 = -7  // "order X", "X minutes"
	undone   = -12 // "the old code X"

	anotherTopic = -2 // an English mail that names no code and confirms nothing
	aTradeMail   = -6 // a mail that sells and confirms nothing
	aTradeLine   = -4
	aNotice      = -6 // "your password was changed"
	aSetPassword = -6

	looksYear = -4
	looksName = -4
	looksWord = -4
	looksPost = -3
)

// score says how much speaks for the token at i being the code.
func (p *page) score(i int, s shape) int {
	lead := p.lead(i)
	total := p.form(i, s) + p.place(i, lead) + p.context(i, s, lead)
	return total
}

// form judges the token by its characters.
func (p *page) form(i int, s shape) int {
	token := p.atoms[i].text
	bare := characters(token)
	switch {
	case s == digits && counted.MatchString(bare):
		return looksName
	case s == digits:
		return p.digitsForm(i, token, bare)
	case s == mixed:
		return p.mixedForm(i, token, bare)
	}
	form := p.lettersForm(token, bare)
	if !p.own(i) && !p.lead(i).adjacent {
		form += looksWord
	}
	return form
}

func (p *page) digitsForm(i int, token, bare string) int {
	switch {
	case (isYear(token) || token == bare && !p.atoms[i].groups) && isDoubtful(token) &&
		p.paragraph(i):
		return 0
	case isDoubtful(token):
		return looksYear
	case strings.Count(token, "-") > 1 && len(bare) > 8:
		return -1
	case len(bare) == 6:
		return 3
	case len(bare) <= 8:
		return 2
	case len(bare) <= 10:
		return 1
	}
	return -3
}

// isDoubtful tells whether digits are a year or a telephone number, if nothing says otherwise.
func isDoubtful(token string) bool { return isYear(token) || telephone.MatchString(token) }

func (p *page) mixedForm(i int, token, bare string) int {
	head := strings.ToLower(strings.TrimRight(token, "0123456789-"))
	switch {
	case strings.Contains(p.names, strings.ToLower(token)), len(head) > 2 && !hasDigit(head) &&
		strings.Contains(p.names, head):
		return 2 * looksName
	case nameLike.MatchString(token):
		return looksName
	case p.atoms[i].groups && postcode.MatchString(token):
		return looksPost
	case isPrefixed(token):
		return 3
	case isUpper(bare) && wordWithNumber(bare):
		return -1
	case isUpper(bare) && len(bare) <= 12:
		return 2
	case !p.own(i) && token == strings.ToLower(token):
		return 0
	}
	return 1
}

// wordWithNumber tells whether capitals that read as a word stand before a number, as in vouchers
// ("SPRING15").
func wordWithNumber(bare string) bool {
	head := strings.TrimRight(bare, "0123456789")
	return len(head) >= 4 && !hasDigit(head) && isWordlike(head)
}

func (p *page) lettersForm(token, bare string) int {
	switch {
	case p.isName(bare):
		return 3 * looksWord
	case token != bare && isUpper(bare):
		return 2
	case token != bare:
		return 1
	case isWordlike(bare) && isUpper(bare):
		return looksWord
	case len(bare) < minWord:
		return looksWord + 1
	case isWordlike(bare):
		return looksWord - 2
	case isUpper(bare):
		return 1
	}
	return -1
}

// isName tells whether the mail uses the letters as a name or a word: its sender's, or in other
// case.
func (p *page) isName(bare string) bool {
	lower := strings.ToLower(bare)
	return strings.Contains(p.names, lower) || isExactly(lower) || p.otherCase[lower]
}

// place judges where the token stands.
func (p *page) place(i int, l lead) int {
	total := 0
	switch {
	case p.paragraph(i):
		total += standsAlone
	case p.own(i) && p.inBlock(i, l):
		total += inAddress
	case p.own(i) && i > p.body:
		total += standsInLine
	case p.besideName(i, l):
		total += inAddress + 1
	}
	if p.strong[characters(p.atoms[i].text)] {
		total += isEmphasized
	}
	if p.inSubjectToo(i) {
		total += inSubjectToo
	}
	return total
}

// inBlock tells whether the token is a line among short lines of names, as in a postal address.
func (p *page) inBlock(i int, l lead) bool {
	if l.label == aCode || p.edge(i, -1) == column || p.edge(i, 1) == column {
		return false
	}
	if p.edge(i, -1) != line || l.above.ended || l.above.told || l.above.words == 0 {
		return false
	}
	return l.above.words <= 4 || p.edge(i, 1) == line && len(p.atoms[i].text) < 6
}

// besideName tells whether a number stands beside a name, as in "10115 Berlin" and "New York
// 10004".
func (p *page) besideName(i int, l lead) bool {
	a, before, after := p.atoms[i], p.at(i-1), p.at(i+1)
	if !isNumber(a.text) || len(a.text) > 6 || l.label == aCode {
		return false
	}
	if after.capitalized() && p.classes[i+1] == plain {
		return true
	}
	isName := before.capitalized() || before.kind == word && len(before.text) == 2 &&
		isUpper(before.text)
	ends := p.edge(i, 1) >= column || after.text == "," && p.at(i+2).capitalized()
	return isName && p.classes[i-1] == plain && ends && p.at(i-2).kind != gap
}

func (p *page) inSubjectToo(i int) bool {
	for j := 0; j < min(p.body, maxReach); j++ {
		if j != i && p.atoms[j].text == p.atoms[i].text {
			return true
		}
	}
	return false
}

// context judges the words around the token and the mail's topic.
func (p *page) context(i int, s shape, l lead) int {
	return p.labelled(i, s, l) + p.beside(i) + p.topical(i)
}

// labelled judges what the mail calls the token.
func (p *page) labelled(i int, s shape, l lead) int {
	if l.label == noLabel {
		l.label = p.caption(i, l)
	} else if l.label == aCode && !l.adjacent && isDoubtful(p.atoms[i].text) {
		return 0
	}
	if l.label == aCode && p.sells(i) {
		return 0 // a voucher's
	}
	switch l.label {
	case aCode:
		return direct
	case aPassword:
		if s == digits {
			return inReach
		}
		return aSetPassword
	case otherNumber:
		return foreign1
	}
	// "Here you go: X" presents it; "Commit: X" names something.
	if l.spoken || l.told && l.above.words > 1 && p.edge(i, 1) >= column {
		return inReach
	}
	return 0
}

// beside judges the marks and words right beside the token.
func (p *page) beside(i int) int {
	before, after := p.at(i-1), p.at(i+1)
	switch {
	case before.kind == mark && strings.Contains("+$€£¥₹₽©~@/\\%&№", before.text),
		after.kind == mark && strings.Contains("$€£¥₹₽%°@/\\", after.text),
		after.kind == word && (beginsUnit(after.lower) || after.lower == "codes"):
		return undone
	case p.isSpent(i):
		return undone
	case before.kind == mark && strings.Contains("#!", before.text) && !p.atoms[i].spaced:
		return inAddress // a number of an issue
	}
	return 0
}

func beginsUnit(w string) bool {
	if classOf(w) == unit && !isUnspaced(w) {
		return true
	}
	for _, u := range words().classes[unit].scripted {
		if strings.HasPrefix(w, u) {
			return true
		}
	}
	return false
}

// isSpent tells whether the words around the token say that it counts no more.
func (p *page) isSpent(i int) bool {
	isOver := func(w string) bool { return classOf(w) == spent || w == "longer" }
	for k, w := range p.wordsAfter(i, 6) {
		if isOver(w) && w != "used" && w != "previous" {
			return true
		}
		if p.classes[min(i+1+k, len(p.atoms)-1)] == turn {
			break
		}
	}
	return p.isDisowned(i)
}

// isDisowned tells whether the words before the token, or before its name, say that it was
// somebody's try.
func (p *page) isDisowned(i int) bool {
	named := false
	for j := i - 1; j >= 0 && i-j < 7 && p.atoms[j].kind == word; j-- {
		switch w := p.atoms[j].lower; w {
		case "entered", "tried", "attempted", "rejected":
			return true
		case "not":
			return !named
		default:
			if !named && p.classes[j] == spent {
				return true
			}
		}
		named = named || p.labels[j] == aCode
	}
	return false
}

// topical judges the token by what the mail, and its paragraph, are about.
func (p *page) topical(i int) int {
	total, t := 0, p.about
	if t.code {
		total += inTopic
	}
	if t.secure {
		total += inTopic
	}
	switch {
	case p.sells(i):
		total += aTradeMail
	case t.trade < len(p.atoms) && p.tradeLine(i):
		total += aTradeLine
	case t.english && !t.secure && !t.code && (!p.own(i) || i < p.body):
		total += anotherTopic
	}
	if t.changed && !t.code {
		total += aNotice
	}
	return total
}

// sells tells whether the mail confirms nothing, and sells something in the token's paragraph or
// before.
func (p *page) sells(i int) bool {
	return !p.about.secure && (p.about.trade < i || p.about.trade < len(p.atoms) && p.tradeLine(i))
}

// tradeLine tells whether the token's own paragraph sells something.
func (p *page) tradeLine(i int) bool {
	start, end := i, i
	for p.at(start-1).kind != gap && i-start < maxReach {
		start--
	}
	for p.at(end+1).kind != gap && end-i < maxReach {
		end++
	}
	trade := false
	for j := start; j <= end; j++ {
		if p.atoms[j].kind != word {
			trade = trade || p.atoms[j].kind == mark && strings.Contains("%$€£¥₹₽", p.atoms[j].text)
			continue
		}
		if isSecure(p.atoms[j].lower) {
			return false
		}
		trade = trade || isTrade(p.atoms[j].lower)
	}
	return trade
}

// maxReach bounds the atoms that are looked at on one side of a token.
const maxReach = 80
