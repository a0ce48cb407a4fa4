package redact

import (
	"slices"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// maxDepth is how many nested codings are undone, such as URL in HTML or JSON in base64.
const maxDepth = 2

// finder finds secrets. It is immutable but for caches, and so needs no lock.
type finder struct {
	secrets []secret
	machine *automaton
	codings *table
	// wholes are the codings of whole texts.
	wholes  []*coding
	radixes []*radix
	// shortest is the length in bytes of the shortest form to search stretches of digits for.
	// hasShort is true if some secret counts only as a whole word.
	shortest int
	hasShort bool
	// longestCased is the length of the longest case-sensitive form.
	longestCased int
	// scans reuses the memory of searches.
	scans sync.Pool
	// texts caches short redacted texts by their source: most header fields recur in each exchange.
	texts sync.Map
}

// finding is the place of a secret.
type finding struct {
	from, to int
	secret   int
	// weight grows with the part of the secret found.
	weight int
}

func newFinder(
	secrets []secret, public []string, byName map[placeholder.Placeholder]string,
) *finder {
	f := &finder{secrets: slices.Clone(secrets), radixes: radixes()}
	f.scans.New = func() any { return &scan{finder: f} }
	forms := formsOf(secrets)
	f.machine = newAutomaton(forms)
	spaces, digits := false, false
	for _, form := range forms {
		s := secrets[form.secret]
		spaces = spaces || strings.Contains(s.value, " ")
		digits = digits || s.runes >= casedSecret && evidence.AlphabetOf(s.value) == "digits"
		f.hasShort = f.hasShort || s.runes < shortSecret
		if s.runes < casedSecret {
			f.longestCased = max(f.longestCased, len(form.raw))
		}
		if f.shortest == 0 || len(form.raw) < f.shortest {
			f.shortest = len(form.raw)
		}
	}
	f.setCodings(codings(spaces, digits))
	f.addKeptTexts(public, byName)
	return f
}

// addKeptTexts adds the placeholders, and the public texts as whole words. These stay unaltered,
// even with a secret inside.
func (f *finder) addKeptTexts(public []string, byName map[placeholder.Placeholder]string) {
	keep := func(text string, alone bool) {
		if len(f.find([]byte(text), false)) > 0 {
			f.machine.insert(form{raw: []byte(text), secret: -1, alone: alone})
		}
	}
	keep(withheld, false)
	for name := range byName {
		keep(string(name), false)
	}
	for _, text := range public {
		keep(text, true)
	}
	f.machine.link()
}

// setCodings sets the codings to undo. A form may begin at an escape sequence, or one character
// before it.
func (f *finder) setCodings(all []*coding) {
	f.codings = tableOf(all)
	for _, c := range all {
		if c.whole {
			f.wholes = append(f.wholes, c)
		}
		for i := range len(c.leads) {
			if c.whole {
				f.machine.starts.addFirst(c.leads[i])
			}
			for _, form := range f.machine.forms {
				f.machine.starts.add(lower(form.raw[0]), c.leads[i])
				f.machine.starts.add(upper(form.raw[0]), c.leads[i])
			}
		}
	}
}

// find returns the places of secrets in a text, sorted and without overlaps. The text may be cut
// off in the middle of a secret.
func (f *finder) find(text []byte, cut bool) []finding {
	if len(f.machine.forms) == 0 || len(text) == 0 {
		return nil
	}
	s := f.scans.Get().(*scan)
	defer f.scans.Put(s)
	s.text, s.depth, s.cut = text, maxDepth, cut
	s.findSecrets()
	return mergeFindings(dropKept(slices.Clone(s.found), s.kept))
}

// mergeFindings joins overlapping findings; the weightiest names the secret.
func mergeFindings(all []finding) []finding {
	slices.SortFunc(all, func(a, b finding) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	merged := all[:0]
	for _, f := range all {
		if len(merged) == 0 || f.from >= merged[len(merged)-1].to {
			merged = append(merged, f)
			continue
		}
		last := &merged[len(merged)-1]
		last.to = max(last.to, f.to)
		if f.weight > last.weight {
			last.secret, last.weight = f.secret, f.weight
		}
	}
	return merged
}

// dropKept drops the findings inside a kept text.
func dropKept(all, kept []finding) []finding {
	if len(kept) == 0 {
		return all
	}
	kept = mergeFindings(kept)
	return slices.DeleteFunc(all, func(f finding) bool {
		i, exact := slices.BinarySearchFunc(kept, f.from, func(k finding, from int) int {
			return k.from - from
		})
		if !exact {
			i--
		}
		return i >= 0 && f.to <= kept[i].to
	})
}
