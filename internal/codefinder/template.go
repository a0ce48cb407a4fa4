package codefinder

import (
	"regexp"
	"slices"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

const (
	// mostOthers bounds how many other mails one is compared with.
	mostOthers = 8
	// clear is the score from which no comparison is needed.
	clear = recognized + 4

	differs = 3  // no other mail of the template has it
	shared  = -4 // all of them do
)

// FindAmong reads one mail beside others of the same run: a code is what the mails of one template
// do not share.
func FindAmong(r mailtext.Reading, others []mailtext.Reading, pattern *regexp.Regexp) Finding {
	p := newPage(r)
	found := p.candidates()
	if pattern != nil || len(found) == 0 || len(others) == 0 || found[0].score >= clear &&
		!p.isRivalled(found) {
		return Find(r, pattern)
	}
	return p.finding(r, p.compare(found, others))
}

// FindAll reads mails of one run, each beside the others.
func FindAll(list []mailtext.Reading, pattern *regexp.Regexp) []Finding {
	var findings []Finding
	for i, r := range list {
		others := slices.Delete(slices.Clone(list), i, i+1)
		findings = append(findings, FindAmong(r, others, pattern))
	}
	return findings
}

// isRivalled tells whether several candidates lie close to the best.
func (p *page) isRivalled(found []candidate) bool {
	return len(found) > 1 && found[1].score > found[0].score-sameRank
}

// compare ranks the candidates anew by which of them the other mails of the template share.
func (p *page) compare(found []candidate, others []mailtext.Reading) []candidate {
	var pages []*page
	for _, o := range others {
		if q := newPage(o); len(pages) < mostOthers && p.isTemplateOf(q) {
			pages = append(pages, q)
		}
	}
	if len(pages) == 0 {
		return found
	}
	ranked := slices.Clone(found)
	for i, c := range ranked {
		in := 0
		for _, q := range pages {
			if q.tokens()[characters(c.token)] {
				in++
			}
		}
		switch in {
		case 0:
			ranked[i].score += differs
		case len(pages):
			ranked[i].score += shared
		}
	}
	sortByScore(ranked)
	return ranked
}

// isTemplateOf tells whether two mails say the same but for what is filled in. Two equal mails tell
// nothing.
func (p *page) isTemplateOf(q *page) bool {
	ours, theirs := p.vocabulary(), q.vocabulary()
	common := 0
	for w := range ours {
		if theirs[w] {
			common++
		}
	}
	alike := 4*common >= 3*max(len(ours), len(theirs))
	return alike && len(ours) > 0 &&
		!slices.EqualFunc(p.atoms, q.atoms, func(a, b atomic) bool { return a.text == b.text })
}

// vocabulary are the words without digits.
func (p *page) vocabulary() map[string]bool {
	list := map[string]bool{}
	for i, a := range p.atoms {
		if a.kind == word && !hasDigit(a.text) && i < maxCompared {
			list[a.lower] = true
		}
	}
	return list
}

// tokens are what has the shape of a code.
func (p *page) tokens() map[string]bool {
	list := map[string]bool{}
	for i, a := range p.atoms {
		if a.kind == word && i < maxCompared {
			list[characters(a.text)] = true
		}
	}
	return list
}

// maxCompared bounds the atoms of a mail that are compared.
const maxCompared = 5000
