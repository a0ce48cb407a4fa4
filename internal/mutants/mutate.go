package main

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Mutant is one change of one place.
type Mutant struct {
	// ID counts from 1.
	ID int `json:"id"`
	// Place is file:line:column.
	Place string `json:"place"`
	// Change says what is changed, for example "negate: len(x) > 0".
	Change string `json:"change"`
}

//go:embed testdata/switch.go.txt
var switchSource []byte

//go:embed testdata/harness_test.go.txt
var harnessSource []byte

// mutate writes the package's files with all mutants into the directory work, and an overlay that
// puts them in place of the originals. It returns the mutants and the path of the overlay.
func mutate(dir, only, work string) ([]Mutant, string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, "", err
	}
	var m mutator
	replace := map[string]string{}
	add := func(name string, source []byte) error {
		path, err := filepath.Abs(filepath.Join(dir, name))
		replace[path] = filepath.Join(work, name)
		if err != nil {
			return err
		}
		return os.WriteFile(replace[path], source, 0o600)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasSuffix(name, "_test.go") || !strings.Contains(name, only) {
			continue
		}
		source, err := m.mutateFile(file)
		if err != nil {
			return nil, "", err
		}
		if err := add(name, source); err != nil {
			return nil, "", err
		}
	}
	if err := add("mutants_switch.go", switchSource); err != nil {
		return nil, "", err
	}
	if err := add("mutants_harness_test.go", harnessSource); err != nil {
		return nil, "", err
	}
	overlay := filepath.Join(work, "overlay.json")
	return m.mutants, overlay, writeJSON(overlay, map[string]any{"Replace": replace})
}

// mutator makes the mutants of one package.
type mutator struct {
	mutants []Mutant

	files  *token.FileSet
	source []byte
	edits  []edit
}

// edit replaces the bytes from one offset up to another, or inserts where both are the same.
type edit struct {
	from, to int
	text     string
	// depth orders insertions at one offset: the outer expression, visited first, opens first and
	// closes last.
	depth int
}

func (m *mutator) mutateFile(path string) ([]byte, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m.files, m.source, m.edits = token.NewFileSet(), source, nil
	file, err := parser.ParseFile(m.files, path, source, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		if f, isFunction := d.(*ast.FuncDecl); isFunction && f.Body != nil {
			m.mutateBody(f.Body)
		}
	}
	return m.apply(), nil
}

// mutateBody visits each expression and statement once, the outer before the inner.
func (m *mutator) mutateBody(body ast.Node) {
	depth := 0
	seen := map[ast.Node]bool{}
	condition := func(e ast.Expr) {
		if e == nil {
			return
		}
		if e = ast.Unparen(e); !seen[e] {
			seen[e] = true
			depth++
			m.mutateCondition(e, depth)
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		depth++
		switch n := n.(type) {
		case *ast.IfStmt:
			condition(n.Cond)
		case *ast.ForStmt:
			condition(n.Cond)
		case *ast.SwitchStmt:
			if n.Tag == nil {
				for _, clause := range n.Body.List {
					for _, e := range clause.(*ast.CaseClause).List {
						condition(e)
					}
				}
			}
		case *ast.BinaryExpr:
			if isBool(n) {
				condition(n)
			}
			if n.Op == token.LAND || n.Op == token.LOR {
				condition(n.X)
				condition(n.Y)
			}
		case *ast.UnaryExpr:
			if n.Op == token.NOT {
				condition(n)
			}
		case *ast.Ident:
			if n.Name == "true" || n.Name == "false" {
				condition(n)
			}
		case *ast.ExprStmt:
			m.mutateStatement(n, depth)
		}
		return true
	})
}

func isBool(e *ast.BinaryExpr) bool {
	return slices.Contains([]token.Token{token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR,
		token.GEQ, token.LAND, token.LOR}, e.Op)
}

// mutateCondition lets the expression be negated, and a boundary in it be moved.
func (m *mutator) mutateCondition(e ast.Expr, depth int) {
	if b, isBinary := e.(*ast.BinaryExpr); isBinary &&
		slices.Contains([]token.Token{token.LSS, token.LEQ, token.GTR, token.GEQ}, b.Op) {
		negated, moved := m.add(e, "negate"), m.add(e, "move the boundary")
		m.insert(e.Pos(), fmt.Sprintf("mutantOrder(%d, %d, %q, ", negated, moved, b.Op), depth)
		m.replace(b.OpPos, len(b.Op.String()), ",")
		m.insert(e.End(), ")", -depth)
		return
	}
	m.insert(e.Pos(), fmt.Sprintf("mutantFlip(%d, ", m.add(e, "negate")), depth)
	m.insert(e.End(), ")", -depth)
}

// mutateStatement lets the call be left out.
func (m *mutator) mutateStatement(s *ast.ExprStmt, depth int) {
	id := m.add(s, "leave out")
	m.insert(s.Pos(), fmt.Sprintf("if mutantKeeps(%d) { ", id), depth)
	m.insert(s.End(), " }", -depth)
}

func (m *mutator) add(n ast.Node, change string) int {
	at := m.files.Position(n.Pos())
	text := strings.Join(strings.Fields(string(m.source[at.Offset:m.files.Position(n.End()).Offset])), " ")
	m.mutants = append(m.mutants, Mutant{
		ID:     len(m.mutants) + 1,
		Place:  fmt.Sprintf("%s:%d:%d", filepath.ToSlash(at.Filename), at.Line, at.Column),
		Change: change + ": " + text[:min(len(text), 100)],
	})
	return len(m.mutants)
}

func (m *mutator) insert(at token.Pos, text string, depth int) {
	offset := m.files.Position(at).Offset
	m.edits = append(m.edits, edit{from: offset, to: offset, text: text, depth: depth})
}

func (m *mutator) replace(at token.Pos, length int, text string) {
	offset := m.files.Position(at).Offset
	m.edits = append(m.edits, edit{from: offset, to: offset + length, text: text})
}

// apply returns the source with all edits. At one offset what closes (the deepest first) stands
// before what opens (the outermost first).
func (m *mutator) apply() []byte {
	slices.SortStableFunc(m.edits, func(a, b edit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.depth - b.depth
	})
	var out []byte
	last := 0
	for _, e := range m.edits {
		out = append(append(out, m.source[last:e.from]...), e.text...)
		last = e.to
	}
	return append(out, m.source[last:]...)
}
