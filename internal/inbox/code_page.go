package inbox

import (
	"strings"
)

// label says how an atom names a code.
type label int

const (
	noLabel    label = iota
	otherLabel       // names another code, or one that counts no more
	codeLabel        // "code"
	sureLabel        // "confirmation code"
)

// page is a mail taken apart for the search for its code.
type page struct {
	atoms   []atomic
	labels  []label // of each atom, at the last word of a name
	about   bool    // the mail speaks of a code
	reset   bool    // the mail speaks of a password, a reset, a confirmation
	senders string  // who wrote the mail and to whom, in lower case
}

var aboutReset = expr(`(?i)passwor|passcode|\breset|verif|confirm|kennwort|contraseñ|mot de passe|senha|парол|сброс|hasł|şifre|heslo|密码|密碼|パスワード|비밀번호|重置|重設|再設定|` +
	`lösenord|adgangskode|passord|salasana|wachtwoord|jelszó|geslo|lozink|парола|лозинк|κωδικ|kata sandi|mật khẩu|पासवर्ड|รหัสผ่าน|كلمة ال?مرور|סיסמ|گذرواژه`)

func newPage(r Reading) *page {
	text := plainText(r.Subject) + "\n\n" + plainText(r.Text)
	p := &page{
		atoms:   joined(atomsOf(text)),
		reset:   aboutReset.MatchString(text),
		senders: strings.ToLower(r.From + " " + strings.Join(r.To, " ")),
	}
	p.labels = make([]label, len(p.atoms))
	for i := range p.atoms {
		p.labels[i] = p.labelAt(i)
		p.about = p.about || p.labels[i] >= codeLabel
	}
	return p
}

// candidates returns every token that the mail presents, in order of appearance.
func (p *page) candidates() []candidate {
	var found []candidate
	for i, a := range p.atoms {
		if a.kind != word || p.labels[i] != noLabel {
			continue
		}
		s := shapeOf(a.text)
		if s == noCode {
			if p.wordBelowLabel(i) {
				found = append(found, candidate{a.text, wordly})
			}
			continue
		}
		if c := p.clarityOf(i, s); c != unpresented {
			for _, code := range spellings(a.text) {
				found = append(found, candidate{code, c})
			}
		}
	}
	return found
}

// labelAt reads the words around a word for code.
func (p *page) labelAt(i int) label {
	a := p.atoms[i]
	if a.kind != word || hasDigit(a.text) {
		return noLabel
	}
	switch compound := isCompound(a.lower); {
	case compound && otherCompound.MatchString(a.lower):
		return otherLabel
	case compound && onceCompound.MatchString(a.lower):
		return sureLabel
	case compound, codeWords[a.lower]:
		return p.labelAmong(i)
	case codeNouns[a.lower] && p.isCodeNoun(i), unspacedLabel.MatchString(a.lower):
		return p.labelAmong(i)
	}
	return noLabel
}

// isCodeNoun tells whether the words before a noun like "number" make it name a code.
func (p *page) isCodeNoun(i int) bool {
	before := p.wordsBefore(i, 2)
	switch p.atoms[i].lower {
	case "password":
		return anyOf(before, onceOnly, 1)
	case "verification", "confirmation":
		return p.at(i+1).text == ":"
	}
	return anyOf(before, nounCertain, 2)
}

// labelAmong judges a word for code by its neighbours.
func (p *page) labelAmong(i int) label {
	before, after := p.wordsBefore(i, 3), p.wordsAfter(i, 2)
	switch {
	case anyOf(before, otherCodes, 2) || anyOf(after, otherCodesAfter, 2):
		return otherLabel
	case len(before) > 0 && unspacedOther.MatchString(before[0]):
		return otherLabel
	case anyOf(before, certain, 3) || anyOf(after, certain, 2):
		return sureLabel
	}
	return codeLabel
}

// anyOf tells whether one of the first n words of the list is of the vocabulary.
func anyOf(list []string, of vocabulary, n int) bool {
	for _, w := range list[:min(n, len(list))] {
		if of[w] {
			return true
		}
	}
	return false
}

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
