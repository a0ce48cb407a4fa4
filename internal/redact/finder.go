package redact

import (
	"slices"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// maxDepth is how many codings are undone, such as URL in HTML or JSON in
// base64.
const maxDepth = 2

// finder finds secrets. It never changes but for what it remembers, so that it
// can be used without a lock.
type finder struct {
	secrets []secret
	machine *automaton
	codings *table
	// wholes are the codings that a whole text may be written in.
	wholes  []*coding
	radixes []*radix
	// shortest is the length in bytes of the shortest form that is looked for
	// in stretches of digits. hasShort is true where a secret must stand alone.
	shortest int
	hasShort bool
	// longestCased is the length of the longest form of which the case counts.
	longestCased int
	// scans keeps the memory of searches for the next ones.
	scans sync.Pool
	// texts are short ones that were redacted, by what they were: most header
	// fields come again with each exchange.
	texts sync.Map
}

// finding is a place where a secret stands.
type finding struct {
	from, to int
	secret   int
	// weight is greater the more of a secret was found.
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

// addKeptTexts adds the placeholders, and the public texts where they are not part of a
// word: they are kept where they stand, even where a secret stands in them.
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

// setCodings sets the codings that are looked through: a form may begin where
// an escape sequence begins, or with a character before one.
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

// find returns where in a text secrets stand, in order and apart. The text may
// be cut off in the middle of a secret.
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

// mergeFindings joins findings that overlap; the weightiest names the secret.
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

// dropKept drops the findings that lie within a text that is kept.
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
