package report

import (
	"slices"
	"strings"
	"unicode"
)

// Piece is a part of a text that is the same in another text, or differs.
type piece struct {
	Text    string
	Differs bool
}

// ComparedWords bounds the comparison, which takes time and memory in its square.
const comparedWords = 300

// Difference compares two texts word by word. Where they have no word in
// common nothing is marked: marks all over would show nothing.
func difference(a, b string) (left, right []piece) {
	x, y := words(a), words(b)
	start := commonPrefix(x, y)
	end := commonPrefix(reversed(x[start:]), reversed(y[start:]))
	keepX, keepY := make([]bool, len(x)), make([]bool, len(y))
	for i := range start {
		keepX[i], keepY[i] = true, true
	}
	for i := range end {
		keepX[len(x)-1-i], keepY[len(y)-1-i] = true, true
	}
	common(x[start:len(x)-end], y[start:len(y)-end], keepX[start:], keepY[start:])
	if !keepsWord(x, keepX) {
		return pieces(x, slices.Repeat([]bool{true}, len(x))), pieces(y, slices.Repeat([]bool{true}, len(y)))
	}
	return pieces(x, keepX), pieces(y, keepY)
}

func keepsWord(words []string, keep []bool) bool {
	for i, word := range words {
		if keep[i] && strings.ContainsFunc(word, isWord) {
			return true
		}
	}
	return false
}

// Words splits a text so that joining the words gives it back.
func words(s string) []string {
	var all []string
	var last rune
	for _, r := range s {
		if len(all) > 0 && isWord(r) && isWord(last) {
			all[len(all)-1] += string(r)
		} else {
			all = append(all, string(r))
		}
		last = r
	}
	return all
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

func commonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func reversed(a []string) []string {
	b := make([]string, len(a))
	for i, word := range a {
		b[len(a)-1-i] = word
	}
	return b
}

// Common marks the words of a longest common subsequence.
func common(a, b []string, keepA, keepB []bool) {
	if len(a) > comparedWords || len(b) > comparedWords {
		return
	}
	length := subsequences(a, b)
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			keepA[i], keepB[j] = true, true
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
}

// Subsequences is the length of the longest common subsequence of a[i:] and b[j:].
func subsequences(a, b []string) [][]int {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	return length
}

// Pieces joins neighbours; spaces and punctuation between two differing words differ with them.
func pieces(words []string, keep []bool) []piece {
	for i := 1; i+1 < len(words); i++ {
		if keep[i] && !keep[i-1] && !keep[i+1] && strings.TrimFunc(words[i], isNotWord) == "" {
			keep[i] = false
		}
	}
	var joined []piece
	for i, word := range words {
		if n := len(joined); n > 0 && joined[n-1].Differs == !keep[i] {
			joined[n-1].Text += word
			continue
		}
		joined = append(joined, piece{word, !keep[i]})
	}
	// Space alone is how JSON was written, not what it says.
	for i := range joined {
		joined[i].Differs = joined[i].Differs && strings.TrimSpace(joined[i].Text) != ""
	}
	return joined
}

func isNotWord(r rune) bool { return !isWord(r) }

// leastAlike is the part of a text that must be as expected for marks to help.
const leastAlike = 0.5

// underlines returns the text wrapped at this width, and for each of its lines one with a caret
// under what differs from what was expected: "" where nothing does, or too little is alike.
func underlines(expected, got string, limit int) (lines, marks []string) {
	got = strings.ReplaceAll(got, "\t", "    ")
	lines = Wrap(got, limit)
	marks = make([]string, len(lines))
	differs := differing(expected, got)
	if differs == nil {
		return lines, marks
	}
	at := 0
	for i, line := range lines {
		at += strings.Index(got[at:], line)
		marks[i] = carets(line, differs[at:])
		at += len(line)
	}
	return lines, marks
}

func carets(line string, differs []bool) string {
	var b strings.Builder
	for i, r := range line {
		sign := " "
		if differs[i] {
			sign = "^"
		}
		b.WriteString(strings.Repeat(sign, runeColumns(r)))
	}
	return strings.TrimRight(b.String(), " ")
}

// differing says of each byte of got whether it differs, nil where marks would not help.
func differing(expected, got string) []bool {
	_, right := difference(expected, got)
	var marked []bool
	alike := 0
	for _, p := range right {
		marked = append(marked, slices.Repeat([]bool{p.Differs}, len(p.Text))...)
		if !p.Differs {
			alike += len(p.Text)
		}
	}
	if alike == len(got) || float64(alike) < leastAlike*float64(len(got)) {
		return nil
	}
	return marked
}
