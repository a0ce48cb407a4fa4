package suites

import (
	"bytes"
	"fmt"
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mailtext"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// longBody is more than a request of these operations ever needs, in bytes.
const longBody = 100 << 10

// planHardening covers good practice beyond the documents (OWASP Forgot Password, ASVS 5.0). It
// comes after all pages, so that none of their requirements sees its requests.
func planHardening(b *builder) {
	b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "HARD-1", "HARD-2",
		"HARD-3", "HARD-7")
	b.setMissing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)", "HARD-1", "HARD-3", "HARD-9", "HARD-10")
	b.setMissing(noPasswords+", or the profile flow is not selected", "HARD-4", "HARD-5")
	b.setMissing("no trader without a secret question is declared", "HARD-6")
	b.setMissing("the deployment is on this host: nothing leaves it", "HARD-8")
	if u, err := url.Parse(b.target.URL); err == nil && !isLoopback(u.Hostname()) {
		b.addCheck("HARD-8", u.Host, nil, func(l *Look) {
			l.Expect("", u.Scheme, gomega.Equal("https"), "a base URL with https",
				"app key, secret answers and passwords go unencrypted to "+u.Host)
		})
	}
	if !b.target.HasKey || !slices.Contains(b.target.Profiles, "hardening") {
		return
	}
	b.checkMails()
	for _, t := range b.tradersChangingPassword() {
		b.planReuse(t)
	}
	b.planFurtherResets()
	if traders := b.tradersWithoutQuestion(); len(traders) > 0 {
		b.planQuestionsOfUnknownUser(traders[0])
	}
	b.planMalformedBodies()
}

// checkMails checks the codes and mails of the pages' requests.
func (b *builder) checkMails() {
	b.addCheck("HARD-2", "all responses", b.listRequestsAndMails(),
		func(l *Look) { l.demandDiscreetResponses() })
	if b.target.Inbox == "" {
		return
	}
	for _, t := range b.target.Traders {
		steps := []string{mailStep(t)}
		b.addCheck("HARD-1", t.Login, steps, func(l *Look) { l.demandUnguessable(t) })
		b.addCheck("HARD-3", t.Login, steps, func(l *Look) { l.demandDiscreetMail(t) })
	}
}

// planReuse sends a used code and a used token. The token carries the password that is already
// valid.
func (b *builder) planReuse(t evidence.Trader) {
	n := &traderPlanner{builder: b, trader: t, needs: []string{joinID("signin/changed", t.Login)}}
	token := n.newUpdateStep(usedTokenStep(t), tokenOf("", t), otherPassword(t), otherPassword(t))
	token.After = []string{joinID("signin/kept", t.Login)}
	n.addInOrder(token)
	code := n.newCodeStep(usedCodeStep(t), codeOf("", t), placeholder.Token.Of(usedCodeStep(t)))
	code.Cost.WrongCodes = 1
	n.addInOrder(code)
	b.addCheck("HARD-4", t.Login, []string{usedCodeStep(t)}, func(l *Look) {
		l.demandNoToken(usedCodeStep(t))
	})
	b.addCheck("HARD-5", t.Login, []string{usedTokenStep(t)}, func(l *Look) {
		l.demandNotUpdated(usedTokenStep(t))
	})
}

func usedCodeStep(t evidence.Trader) string  { return joinID("hardening/code-again", t.Login) }
func usedTokenStep(t evidence.Trader) string { return joinID("hardening/token-again", t.Login) }

// planMalformedBodies sends bodies unlike any documented one.
func (b *builder) planMalformedBodies() {
	for _, kind := range []struct {
		name, breaks, raw string
		user              any
	}{
		{"cut-off", "the body is no JSON", `{"User": "`, nil},
		{"list", "the body is a list", `[]`, nil},
		{"number", "User is a number", "", 417},
		{"object", "User is an object", "", map[string]any{"$ne": ""}},
		{"long", "", "", strings.Repeat("x", longBody)},
	} {
		ask := b.newReset(evidence.Trader{Login: b.decoys.Login}, nil)
		ask.Breaks, ask.Raw = kind.breaks, kind.raw
		if kind.user != nil {
			ask.Values["User"] = kind.user
		}
		id := b.addStep(plan.Step{ID: joinID("hardening/body", kind.name), Request: ask})
		b.addCheck("HARD-7", kind.name, []string{id}, func(l *Look) {
			l.demandSoberRefusal(id, kind.raw != "")
		})
	}
}

// minCodeBits is the entropy behind ASVS 5.0, V6.5.4: "typically 4 random alphanumeric characters
// or 6 random digits".
const minCodeBits = 19.9

// demandUnguessable demands a code that is long enough, and not another trader's.
func (l *Look) demandUnguessable(t evidence.Trader) {
	mails := l.record.codeMailsAfter(t, acceptedResetStep(t))
	if len(mails) == 0 {
		l.Untestable("no mail presents a code", "MAIL-1", "MAIL-2")
		return
	}
	code := mails[0].Codes[0]
	length := l.record.secretLength(code)
	letters := l.record.alphabetSize(length)
	if float64(length)*math.Log2(float64(letters)) < minCodeBits {
		l.FailMail(mails[0].ID, acceptedResetStep(t),
			"a code as hard to guess as six random digits",
			fmt.Sprintf("a code of %d characters out of %d", length, letters))
	}
	for _, m := range l.record.coded[strings.ToLower(string(code))] {
		if !slices.Contains(m.Traders, t.Login) {
			l.FailMail(m.ID, acceptedResetStep(t), "a code of its own", "the same code for "+
				strings.Join(m.Traders, ", "))
			return
		}
	}
}

// alphabetSize is the number of characters used in the run's codes of the length.
func (r *Record) alphabetSize(length int) int {
	sizes := map[string]int{"digits": 10, "hex": 16, "letters": 26, "letters and digits": 36,
		"any": 64}
	most, digits := 1, false
	for _, m := range r.Run.Mails {
		for _, s := range r.Run.Secrets {
			if len(m.Codes) > 0 && s.Placeholder == m.Codes[0] && s.Length == length {
				most = max(most, sizes[s.Alphabet])
				digits = digits || s.Alphabet == "digits"
			}
		}
	}
	if digits && most == sizes["letters"] {
		return sizes["letters and digits"]
	}
	return most
}

// demandDiscreetResponses demands that no response tells a code, a secret answer or a password.
func (l *Look) demandDiscreetResponses() {
	for _, a := range l.record.responsesInOrder() {
		if a.Response == nil {
			continue
		}
		if secret, found := l.record.findSecret(a.headerAndBody(), placeholder.Code,
			placeholder.Answer, placeholder.Password, placeholder.NewPassword); found {
			l.Fail(a.Step, "no secret in an answer", "an answer that holds "+secret)
		}
	}
	l.findings = mergeFindings(l.findings)
}

// headerAndBody is the whole response.
func (a *response) headerAndBody() []byte {
	text := slices.Clone(a.Response.Body)
	for _, f := range a.Response.Header {
		text = append(text, "\n"+f.Name+": "+f.Value...)
	}
	return text
}

func (l *Look) demandDiscreetMail(t evidence.Trader) {
	mails := l.record.mailsAfter(t, acceptedResetStep(t))
	if len(mails) == 0 {
		l.Untestable("no mail came", "MAIL-1")
	}
	for _, m := range mails {
		if secret, found := l.record.findSecret(readableText(m), placeholder.Answer,
			placeholder.Password, placeholder.NewPassword, placeholder.Token,
			placeholder.AppKey); found {
			l.FailMail(m.ID, acceptedResetStep(t), "no password, answer, token or key in a mail",
				"a mail that holds "+secret)
		}
	}
}

// readableText is the mail's text and links.
func readableText(m evidence.Mail) []byte {
	return []byte(strings.Join(append(mailtext.Parse(m.Source).Links, m.Subject, m.Text), "\n"))
}

// findSecret finds a secret of one of the kinds. Derived secrets don't count, nor do short ones,
// which may occur by chance.
func (r *Record) findSecret(text []byte, kinds ...placeholder.Kind) (string, bool) {
	for _, s := range r.Run.Secrets {
		if s.Placeholder.Is(kinds...) && s.Length >= 4 && s.Placeholder.Derivation() == "" &&
			bytes.Contains(text, []byte(s.Placeholder)) {
			return string(s.Placeholder), true
		}
	}
	return "", false
}

// demandSoberRefusal demands a client's error in JSON, soon, and nothing of the deployment's
// inside.
func (l *Look) demandSoberRefusal(step string, malformed bool) {
	if x, sent := l.record.responses[step]; sent && x.Failure != nil && !x.Failure.Unreachable &&
		(malformed || x.Failure.Kind == timeout) {
		l.Fail(step, "a response", "none: "+x.Failure.Text)
		return
	}
	a, ok := l.Sent(step)
	if !ok {
		return
	}
	l.Expect(step, a.Response.Status, gomega.BeNumerically("<", 500), "a status below 500",
		a.describe())
	if malformed {
		l.Expect(step, a.Response.Status, gomega.BeNumerically(">=", 400), "a client's error",
			a.describe())
		l.Expect(step, a.doc.Read, gomega.BeTrue(), "a refusal in JSON", a.describe())
	}
	inside := regexp.MustCompile(`(?m)^\s+at [\w.<>$]+\(|[A-Z]\w+Exception\b|goroutine \d+ \[|Traceback \(most recent|\.(cs|java|go|py|php):(line )?\d+`)
	l.Expect(step, inside.Match(a.Response.Body), gomega.BeFalse(), "no stack trace", a.describe())
}

// timeout is the kind of failure of a response that did not come in time.
const timeout = "timeout"

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
