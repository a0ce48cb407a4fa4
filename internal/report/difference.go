package report

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// piece is a part of a text that is the same in another text, or differs.
type piece struct {
	Text    string
	Differs bool
}

// ComparedWords bounds the comparison, which takes time and memory in its square.
const comparedWords = 300

// leastAlike is the part of what came that must be as expected for marks to help.
const leastAlike = 0.5

// difference compares expected and got word by word. It marks nothing if less than half is alike,
// since marks all over show nothing. A status in got counts only if a status was expected.
func difference(a, b string) (left, right []piece) {
	status := ""
	if !strings.Contains(a, "status") {
		status = beginning().FindString(b)
	}
	left, right = compare(a, strings.TrimPrefix(b, status))
	if status != "" {
		right = append([]piece{{status, false}}, right...)
	}
	if float64(alike(right)-len(status)) < leastAlike*float64(len(b)-len(status)) {
		return []piece{{a, false}}, []piece{{b, false}}
	}
	return left, right
}

// beginning is the status before a body that is told.
var beginning = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^status \d+, `) })

// alike counts the bytes that do not differ.
func alike(all []piece) int {
	n := 0
	for _, p := range all {
		if !p.Differs {
			n += len(p.Text)
		}
	}
	return n
}

func compare(a, b string) (left, right []piece) {
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
		return pieces(x, slices.Repeat([]bool{true}, len(x))),
			pieces(y, slices.Repeat([]bool{true}, len(y)))
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

// words splits a text so that joining the words gives it back.
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

// common marks the words of a longest common subsequence.
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

// subsequences is the length of the longest common subsequence of a[i:] and b[j:].
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

// pieces joins neighbours; spaces and punctuation between two differing words differ with them.
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

// underlines returns the text wrapped at this width, and for each of its lines one with a caret
// under each piece that differs, "" where none does.
func underlines(all []piece, limit int) (lines, marks []string) {
	text, differs := textOf(all)
	lines = Wrap(text, limit)
	marks = make([]string, len(lines))
	at := 0
	for i, line := range lines {
		at += strings.Index(text[at:], line)
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

// textOf is the text of all pieces, and says of each of its bytes whether it differs.
func textOf(all []piece) (text string, differs []bool) {
	for _, p := range all {
		text += p.Text
		differs = append(differs, slices.Repeat([]bool{p.Differs}, len(p.Text))...)
	}
	return text, differs
}
