package redact

import (
	"bytes"
	"encoding/json"
	"sort"
)

// token is the inside of a string, or a number.
type token struct {
	from, to int
	number   bool
}

// tokens are those of one body, in order.
type tokens []token

// around returns the index of the token that body[from:to] lies in, or -1.
func (all tokens) around(from, to int) int {
	i := sort.Search(len(all), func(i int) bool { return all[i].from > from }) - 1
	if i >= 0 && to <= all[i].to {
		return i
	}
	return -1
}

// tokensOf reads a body that need not be correct JSON.
func tokensOf(body []byte) tokens {
	all := tokens{}
	for i := 0; i < len(body); {
		switch b := body[i]; {
		case b == '"':
			end := stringEnd(body, i+1)
			all = append(all, token{from: i + 1, to: end})
			i = end + 1
		case isBare(b):
			end := i
			for end < len(body) && isBare(body[end]) {
				end++
			}
			if isNumber(body[i:end]) {
				all = append(all, token{from: i, to: end, number: true})
			}
			i = end
		default:
			i++
		}
	}
	return all
}

// stringEnd returns where the string ends whose inside begins at i.
func stringEnd(body []byte, i int) int {
	for i < len(body) && body[i] != '"' {
		if body[i] == '\\' {
			i++
		}
		i++
	}
	return min(i, len(body))
}

// isBare tells whether a byte outside of strings is part of a number or word.
func isBare(b byte) bool {
	return !isSpaceByte(b) && bytes.IndexByte([]byte(`{}[],:"`), b) < 0
}

func isNumber(text []byte) bool {
	return (text[0] == '-' || isDigit(rune(text[0]))) && json.Valid(text)
}
