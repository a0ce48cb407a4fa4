// Package redact is the only way from the wire to evidence: it replaces every secret by a
// placeholder, wherever and however encoded.
//
// [Redactor.Add] registers a secret, at any time before anything is redacted. [Redactor.Exchange]
// and [Redactor.Mail] redact exchanges and mails, [Redactor.Body] a body alone, and [Redactor.Text]
// every other text. [Redactor.Fill] is the other direction: it makes a request of a template.
//
// Two nested codings are undone: JSON, URL, form, HTML, quoted-printable, encoded words, base64,
// hexadecimal and UTF-16, each in each other. JSON strings and the parts of mails are decoded
// before, and do not count. Limits: a third coding, compression, HTML entities without a semicolon,
// and non-ASCII UTF-16 amid other text are not searched.
package redact

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// withheld replaces a whole text if a secret in it could not be removed.
const withheld = "‹withheld: a secret could not be removed cleanly›"

// Redactor holds the secrets of one run. It is safe for concurrent use.
type Redactor struct {
	mu sync.Mutex
	// secrets are in the order of their addition.
	secrets []secret
	// byValue finds the index of a secret, byName the value of a placeholder.
	byValue map[string]int
	byName  map[placeholder.Placeholder]string
	public  []string
	// ready is nil after a secret was added.
	ready *finder
}

type secret struct {
	placeholder placeholder.Placeholder
	value       string
	// runes is the length in characters.
	runes int
}

// New returns a redactor without secrets. The public texts, printed in the documents, are never
// altered as whole words, even with a secret inside.
func New(public []string) *Redactor {
	return &Redactor{
		byValue: map[string]int{},
		byName:  map[placeholder.Placeholder]string{},
		public:  append([]string(nil), public...),
	}
}

// Add makes text a secret and returns its placeholder: the given one, or an earlier one of the same
// text. A placeholder of another secret gets a number. [Redactor.Fill] knows the given placeholder
// in either case, unless it belongs to another secret.
func (r *Redactor) Add(p placeholder.Placeholder, text string) placeholder.Placeholder {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i, known := r.byValue[text]; known {
		if _, taken := r.byName[p]; !taken {
			r.byName[p] = text
			r.ready = nil
		}
		return r.secrets[i].placeholder
	}
	p = r.freeName(p)
	r.byName[p] = text
	r.byValue[text] = len(r.secrets)
	r.secrets = append(r.secrets, secret{p, text, utf8.RuneCountInString(text)})
	r.ready = nil
	return p
}

func (r *Redactor) freeName(p placeholder.Placeholder) placeholder.Placeholder {
	for n := 1; ; n++ {
		name := p.Numbered(n)
		if _, taken := r.byName[name]; !taken {
			return name
		}
	}
}

// Fill replaces the placeholders in a text by their secrets. It makes requests from templates; its
// result must never be kept.
func (r *Redactor) Fill(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out strings.Builder
	for _, part := range placeholder.Split(text) {
		out.WriteString(part.Text)
		value, known := r.byName[part.Placeholder]
		if !known {
			value = string(part.Placeholder)
		}
		out.WriteString(value)
	}
	return out.String()
}

// Knows reports whether the placeholder has a value.
func (r *Redactor) Knows(p placeholder.Placeholder) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.byName[p]
	return known
}

// Legend describes the secrets as far as judging needs it, in the order of their addition.
func (r *Redactor) Legend() []evidence.Secret {
	r.mu.Lock()
	defer r.mu.Unlock()
	legend := make([]evidence.Secret, 0, len(r.secrets))
	for _, s := range r.secrets {
		legend = append(legend, evidence.Secret{
			Placeholder: s.placeholder,
			Length:      s.runes,
			Alphabet:    evidence.AlphabetOf(s.value),
		})
	}
	return legend
}

func (r *Redactor) finder() *finder {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ready == nil {
		r.ready = newFinder(r.secrets, r.public, r.byName)
	}
	return r.ready
}
