package suites

import (
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// mailsAfter are the trader's mails between the accepted reset and the simultaneous resets.
func (r *Record) mailsAfter(t evidence.Trader, reset string) []evidence.Mail {
	var list []evidence.Mail
	for _, m := range r.mails[t.Login] {
		if !r.seenBefore(m, reset) && r.seenBeforeRound(m) {
			list = append(list, m)
		}
	}
	return list
}

// seenBefore reports whether the mail was there before the reset was sent: it has another cause.
func (r *Record) seenBefore(m evidence.Mail, reset string) bool {
	place, planned := r.resets[reset]
	return planned && place >= m.ResetsSent
}

// seenBeforeRound reports whether the mail was seen before all traders reset at the same time.
func (r *Record) seenBeforeRound(m evidence.Mail) bool {
	return m.ResetsSent <= r.resetsBeforeRound
}

// mailsInTime are the mails that came before the wait's deadline.
func mailsInTime(mails []evidence.Mail, wait evidence.Wait) []evidence.Mail {
	deadline := wait.Started.Add(wait.Deadline)
	return slices.DeleteFunc(slices.Clone(mails), func(m evidence.Mail) bool {
		return m.Seen.After(deadline) && m.ID != wait.Mail
	})
}

// codeMailsAfter are the mails of mailsAfter with a code.
func (r *Record) codeMailsAfter(t evidence.Trader, reset string) []evidence.Mail {
	return slices.DeleteFunc(r.mailsAfter(t, reset), func(m evidence.Mail) bool {
		return len(m.Codes) == 0
	})
}

// findOtherRecipients returns the addresses of other traders who got a code before, or beside the
// mail of, their own reset.
func (r *Record) findOtherRecipients(t evidence.Trader, reset string,
	traders []evidence.Trader) []string {
	var list []string
	for _, other := range traders {
		for _, m := range r.mails[other.Login] {
			theirs := r.seenBefore(m, acceptedResetStep(other))
			if other.Login != t.Login && theirs && !r.seenBefore(m, reset) && len(m.Codes) > 0 &&
				!slices.Contains(list, other.MailTo) {
				list = append(list, other.MailTo)
			}
		}
	}
	return list
}

// loginsSharing returns the recipients of the mails, and of others with one of their codes.
func (r *Record) loginsSharing(mails []evidence.Mail) map[string]bool {
	logins := map[string]bool{}
	note := func(m evidence.Mail) {
		for _, login := range m.Traders {
			logins[login] = true
		}
	}
	for _, mine := range mails {
		note(mine)
		for _, m := range r.coded[strings.ToLower(string(mine.Codes[0]))] {
			note(m)
		}
	}
	return logins
}

// leak is a mail that brought a trader's code to somebody else.
type leak struct {
	mail evidence.Mail
	to   string
}

// findLeaks finds the mails that brought the code of these mails to others.
func (r *Record) findLeaks(t evidence.Trader, own []evidence.Mail,
	traders []evidence.Trader) []leak {
	var list []leak
	suspects := r.loginsSharing(own)
	for _, other := range traders {
		if !suspects[other.Login] || strings.EqualFold(other.MailTo, t.MailTo) {
			continue
		}
		m, found := r.findCopy(other, own)
		if !found {
			m, found = r.findExchangedMail(other, own, traders)
		}
		if !found {
			m, found = r.findMisrenderedMail(other, t, own)
		}
		if found {
			list = append(list, leak{m, other.MailTo})
		}
	}
	return list
}

// groupByCode groups mails by code, in the order of the codes.
func groupByCode(mails []evidence.Mail) [][]evidence.Mail {
	var groups [][]evidence.Mail
	for _, m := range mails {
		i := slices.IndexFunc(groups, func(g []evidence.Mail) bool { return sameCode(g[0], m) })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], m)
	}
	return groups
}

// findCopy finds a mail to the other trader with the code of one of the mails: the same mail, or
// one without a reset of the other's own. A deployment with one code for everybody copies nothing.
func (r *Record) findCopy(other evidence.Trader, own []evidence.Mail) (evidence.Mail, bool) {
	for _, m := range r.mails[other.Login] {
		early := r.seenBefore(m, acceptedResetStep(other))
		if !r.seenBeforeRound(m) {
			continue
		}
		surplus := len(r.codeMailsAfter(other, acceptedResetStep(other))) > 1 &&
			!r.endedOwnWait(other, m)
		for _, mine := range own {
			if mine.ID == m.ID || (early || surplus) && sameCode(mine, m) {
				return m, true
			}
		}
	}
	return evidence.Mail{}, false
}

// minUnguessableLength is the shortest code that does not repeat by chance.
const minUnguessableLength = 6

// findExchangedMail finds a mail to the other trader with the code of one of the mails, although a
// third trader got another code. The deployment then does not give everybody the same code.
func (r *Record) findExchangedMail(other evidence.Trader, own []evidence.Mail,
	traders []evidence.Trader) (evidence.Mail, bool) {
	theirs := r.codeMailsAfter(other, acceptedResetStep(other))
	for _, m := range theirs {
		for _, mine := range own {
			if !sameCode(mine, m) || r.secretLength(m.Codes[0]) < minUnguessableLength {
				continue
			}
			for _, third := range traders {
				if mails := r.codeMailsAfter(third, acceptedResetStep(third)); len(mails) > 0 &&
					!slices.ContainsFunc(mails, func(o evidence.Mail) bool {
						return sameCode(o, m)
					}) {
					return m, true
				}
			}
		}
	}
	return evidence.Mail{}, false
}

// findMisrenderedMail finds a mail to the other trader that carries the code of one of the mails
// and names the trader instead: it is the trader's mail.
func (r *Record) findMisrenderedMail(other, t evidence.Trader, own []evidence.Mail) (evidence.Mail,
	bool) {
	for _, m := range r.codeMailsAfter(other, acceptedResetStep(other)) {
		shared := slices.ContainsFunc(own, func(mine evidence.Mail) bool {
			return sameCode(mine, m)
		})
		if shared && r.findMisnaming(m, t, other) != "" {
			return m, true
		}
	}
	return evidence.Mail{}, false
}

func (r *Record) secretLength(p placeholder.Placeholder) int {
	for _, s := range r.Run.Secrets {
		if s.Placeholder == p {
			return s.Length
		}
	}
	return 0
}

// endedOwnWait reports whether the mail ended a wait of the trader's own.
func (r *Record) endedOwnWait(t evidence.Trader, m evidence.Mail) bool {
	for _, step := range []string{mailStep(t), joinID(restoreLeg, "mail", t.Login),
		freshCodeStep("", "mail", t), freshCodeStep(restoreLeg, "mail", t)} {
		for _, w := range r.waits[step] {
			if w.Mail == m.ID {
				return true
			}
		}
	}
	return false
}

func sameCode(a, b evidence.Mail) bool {
	return len(a.Codes) > 0 && len(b.Codes) > 0 &&
		strings.EqualFold(string(a.Codes[0]), string(b.Codes[0]))
}
