package redact

import (
	"slices"
	"strings"
	"sync"
)

// finder finds secrets. It never changes but for what it remembers, so that it can be used without a lock.
type finder struct {
	secrets []secret
	machine *automaton
	escapes []escape
	radixes []*radix
	// reach is the length in bytes of the longest form, or the longest text
	// around one that must stay; shortest is that of the shortest form.
	reach, shortest int
	// public texts and placeholders are left alone where they stand whole.
	public, placeholders []string
	// shields are by the index of the secret around which they stand.
	shields map[int][]shield
	// scratch keeps the memory of searches for the next ones.
	scratch sync.Pool
	// texts are the short ones that were sealed, by what they were: most header fields come again with each exchange.
	texts sync.Map
}

func newFinder(secrets []secret, public []string, byName map[string]string) *finder {
	f := &finder{secrets: slices.Clone(secrets), public: public, placeholders: []string{withheld}, shields: map[int][]shield{}}
	f.scratch.New = func() any { return new(levels) }
	for name := range byName {
		f.placeholders = append(f.placeholders, name)
	}
	all := forms(secrets)
	f.machine = newAutomaton(all)
	for i, form := range all {
		f.reach = max(f.reach, len(form.raw)+1)
		if i == 0 || len(form.raw) < f.shortest {
			f.shortest = len(form.raw)
		}
	}
	for _, text := range slices.Concat(f.placeholders, public) {
		f.reach = max(f.reach, len(text)+1)
	}
	f.shieldTexts(f.public, true)
	f.shieldTexts(f.placeholders, false)
	f.radixes = radixes()
	spaces, digits := false, false
	for _, s := range secrets {
		spaces = spaces || strings.Contains(s.value, " ")
		digits = digits || s.runes >= casedSecret && alphabet(s.value) == "digits"
	}
	f.escapes = escapes(spaces, digits)
	return f
}

// finding is a place in the source where a secret stands.
type finding struct {
	from, to int
	secret   int
	// weight is greater the more of a secret was found.
	weight int
	coding coding
}

// shield is a text that stands around a secret and must stay.
type shield struct {
	text   string
	offset int
	// alone is true where it must not be part of a longer word.
	alone bool
}

// shieldTexts notes of each secret in which of the texts it occurs, with each place.
func (f *finder) shieldTexts(texts []string, alone bool) {
	for _, text := range texts {
		f.machine.scan([]byte(text), func(match int32, end int) {
			for ; match != 0; match = f.machine.nodes[f.machine.nodes[match].fail].match {
				for _, i := range f.machine.ends[match] {
					form := f.machine.forms[i]
					offset := end - len(form.raw)
					if f.secrets[form.secret].is(text[offset:end]) {
						f.shields[form.secret] = append(f.shields[form.secret], shield{text: text, offset: offset, alone: alone})
					}
				}
			}
		})
	}
}

// is tells whether the text is the secret, in any case where that counts.
func (s secret) is(text string) bool {
	return text == s.value || s.runes >= casedSecret && strings.EqualFold(text, s.value)
}

// merge joins findings that overlap; the weightiest names the placeholder.
func merge(all []finding) []finding {
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
			last.secret, last.weight, last.coding = f.secret, f.weight, f.coding
		}
	}
	return merged
}

// outside drops the findings that lie within a shielded range.
func outside(all, shielded []finding) []finding {
	if len(shielded) == 0 {
		return all
	}
	shielded = merge(shielded)
	return slices.DeleteFunc(all, func(f finding) bool {
		i, exact := slices.BinarySearchFunc(shielded, f.from, func(s finding, from int) int {
			return s.from - from
		})
		if !exact {
			i--
		}
		return i >= 0 && f.to <= shielded[i].to
	})
}
