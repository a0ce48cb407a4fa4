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

// Describe splits a configuration into the target, safe to publish, and the secrets in the
// redactor.
func Describe(c config.Config, k *contract.Contract) (evidence.Target, *redact.Redactor) {
	redactor := redact.New(k.Texts())
	t := evidence.Target{
		URL: c.URL, Name: c.Deployment.Name, Version: c.Deployment.Version,
		DeploymentLabels: c.Deployment.Labels, APIVersion: c.APIVersion,
		MailDeadline: c.MailDeadline, CodeTries: c.CodeTries,
		SecretQuestions: string(c.SecretQuestions),
		StepThree:       string(c.StepThree),
		BisectTime:      bisectTime(c), BisectResets: c.BisectResets,
		Profiles: c.Profiles, Only: c.Only, Labels: c.LabelFilter, HasKey: c.AppKey != "",
	}
	if c.Inbox.URL != "" {
		t.Inbox = c.Inbox.Kind
		addInboxPassword(redactor, c.Inbox.URL)
	}
	if t.HasKey {
		t.NearKeys = addNearMisses(redactor, placeholder.Key, c.AppKey,
			append(nearMisses(c.AppKey), prependCharacter(c.AppKey)))
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
		t.NearAnswers = addNearMisses(redactor, placeholder.Answer.For(c.Login), c.Answer,
			nearMisses(c.Answer))
	}
	if c.Password != "" {
		t.Password = redactor.Add(placeholder.Password.For(c.Login), c.Password)
		t.NewPassword = redactor.Add(placeholder.NewPassword.For(c.Login), c.NewPassword)
		near := nearMisses(c.Password)
		if hasCase(c.Password) && hasCase(c.NewPassword) {
			near = slices.Insert(near, 0, swapCase(c.Password))
		}
		t.NearPasswords = slices.DeleteFunc(addNearMisses(redactor,
			placeholder.Password.For(c.Login), c.Password, near),
			func(p placeholder.Placeholder) bool { return p == t.NewPassword })
		t.HasPasswords = true
	}
	return t
}

// addNearMisses registers the secret and its near misses as secrets. It returns the placeholders of
// the near misses.
func addNearMisses(redactor *redact.Redactor, name placeholder.Placeholder, secret string,
	kinds []nearMiss) []placeholder.Placeholder {
	whole := redactor.Add(name, secret)
	var list []placeholder.Placeholder
	for _, near := range kinds {
		if near.text == "" || strings.EqualFold(near.text, secret) && near.how != plan.OtherCase {
			continue
		}
		if p := redactor.Add(name.Near(near.how), near.text); p != whole &&
			!slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

type nearMiss struct{ how, text string }

// nearMisses returns texts different from the secret in characters, never only in case or
// surrounding space.
func nearMisses(secret string) []nearMiss {
	runes := []rune(secret)
	last := len(runes) - 1
	first, middle, end := slices.Clone(runes), slices.Clone(runes), slices.Clone(runes)
	centre := last / 2
	for centre < last && !unicode.IsLetter(runes[centre]) && !unicode.IsDigit(runes[centre]) {
		centre++ // Group separators may be ignored.
	}
	first[0], middle[centre], end[last] = changeCharacter(runes[0]), changeCharacter(runes[centre]),
		changeCharacter(runes[last])
	return []nearMiss{
		{"cut short", strings.TrimSpace(string(runes[:last]))},
		{"continued", secret + string(changeCharacter(runes[last]))},
		{"first character changed", string(first)},
		{"middle character changed", string(middle)},
		{"last character changed", string(end)},
	}
}

// prependCharacter returns a near miss with the secret at its end.
func prependCharacter(secret string) nearMiss {
	return nearMiss{"preceded", string(changeCharacter([]rune(secret)[0])) + secret}
}

// appendLetter adds a letter behind the secret: a number parser stops before it.
func appendLetter(secret string) nearMiss { return nearMiss{plan.LetterBehind, secret + "x"} }

// hasCase reports whether the secret differs in upper and lower case.
func hasCase(secret string) bool {
	other := swapCase(secret).text
	return other != secret && strings.EqualFold(other, secret)
}

// swapCase returns the secret in capitals, or in small letters if it was in capitals.
func swapCase(secret string) nearMiss {
	text := strings.ToUpper(secret)
	if text == secret {
		text = strings.ToLower(secret)
	}
	return nearMiss{plan.OtherCase, text}
}

// changeLateCharacter changes a character shortly before the end: part of a signature, but not of
// its encoding's padding bits.
func changeLateCharacter(secret string) nearMiss {
	const beforeEnd = 5
	runes := []rune(secret)
	at := max(len(runes)-beforeEnd, 0)
	for at > 0 && !unicode.IsLetter(runes[at]) && !unicode.IsDigit(runes[at]) {
		at--
	}
	runes[at] = changeCharacter(runes[at])
	return nearMiss{"late character changed", string(runes)}
}

// changeCharacter returns a character of the same kind, different in more than case.
func changeCharacter(r rune) rune {
	switch {
	case unicode.IsDigit(r):
		return '0' + (r+1)%10
	case unicode.Is(unicode.Cyrillic, r):
		// Stay in the same script: a Latin-only column stores each Cyrillic letter as "?", so only
		// a same-script near miss exposes it.
		return pickDifferent(r, 'ж', 'щ')
	case unicode.Is(unicode.Greek, r):
		return pickDifferent(r, 'ψ', 'ξ')
	case unicode.ToLower(r) == 'x':
		return 'q'
	case utf8.RuneLen(r) > 0:
		return 'x'
	}
	return 'y'
}

func pickDifferent(r, first, second rune) rune {
	if unicode.ToLower(r) == first {
		return second
	}
	return first
}
