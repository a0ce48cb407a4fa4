package suites

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// inventedToken has nothing in common with any token.
const inventedToken = "certainly-not-a-token-of-this-deployment-0417"

// updatePassword reads the page "Update the Password".
func updatePassword(b *builder) {
	all := []string{"PASSWORD-1", "PASSWORD-2", "PASSWORD-3", "PASSWORD-4", "PASSWORD-5", "PASSWORD-6", "PASSWORD-7", "PASSWORD-8", "PASSWORD-9", "PASSWORD-10"}
	b.missing(noPasswords, all...)
	if b.target.Inbox == "" {
		b.missing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)", all...)
	}
	if !b.target.HasKey {
		b.missing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", all...)
	}
	if len(b.travellers()) == 1 {
		b.missing("fewer than two traders with both passwords are declared", "PASSWORD-4")
	}
}

// updateStep sets a declared password with the token; where it works, it changes one.
func (n *lane) updateStep(id string, token, password, confirmation any) plan.Step {
	ask := n.ask(opPassword, nil)
	ask.Invalid = false
	ask.Values["Token"], ask.Values["Password"], ask.Values["PasswordConfirmation"] = token, password, confirmation
	return plan.Step{ID: id, Ask: ask, Cost: plan.Cost{Changes: 1}}
}

// askUpdates asks with the token, after what must not be taken for it.
func (n *lane) askUpdates(i int, travellers []evidence.Trader) {
	n.askUntouched(i, travellers)
	last := i == len(travellers)-1
	if i == 0 {
		n.askInvented("invented-token", inventedToken)
		n.askWithWrongKey()
		n.askWithoutToken()
	}
	if i == min(1, len(travellers)-1) {
		n.askInvented("nearly-right-token", tokenOf("", n.trader).Near("first character changed"))
	}
	if last {
		n.askInvented("late-changed-token", tokenOf("", n.trader).Near("late character changed"))
		n.askMismatch()
	}
	n.askRightUpdate(last)
	n.askKept(i, travellers)
}

// askUntouched signs in after the update of the trader before: it must have changed nothing here.
func (n *lane) askUntouched(i int, travellers []evidence.Trader) {
	previous, found := neighbour(travellers, i, -1)
	if !found {
		return
	}
	s := n.signInStep(join("signin/untouched", n.trader.Login), validPassword(n.trader), 0)
	s.After = []string{join("signin/changed", previous.Login)}
	id := n.add(s)
	n.checkOthers(id, n.trader, previous)
}

// askKept signs in again after the update of the trader that follows.
func (n *lane) askKept(i int, travellers []evidence.Trader) {
	next, found := neighbour(travellers, i, 1)
	if !found {
		return
	}
	s := n.signInStep(join("signin/kept", n.trader.Login), otherPassword(n.trader), 0)
	s.After = []string{join("signin/changed", next.Login)}
	s.Ask.Again = &plan.Again{After: []string{join("password/right", n.trader.Login)}}
	id := n.step(plan.Step{ID: s.ID, Lane: n.trader.Login, Ask: s.Ask, Needs: []string{join("signin/changed", n.trader.Login)}, After: s.After})
	own := join("signin/changed", n.trader.Login)
	n.check("PASSWORD-4", fmt.Sprintf("%s after the update of %s", n.trader.Login, next.Login), []string{id, own, join("password/right", next.Login)}, func(l *Look) {
		if a, ok := l.Keyed(own); ok && !a.signedIn() {
			l.Untestable("the own update did not work", "PASSWORD-1")
			return
		}
		l.stillSignsIn(id, n.trader.Login+" signs in as before the update of "+next.Login)
	})
}

func (n *lane) checkOthers(id string, t, changed evidence.Trader) {
	update := join("password/right", changed.Login)
	n.check("PASSWORD-4", fmt.Sprintf("%s after the update of %s", t.Login, changed.Login), []string{id, update}, func(l *Look) {
		l.stillSignsIn(id, t.Login+" signs in as before the update of "+changed.Login)
		if a, ok := l.Keyed(update); ok && !a.outcome.Succeeded {
			l.Untestable("there was no update of "+changed.Login, "PASSWORD-1")
		}
	})
}

// askInvented asks with a token that no answer gave, and then signs in as before.
func (n *lane) askInvented(kind string, token any) {
	s := n.updateStep(join("password", kind, n.trader.Login), token, otherPassword(n.trader), otherPassword(n.trader))
	s.Needs, s.Ask.Invalid = []string{n.rightCode("", 0)}, true
	id := n.add(s)
	n.check("PASSWORD-6", join(n.trader.Login, kind), []string{id}, func(l *Look) { l.demandNotUpdated(id) })
	n.check("PASSWORD-10", join(n.trader.Login, kind), []string{id}, func(l *Look) { l.demandReasons(id) })
	n.askUnchanged(kind, id)
}

// askUnchanged signs in with the password as before the updates, which must all be refused.
func (n *lane) askUnchanged(kind string, updates ...string) {
	id := n.add(n.signInStep(join("signin/after", kind, n.trader.Login), validPassword(n.trader), 0))
	n.check("PASSWORD-7", join(n.trader.Login, kind), append(updates, id), func(l *Look) {
		if _, ok := l.Sent(updates[0]); ok {
			l.stillSignsIn(id, "the password as before the refused update")
		}
	})
}

// askWithWrongKey shows that the right token does not make up for the key.
func (n *lane) askWithWrongKey() {
	id := join("password/wrong-key", n.trader.Login)
	s := n.updateStep(id, tokenOf("", n.trader), otherPassword(n.trader), otherPassword(n.trader))
	s.Ask.Key = n.decoys.Key
	n.add(s)
	subject := "the right token of " + n.trader.Login + " with the key wrong"
	n.check("KEY-3", subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
	n.check("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
	n.askUnchanged("wrong-key", id)
}

func (n *lane) askWithoutToken() {
	s := n.updateStep(join("password/no-token", n.trader.Login), "", otherPassword(n.trader), otherPassword(n.trader))
	s.Ask.Values, s.Ask.Breaks = withoutMember(s.Ask.Values, "Token"), "Token is missing"
	id := n.add(s)
	n.check("PASSWORD-8", n.trader.Login, []string{id}, func(l *Look) { l.demandNotUpdated(id) })
}

// askMismatch asks with a confirmation that differs, is missing, or differs in case only. The passwords are declared
// ones: whichever a wrong deployment takes, the trader gets none that nobody knows. The last is sent only where the
// first was refused: else the deployment may store the confirmation.
func (n *lane) askMismatch() {
	t := n.trader
	differing := n.updateStep(n.mismatch(), tokenOf("", t), otherPassword(t), validPassword(t))
	differing.Ask.Invalid = true
	mismatch := n.add(differing)
	n.check("PASSWORD-5", t.Login, []string{mismatch}, func(l *Look) { l.demandNotUpdated(mismatch) })
	n.check("PASSWORD-10", join(t.Login, "mismatch"), []string{mismatch}, func(l *Look) { l.demandReasons(mismatch) })

	s := n.updateStep(join("password/no-confirmation", t.Login), tokenOf("", t), otherPassword(t), "")
	s.Ask.Values, s.Ask.Breaks = withoutMember(s.Ask.Values, "PasswordConfirmation"), "PasswordConfirmation is missing"
	missing := n.add(s)
	n.check("PASSWORD-9", t.Login, []string{missing}, func(l *Look) { l.demandNotUpdated(missing) })

	updates := []string{mismatch, missing}
	if slices.Contains(t.NearPasswords, t.Password.Near(plan.OtherCase)) {
		updates = append(updates, n.askConfirmationInOtherCase(mismatch))
	}
	n.askUnchanged("mismatch", updates...)
}

func (n *lane) askConfirmationInOtherCase(mismatch string) string {
	confirmation := otherPassword(n.trader).Near(plan.OtherCase)
	s := n.updateStep(join("password/other-case", n.trader.Login), tokenOf("", n.trader), otherPassword(n.trader), confirmation)
	s.UnlessDone, s.Ask.Invalid = mismatch, true
	id := n.add(s)
	n.check("PASSWORD-5", join(n.trader.Login, "in other case"), []string{id}, func(l *Look) {
		if a := l.record.answers[mismatch]; a != nil && a.outcome.Succeeded {
			l.Untestable("a confirmation that differs altogether was accepted")
			return
		}
		l.demandNotUpdated(id)
	})
	return id
}

func (n *lane) mismatch() string { return join("password/mismatch", n.trader.Login) }

func (n *lane) askRightUpdate(afterMismatch bool) {
	t := n.trader
	update := n.add(n.updateStep(join("password/right", t.Login), tokenOf("", t), otherPassword(t), otherPassword(t)))
	signIn := n.signInStep(join("signin/changed", t.Login), otherPassword(t), 0)
	signIn.Needs = []string{update}
	signIn.Ask.Again = &plan.Again{After: []string{update}}
	changed := n.add(signIn)
	old := join("signin/old", t.Login)
	mismatch := ""
	if afterMismatch {
		mismatch = n.mismatch()
	}
	n.check("PASSWORD-1", t.Login, []string{update, changed}, func(l *Look) { l.demandUpdated(update, changed, mismatch) })
	n.check("PASSWORD-2", t.Login, []string{update, changed}, func(l *Look) {
		if !l.updated(changed) {
			return
		}
		if a, ok := l.Keyed(update); ok && a.outcome.Refused() && a.Attempt > 1 {
			l.demandAnswered(update, a)
			return
		}
		l.demandSuccess(update)
	})
	n.check("PASSWORD-3", t.Login, []string{changed, old}, func(l *Look) {
		if l.updated(changed) {
			a, ok := l.Keyed(old)
			l.Expect(old, ok && (a.signedIn() || a.givesToken()), gomega.BeFalse(), "no sign-in with the password before the update", describe(a))
		}
	})
	n.check("SIGNIN-2", join(t.Login, "the password before the update"), []string{old, changed}, func(l *Look) {
		if l.updated(changed) {
			l.demandWrongCredentials(old)
		}
	})
}

// demandAnswered looks at an update that was carried out, met silence, and was refused when it was sent again: once,
// that may be the network's fault.
func (l *Look) demandAnswered(update string, a *answer) {
	silent := 0
	for id, other := range l.record.answers {
		if strings.HasPrefix(id, "password/right/") && other.Attempt > 1 && other.outcome.Refused() {
			silent++
		}
	}
	if silent < 2 {
		l.Untestable("the update was sent twice, since the first request met silence", "ANSWER-1")
		return
	}
	l.Fail(update, "an answer to the update, which was carried out", fmt.Sprintf("silence, here and after %d in all; sent again: %s", silent, a.describe()))
}

func describe(a *answer) string {
	if a == nil {
		return ""
	}
	return a.describe()
}

// updated reports whether the new password signs in; where it does not, PASSWORD-1 says why.
func (l *Look) updated(changed string) bool {
	a, ok := l.Keyed(changed)
	if ok && !a.signedIn() {
		l.Untestable("the new password does not sign in", "PASSWORD-1")
		return false
	}
	return ok
}

// demandUpdated demands that the new password signs in.
func (l *Look) demandUpdated(update, changed, mismatch string) {
	after, ok := l.Keyed(changed)
	if !ok || after.signedIn() {
		return
	}
	a, ok := l.Keyed(update)
	switch {
	case !ok:
	case after.outcome.Kind == contract.SecondFactor:
		l.Untestable("after the update the trader signs in with a second factor (State Expecting)")
	case after.outcome.Kind == contract.ExpiredPassword:
		l.Untestable("after the update the trader's password has expired: " + after.describeBody())
	case l.locked(after):
		l.Untestable(accountLocked + after.describeBody())
	case a.outcome.Refused() && a.Attempt > 1:
		l.Untestable("the update was sent twice, since the first request met silence", "ANSWER-1")
	case a.outcome.Refused() && a.outcome.HintsAtPolicy():
		l.Untestable("the deployment's rules refuse the declared password: " + a.describeBody())
	case a.outcome.Refused() && mismatch != "" && l.record.answers[mismatch] != nil:
		l.Untestable("the update was refused after one whose confirmation differed, which may have used up the token")
	case a.outcome.Refused():
		l.Fail(update, "the password updated with the token", a.describe())
	default:
		l.Fail(changed, "a sign-in with the new password", after.describe()+"; the update was answered "+a.describe())
	}
}

// demandNotUpdated demands that the update does not claim success.
func (l *Look) demandNotUpdated(step string) {
	if a, ok := l.Sent(step); ok {
		l.demandNoFailure(a)
		l.Expect(step, a.outcome.Succeeded, gomega.BeFalse(), "a refusal", a.describe())
	}
}

// demandReasons demands that a refused update says why.
func (l *Look) demandReasons(step string) {
	a, ok := l.Readable(step)
	switch {
	case !ok:
	case a.outcome.Succeeded:
		l.Untestable("the update was not refused", "PASSWORD-5", "PASSWORD-6")
	case a.keyError():
		l.Untestable("the configured key was refused", "KEY-8")
	default:
		listed := a.enumerates() || a.documentedFailure()
		l.Expect(step, listed, gomega.BeTrue(), "errors, in Errors or in ModelState", a.describe())
	}
}
