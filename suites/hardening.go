package suites

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/plan"
)

// longBody is more than a request of these operations ever needs, in bytes.
const longBody = 100 << 10

// hardening reads what good practice asks beyond the documents (OWASP Forgot Password, ASVS 5.0). It comes after
// all pages, so that no requirement of theirs looks at its requests.
func hardening(b *builder) {
	all := []string{"HARD-1", "HARD-2", "HARD-3", "HARD-4", "HARD-5", "HARD-6", "HARD-7", "HARD-8"}
	b.missing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", all...)
	b.missing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)", "HARD-1", "HARD-2", "HARD-3")
	b.missing(noPasswords+", or the profile flow is not selected", "HARD-4", "HARD-5")
	b.missing("no trader without a secret question is declared", "HARD-6")
	b.missing("the deployment is on this host: nothing leaves it", "HARD-8")
	if u, err := url.Parse(b.target.URL); err == nil && !loopback(u.Hostname()) {
		b.check("HARD-8", u.Host, nil, func(l *Look) {
			l.Expect("", u.Scheme, gomega.Equal("https"), "a base URL with https", "app key, answers and passwords go unencrypted to "+u.Host)
		})
	}
	if !b.target.HasKey || !slices.Contains(b.target.Profiles, "hardening") {
		return
	}
	b.checkMails()
	for _, t := range b.travellers() {
		b.askAgain(t)
	}
	if traders := b.withoutQuestion(); len(traders) > 0 {
		b.askUnknownUser(traders[0])
	}
	b.askMalformed()
}

// checkMails looks at the codes and the mails that the pages bring about.
func (b *builder) checkMails() {
	if b.target.Inbox == "" {
		return
	}
	for _, t := range b.target.Traders {
		steps := []string{mailOf(t)}
		b.check("HARD-1", t.Login, steps, func(l *Look) { l.demandUnguessable(t) })
		b.check("HARD-3", t.Login, steps, func(l *Look) { l.demandDiscreetMail(t) })
	}
	b.check("HARD-2", "all answers", b.askedAndAwaited(), func(l *Look) { l.demandDiscreetAnswers() })
}

// askAgain asks with a code and a token that have been used. The token carries the password that is valid already.
func (b *builder) askAgain(t evidence.Trader) {
	n := &lane{builder: b, trader: t, needs: []string{join("signin/changed", t.Login)}}
	token := n.updateStep(tokenAgain(t), tokenOf("", t), otherPassword(t), otherPassword(t))
	token.After = []string{join("signin/kept", t.Login)}
	n.add(token)
	code := n.codeStep(codeAgain(t), codeOf("", t), "‹token of "+codeAgain(t)+"›")
	n.add(code)
	b.check("HARD-4", t.Login, []string{codeAgain(t)}, func(l *Look) { l.demandNoToken(codeAgain(t)) })
	b.check("HARD-5", t.Login, []string{tokenAgain(t)}, func(l *Look) { l.demandNotUpdated(tokenAgain(t)) })
}

func codeAgain(t evidence.Trader) string  { return join("hardening/code-again", t.Login) }
func tokenAgain(t evidence.Trader) string { return join("hardening/token-again", t.Login) }

// askUnknownUser asks of nobody what is asked of a trader without a question, who has nothing to hide behind.
func (b *builder) askUnknownUser(t evidence.Trader) {
	nobody := evidence.Trader{Login: nobodysName, Email: nobodysName + "@conformance.invalid"}
	reset := b.step(plan.Step{ID: "hardening/reset-of-nobody", Ask: b.reset(nobody, nil), After: b.askedAndAwaited()})
	question := b.step(plan.Step{ID: "hardening/question-of-nobody", Ask: b.questionOf(nobody, nobody.Login)})
	b.check("HARD-6", "reset", []string{reset, acceptedReset(t)}, func(l *Look) { l.demandAlike(reset, acceptedReset(t)) })
	own := join("question/login", t.Login)
	b.check("HARD-6", "question", []string{question, own}, func(l *Look) { l.demandAlike(question, own) })
}

// askMalformed sends bodies that no client of the documents sends.
func (b *builder) askMalformed() {
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
		ask := b.reset(evidence.Trader{Login: nobodysName}, nil)
		ask.Breaks, ask.Raw = kind.breaks, kind.raw
		if kind.user != nil {
			ask.Values["User"] = kind.user
		}
		id := b.step(plan.Step{ID: join("hardening/body", kind.name), Ask: ask})
		b.check("HARD-7", kind.name, []string{id}, func(l *Look) { l.demandSoberRefusal(id, kind.raw != "") })
	}
}

// demandUnguessable demands a code that is long enough, and not another trader's.
func (l *Look) demandUnguessable(t evidence.Trader) {
	mails := l.record.codesAfter(t, acceptedReset(t))
	if len(mails) == 0 {
		l.Untestable("no mail presents a code; see MAIL-1 and MAIL-2")
		return
	}
	code := mails[0].Codes[0]
	if length := l.record.length(code); length < unguessable {
		l.FailMail(mails[0].ID, acceptedReset(t), fmt.Sprintf("a code of at least %d characters", unguessable), fmt.Sprintf("a code of %d", length))
	}
	for _, m := range l.record.coded[strings.ToLower(code)] {
		if !slices.Contains(m.Traders, t.Login) {
			l.FailMail(m.ID, acceptedReset(t), "a code of its own", "the same code for "+strings.Join(m.Traders, ", "))
			return
		}
	}
}

// demandDiscreetAnswers demands that no answer tells a code, an answer or a password.
func (l *Look) demandDiscreetAnswers() {
	for _, a := range l.record.inOrder() {
		if a.Answer == nil {
			continue
		}
		if secret, found := l.record.secretIn(a.Answer.Body, "‹code ", "‹answer ", "‹password ", "‹new password "); found {
			l.Fail(a.Step, "no secret in an answer", "an answer that holds "+secret)
		}
	}
	l.findings = merge(l.findings)
}

func (l *Look) demandDiscreetMail(t evidence.Trader) {
	mails := l.record.mailsAfter(t, acceptedReset(t))
	if len(mails) == 0 {
		l.Untestable("no mail came; see MAIL-1")
	}
	for _, m := range mails {
		if secret, found := l.record.secretIn(readable(m), "‹answer ", "‹password ", "‹new password ", "‹token ", "‹app-key"); found {
			l.FailMail(m.ID, acceptedReset(t), "no password, answer, token or key in a mail", "a mail that holds "+secret)
		}
	}
}

// readable is what a person, or a program that follows links, finds in the mail.
func readable(m evidence.Mail) []byte {
	return []byte(strings.Join(append(inbox.Parse(m.Source).Links, m.Subject, m.Text), "\n"))
}

// secretIn finds a secret of one of the kinds; what is derived from one does not count, nor does one so
// short that it may stand there by chance.
func (r *Record) secretIn(text []byte, kinds ...string) (string, bool) {
	for _, s := range r.Run.Secrets {
		ofKind := slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(s.Placeholder, kind) })
		if ofKind && s.Length >= 4 && !strings.Contains(s.Placeholder, ", ") && bytes.Contains(text, []byte(s.Placeholder)) {
			return s.Placeholder, true
		}
	}
	return "", false
}

// demandAlike demands that nobody can tell from the answer who is known.
func (l *Look) demandAlike(unknown, known string) {
	a, ok := l.Sent(unknown)
	b, both := l.Sent(known)
	if !ok || !both {
		return
	}
	expected := fmt.Sprintf("the answer that a trader gets: %s", b.describe())
	l.Expect(unknown, a.Answer.Status == b.Answer.Status && compact(a.doc.Value) == compact(b.doc.Value), gomega.BeTrue(), expected, a.describe())
}

// demandSoberRefusal demands a client's error in JSON, and nothing of the deployment's inside.
func (l *Look) demandSoberRefusal(step string, malformed bool) {
	a, ok := l.Sent(step)
	if !ok {
		return
	}
	l.Expect(step, a.Answer.Status, gomega.BeNumerically("<", 500), "a status below 500", a.describe())
	if malformed {
		l.Expect(step, a.Answer.Status, gomega.BeNumerically(">=", 400), "a client's error", a.describe())
		l.Expect(step, a.doc.Read, gomega.BeTrue(), "a refusal in JSON", a.describe())
	}
	inside := regexp.MustCompile(`(?m)^\s+at [\w.<>$]+\(|[A-Z]\w+Exception\b|goroutine \d+ \[|Traceback \(most recent|\.(cs|java|go|py|php):(line )?\d+`)
	l.Expect(step, inside.Match(a.Answer.Body), gomega.BeFalse(), "no stack trace", a.describe())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
