package suites

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mailtext"
)

// checkOwnMail demands that the mail of the accepted reset is whole and addresses nobody else.
func (b *builder) checkOwnMail(t evidence.Trader) {
	mail, reset := mailStep(t), acceptedResetStep(t)
	b.addCheck("MAIL-5", t.Login, []string{mail}, func(l *Look) {
		if m, ok := l.awaitedMail(mail, reset); ok {
			l.demandSameCodes(m, reset)
		}
	})
	if len(b.target.Traders) > 1 {
		b.addCheck("MAIL-6", t.Login, []string{mail}, func(l *Look) {
			if m, ok := l.awaitedMail(mail, reset); ok {
				l.demandNobodyElse(m, reset, t)
			}
		})
	}
}

// awaitedMail returns the mail with a code that ended the wait.
func (l *Look) awaitedMail(mail, reset string) (evidence.Mail, bool) {
	w, ok := l.acceptedWait(mail, reset)
	if !ok {
		return evidence.Mail{}, false
	}
	m, found := l.record.findMail(w.Mail)
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
	for _, other := range l.record.findPossiblyNamed(m) {
		name := l.record.findMisnaming(m, other, t)
		if name == "" {
			name = l.record.findLoginGreeting(m, other, t)
		}
		if name != "" {
			l.FailMail(m.ID, reset, "a mail that names "+t.Login+", or nobody", "one that names "+
				other.Login+", as "+name)
			return
		}
	}
}

// findMisnaming returns the name by which the trader's mail means the other, in header or text,
// without naming the trader; "" if it does not.
func (r *Record) findMisnaming(m evidence.Mail, other, t evidence.Trader) string {
	if other.Login == t.Login || strings.EqualFold(other.MailTo, t.MailTo) {
		return ""
	}
	to := r.read[m.ID].to
	if isAddressed(to, other) && !isAddressed(to, t) {
		return "recipient " + other.MailTo
	}
	if r.findName(m, t) != "" {
		return ""
	}
	return r.findName(m, other)
}

func isAddressed(to []string, t evidence.Trader) bool {
	return slices.ContainsFunc(to, func(address string) bool {
		return strings.EqualFold(address, t.MailTo) || strings.EqualFold(address, t.Email)
	})
}

// findName returns the trader's name in the mail's text: the address, the login, or the header's
// name in a greeting. It is "" if the text does not name the trader.
func (r *Record) findName(m evidence.Mail, t evidence.Trader) string {
	read := r.read[m.ID]
	for _, name := range []string{t.MailTo, t.Email, t.Login} {
		if isDistinctive(name) && mentionsWord(read.lower, strings.ToLower(name)) {
			return name
		}
	}
	for _, name := range r.greetingNames[t.Login] {
		if greets(read.text, name) {
			return name
		}
	}
	return ""
}

// readMail is a mail, parsed once for all looks.
type readMail struct {
	from        string
	to, toNames []string
	// text is the whole visible text, lower the same in lower case.
	text, lower string
}

// readMails parses all mails and collects the names beside the traders' addresses in headers.
func (r *Record) readMails(traders []evidence.Trader) {
	r.read, r.greetingNames = map[string]readMail{}, map[string][]string{}
	for _, m := range r.Run.Mails {
		reading := mailtext.Parse(m.Source)
		text := m.Subject + "\n" + m.Text
		r.read[m.ID] = readMail{strings.ToLower(reading.From), reading.To, reading.ToNames, text,
			strings.ToLower(text)}
	}
	for _, t := range traders {
		for _, m := range r.mails[t.Login] {
			read := r.read[m.ID]
			if len(read.to) != 1 || len(read.toNames) != 1 ||
				!strings.EqualFold(read.to[0], t.MailTo) {
				continue
			}
			if name := read.toNames[0]; !slices.Contains(r.greetingNames[t.Login], name) &&
				utf8.RuneCountInString(name) > 1 {
				r.greetingNames[t.Login] = append(r.greetingNames[t.Login], name)
			}
		}
	}
	r.indexNames(traders)
}

// indexNames indexes the traders by the words of all their names, in lower case.
func (r *Record) indexNames(traders []evidence.Trader) {
	r.byWord = map[string][]evidence.Trader{}
	for _, t := range traders {
		var words []string
		for _, name := range slices.Concat([]string{t.MailTo, t.Email, t.Login},
			r.greetingNames[t.Login]) {
			words = append(words, splitWords(name)...)
		}
		slices.Sort(words)
		for _, word := range slices.Compact(words) {
			r.byWord[word] = append(r.byWord[word], t)
		}
	}
}

// maxNameSharers is the most traders that may share a distinguishing word.
const maxNameSharers = 16

// findPossiblyNamed returns the traders with a rare word of their names in the mail. Comparing all
// with all would take long for many traders.
func (r *Record) findPossiblyNamed(m evidence.Mail) []evidence.Trader {
	var list []evidence.Trader
	seen := map[string]bool{}
	read := r.read[m.ID]
	for _, word := range splitWords(read.text + " " + strings.Join(read.to, " ")) {
		for _, t := range r.byWord[word] {
			if !seen[t.Login] && len(r.byWord[word]) <= maxNameSharers {
				seen[t.Login] = true
				list = append(list, t)
			}
		}
	}
	return list
}

// splitWords are the runs of letters and digits in the text, in small letters.
func splitWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !isWordRune(r) })
}

// findLoginGreeting returns the part of the other trader's login in the mail's greeting, such as
// Robert of robert.zak. It is "" for no such greeting, or for a word of the template.
func (r *Record) findLoginGreeting(m evidence.Mail, other, t evidence.Trader) string {
	read, own := r.read[m.ID], splitLogin(t.Login)
	if slices.ContainsFunc(own, func(part string) bool { return mentionsWord(read.lower, part) }) {
		return ""
	}
	for _, part := range splitLogin(other.Login) {
		usual := slices.Contains(usualNames(), part) || slices.Contains(own, part) ||
			mentionsWord(read.from, part)
		if !usual && greets(read.lower, part) {
			return part
		}
	}
	return ""
}

// usualNames are parts of test accounts' logins that a template may use for anybody.
func usualNames() []string {
	return []string{"user", "trader", "client", "customer", "member", "investor", "account", "demo",
		"test", "tester", "admin", "guest", "friend", "there", "team", "all"}
}

// splitLogin returns the words of a login long enough for a name, in lower case.
func splitLogin(login string) []string {
	words := strings.FieldsFunc(strings.ToLower(login), func(r rune) bool {
		return !unicode.IsLetter(r)
	})
	return slices.DeleteFunc(words, func(word string) bool {
		return utf8.RuneCountInString(word) < 3
	})
}

// isDistinctive reports whether templates do not hold the login or address by chance, unlike
// "trader" or "demo".
func isDistinctive(name string) bool {
	return utf8.RuneCountInString(name) >= 4 &&
		strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
}

// mentionsWord reports whether the text holds the name as a word of its own.
func mentionsWord(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		after, _ := utf8.DecodeRuneInString(text[at+i+len(name):])
		if !isWordRune(before) && !isWordRune(after) {
			return true
		}
		at += i + len(name)
	}
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// maxGreetingWords is how many words a line of greeting has at most.
const maxGreetingWords = 5

// greets reports whether a line begins with the name and a comma, or is short and ends with it: a
// name may be a word as well.
func greets(text, name string) bool {
	if !strings.Contains(text, name) {
		return false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		rest, begins := strings.CutPrefix(line, name)
		if begins && strings.HasPrefix(rest, ",") {
			return true
		}
		end := strings.TrimRightFunc(line, func(r rune) bool { return !isWordRune(r) })
		if len(strings.Fields(line)) <= maxGreetingWords && strings.HasSuffix(end, name) &&
			mentionsWord(end, name) {
			return true
		}
	}
	return false
}
