package codefinder

import "strings"

// maxJoined is the length of the longest code that is put together from pieces.
const maxJoined = 64

// joined merges what was written apart but reads as one token: single
// characters in cells, boxes or with spaces between ("2 3 1 4 0 8"), and groups
// ("231 408", "AB3D 9KQ2").
func joined(atoms []atomic) []atomic {
	out := atoms[:0:0]
	for i := 0; i < len(atoms); {
		n, text := singles(atoms[i:])
		isGrouped := n == 0
		if isGrouped {
			n, text = groups(atoms[i:])
		}
		if n == 0 {
			out = append(out, atoms[i])
			i++
			continue
		}
		out = append(out, atomic{kind: word, text: text, lower: strings.ToLower(text),
			spaced: atoms[i].spaced, groups: isGrouped})
		i += n
	}
	return out
}

// singles reads at least four single characters, all set apart in one way.
func singles(atoms []atomic) (int, string) {
	if !single(atoms[0]) {
		return 0, ""
	}
	text, n := atoms[0].text, 1
	step, way := 1, word
	if len(atoms) > 1 && atoms[1].kind >= column {
		step, way = 2, atoms[1].kind
	}
	for len(text) <= maxJoined && n+step-1 < len(atoms) && single(atoms[n+step-1]) &&
		(step == 1 || atoms[n].kind == way) {
		text += atoms[n+step-1].text
		n += step
	}
	if len(text) < 4 || len(text) > maxJoined {
		return 0, ""
	}
	return n, text
}

func single(a atomic) bool { return a.kind == word && len(a.text) == 1 }

// sameGroups tells whether two tokens look like groups of one code: digits, or
// letters and digits of one length.
func sameGroups(a, b atomic) bool {
	if !groupable(b) {
		return false
	}
	return len(a.text) == len(b.text) || isNumber(a.text) && isNumber(b.text)
}

// groups reads tokens of 2 to 5 characters, with a space or a spaced hyphen between.
func groups(atoms []atomic) (int, string) {
	text, n, numbered := atoms[0].text, 1, hasDigit(atoms[0].text)
	if !groupable(atoms[0]) {
		return 0, ""
	}
	for n < len(atoms) && len(text) <= maxJoined {
		glue, step := "", 0
		if atoms[n].text == "-" && n+1 < len(atoms) && atoms[n].spaced && atoms[n+1].spaced {
			glue, step = "-", 1
		}
		next := n + step
		if next >= len(atoms) || !atoms[next].spaced || !sameGroups(atoms[0], atoms[next]) ||
			next+1 < len(atoms) && classOf(atoms[next+1].lower) == unit {
			break
		}
		text += glue + atoms[next].text
		numbered = numbered || hasDigit(atoms[next].text)
		n = next + 1
	}
	if n == 1 || !numbered || len(text) > maxJoined {
		return 0, ""
	}
	return n, text
}

// groupable tells whether the token can be one of several groups of a code.
func groupable(a atomic) bool {
	if a.kind != word || len(a.text) < 2 || len(a.text) > 5 || isYear(a.text) {
		return false
	}
	if !hasDigit(a.text) {
		return isUpper(a.text) && classOf(a.lower) == plain
	}
	return isASCIIToken(a.text) && !strings.ContainsAny(a.text, "-_'")
}
