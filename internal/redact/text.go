package redact

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// maxRounds bounds how often a text is gone over again: what stands beside a
// placeholder may make up a secret that nobody could see before.
const maxRounds = 4

// maxRemembered is the length of the longest text that may come again.
const maxRemembered = 256

// Text replaces every secret in a text, also where it is encoded, two deep: as
// JSON, URL, form, HTML, base64, hexadecimal, quoted-printable, encoded words,
// UTF-16 or in the common character sets. Redacting a text again changes
// nothing. A text from which a secret can't be removed is withheld as a whole.
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

// changeUTF16 changes what a source in UTF-16 says; any other stays as it is.
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

// utf16Order returns the byte order of a source that is UTF-16, nil for any
// other: it begins with a byte order mark, or only its even or only its odd
// bytes are zero, at least every fourth of them.
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
