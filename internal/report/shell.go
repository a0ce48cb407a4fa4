package report

import "strings"

// WrapShell breaks a shell line into lines of at most limit columns that can
// still be pasted whole: only between two words, each line but the last ending
// in a backslash. An option and its value stay together. A word that is longer
// than the limit stays whole.
func WrapShell(line string, limit int) []string {
	const continuation, indent = ` \`, "  "
	parts := shellParts(shellWords(line))
	if len(parts) == 0 {
		return nil
	}
	var lines []string
	current := parts[0]
	for _, part := range parts[1:] {
		joined := current + " " + part
		if columns(joined)+len(continuation) <= limit {
			current = joined
			continue
		}
		lines = append(lines, current+continuation)
		current = indent + part
	}
	return append(lines, current)
}

// shellParts joins each option with the words that follow it.
func shellParts(words []string) []string {
	var parts []string
	for i, word := range words {
		value := i > 0 && strings.HasPrefix(words[i-1], "-") && !strings.HasPrefix(word, "-")
		if value {
			parts[len(parts)-1] += " " + word
			continue
		}
		parts = append(parts, word)
	}
	return parts
}

// shellWords splits a POSIX shell line at the spaces outside its quotes and
// command substitutions; the words keep their quotes.
func shellWords(line string) []string {
	var words []string
	var inside quoting
	start := 0
	for i := 0; i < len(line); i++ {
		if line[i] == ' ' && len(inside) == 0 {
			words = appendWord(words, line[start:i])
			start = i + 1
			continue
		}
		i += inside.next(line[i:])
	}
	return appendWord(words, line[start:])
}

// quoting is what a place in a shell line stands in, outermost first: single
// quotes, double quotes, or the parentheses of a command substitution.
type quoting []byte

// next moves over the first byte of the line, and returns how many more it took.
func (q *quoting) next(line string) int {
	var in byte
	if n := len(*q); n > 0 {
		in = (*q)[n-1]
	}
	end := in
	if in == '(' {
		end = ')'
	}
	switch c := line[0]; {
	case in != 0 && c == end:
		*q = (*q)[:len(*q)-1]
	case in == '\'':
	case c == '\\':
		return 1
	case strings.HasPrefix(line, "$("):
		*q = append(*q, '(')
		return 1
	case in != '"' && (c == '"' || c == '\''):
		*q = append(*q, c)
	}
	return 0
}

func appendWord(words []string, word string) []string {
	if word == "" {
		return words
	}
	return append(words, word)
}
