// Package seal is the only way from what was received to evidence: it replaces
// every secret by a placeholder, wherever and however encoded it stands.
package seal

import (
	"strconv"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// withheld replaces a whole text from which a secret could not be removed.
const withheld = "‹withheld: a secret could not be removed cleanly›"

// Vault holds the secrets of one run. It is safe for concurrent use.
type Vault struct {
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

// NewVault returns an empty vault. The public texts, which the documents print
// for everybody to read, are never altered where they stand whole, even when a
// secret occurs inside.
func NewVault(public []string) *Vault {
	return &Vault{
		byValue: map[string]int{},
		byName:  map[string]string{},
		public:  append([]string(nil), public...),
	}
}

// Add makes text a secret and returns its placeholder: the given one, for
// example "‹app-key›", or the one it has already. A placeholder that stands for
// another secret gets a number: "‹code 1 (2)›". [Vault.Open] knows the given
// placeholder in either case, unless it stands for another secret.
func (v *Vault) Add(placeholder, text string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if i, known := v.byValue[text]; known {
		if _, taken := v.byName[placeholder]; !taken {
			v.byName[placeholder] = text
			v.ready = nil
		}
		return v.secrets[i].placeholder
	}
	name := v.freeName(placeholder)
	v.byName[name] = text
	v.byValue[text] = len(v.secrets)
	v.secrets = append(v.secrets, secret{placeholder: name, value: text, runes: len([]rune(text))})
	v.ready = nil
	return name
}

func (v *Vault) freeName(placeholder string) string {
	name := placeholder
	for n := 2; ; n++ {
		if _, taken := v.byName[name]; !taken {
			return name
		}
		name = strings.TrimSuffix(placeholder, "›") + " (" + strconv.Itoa(n) + ")›"
	}
}

// Open replaces the placeholders in a text by the secrets that they stand for.
// It makes requests from templates; its result must never be kept.
func (v *Vault) Open(text string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
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
		value, known := v.byName[name]
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
func (v *Vault) Knows(placeholder string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, known := v.byName[placeholder]
	return known
}

// Legend describes the secrets as far as judging needs it, in the order in
// which they were added.
func (v *Vault) Legend() []evidence.Secret {
	v.mu.Lock()
	defer v.mu.Unlock()
	legend := make([]evidence.Secret, 0, len(v.secrets))
	for _, s := range v.secrets {
		legend = append(legend, evidence.Secret{
			Placeholder: s.placeholder,
			Length:      s.runes,
			Alphabet:    alphabet(s.value),
		})
	}
	return legend
}

func (v *Vault) finder() *finder {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ready == nil {
		v.ready = newFinder(v.secrets, v.public, v.byName)
	}
	return v.ready
}
