// Package codefinder finds the confirmation code in a mail, as a person would: by where it stands,
// what it looks like, how it is set, what the mails of one template do not share, and by the words
// around it. Words only rank: a mail in a language that it does not know is read by the rest.
package codefinder

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

// maxCodes bounds how many codes and candidates one mail can present.
const maxCodes = 16

// Finding is what a mail presents.
type Finding struct {
	// Codes are what the mail presents as its code, most likely first, nil where nothing is
	// recognised. A code whose groups are set apart by spaces ("231 408") is without them, as one
	// types it; one in groups with hyphens that may have to be typed without follows in both forms.
	Codes []string
	// Candidates are all that could be the code, most likely first, the codes among them. The
	// values of the links' code parameters come last: a person does not read them.
	Candidates []string
}

// Find reads one mail. A pattern, the configuration's codePattern, settles it: its first group, or
// its whole match where it has no group, in the text, else in the subject, else in the links.
func Find(r mailtext.Reading, pattern *regexp.Regexp) Finding {
	if pattern != nil {
		codes := matched(r, pattern)
		return Finding{codes, codes}
	}
	p := newPage(r)
	return p.finding(r, p.candidates())
}

// matched returns what the pattern finds in the first place where it finds anything.
func matched(r mailtext.Reading, pattern *regexp.Regexp) []string {
	places := []string{r.Text, plainText(r.Text), r.Subject, strings.Join(r.Links, "\n")}
	for _, place := range places {
		var codes []string
		for _, match := range pattern.FindAllStringSubmatch(place, maxCodes) {
			code := match[0]
			if len(match) > 1 {
				code = match[1]
			}
			codes = appendOnce(codes, strings.TrimSpace(code))
		}
		if codes != nil {
			return codes
		}
	}
	return nil
}

// candidate is a token and how much speaks for it.
type candidate struct {
	token string
	score int
}

// finding tells the codes among the candidates, which are sorted.
func (p *page) finding(r mailtext.Reading, found []candidate) Finding {
	var f Finding
	for _, c := range found {
		for _, code := range spellings(c.token) {
			if c.score >= recognized && c.score > found[0].score-sameRank {
				f.Codes = appendOnce(f.Codes, code)
			}
			if c.score >= possible {
				f.Candidates = appendOnce(f.Candidates, code)
			}
		}
	}
	for _, code := range linkCodes(r.Links) {
		f.Candidates = appendOnce(f.Candidates, code)
	}
	f.Codes, f.Candidates = f.Codes[:min(len(f.Codes), maxCodes)],
		f.Candidates[:min(len(f.Candidates), maxCodes)]
	return f
}

// candidates returns the tokens that have the shape of a code, the best first. Of a token that
// stands in several places the best place counts.
func (p *page) candidates() []candidate {
	var found []candidate
	places := map[string]int{}
	for i, a := range p.atoms {
		if a.kind != word || p.labels[i] == aCode {
			continue
		}
		s := shapeOf(a.text)
		if s == noCode || s == letters && !p.mayBeLetters(i) {
			continue
		}
		score := p.score(i, s)
		at, known := places[characters(a.text)]
		if !known {
			places[characters(a.text)] = len(found)
			found = append(found, candidate{a.text, score})
		} else if found[at].score < score {
			found[at] = candidate{a.text, score}
		}
	}
	sortByScore(found)
	if len(found) == 1 || len(found) > 1 && found[0].score >= found[1].score+sameRank {
		found[0].score += leadsRivals
	}
	return found
}

func sortByScore(found []candidate) {
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
}

// mayBeLetters spares running text: a word is a code only where it stands by itself below or behind
// a name for one; letters that make no word also within a sentence.
func (p *page) mayBeLetters(i int) bool {
	bare := characters(p.atoms[i].text)
	switch {
	case isUpper(bare) && p.own(i):
		return true
	case bare != p.atoms[i].text, !isWordlike(bare):
		l := p.lead(i)
		return p.own(i) || isUpper(bare) || l.adjacent && l.told
	}
	return p.paragraph(i) && p.lead(i).label == aCode
}

// characters keeps the letters and digits.
func characters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}

func appendOnce(codes []string, code string) []string {
	if code == "" || slices.Contains(codes, code) {
		return codes
	}
	return append(codes, code)
}
