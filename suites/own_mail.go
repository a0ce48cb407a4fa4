package suites

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mailtext"
)

// demandOwnMail demands that the mail of the trader's accepted reset is whole, and addresses nobody else.
func (b *builder) demandOwnMail(t evidence.Trader) {
	mail, reset := mailOf(t), acceptedReset(t)
	b.check("MAIL-5", t.Login, []string{mail}, func(l *Look) {
		if m, ok := l.awaited(mail, reset); ok {
			l.demandSameCodes(m, reset)
		}
	})
	if len(b.target.Traders) > 1 {
		b.check("MAIL-6", t.Login, []string{mail}, func(l *Look) {
			if m, ok := l.awaited(mail, reset); ok {
				l.demandNobodyElse(m, reset, t)
			}
		})
	}
}

// awaited is the mail with a code that ended the wait for the reset's mail.
func (l *Look) awaited(mail, reset string) (evidence.Mail, bool) {
	w, ok := l.wait(mail, reset)
	if !ok {
		return evidence.Mail{}, false
	}
	m, found := l.record.mail(w.Mail)
	if !found {
		l.Untestable("no mail with a code came", "MAIL-1", "MAIL-2")
	}
	return m, found
}

// demandSameCodes demands that the mail's HTML presents the code of its plain text.
func (l *Look) demandSameCodes(m evidence.Mail, reset string) {
	const expected = "the code of the plain text in the HTML, too"
	switch m.HTML {
	case evidence.HTMLMissing:
		l.FailMail(m.ID, reset, expected, "HTML without a code")
	case evidence.HTMLOther:
		l.FailMail(m.ID, reset, expected, "another code in the HTML")
	}
}

// demandNobodyElse demands that the mail does not name another trader in place of its own.
func (l *Look) demandNobodyElse(m evidence.Mail, reset string, t evidence.Trader) {
	for _, other := range l.suite.Target.Traders {
		if name := l.record.meant(m, other, t); name != "" {
			l.FailMail(m.ID, reset, "a mail that names "+t.Login+", or nobody", "one that names "+other.Login+", as "+name)
			return
		}
	}
}

// meant is by what the mail, which is for the trader t, names the other one and not t, in its header or in its text; ""
// where it does not.
func (r *Record) meant(m evidence.Mail, other, t evidence.Trader) string {
	if other.Login == t.Login || strings.EqualFold(other.MailTo, t.MailTo) {
		return ""
	}
	to := mailtext.Parse(m.Source).To
	if addressed(to, other) && !addressed(to, t) {
		return "recipient " + other.MailTo
	}
	if r.calls(m, t) != "" {
		return ""
	}
	return r.calls(m, other)
}

func addressed(to []string, t evidence.Trader) bool {
	return slices.ContainsFunc(to, func(address string) bool {
		return strings.EqualFold(address, t.MailTo) || strings.EqualFold(address, t.Email)
	})
}

// calls is what the mail's text calls the trader: the address, the login, or a name from the header of the trader's mails,
// where it greets. It is "" where the text does not name the trader.
func (r *Record) calls(m evidence.Mail, t evidence.Trader) string {
	text := m.Subject + "\n" + m.Text
	for _, name := range []string{t.MailTo, t.Email, t.Login} {
		if unlikeWords(name) && mentions(strings.ToLower(text), strings.ToLower(name)) {
			return name
		}
	}
	for _, name := range r.greeted(t) {
		if greets(text, name) {
			return name
		}
	}
	return ""
}

// greeted are the names beside the trader's address in the header of the trader's mails.
func (r *Record) greeted(t evidence.Trader) []string {
	var names []string
	for _, m := range r.mails[t.Login] {
		reading := mailtext.Parse(m.Source)
		if len(reading.To) != 1 || len(reading.ToNames) != 1 || !strings.EqualFold(reading.To[0], t.MailTo) {
			continue
		}
		if name := reading.ToNames[0]; !slices.Contains(names, name) && utf8.RuneCountInString(name) > 1 {
			names = append(names, name)
		}
	}
	return names
}

// unlikeWords reports whether no template holds the login or address by chance, as it may hold "trader" or "demo".
func unlikeWords(name string) bool {
	return utf8.RuneCountInString(name) >= 4 && strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
}

// mentions reports whether the text holds the name as a word of its own.
func mentions(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		after, _ := utf8.DecodeRuneInString(text[at+i+len(name):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		at += i + len(name)
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// mostGreeting is how many words a line of greeting has at most.
const mostGreeting = 5

// greets reports whether a line begins with the name and a comma, or is short and ends with it: a name may be a word as well.
func greets(text, name string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		rest, begins := strings.CutPrefix(line, name)
		if begins && strings.HasPrefix(rest, ",") {
			return true
		}
		end := strings.TrimRightFunc(line, func(r rune) bool { return !inWord(r) })
		if len(strings.Fields(line)) <= mostGreeting && strings.HasSuffix(end, name) && mentions(end, name) {
			return true
		}
	}
	return false
}
