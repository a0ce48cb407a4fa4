package redact

import (
	"bytes"
	"encoding/json"
	"sort"
	"unicode/utf8"
)

// JSON replaces every secret in a body. Where the body is JSON, or nearly,
// only what strings hold is replaced, and a number that is or holds a secret
// becomes zero; everything else stays byte for byte, so that judging the
// syntax afterwards gives the same verdict. Any other body is sealed as
// [Redactor.Text] is.
func (r *Redactor) Body(body []byte) []byte {
	return r.finder().body(body, false)
}

// body seals a body; cut is true when its end is missing.
func (f *finder) body(body []byte, cut bool) []byte {
	if !nearlyJSON(body) {
		return f.clean(body, cut)
	}
	sealed := f.cleanTokens(body, cut)
	if json.Valid(withoutBOM(body)) {
		return sealed
	}
	return f.clean(sealed, cut)
}

func withoutBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

func nearlyJSON(body []byte) bool {
	text := bytes.TrimSpace(withoutBOM(body))
	if len(text) == 0 {
		return false
	}
	return bytes.IndexByte([]byte(`{["`), text[0]) >= 0 || isNumber(text)
}

func (f *finder) cleanTokens(body []byte, cut bool) []byte {
	for range rounds {
		found, tokens := f.findInTokens(body, cut)
		if len(found) == 0 {
			return body
		}
		body = f.replaceInTokens(body, found, tokens)
	}
	if found, _ := f.findInTokens(body, cut); len(found) > 0 {
		return []byte(`"` + withheld + `"`)
	}
	return body
}

// findInTokens looks at the tokens only when there is something to find.
func (f *finder) findInTokens(body []byte, cut bool) ([]finding, tokens) {
	var all tokens
	found := f.find(body, cut, func(from, to int, s secret) bool {
		if all == nil {
			all = tokensOf(body)
		}
		i := all.around(from, to)
		if i < 0 || all[i].number && !holds(body[all[i].from:all[i].to], to-from, s) {
			return false
		}
		return true
	})
	return found, all
}

// holds tells whether a number gives a secret away by a finding of some length.
func holds(number []byte, length int, s secret) bool {
	if bytes.Equal(number, zero(number)) {
		return false
	}
	return s.runes >= shortSecret || length == len(number)
}

func (f *finder) replaceInTokens(body []byte, found []finding, all tokens) []byte {
	out := make([]byte, 0, len(body))
	done := 0
	for len(found) > 0 {
		t := all[all.around(found[0].from, found[0].to)]
		n := sort.Search(len(found), func(i int) bool { return found[i].from >= t.to })
		out = append(out, body[done:t.from]...)
		if t.number {
			out = append(out, zero(body[t.from:t.to])...)
		} else {
			out = f.replaceInString(out, body[:t.to], t.from, found[:n])
		}
		done = t.to
		found = found[n:]
	}
	return append(out, body[done:]...)
}

// replaceInString goes through the characters of one string, so that no
// escape sequence is torn apart.
func (f *finder) replaceInString(out, body []byte, at int, found []finding) []byte {
	for at < len(body) {
		n := characterLength(body[at:])
		if len(found) == 0 || at+n <= found[0].from {
			out = append(out, body[at:at+n]...)
			at += n
			continue
		}
		out = append(out, quoted(f.secrets[found[0].secret].placeholder)...)
		for end := found[0].to; at < end; {
			at += characterLength(body[at:])
		}
		for len(found) > 0 && found[0].from < at {
			found = found[1:]
		}
	}
	return out
}

// characterLength is the length of the first character in a JSON string.
func characterLength(text []byte) int {
	if text[0] != '\\' {
		_, n := utf8.DecodeRune(text)
		return n
	}
	if len(text) > 1 && text[1] == 'u' {
		if _, n := readUnicode(text, 0); n > 0 {
			return n
		}
	}
	return min(2, len(text))
}

// quoted escapes a text for the inside of a JSON string.
func quoted(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return nil // A string can always be encoded.
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(out.Bytes(), []byte(`"`)), []byte("\"\n"))
}

// zero is the number zero with the sign, the fraction and the exponent of
// another one, so that its JSON type does not change.
func zero(number []byte) []byte {
	var out []byte
	whole, fraction := true, false
	for i, b := range number {
		switch {
		case !isDigit(rune(b)):
			out = append(out, b)
			fraction = b == '.'
			whole = !fraction
		case fraction:
			out = append(out, '0')
		case whole && (i == 0 || !isDigit(rune(number[i-1]))):
			out = append(out, '0')
		}
	}
	return out
}
