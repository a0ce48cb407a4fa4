// Package nearest finds what somebody meant who mistyped a name.
package nearest

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// longest is how many characters of a name are compared: names may be hostile,
// and the comparison is quadratic.
const longest = 64

// Name returns the candidate that is nearest to a mistyped name, without
// regard to case, or "" where none is near enough to be meant. Of equally
// near candidates it is the first.
func Name(name string, candidates []string) string {
	typed := fold(name)
	best, bestDistance := "", 1+max(1, len(typed)/3)
	for _, candidate := range candidates {
		if d := distance(typed, fold(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// Hint returns the end of an error's sentence, `; did you mean "inbox"?`, or
// "" where no candidate is near enough.
func Hint(name string, candidates []string) string {
	if best := Name(name, candidates); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

func fold(name string) []rune {
	name = name[:min(len(name), longest*utf8.UTFMax)]
	runes := []rune(strings.ToLower(name))
	return runes[:min(len(runes), longest)]
}

// distance is Levenshtein's, with neighbours that changed places as one
// mistake (optimal string alignment).
func distance(a, b []rune) int {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		table[i][0] = i
	}
	for j := range table[0] {
		table[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := table[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			table[i][j] = min(replaced, table[i-1][j]+1, table[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				table[i][j] = min(table[i][j], table[i-2][j-2]+1)
			}
		}
	}
	return table[len(a)][len(b)]
}
