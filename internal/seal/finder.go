package seal

import (
	"slices"
	"strings"
	"sync"
)

// finder finds secrets. What it finds never changes, so that it can be used without a lock.
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
	// known keeps the shields of the secrets that have been found, by their index.
	known sync.Map
	// scratch keeps the memory of searches for the next ones.
	scratch sync.Pool
}

func newFinder(secrets []secret, public []string, byName map[string]string) *finder {
	f := &finder{secrets: slices.Clone(secrets), public: public, placeholders: []string{withheld}}
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

func (f *finder) shieldsOf(hidden int) []shield {
	if all, known := f.known.Load(hidden); known {
		return all.([]shield)
	}
	all := f.shields(f.secrets[hidden])
	f.known.Store(hidden, all)
	return all
}

// shields lists the texts that the secret occurs in, with each place.
func (f *finder) shields(s secret) []shield {
	var all []shield
	add := func(texts []string, alone bool) {
		for _, text := range texts {
			for _, offset := range occurrences(text, s) {
				all = append(all, shield{text: text, offset: offset, alone: alone})
			}
		}
	}
	add(f.public, true)
	add(f.placeholders, false)
	return all
}

func occurrences(text string, s secret) []int {
	var all []int
	for offset := 0; offset+len(s.value) <= len(text); offset++ {
		part := text[offset : offset+len(s.value)]
		if part == s.value || s.runes >= casedSecret && strings.EqualFold(part, s.value) {
			all = append(all, offset)
		}
	}
	return all
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
