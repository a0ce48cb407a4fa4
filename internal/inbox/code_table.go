package inbox

// heading returns the label in the head of the token's column, where the token
// stands in a table whose first row names a code. Whether the name in the
// cell before the token or the one above it counts, only such a row can tell.
func (p *page) heading(i int) (label, bool) {
	if !p.own(i) {
		return noLabel, false
	}
	start := p.lineStart(i)
	if start == 0 || p.labelled(start, i) {
		return noLabel, false
	}
	above, row := p.row(p.rowAbove(start)), p.row(start)
	if len(row) < 2 || len(above) != len(row) || !isHead(above) {
		return noLabel, false
	}
	return above[p.columnOf(start, i)].label, true
}

// headed judges a token by the head of its column.
func (p *page) headed(i int, heading label, s shape) clarity {
	best := unpresented
	switch heading {
	case sureLabel:
		best = named
	case codeLabel:
		best = labelled
	}
	if best != unpresented && s != digital {
		return p.wordClarity(i, best)
	}
	return best
}

// tableCell is what a cell says to the search for a code.
type tableCell struct {
	label  label
	digits bool
}

// isHead tells whether a row names a code and holds none.
func isHead(row []tableCell) bool {
	names := false
	for _, c := range row {
		if c.digits {
			return false
		}
		names = names || c.label >= codeLabel
	}
	return names
}

// maxRow bounds the atoms of a row that is looked at.
const maxRow = 200

// row reads the cells of the line that starts at an atom.
func (p *page) row(start int) []tableCell {
	row := []tableCell{{}}
	for i := start; p.at(i).kind < line && i-start < maxRow; i++ {
		last := &row[len(row)-1]
		switch {
		case p.atoms[i].kind == column && p.at(i+1).kind < line:
			row = append(row, tableCell{})
		case p.atoms[i].kind != column:
			last.label = max(last.label, p.labels[i])
			last.digits = last.digits || hasDigit(p.atoms[i].text)
		}
	}
	return row
}

// lineStart returns the first atom, within maxRow, of the line in which an atom
// stands; the end of a line belongs to it.
func (p *page) lineStart(i int) int {
	start := i
	for start > 0 && i-start < maxRow && p.atoms[start-1].kind < line {
		start--
	}
	return start
}

// rowAbove returns the start of the row above, past a rule of punctuation.
func (p *page) rowAbove(start int) int {
	above := p.lineStart(start - 1)
	for i := above; i < start; i++ {
		if p.atoms[i].kind == word {
			return above
		}
	}
	return p.lineStart(max(above-1, 0))
}

func (p *page) columnOf(start, i int) int {
	n := 0
	for ; start < i; start++ {
		if p.atoms[start].kind == column {
			n++
		}
	}
	return n
}

// labelled tells whether a label stands among the atoms.
func (p *page) labelled(from, to int) bool {
	for _, l := range p.labels[from:to] {
		if l != noLabel {
			return true
		}
	}
	return false
}
