// Package redact is the only way from what was received to evidence: it replaces
// every secret by a placeholder, wherever and however encoded it stands.
package redact

import (
	"strconv"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// withheld replaces a whole text from which a secret could not be removed.
const withheld = "‹withheld: a secret could not be removed cleanly›"

// Redactor holds the secrets of one run. It is safe for concurrent use.
type Redactor struct {
	mu sync.Mutex
	// secrets are in the order in which they were added.
	secrets []secret
	// byValue finds the index of a secret, byName what a placeholder stands for.
	byValue map[string]int
	byName  map[string]string
	public  []string
	// ready is nil after a secret was added.
	ready *finder
}

type secret struct {
	placeholder, value string
	// runes is the length in characters.
	runes int
}

// New returns an empty vault. The public texts, which the documents print
// for everybody to read, are never altered where they stand whole, even when a
// secret occurs inside.
func New(public []string) *Redactor {
	return &Redactor{
		byValue: map[string]int{},
		byName:  map[string]string{},
		public:  append([]string(nil), public...),
	}
}

// Add makes text a secret and returns its placeholder: the given one, for
// example "‹app-key›", or the one it has already. A placeholder that stands for
// another secret gets a number: "‹code 1 (2)›". [Redactor.Open] knows the given
// placeholder in either case, unless it stands for another secret.
func (r *Redactor) Add(placeholder, text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i, known := r.byValue[text]; known {
		if _, taken := r.byName[placeholder]; !taken {
			r.byName[placeholder] = text
			r.ready = nil
		}
		return r.secrets[i].placeholder
	}
	name := r.freeName(placeholder)
	r.byName[name] = text
	r.byValue[text] = len(r.secrets)
	r.secrets = append(r.secrets, secret{placeholder: name, value: text, runes: len([]rune(text))})
	r.ready = nil
	return name
}

func (r *Redactor) freeName(placeholder string) string {
	name := placeholder
	for n := 2; ; n++ {
		if _, taken := r.byName[name]; !taken {
			return name
		}
		name = strings.TrimSuffix(placeholder, "›") + " (" + strconv.Itoa(n) + ")›"
	}
}

// Open replaces the placeholders in a text by the secrets that they stand for.
// It makes requests from templates; its result must never be kept.
func (r *Redactor) Fill(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out strings.Builder
	for {
		start := strings.Index(text, "‹")
		if start < 0 {
			break
		}
		out.WriteString(text[:start])
		text = text[start:]
		name := text[:len("‹")]
		if end := strings.Index(text, "›"); end >= 0 {
			name = text[:end+len("›")]
		}
		value, known := r.byName[name]
		if !known {
			name = text[:len("‹")]
			value = name
		}
		out.WriteString(value)
		text = text[len(name):]
	}
	return out.String() + text
}

// Knows reports whether the placeholder stands for something.
func (r *Redactor) Knows(placeholder string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.byName[placeholder]
	return known
}

// Legend describes the secrets as far as judging needs it, in the order in
// which they were added.
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
