package redact

// rounds bounds how often a text is gone over again: what stands beside a
// placeholder may make up a secret that nobody could see before.
const rounds = 4

// maxRemembered is the length of the longest text that may come again.
const maxRemembered = 256

// Text replaces every secret in a text, also where it is encoded: as JSON,
// URL, form, HTML, base64, hexadecimal, quoted-printable, encoded words,
// UTF-16 or in the common character sets. Sealing a text again changes
// nothing. A text from which a secret can't be removed is withheld as a whole.
func (r *Redactor) Text(text string) string {
	f := r.finder()
	if sealed, known := f.texts.Load(text); known {
		return sealed.(string)
	}
	sealed := string(f.clean([]byte(text), false))
	if len(text) <= maxRemembered {
		f.texts.Store(text, sealed)
	}
	return sealed
}

func (f *finder) clean(source []byte, cut bool) []byte {
	for range rounds {
		found := f.find(source, cut, nil)
		if len(found) == 0 {
			return source
		}
		source = f.replace(source, found)
	}
	if len(f.find(source, cut, nil)) > 0 {
		return []byte(withheld)
	}
	return source
}

func (f *finder) replace(source []byte, found []finding) []byte {
	out := make([]byte, 0, len(source))
	done := 0
	for _, place := range found {
		out = append(out, source[done:place.from]...)
		out = append(out, place.coding.encode(f.secrets[place.secret].placeholder)...)
		done = place.to
	}
	return append(out, source[done:]...)
}
