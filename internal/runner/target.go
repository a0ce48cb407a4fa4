package runner

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/redact"
)

// Describe splits a configuration into what may be told (the target) and the secrets (the
// redactor).
func Describe(c config.Config, k *contract.Contract) (evidence.Target, *redact.Redactor) {
	redactor := redact.New(k.Texts())
	t := evidence.Target{
		URL: c.URL, Name: c.Deployment.Name, Version: c.Deployment.Version, DeploymentLabels: c.Deployment.Labels, APIVersion: c.APIVersion,
		MailDeadline: c.MailDeadline, CodeTries: c.CodeTries, SecretQuestions: string(c.SecretQuestions),
		StepThree:  string(c.StepThree),
		BisectTime: bisectTime(c), BisectResets: c.BisectResets,
		Profiles: c.Profiles, Only: c.Only, Labels: c.LabelFilter, HasKey: c.AppKey != "",
	}
	if c.Inbox.URL != "" {
		t.Inbox = c.Inbox.Kind
		addInboxPassword(redactor, c.Inbox.URL)
	}
	if t.HasKey {
		t.NearKeys = addNear(redactor, placeholder.Key, c.AppKey, append(nearly(c.AppKey), preceded(c.AppKey)))
	}
	for name, value := range c.Headers {
		redactor.Add(placeholder.Header.For(name), value)
	}
	for _, trader := range c.Traders {
		t.Traders = append(t.Traders, describeTrader(trader, redactor))
	}
	for i, trader := range t.Traders {
		t.Traders[i].Question = redactor.Text(trader.Question)
	}
	return t, redactor
}

func bisectTime(c config.Config) time.Duration {
	if c.BisectTime == 0 {
		return 2 * c.MailDeadline
	}
	return max(c.BisectTime, 0)
}

func addInboxPassword(redactor *redact.Redactor, address string) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	if password, given := u.User.Password(); given && password != "" {
		redactor.Add(placeholder.InboxPassword, password)
	}
}

func describeTrader(c config.Trader, redactor *redact.Redactor) evidence.Trader {
	t := evidence.Trader{Login: c.Login, Email: c.Email, MailTo: c.MailTo, Question: c.Question}
	if t.MailTo == "" {
		t.MailTo = t.Email
	}
	if c.Answer != "" {
		t.Answer = redactor.Add(placeholder.Answer.For(c.Login), c.Answer)
		t.NearAnswers = addNear(redactor, placeholder.Answer.For(c.Login), c.Answer, nearly(c.Answer))
	}
	if c.Password != "" {
		t.Password = redactor.Add(placeholder.Password.For(c.Login), c.Password)
		t.NewPassword = redactor.Add(placeholder.NewPassword.For(c.Login), c.NewPassword)
		near := nearly(c.Password)
		if cased(c.Password) && cased(c.NewPassword) {
			near = slices.Insert(near, 0, inOtherCase(c.Password))
		}
		t.NearPasswords = slices.DeleteFunc(addNear(redactor, placeholder.Password.For(c.Login), c.Password, near), func(p placeholder.Placeholder) bool { return p == t.NewPassword })
		t.HasPasswords = true
	}
	return t
}

// addNear adds the secret and what nearly equals it; what is derived from a secret is a
// secret. It returns the placeholders of the near ones.
func addNear(redactor *redact.Redactor, name placeholder.Placeholder, secret string, kinds []near) []placeholder.Placeholder {
	whole := redactor.Add(name, secret)
	var list []placeholder.Placeholder
	for _, near := range kinds {
		if near.text == "" || strings.EqualFold(near.text, secret) && near.how != plan.OtherCase {
			continue
		}
		if p := redactor.Add(name.Near(near.how), near.text); p != whole && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

type near struct{ how, text string }

// nearly returns texts that differ from the secret by characters, never only by case or surrounding
// space.
func nearly(secret string) []near {
	runes := []rune(secret)
	last := len(runes) - 1
	first, middle, end := slices.Clone(runes), slices.Clone(runes), slices.Clone(runes)
	centre := last / 2
	for centre < last && !unicode.IsLetter(runes[centre]) && !unicode.IsDigit(runes[centre]) {
		centre++ // What only separates groups may be ignored.
	}
	first[0], middle[centre], end[last] = other(runes[0]), other(runes[centre]), other(runes[last])
	return []near{
		{"cut short", strings.TrimSpace(string(runes[:last]))},
		{"continued", secret + string(other(runes[last]))},
		{"first character changed", string(first)},
		{"middle character changed", string(middle)},
		{"last character changed", string(end)},
	}
}

// preceded puts a character before the secret: what only ends with it.
func preceded(secret string) near {
	return near{"preceded", string(other([]rune(secret)[0])) + secret}
}

// lettered puts a letter behind the secret: a reader of numbers stops before it.
func lettered(secret string) near { return near{plan.LetterBehind, secret + "x"} }

// cased reports whether the secret reads differently in other case.
func cased(secret string) bool {
	other := inOtherCase(secret).text
	return other != secret && strings.EqualFold(other, secret)
}

// inOtherCase is the secret in capitals or, where it is that already, in small letters.
func inOtherCase(secret string) near {
	text := strings.ToUpper(secret)
	if text == secret {
		text = strings.ToLower(secret)
	}
	return near{plan.OtherCase, text}
}

// late changes a character shortly before the end: of a signature, but not of the bits that an
// encoding pads it with.
func late(secret string) near {
	const beforeEnd = 5
	runes := []rune(secret)
	at := max(len(runes)-beforeEnd, 0)
	for at > 0 && !unicode.IsLetter(runes[at]) && !unicode.IsDigit(runes[at]) {
		at--
	}
	runes[at] = other(runes[at])
	return near{"late character changed", string(runes)}
}

// other returns a character of the same kind that differs by more than case.
func other(r rune) rune {
	switch {
	case unicode.IsDigit(r):
		return '0' + (r+1)%10
	case unicode.Is(unicode.Cyrillic, r):
		// Of the same script: a column that can't hold it makes ? of all its letters.
		return unlike(r, 'ж', 'щ')
	case unicode.Is(unicode.Greek, r):
		return unlike(r, 'ψ', 'ξ')
	case unicode.ToLower(r) == 'x':
		return 'q'
	case utf8.RuneLen(r) > 0:
		return 'x'
	}
	return 'y'
}

func unlike(r, first, second rune) rune {
	if unicode.ToLower(r) == first {
		return second
	}
	return first
}
