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
	n.askUnchanged(i, travellers)
	n.askRightUpdate(last)
	if i == 0 {
		n.askKept(travellers[1:])
	}
}

// askUnchanged signs in once with the password as before: neither the trader's own refused updates
// nor the update of the trader before may have changed it. Sign-ins are few, since they may be
// limited; only where this one is refused a second one tells which of the two it was.
func (n *lane) askUnchanged(i int, travellers []evidence.Trader) {
	previous, others := neighbour(travellers, i, -1)
	if !others && len(n.refused) == 0 {
		return
	}
	s := n.signInStep(join("signin/unchanged", n.trader.Login), validPassword(n.trader), 0)
	if others {
		s.After = []string{join("signin/changed", previous.Login)}
	}
	u := unchanged{signIn: n.add(s)}
	if others && len(n.refused) > 0 {
		early := n.signInStep(join("signin/changed-early", n.trader.Login), otherPassword(n.trader), 0)
		early.Unless = session("signin/unchanged", n.trader)
		u.early = n.add(early)
	}
	if len(n.refused) > 0 {
		updates := slices.Clone(n.refused)
		n.check("PASSWORD-7", n.trader.Login, append(slices.Clone(updates), u.steps()...), func(l *Look) { l.demandUnchanged(u, updates) })
	}
	if others {
		n.checkOthers(u, n.trader, previous)
	}
}

// unchanged are the sign-in with the password as before and, where that may have two causes, the
// one that tells them apart: with the password that the trader's own refused updates carry.
type unchanged struct{ signIn, early string }

func (u unchanged) steps() []string {
	if u.early == "" {
		return []string{u.signIn}
	}
	return []string{u.signIn, u.early}
}

// carriedOut reports whether the password that only the trader's own updates carry signs in.
func (l *Look) carriedOut(u unchanged) bool {
	a := l.record.responses[u.early]
	return a != nil && a.signedIn()
}

// demandUnchanged demands that the refused updates changed nothing.
func (l *Look) demandUnchanged(u unchanged, updates []string) {
	sent := slices.ContainsFunc(updates, func(id string) bool { return l.record.responses[id] != nil })
	a, ok := l.Keyed(u.signIn)
	switch {
	case !ok:
	case !sent:
		l.unsent(updates[0])
	case a.signedIn() || u.early == "" || l.carriedOut(u):
		l.stillSignsIn(u.signIn, "the password as before the refused updates")
	default:
		l.Untestable("the password was changed, but not to what the refused updates carry", "PASSWORD-4")
	}
}

func (n *lane) checkOthers(u unchanged, t, changed evidence.Trader) {
	update := join("password/right", changed.Login)
	n.check("PASSWORD-4", fmt.Sprintf("%s after the update of %s", t.Login, changed.Login), append(u.steps(), update), func(l *Look) {
		if l.carriedOut(u) {
			l.Untestable("a refused update of the trader's own changed the password", "PASSWORD-7")
			return
		}
		l.stillSignsIn(u.signIn, t.Login+" signs in as before the update of "+changed.Login)
		if a, ok := l.Keyed(update); ok && !a.outcome.Succeeded {
			l.Untestable("there was no update of "+changed.Login, "PASSWORD-1")
		}
	})
}

// askKept signs the first trader in again, after the updates of all others.
func (n *lane) askKept(others []evidence.Trader) {
	if len(others) == 0 {
		return
	}
	s := n.signInStep(join("signin/kept", n.trader.Login), otherPassword(n.trader), 0)
	s.Ask.Again = &plan.Again{After: []string{join("password/right", n.trader.Login)}}
	var updates []string
	for _, other := range others {
		s.After = append(s.After, join("signin/changed", other.Login))
		updates = append(updates, join("password/right", other.Login))
	}
	own := join("signin/changed", n.trader.Login)
	id := n.step(plan.Step{ID: s.ID, Lane: n.trader.Login, Ask: s.Ask, Needs: []string{own}, After: s.After})
	n.check("PASSWORD-4", n.trader.Login+" after the updates of the others", append([]string{id, own}, updates...), func(l *Look) {
		if a, ok := l.Keyed(own); ok && !a.signedIn() {
			l.Untestable("the own update did not work", "PASSWORD-1")
			return
		}
		l.stillSignsIn(id, n.trader.Login+" signs in as before the updates of the others")
	})
}

// askInvented asks with a token that no response gave.
func (n *lane) askInvented(kind string, token any) {
	s := n.updateStep(join("password", kind, n.trader.Login), token, otherPassword(n.trader), otherPassword(n.trader))
	s.Needs, s.Ask.Invalid = []string{n.rightCode("", 0)}, true
	id := n.add(s)
	n.check("PASSWORD-6", join(n.trader.Login, kind), []string{id}, func(l *Look) { l.demandNotUpdated(id) })
	n.check("PASSWORD-10", join(n.trader.Login, kind), []string{id}, func(l *Look) { l.demandReasons(id) })
	n.refused = append(n.refused, id)
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
	n.refused = append(n.refused, id)
}

func (n *lane) askWithoutToken() {
	s := n.updateStep(join("password/no-token", n.trader.Login), "", otherPassword(n.trader), otherPassword(n.trader))
	s.Ask.Values, s.Ask.Breaks = withoutMember(s.Ask.Values, "Token"), "Token is missing"
	id := n.add(s)
	n.check("PASSWORD-8", n.trader.Login, []string{id}, func(l *Look) { l.demandNotUpdated(id) })
}

// askMismatch asks with a confirmation that differs, is missing, or differs in case only. The
// passwords are declared ones: whichever a wrong deployment takes, the trader gets none that nobody
// knows. The last is sent only where the first was refused: else the deployment may store the
// confirmation.
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

	n.refused = append(n.refused, mismatch, missing)
	if slices.Contains(t.NearPasswords, t.Password.Near(plan.OtherCase)) {
		n.refused = append(n.refused, n.askConfirmationInOtherCase(mismatch))
	}
}

func (n *lane) askConfirmationInOtherCase(mismatch string) string {
	confirmation := otherPassword(n.trader).Near(plan.OtherCase)
	s := n.updateStep(join("password/other-case", n.trader.Login), tokenOf("", n.trader), otherPassword(n.trader), confirmation)
	s.UnlessDone, s.Ask.Invalid = mismatch, true
	id := n.add(s)
	n.check("PASSWORD-5", join(n.trader.Login, "in other case"), []string{id}, func(l *Look) {
		if a := l.record.responses[mismatch]; a != nil && a.outcome.Succeeded {
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
			l.demandResponse(update, a)
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

// demandResponse looks at an update that was carried out, met silence, and was refused when it was
// sent again: once, that may be the network's fault.
func (l *Look) demandResponse(update string, a *response) {
	silent := 0
	for id, other := range l.record.responses {
		if strings.HasPrefix(id, "password/right/") && other.Attempt > 1 && other.outcome.Refused() {
			silent++
		}
	}
	if silent < 2 {
		l.Untestable("the update was sent twice, since the API did not respond to the first request", "ANSWER-1")
		return
	}
	l.Fail(update, "a response to the update, which was carried out", fmt.Sprintf("no response of the API, here and after %d updates in all; sent again: %s", silent, a.describe()))
}

func describe(a *response) string {
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
		l.Untestable("the update was sent twice, since the API did not respond to the first request", "ANSWER-1")
	case a.outcome.Refused() && a.outcome.HintsAtPolicy():
		l.Untestable("the deployment's rules refuse the declared password: " + a.describeBody())
	case a.outcome.Refused() && mismatch != "" && l.record.responses[mismatch] != nil:
		l.Untestable("the update was refused after one whose confirmation differed, which may have used up the token")
	case a.outcome.Refused():
		l.Fail(update, "the password updated with the token", a.describe())
	default:
		l.Fail(changed, "a sign-in with the new password", after.describe()+"; the response to the update was "+a.describe())
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
