package suites

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
)

// mixUp is a code or mail of one trader that reached another.
type mixUp struct {
	step, mail string
	// what describes the mix-up for people.
	what string
}

// demandNoMixUp demands that simultaneous resets are kept apart. A shared code, or a mail missing
// for one trader and doubled for another, counts only if both rounds show one: once may be chance,
// or somebody else's doing.
func (l *Look) demandNoMixUp(parties []evidence.Trader) {
	if reason := l.findRoundObstacle(parties); reason != "" {
		l.Untestable(reason)
		return
	}
	if !l.hasRoundWaits(parties) {
		return
	}
	if l.demandRightAnswersAccepted(parties); len(l.findings) > 0 {
		return
	}
	accepted := l.acceptedInRound(firstRound, parties)
	if len(accepted) < 2 {
		l.explainTooFewAccepted(parties)
		return
	}
	const expected = "each trader's own code and mail, as after a reset alone"
	for _, m := range l.record.findMailsNamingOthers(accepted) {
		l.FailMail(m.mail, m.step, expected, m.what)
	}
	first, second := l.record.findMixUps(firstRound, accepted),
		l.record.findMixUps(secondRound, l.acceptedInRound(secondRound, parties))
	switch {
	case len(first) > 0 && len(second) > 0:
		l.FailMail(first[0].mail, first[0].step, expected, first[0].what+"; the second time, "+
			second[0].what)
	case len(first) > 0:
		l.Untestable(first[0].what +
			", but not a second time: this may be chance, or somebody else who resets the same traders")
	case !slices.ContainsFunc(accepted, func(t evidence.Trader) bool {
		return len(l.record.mailsInRound(firstRound, t)) > 0
	}):
		l.Untestable("the resets at the same time brought no mails", "MAIL-1", "MAIL-2")
	}
}

// hasRoundWaits reports whether the inbox was readable during the round's mail waits.
func (l *Look) hasRoundWaits(parties []evidence.Trader) bool {
	for _, t := range l.acceptedInRound(firstRound, parties) {
		if _, ok := l.acceptedWait(roundMailStep(firstRound, t),
			roundResetStep(firstRound, t)); !ok {
			return false
		}
	}
	return true
}

// findRoundObstacle says why simultaneous resets can't be judged, "" if they can.
func (l *Look) findRoundObstacle(parties []evidence.Trader) string {
	switch problem := l.suite.Target.InboxProblem; {
	case problem != "":
		return "the inbox could not be read: " + problem
	case l.record.keyRefused:
		return keyRefused
	}
	for _, t := range parties {
		if len(l.record.findLeaks(t, l.record.codeMailsAfter(t, acceptedResetStep(t)),
			l.suite.Target.Traders)) > 0 {
			return "codes go astray after resets alone already; see MAIL-4"
		}
		if l.record.findOtherRecipients(t, acceptedResetStep(t), l.suite.Target.Traders) != nil ||
			l.record.hasMailNamingOther(t, parties) {
			return "mails go astray after resets alone already; see MAIL-1, MAIL-4 and MAIL-6"
		}
	}
	return ""
}

// hasMailNamingOther reports whether a mail of the trader's reset alone names another.
func (r *Record) hasMailNamingOther(t evidence.Trader, parties []evidence.Trader) bool {
	return slices.ContainsFunc(parties, func(other evidence.Trader) bool {
		return r.hasFirstMailNaming(other, t)
	})
}

// demandRightAnswersAccepted demands that no right answer is refused as incorrect because others
// are given at the same time. If all are refused, the deployment may simply accept no further
// reset.
func (l *Look) demandRightAnswersAccepted(parties []evidence.Trader) {
	var incorrect []string
	asked := 0
	for _, t := range parties {
		a, alone := l.record.responses[roundResetStep(firstRound, t)],
			l.record.responses[acceptedResetStep(t)]
		if t.Answer == "" || a == nil || a.Response == nil || alone == nil ||
			alone.outcome.Kind != contract.Accepted {
			continue
		}
		asked++
		if a.outcome.Kind == contract.IncorrectAnswer {
			incorrect = append(incorrect, a.Step)
		}
	}
	if len(incorrect) == asked {
		return
	}
	for _, step := range incorrect {
		l.Fail(step, "the right answer accepted, as it is when it is given alone",
			l.record.responses[step].describe())
	}
}

// explainTooFewAccepted reports the response to the first trader whose reset was not accepted, or
// why no reset was sent.
func (l *Look) explainTooFewAccepted(parties []evidence.Trader) {
	for _, t := range parties {
		a, ok := l.Sent(roundResetStep(firstRound, t))
		if ok && a.outcome.Kind != contract.Accepted {
			l.Untestable("fewer than two resets at the same time were accepted: " + t.Login +
				" got " + a.describe())
		}
		if l.reason != "" {
			return
		}
	}
}

// mailsInRound are the trader's mails with a code between the reset of the round and the end of the
// round's last wait.
func (r *Record) mailsInRound(name string, t evidence.Trader) []evidence.Mail {
	if _, sent := r.responses[roundResetStep(name, t)]; !sent {
		return nil
	}
	end := r.findRoundEnd(name)
	return slices.DeleteFunc(slices.Clone(r.mails[t.Login]), func(m evidence.Mail) bool {
		return len(m.Codes) == 0 || r.seenBefore(m, roundResetStep(name, t)) || m.Seen.After(end)
	})
}

func (r *Record) findRoundEnd(name string) time.Time {
	var end time.Time
	for step, waits := range r.waits {
		for _, w := range waits {
			if over := w.Started.Add(w.Duration); strings.HasPrefix(step, name+"/mail/") &&
				over.After(end) {
				end = over
			}
		}
	}
	return end
}

// findMixUps finds codes and mails of one trader that reached another. Codes prove nothing if
// traders shared them after resets alone already.
func (r *Record) findMixUps(name string, accepted []evidence.Trader) []mixUp {
	inRound := func(t evidence.Trader) []evidence.Mail { return r.mailsInRound(name, t) }
	telling := !slices.ContainsFunc(accepted, func(t evidence.Trader) bool {
		_, _, shared := findCodeSharer(t, accepted, r.mailsOfFirstReset)
		return shared
	})
	var list []mixUp
	for _, t := range accepted {
		if len(inRound(t)) == 0 {
			list = append(list, r.findMisdirectedMail(name, t, accepted)...)
		} else if other, m, found := findCodeSharer(t, accepted, inRound); found && telling {
			list = append(list,
				mixUp{roundResetStep(name, t), m.ID, fmt.Sprintf("%s and %s got the same code",
					t.Login, other.Login)})
		}
	}
	return list
}

// findMisdirectedMail finds a trader with more mails than after the reset alone, if this one got
// none.
func (r *Record) findMisdirectedMail(name string, t evidence.Trader,
	accepted []evidence.Trader) []mixUp {
	for _, other := range accepted {
		theirs := r.mailsInRound(name, other)
		if !strings.EqualFold(other.MailTo, t.MailTo) &&
			len(theirs) > max(1, len(r.mailsOfFirstReset(other))) {
			return []mixUp{{roundResetStep(name, t), theirs[len(theirs)-1].ID,
				fmt.Sprintf("%s got no mail, and %s %d", t.Login, other.Login, len(theirs))}}
		}
	}
	return nil
}

// mailsOfFirstReset are the mails with a code after the trader's first accepted reset and before
// any further one.
func (r *Record) mailsOfFirstReset(t evidence.Trader) []evidence.Mail {
	return slices.DeleteFunc(r.codeMailsAfter(t, acceptedResetStep(t)), func(m evidence.Mail) bool {
		return slices.ContainsFunc([]string{freshCodeStep("", "reset", t),
			joinID(restoreLeg, "reset", t.Login), freshCodeStep(restoreLeg, "reset", t)},
			func(reset string) bool {
				_, sent := r.responses[reset]
				return sent && !r.seenBefore(m, reset)
			})
	})
}

// findCodeSharer finds another trader who got the trader's codes, and one of the trader's mails. It
// finds nobody unless all of the trader's codes reached others.
func findCodeSharer(t evidence.Trader, traders []evidence.Trader,
	mailsOf func(evidence.Trader) []evidence.Mail) (evidence.Trader, evidence.Mail, bool) {
	var found evidence.Trader
	own := mailsOf(t)
	for _, m := range own {
		i := slices.IndexFunc(traders, func(o evidence.Trader) bool {
			return !strings.EqualFold(o.MailTo, t.MailTo) &&
				slices.ContainsFunc(mailsOf(o), func(theirs evidence.Mail) bool {
					return sameCode(m, theirs)
				})
		})
		if i < 0 {
			return evidence.Trader{}, evidence.Mail{}, false
		}
		found = traders[i]
	}
	if len(own) == 0 {
		return evidence.Trader{}, evidence.Mail{}, false
	}
	return found, own[0], true
}

// findMailsNamingOthers finds mails of the round that name another trader in place of their own.
func (r *Record) findMailsNamingOthers(accepted []evidence.Trader) []mixUp {
	var list []mixUp
	words := r.findOwnWords(accepted)
	for _, t := range accepted {
		for _, m := range r.mailsInRound(firstRound, t) {
			if other, name := r.findOtherName(m, t, accepted, words); name != "" {
				list = append(list, mixUp{roundResetStep(firstRound, t), m.ID,
					fmt.Sprintf("a mail for %s that names %s, as %s", t.Login, other.Login, name)})
			}
		}
	}
	return list
}

func (r *Record) findOtherName(m evidence.Mail, t evidence.Trader, accepted []evidence.Trader,
	words map[string][]string) (evidence.Trader, string) {
	for _, other := range accepted {
		if strings.EqualFold(other.MailTo, t.MailTo) {
			continue
		}
		name := r.findMisnaming(m, other, t)
		if name == "" && r.hasOwnWordsOf(m, other, t, accepted, words) {
			name = strings.Join(words[other.Login], " ")
		}
		if name != "" {
			return other, name
		}
	}
	return evidence.Trader{}, ""
}

// hasFirstMailNaming reports whether a mail of the trader's reset alone names the other.
func (r *Record) hasFirstMailNaming(other, t evidence.Trader) bool {
	return slices.ContainsFunc(r.codeMailsAfter(t, acceptedResetStep(t)),
		func(m evidence.Mail) bool { return r.findMisnaming(m, other, t) != "" })
}

// maxOwnWords is the most words of a name; a difference of more words is another text.
const maxOwnWords = 4

// findOwnWords returns, by login, the words of a trader's first mail that no other trader's has: a
// name.
func (r *Record) findOwnWords(traders []evidence.Trader) map[string][]string {
	texts := map[string][]string{}
	count := map[string]int{}
	for _, t := range traders {
		if mails := r.codeMailsAfter(t, acceptedResetStep(t)); len(mails) > 0 {
			texts[t.Login] = extractWords(mails[0])
		}
		for _, word := range texts[t.Login] {
			count[word]++
		}
	}
	own := map[string][]string{}
	for login, words := range texts {
		list := slices.DeleteFunc(words, func(word string) bool { return count[word] > 1 })
		if len(list) <= maxOwnWords {
			own[login] = list
		}
	}
	return own
}

// extractWords returns the mail's words without digits, each once.
func extractWords(m evidence.Mail) []string {
	words := strings.FieldsFunc(m.Subject+" "+m.Text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	words = slices.DeleteFunc(words, func(word string) bool {
		return strings.ContainsFunc(word, unicode.IsDigit)
	})
	slices.Sort(words)
	return slices.Compact(words)
}

// hasOwnWordsOf reports whether the trader's mail has the other's own words and none of the
// trader's. Words of every mail in the round, such as a weekday, count for nobody.
func (r *Record) hasOwnWordsOf(m evidence.Mail, other, t evidence.Trader,
	accepted []evidence.Trader, own map[string][]string) bool {
	mine, theirs := own[t.Login], own[other.Login]
	if len(mine) == 0 || len(theirs) == 0 || !containsAll(extractWords(m), theirs) ||
		slices.ContainsFunc(extractWords(m), func(word string) bool {
			return slices.Contains(mine, word)
		}) {
		return false
	}
	return slices.ContainsFunc(accepted, func(p evidence.Trader) bool {
		return slices.ContainsFunc(r.mailsInRound(firstRound, p), func(o evidence.Mail) bool {
			return !containsAll(extractWords(o), theirs)
		})
	})
}

func containsAll(words, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(word string) bool {
		return !slices.Contains(words, word)
	})
}
