// Package placeholder names what stands in the place of a secret: in the requests of a plan, which
// are templates, and in evidence. Only this package joins and reads such names.
package placeholder

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// Placeholder stands in the place of a secret, for example "‹answer robert.zak›"; "" is none.
type Placeholder string

// Kind is what a placeholder stands for.
type Kind string

// The kinds that more than one package knows.
const (
	AppKey      Kind = "app-key"
	Header      Kind = "header"
	Answer      Kind = "answer"
	Password    Kind = "password"
	NewPassword Kind = "new password"
	Code        Kind = "code"
	Candidate   Kind = "candidate"
	Token       Kind = "token"
	Session     Kind = "session"
	Cookie      Kind = "cookie"
)

// The secrets of which there is one.
const (
	Key           Placeholder = "‹app-key›"
	InboxPassword Placeholder = "‹inbox password›"
)

// Marks that begin and end a placeholder, and what stands inside.
const (
	begin   = "‹"
	end     = "›"
	of      = " of "
	derived = ", "
)

func wrap(name string) Placeholder { return Placeholder(begin + name + end) }

// name is the text between the marks.
func (p Placeholder) name() string {
	return strings.TrimSuffix(strings.TrimPrefix(string(p), begin), end)
}

// clean replaces what would end a placeholder too early, or can't be seen.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(begin+end, r) || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, name)
}

// For is the placeholder of what is declared or counted under a name: "‹answer robert.zak›".
func (k Kind) For(name string) Placeholder { return wrap(string(k) + " " + clean(name)) }

// Of is the placeholder of what a run makes known: "‹token of password/right/robert.zak›".
func (k Kind) Of(source string) Placeholder { return wrap(clean(string(k)) + of + clean(source)) }

// Near is the placeholder of what is derived from the secret: "‹app-key, cut short›".
func (p Placeholder) Near(how string) Placeholder { return wrap(p.name() + derived + how) }

// Other is the placeholder of the n-th of several texts that may be the secret, from 0.
func (p Placeholder) Other(n int) Placeholder {
	if n == 0 {
		return p
	}
	return p.Near(fmt.Sprintf("candidate %d", n+1))
}

// Numbered is the placeholder of the n-th secret of one name, from 1: "‹code 1 (2)›".
func (p Placeholder) Numbered(n int) Placeholder {
	if n == 1 {
		return p
	}
	return wrap(fmt.Sprintf("%s (%d)", p.name(), n))
}

// Is reports whether the placeholder is one of the kinds, also of what is derived from it.
func (p Placeholder) Is(kinds ...Kind) bool {
	for _, kind := range kinds {
		rest, found := strings.CutPrefix(p.name(), string(kind))
		if found && (rest == "" || rest[0] == ' ' || rest[0] == ',') {
			return true
		}
	}
	return false
}

// IsLearned reports whether the run makes the secret known, not the configuration.
func (p Placeholder) IsLearned() bool { return strings.Contains(p.name(), of) }

// Derivation says how the secret was derived from another, "" where it was not.
func (p Placeholder) Derivation() string {
	_, how, _ := strings.Cut(p.name(), derived)
	return how
}

// Whole is the placeholder of what the secret was derived from, or the placeholder itself.
func (p Placeholder) Whole() Placeholder {
	whole, _, _ := strings.Cut(p.name(), derived)
	return wrap(whole)
}

// plain matches placeholders as [clean] leaves them, inURL also percent-encoded ones.
var (
	plain = lazyregexp.New(`‹([^‹›\pC]+)›`)
	inURL = lazyregexp.New(`(?:‹|(?i:%e2%80%b9))([^‹›\pC]+?)(?:›|(?i:%e2%80%ba))`)
)

// In lists the placeholders in a value of a request: itself one, in a text, or in the texts of
// lists and objects at any depth.
func In(value any) []Placeholder {
	var all []Placeholder
	switch v := value.(type) {
	case Placeholder:
		return []Placeholder{v}
	case string:
		for _, part := range Split(v) {
			if part.Placeholder != "" {
				all = append(all, part.Placeholder)
			}
		}
	case []any:
		for _, item := range v {
			all = append(all, In(item)...)
		}
	case map[string]any:
		for _, item := range v {
			all = append(all, In(item)...)
		}
	}
	return all
}

// Part is a piece of a text: a placeholder, or text that holds none.
type Part struct {
	Text        string
	Placeholder Placeholder
}

// Split separates a text from the placeholders in it.
func Split(text string) []Part {
	if !strings.Contains(text, begin) {
		return []Part{{Text: text}}
	}
	return splitAt(plain(), text, func(name string) string { return name })
}

// SplitURL does the same for a URL, where placeholders may be percent-encoded.
func SplitURL(address string) []Part {
	return splitAt(inURL(), address, func(name string) string {
		if decoded, err := url.QueryUnescape(name); err == nil {
			return decoded
		}
		return name
	})
}

// Remove returns a text without the placeholders in it.
func Remove(text string) string {
	var out strings.Builder
	for _, part := range Split(text) {
		out.WriteString(part.Text)
	}
	return out.String()
}

func splitAt(pattern *regexp.Regexp, text string, read func(name string) string) []Part {
	var parts []Part
	done := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		if at[0] > done {
			parts = append(parts, Part{Text: text[done:at[0]]})
		}
		parts = append(parts, Part{Placeholder: wrap(read(text[at[2]:at[3]]))})
		done = at[1]
	}
	if done < len(text) {
		parts = append(parts, Part{Text: text[done:]})
	}
	return parts
}

// Variable is the name of the shell variable for the secret: "ANSWER_ROBERT_ZAK".
func (p Placeholder) Variable() string {
	var b strings.Builder
	for _, r := range p.name() {
		switch {
		case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(unicode.ToUpper(r))
		case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			fmt.Fprintf(&b, "U%04X", r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.TrimSuffix(b.String(), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = strings.TrimSuffix("SECRET_"+name, "_")
	}
	return name
}
