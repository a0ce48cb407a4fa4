package redact

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// maxRounds bounds the passes over a text: the text beside a new placeholder may form a secret with
// it.
const maxRounds = 4

// maxRemembered is the length of the longest cached text.
const maxRemembered = 256

// Text replaces every secret in a text, even under two codings: JSON, URL, form, HTML, base64,
// hexadecimal, quoted-printable, encoded words, UTF-16 or the common character sets. Redacting a
// text again changes nothing. If a secret can't be removed, the whole text is withheld.
func (r *Redactor) Text(text string) string {
	f := r.finder()
	if redacted, known := f.texts.Load(text); known {
		return redacted.(string)
	}
	redacted := string(f.redactText([]byte(text), false))
	if len(text) <= maxRemembered {
		f.texts.Store(text, redacted)
	}
	return redacted
}

func (f *finder) redactText(source []byte, cut bool) []byte {
	source = changeUTF16(source, func(text []byte) []byte { return f.redactText(text, cut) })
	for range maxRounds {
		found := f.find(source, cut)
		if len(found) == 0 {
			return source
		}
		source = f.replaceFindings(source, found)
	}
	if len(f.find(source, cut)) > 0 {
		return []byte(withheld)
	}
	return source
}

func (f *finder) replaceFindings(source []byte, found []finding) []byte {
	out := make([]byte, 0, len(source))
	done := 0
	for _, place := range found {
		out = append(out, source[done:place.from]...)
		out = append(out, f.secrets[place.secret].placeholder...)
		done = place.to
	}
	return append(out, source[done:]...)
}

// changeUTF16 changes the decoded text of a source in UTF-16; any other stays as it is.
func changeUTF16(source []byte, change func([]byte) []byte) []byte {
	order := utf16Order(source)
	if order == nil {
		return source
	}
	even := len(source) &^ 1
	units := make([]uint16, 0, even/2)
	for i := 0; i < even; i += 2 {
		units = append(units, order.Uint16(source[i:]))
	}
	text := []byte(string(utf16.Decode(units)))
	changed := change(text)
	if bytes.Equal(changed, text) {
		return source
	}
	var out []byte
	for _, unit := range utf16.Encode([]rune(string(changed))) {
		out = order.AppendUint16(out, unit)
	}
	return append(out, source[even:]...)
}

// utf16Order returns the byte order of a UTF-16 source, nil for any other. Such a source begins
// with a byte order mark, or has zeros only at even or only at odd positions, in more than an
// eighth of its bytes.
func utf16Order(source []byte) interface {
	binary.ByteOrder
	binary.AppendByteOrder
} {
	switch {
	case bytes.HasPrefix(source, []byte("\xff\xfe")):
		return binary.LittleEndian
	case bytes.HasPrefix(source, []byte("\xfe\xff")):
		return binary.BigEndian
	case bytes.IndexByte(source, 0) < 0:
		return nil
	}
	var zeros [2]int
	for i, b := range source {
		if b == 0 {
			zeros[i%2]++
		}
	}
	const share = 8
	switch {
	case zeros[0] == 0 && zeros[1] > len(source)/share:
		return binary.LittleEndian
	case zeros[1] == 0 && zeros[0] > len(source)/share:
		return binary.BigEndian
	}
	return nil
}
