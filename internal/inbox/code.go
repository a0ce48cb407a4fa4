package inbox

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// maxCodes bounds how many candidates one mail can present.
const maxCodes = 16

// Codes returns what the mail presents as its confirmation code, most likely
// first, and nil where it presents none. A code whose groups are set apart by
// spaces ("231 408") is returned without them, as one types it.
//
// A pattern, the configuration's codePattern, settles it: its first group, or
// its whole match where it has no group, in the text, else in the subject, else in the links.
// Without one the mail is read as a person would: a code is what a sentence
// or a label presents as one, or what stands alone on its line in a mail that
// is about codes. Where that leaves several, all are returned. The value of a
// link's code parameter counts only where nothing else does.
func Codes(r Reading, pattern *regexp.Regexp) []string {
	if pattern != nil {
		return matched(r, pattern)
	}
	page := newPage(r)
	found := page.candidates()
	if len(found) == 0 {
		return linkCodes(r.Links)
	}
	return mostLikely(found)
}

// matched returns what the pattern finds in the first place where it finds anything.
func matched(r Reading, pattern *regexp.Regexp) []string {
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

// candidate is a token and how clearly the mail presents it as the code.
type candidate struct {
	code    string
	clarity clarity
}

// clarity orders the ways in which a mail presents a code.
type clarity int

const (
	unpresented clarity = iota
	alone               // on a line of its own in a mail about a reset
	near                // near a word for code, or what one is told to enter
	wordly              // as named or labelled, but the token may be a word
	labelled            // "Your code is X", "Code: X"
	named               // "Your confirmation code is X"
)

// mostLikely returns the clearest candidates: below a labelled one nothing else
// counts, but a token that may be a word settles nothing.
func mostLikely(found []candidate) []string {
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.clarity, a.clarity) })
	least := found[0].clarity
	switch least {
	case named:
		least = labelled
	case wordly:
		least = near
	}
	var codes []string
	for _, c := range found {
		if c.clarity >= least {
			codes = appendOnce(codes, c.code)
		}
	}
	return codes[:min(len(codes), maxCodes)]
}

func appendOnce(codes []string, code string) []string {
	if code == "" || slices.Contains(codes, code) {
		return codes
	}
	return append(codes, code)
}
