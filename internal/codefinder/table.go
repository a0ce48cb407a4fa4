package codefinder

// heading returns the name of the token's cell in a table: what the cell to its left says, or the
// cell above it where the row above is the table's head.
func (p *page) heading(i int) (label, bool) {
	if p.edge(i, -1) != column && p.edge(i, 1) != column {
		return noLabel, false
	}
	start := p.lineStart(i)
	if left := p.leftCell(i); left != noLabel {
		return left, true
	}
	if start == 0 {
		return noLabel, false
	}
	above, row := p.row(p.rowAbove(start)), p.row(start)
	if len(row) < 2 || len(above) != len(row) || !isHead(above) {
		return noLabel, false
	}
	return above[p.columnOf(start, i)].label, true
}

// leftCell returns what the nearest cell to the left with words calls the token.
func (p *page) leftCell(i int) label {
	j := i - 1
	for p.at(j).kind == mark || p.at(j).kind == column {
		j--
	}
	var list []int
	for ; p.at(j).kind < column && len(list) < 20; j-- {
		if hasDigit(p.at(j).text) {
			return noLabel
		}
		if p.at(j).kind == word {
			list = append(list, j)
		}
	}
	if len(list) == 0 {
		return noLabel
	}
	return p.nameIn(list, i, true)
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
		names = names || c.label != noLabel
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
