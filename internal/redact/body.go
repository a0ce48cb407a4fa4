package redact

import (
	"bytes"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Body replaces every secret in a body. In JSON, even if it is broken further on, it replaces
// secrets in strings, and turns a number with a secret into zero; everything else stays byte for
// byte, so the syntax can still be judged. Any other body is redacted as by [Redactor.Text].
func (r *Redactor) Body(body []byte) []byte {
	return r.finder().redactBody(body, false)
}

// redactBody redacts a body; cut is true if its end is missing.
func (f *finder) redactBody(body []byte, cut bool) []byte {
	body = changeUTF16(body, func(text []byte) []byte { return f.redactBody(text, cut) })
	redacted, valid := f.redactJSON(body)
	if valid {
		return redacted
	}
	text := bytes.TrimSpace(withoutBOM(body))
	if len(text) == 0 || !strings.ContainsRune(`{["`, rune(text[0])) {
		redacted = body // Text after a leading number is no JSON.
	}
	return f.redactText(redacted, cut)
}

func withoutBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// redactJSON redacts the strings and numbers of JSON up to the first mistake; valid is true without
// one.
func (f *finder) redactJSON(body []byte) (redacted []byte, valid bool) {
	text := withoutBOM(body)
	start, done := len(body)-len(text), 0
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for values := 0; ; {
		token, to, err := nextToken(decoder)
		if err != nil {
			return append(redacted, body[done:]...), err == io.EOF && values == 1
		}
		if decoder.StackDepth() == 0 {
			values++
		}
		if clean := f.redactToken(token); !bytes.Equal(clean, token) {
			redacted = append(append(redacted, body[done:start+to-len(token)]...), clean...)
			done = start + to
		}
	}
}

// nextToken returns the next string or number as written in the body, nothing for any other token,
// and the end of the token.
func nextToken(d *jsontext.Decoder) (token []byte, to int, err error) {
	switch d.PeekKind() {
	case '"', '0':
		token, err = d.ReadValue()
	default:
		_, err = d.ReadToken()
	}
	return token, int(d.InputOffset()), err
}

func (f *finder) redactToken(token []byte) []byte {
	switch {
	case len(token) == 0:
		return token
	case token[0] == '"':
		return f.redactString(token)
	case f.revealsSecret(token):
		return zeroLike(token)
	}
	return token
}

// revealsSecret reports whether a number gives a secret away.
func (f *finder) revealsSecret(number []byte) bool {
	for _, place := range f.find(number, false) {
		if f.secrets[place.secret].runes >= shortSecret || place.to-place.from == len(number) {
			return true
		}
	}
	return false
}

// zeroLike is zero with the sign, the fraction and the exponent of the number, so its JSON type
// does not change.
func zeroLike(number []byte) []byte {
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

// redactString redacts a string with its quotation marks.
func (f *finder) redactString(token []byte) []byte {
	for range maxRounds {
		found := f.findInString(token)
		if len(found) == 0 {
			return token
		}
		token = f.replaceInString(token, found)
	}
	if len(f.findInString(token)) > 0 {
		return quote(withheld)
	}
	return token
}

// findInString searches a string both as written and as decoded. Findings cover whole characters.
func (f *finder) findInString(token []byte) []finding {
	text := token[1 : len(token)-1]
	found := f.find(text, false)
	escaped := bytes.IndexByte(text, '\\') >= 0
	if !escaped && len(found) == 0 {
		return nil
	}
	read, spans := unescape(text)
	for i := range found {
		found[i] = widenToCharacters(found[i], spans)
	}
	if escaped {
		for _, place := range f.find(read, false) {
			place.from, place.to = spans[place.from].from, spans[place.to-1].to
			found = append(found, place)
		}
	}
	return mergeFindings(found)
}

// unescape returns the decoded inside of a JSON string, and for each of its bytes the span of the
// character in the source.
func unescape(text []byte) (read []byte, spans []span) {
	w := new(window)
	for i := 0; i < len(text); {
		w.openAt(text, i, nil)
		value, width := []byte(nil), 0
		if e := readBackslash(w); text[i] == '\\' && e.width > 0 {
			value, width = e.value[:e.size], e.width
		} else {
			_, width = utf8.DecodeRune(text[i:])
			value = text[i : i+width]
		}
		for range value {
			spans = append(spans, span{i, i + width})
		}
		read = append(read, value...)
		i += width
	}
	return read, spans
}

// widenToCharacters extends a finding to whole characters.
func widenToCharacters(f finding, spans []span) finding {
	first := sort.Search(len(spans), func(i int) bool { return spans[i].to > f.from })
	last := sort.Search(len(spans), func(i int) bool { return spans[i].from >= f.to }) - 1
	f.from, f.to = spans[first].from, spans[last].to
	return f
}

func (f *finder) replaceInString(token []byte, found []finding) []byte {
	out := []byte{'"'}
	done := 0
	text := token[1 : len(token)-1]
	for _, place := range found {
		out = append(out, text[done:place.from]...)
		quoted := quote(string(f.secrets[place.secret].placeholder))
		out = append(out, quoted[1:len(quoted)-1]...)
		done = place.to
	}
	return append(append(out, text[done:]...), '"')
}

func quote(text string) []byte {
	// The error is about text in other than UTF-8; it is quoted all the same.
	quoted, _ := jsontext.AppendQuote(nil, text)
	return quoted
}
