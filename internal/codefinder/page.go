package codefinder

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
	"github.com/etna-conformance/conformance/internal/mailtext"
)

// page is a mail taken apart for the search for its code.
type page struct {
	atoms   []atomic
	classes []class // of each atom
	labels  []label // of each atom
	body    int     // the first atom below the subject
	// strong holds the letters and digits of what the mail sets bold or large.
	strong map[string]bool
	// otherCase holds the words that the mail writes in several cases: as a name, a word and in
	// capitals.
	otherCase map[string]bool
	// names are who wrote the mail and to whom, in lower case.
	names string
	about topic
}

// topic is what the whole mail is about.
type topic struct {
	code    bool // it names a code
	secure  bool // it speaks of a password, of signing in, of who somebody is, or tells to type something
	english bool
	trade   int // where it begins to sell, ship or bill; the number of atoms where it does not
	// changed is true where it says that something was changed already.
	changed bool
}

func newPage(r mailtext.Reading) *page {
	subject := plainText(r.Subject)
	text := subject + "\n\n" + plainText(r.Text)
	p := &page{
		atoms:  joined(atomsOf(text)),
		strong: map[string]bool{}, otherCase: map[string]bool{},
		names: strings.ToLower(r.From + " " + strings.Join(r.To, " ")),
	}
	for _, e := range r.Emphasis {
		p.strong[characters(plainText(e))] = true
	}
	p.body = slices.IndexFunc(p.atoms, func(a atomic) bool { return a.kind == gap })
	p.classes = make([]class, len(p.atoms))
	spelled := map[string]string{}
	for i, a := range p.atoms {
		if a.kind != word || hasDigit(a.text) {
			continue
		}
		p.classes[i] = classOf(a.lower)
		if before, found := spelled[a.lower]; found && before != a.text {
			p.otherCase[a.lower] = true
		}
		spelled[a.lower] = a.text
	}
	p.labels = make([]label, len(p.atoms))
	for i := range p.atoms {
		p.labels[i] = p.readLabel(i)
	}
	p.about = p.topic(text)
	return p
}

var (
	// alreadyChanged matches sentences that tell of a change that is done.
	alreadyChanged = lazyregexp.New(`(?i)\b(?:was|were|been)(?: successfully| just)? (?:changed|reset|updated|set|modified)|wurden? [^.\n]{0,40}(?:geändert|zurückgesetzt|aktualisiert)|` +
		`\ba été (?:modifié|changé|réinitialisé|mis)|\b(?:ha sido|fue|se ha) (?:cambiad|modificad|restablec|actualizad)|\bè stata (?:modificata|cambiata|reimpostata)|` +
		`\bfoi (?:alterada|redefinida|modificada)|\bis (?:gewijzigd|aangepast)|\bhar ändrats|\bble (?:endret)|\ber blevet ændret|\bzostało zmienione|\bbylo změněno|` +
		`был[аио]? (?:успешно )?(?:изменён|изменен|сброшен)|değiştirildi|已(?:被|经|經)?(?:更改|修改|重置|变更|變更)|変更(?:され|し)ました|변경되었습니다|تم تغيير|שונתה|भाषा बदल`)
)

// english matches the commonest words of English.
var english = lazyregexp.New(`(?i)\b(?:the|and|your|this|you|with|for|was|of|is)\b`)

func (p *page) topic(text string) topic {
	t := topic{changed: alreadyChanged.MatchString(text), english: english.MatchString(text),
		trade: len(p.atoms)}
	for i, a := range p.atoms {
		switch a.kind {
		case mark:
			if strings.Contains("%$€£¥₹₽", a.text) {
				t.trade = min(t.trade, i)
			}
		case word:
			t.code = t.code || p.labels[i] == aCode
			t.secure = t.secure || isSecure(a.lower) || a.lower == "in" &&
				isSign(p.at(i-1).lower) || a.lower == "type" || a.lower == "enter"
			if isTrade(a.lower) {
				t.trade = min(t.trade, i)
			}
		}
	}
	return t
}

// isSign tells whether the word with "in" behind it is about signing in.
func isSign(w string) bool {
	switch w {
	case "sign", "signing", "log", "logging":
		return true
	}
	return false
}

// label is what a word, with its neighbours, calls a token.
type label int

const (
	noLabel     label = iota
	otherNumber       // an order, an account, another kind of code
	aPassword         // a password
	aCode             // the code
)

// readLabel reads a word with its neighbours.
func (p *page) readLabel(i int) label {
	spoilers := words().spoilers
	near := func(n int, of func(string) bool) bool {
		return slices.ContainsFunc(p.wordsBefore(i, n), of)
	}
	spoils := func(w string) bool { return spoilers.find(w) >= 0 }
	switch p.classes[i] {
	case codeWord:
		if near(2, spoils) && !near(1, isSecure) ||
			slices.ContainsFunc(p.wordsAfter(i, 2), spoils) ||
			words().compounds.find(p.atoms[i].lower) >= 0 {
			return otherNumber
		}
		return aCode
	case noun:
		return p.nounLabel(i)
	case password:
		if near(2, func(w string) bool { return isOneTime(w) }) || isOneTime(p.atoms[i].lower) {
			return aCode
		}
		return aPassword
	case otherOne:
		if strings.HasSuffix(p.atoms[i].lower, "nummer") && isSecure(p.atoms[i].lower) {
			return aCode
		}
		return otherNumber
	}
	return noLabel
}

// nounLabel judges "number", "key", "id": the words before say which.
func (p *page) nounLabel(i int) label {
	before := p.wordsBefore(i, 2)
	switch p.atoms[i].lower {
	case "verification", "confirmation":
		if p.at(i+1).text == ":" {
			return aCode
		}
		return noLabel
	case "value", "word", "string", "phrase":
		if !slices.ContainsFunc(before, isSecure) {
			return noLabel
		}
	}
	if slices.ContainsFunc(before, isSecure) {
		return aCode
	}
	return otherNumber
}

var oneTime = newStemsOnce(`one-time onetime single-use time einmal* *usage* uso jednorazow* однораз* engångs* kertakäyt* tek temporary-code`)

func isOneTime(w string) bool { return oneTime().find(w) >= 0 }

// wordsBefore returns up to n words of the same line right before an atom, the nearest first.
func (p *page) wordsBefore(i, n int) []string {
	var list []string
	for i--; i >= 0 && len(list) < n && p.atoms[i].kind == word; i-- {
		list = append(list, p.atoms[i].lower)
	}
	return list
}

// wordsAfter returns up to n words of the same line right after an atom.
func (p *page) wordsAfter(i, n int) []string {
	var list []string
	for i++; i < len(p.atoms) && len(list) < n && p.atoms[i].kind == word; i++ {
		list = append(list, p.atoms[i].lower)
	}
	return list
}

// at returns the atom at i, the end of a paragraph beyond both ends.
func (p *page) at(i int) atomic {
	if i < 0 || i >= len(p.atoms) {
		return atomic{kind: gap}
	}
	return p.atoms[i]
}

// edge returns what ends the line or cell on one side of the token, past punctuation; a word where
// more stands there.
func (p *page) edge(i, step int) kind {
	for i += step; p.at(i).kind == mark; i += step {
	}
	return p.at(i).kind
}

// own tells whether the token is the only word of its line or cell.
func (p *page) own(i int) bool { return p.edge(i, -1) >= column && p.edge(i, 1) >= column }

// paragraph tells whether the token is a paragraph of its own.
func (p *page) paragraph(i int) bool { return p.edge(i, -1) == gap && p.edge(i, 1) == gap }

// endsSentence tells whether the mark at i ends a sentence.
func (p *page) endsSentence(i int) bool {
	a, next := p.at(i), p.at(i+1)
	if a.kind != mark {
		return false
	}
	return strings.Contains("。！？।", a.text) || strings.Contains(".!?;", a.text) &&
		(next.spaced || next.kind >= column)
}

// capitalized tells whether the atom is a word that begins with a capital and goes on in lower
// case.
func (a atomic) capitalized() bool {
	first, size := utf8.DecodeRuneInString(a.text)
	second, _ := utf8.DecodeRuneInString(a.text[size:])
	return a.kind == word && unicode.IsUpper(first) &&
		(unicode.IsLower(second) || len(a.text) == size)
}
