package reference

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what a trader is called, in bytes: a login and an address fit in a
// line of SMTP (RFC 5321, section 4.5.3.1), a name in a mail header line even
// when it has to be encoded.
const (
	maxLogin = 254
	maxName  = 128
)

// Trader is an account.
type Trader struct {
	// Login and Email are unique, whatever their case. Email is plain ASCII.
	Login, Email string
	// Name is how the mail greets the trader.
	Name string
	// Question and Answer are both empty where the trader chose none. The
	// answer is compared exactly.
	Question, Answer string
	// Password is empty for a trader who cannot sign in yet.
	Password string
	// TwoFactor makes signing in wait for a second factor.
	TwoFactor bool
}

// DemoTraders returns the traders of a demonstration: robert.zak of the
// documents, ann.lee whose question and answer are not ASCII, and no.question
// who chose none.
func DemoTraders() []Trader {
	return []Trader{
		{
			Login: "robert.zak", Email: "robert.zak@example.com", Name: "Robert",
			Question: "What street did you live on in third grade?", Answer: "Peterson",
			Password: "demo-password-robert",
		},
		{
			Login: "ann.lee", Email: "ann.lee@example.com", Name: "Ann",
			Question: "W jakim mieście urodziła się Twoja mama?", Answer: "Świnoujście",
			Password: "demo-password-ann",
		},
		{
			Login: "no.question", Email: "no.question@example.com", Name: "Noah",
			Password: "demo-password-noah",
		},
	}
}

// key is what a login or an email is stored and found by.
func key(name string) string { return strings.ToLower(name) }

func checkTraders(traders []Trader) error {
	logins, emails := map[string]bool{}, map[string]bool{}
	for _, t := range traders {
		if err := t.check(); err != nil {
			return fmt.Errorf("reference: trader %q: %w", t.Login, err)
		}
		if logins[key(t.Login)] || emails[key(t.Email)] {
			return fmt.Errorf("reference: trader %q: another trader has this login or email",
				t.Login)
		}
		logins[key(t.Login)], emails[key(t.Email)] = true, true
	}
	return nil
}

func (t Trader) check() error {
	address, err := mail.ParseAddress(t.Email)
	switch {
	case !isLabel(t.Login, maxLogin) || t.Login == "":
		return errors.New("the login is empty, too long or holds control characters")
	case err != nil || address.Address != t.Email || !isLabel(t.Email, maxLogin) ||
		!isASCII(t.Email):
		return fmt.Errorf("%q is not a plain mail address", t.Email)
	case !isLabel(t.Name, maxName):
		return errors.New("the name is too long or holds control characters")
	case (t.Question == "") != (t.Answer == ""):
		return errors.New("a question needs an answer and the other way round")
	case !utf8.ValidString(t.Question):
		return errors.New("the question is not valid UTF-8")
	case !fitsHeader(t.Password):
		return errors.New("the password holds control characters or surrounding white space")
	}
	return nil
}

// isLabel is true for text of one line that is not too long.
func isLabel(text string, limit int) bool {
	return len(text) <= limit && utf8.ValidString(text) &&
		!strings.ContainsFunc(text, unicode.IsControl)
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
