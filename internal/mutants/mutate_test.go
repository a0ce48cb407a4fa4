package main

import (
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `package sample

func f(a, b int, ok bool) bool {
	if (a < b && ok) || !ok {
		g(a)
	}
	switch {
	case a == b:
		return true
	}
	for a > 1 {
		a--
	}
	return a != 0
}
`

const mutated = `package sample

func f(a, b int, ok bool) bool {
	if mutantFlip(1, (mutantFlip(2, mutantOrder(3, 4, "<", a, b) && mutantFlip(5, ok))) || mutantFlip(6, !ok)) {
		if mutantKeeps(10) {
			g(a)
		}
	}
	switch {
	case mutantFlip(7, a == b):
		return mutantFlip(11, true)
	}
	for mutantOrder(8, 9, ">", a, 1) {
		a--
	}
	return mutantFlip(12, a != 0)
}
`

func TestEachConditionAndCallIsMutatedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sample.go")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	var m mutator
	source, err := m.mutateFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := format.Source(source)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if renumber(string(got)) != renumber(mutated) {
		t.Errorf("%s", got)
	}
	if len(m.mutants) != 12 || m.mutants[0].Change != "negate: (a < b && ok) || !ok" ||
		!strings.HasSuffix(m.mutants[0].Place, "sample.go:4:5") {
		t.Errorf("%d mutants, the first %+v", len(m.mutants), m.mutants[0])
	}
}

// renumber leaves out the numbers and the layout, which don't matter.
func renumber(source string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, source)), " ")
}
