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

// inventedToken resembles no token.
const inventedToken = "certainly-not-a-token-of-this-deployment-0417"

// planUpdatePassword covers the page "Update the Password".
func planUpdatePassword(b *builder) {
	all := []string{"PASSWORD-1", "PASSWORD-2", "PASSWORD-3", "PASSWORD-4", "PASSWORD-5",
		"PASSWORD-6", "PASSWORD-7", "PASSWORD-8", "PASSWORD-9", "PASSWORD-10"}
	b.setMissing(noPasswords, all...)
	if b.target.Inbox == "" {
		b.setMissing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)", all...)
	}
	if !b.target.HasKey {
		b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", all...)
	}
	if len(b.tradersChangingPassword()) == 1 {
		b.setMissing("fewer than two traders with both passwords are declared", "PASSWORD-4")
	}
}

// newUpdateStep sets a declared password with the token.
func (n *traderPlanner) newUpdateStep(id string, token, password, confirmation any) plan.Step {
	ask := n.newRequest(opPassword, nil)
	ask.Invalid = false
	ask.Values["Token"], ask.Values["Password"], ask.Values["PasswordConfirmation"] = token,
		password, confirmation
	return plan.Step{ID: id, Request: ask, Cost: plan.Cost{Changes: 1}}
}

// planUpdates sends the token, after tokens that must not be taken for it.
func (n *traderPlanner) planUpdates(i int, travellers []evidence.Trader) {
	last := i == len(travellers)-1
	if i == 0 {
		n.planInventedToken("invented-token", inventedToken)
		n.planWrongKeyUpdate()
		n.planUpdateWithoutToken()
	}
	if i == min(1, len(travellers)-1) {
		n.planInventedToken("nearly-right-token",
			tokenOf("", n.trader).Near("first character changed"))
	}
	if last {
		n.planInventedToken("late-changed-token",
			tokenOf("", n.trader).Near("late character changed"))
		n.planMismatch()
	}
	n.planUnchangedPassword(i, travellers)
	n.planRightUpdate(last)
	if i == 0 {
		n.planKeptPassword(travellers[1:])
	}
}

// planUnchangedPassword signs in once with the password as before. Neither the trader's own refused
// updates nor the previous trader's update may have changed it. Sign-ins may be limited, so a
// second one tells the two causes apart only if this one is refused.
func (n *traderPlanner) planUnchangedPassword(i int, travellers []evidence.Trader) {
	previous, others := neighbour(travellers, i, -1)
	if !others && len(n.refused) == 0 {
		return
	}
	s := n.newSignInStep(joinID("signin/unchanged", n.trader.Login), validPassword(n.trader), 0)
	if others {
		s.After = []string{joinID("signin/changed", previous.Login)}
	}
	u := unchangedSignIns{signIn: n.addInOrder(s)}
	if others && len(n.refused) > 0 {
		early := n.newSignInStep(joinID("signin/changed-early", n.trader.Login),
			otherPassword(n.trader), 0)
		early.Unless = sessionOf("signin/unchanged", n.trader)
		u.early = n.addInOrder(early)
	}
	if len(n.refused) > 0 {
		updates := slices.Clone(n.refused)
		n.addCheck("PASSWORD-7", n.trader.Login, append(slices.Clone(updates), u.steps()...),
			func(l *Look) { l.demandUnchanged(u, updates) })
	}
	if others {
		n.checkOthers(u, n.trader, previous)
	}
}

// unchangedSignIns are the sign-in with the password as before and, if its refusal may have two
// causes, an early one with the password of the trader's own refused updates.
type unchangedSignIns struct{ signIn, early string }

func (u unchangedSignIns) steps() []string {
	if u.early == "" {
		return []string{u.signIn}
	}
	return []string{u.signIn, u.early}
}

// wasCarriedOut reports whether the password of the trader's own refused updates signs in.
func (l *Look) wasCarriedOut(u unchangedSignIns) bool {
	a := l.record.responses[u.early]
	return a != nil && a.isSignedIn()
}

// demandUnchanged demands that the refused updates changed nothing.
func (l *Look) demandUnchanged(u unchangedSignIns, updates []string) {
	sent := slices.ContainsFunc(updates, func(id string) bool {
		return l.record.responses[id] != nil
	})
	a, ok := l.Keyed(u.signIn)
	switch {
	case !ok:
	case !sent:
		l.markUnsent(updates[0])
	case a.isSignedIn() || u.early == "" || l.wasCarriedOut(u):
		l.demandStillSignsIn(u.signIn, "the password as before the refused updates")
	default:
		l.Untestable("the password was changed, but not to what the refused updates carry",
			"PASSWORD-4")
	}
}

func (n *traderPlanner) checkOthers(u unchangedSignIns, t, changed evidence.Trader) {
	update := joinID("password/right", changed.Login)
	n.addCheck("PASSWORD-4", fmt.Sprintf("%s after the update of %s", t.Login, changed.Login),
		append(u.steps(), update), func(l *Look) {
			if l.wasCarriedOut(u) {
				l.Untestable("a refused update of the trader's own changed the password",
					"PASSWORD-7")
				return
			}
			l.demandStillSignsIn(u.signIn, t.Login+" signs in as before the update of "+
				changed.Login)
			if a, ok := l.Keyed(update); ok && !a.outcome.Succeeded {
				l.Untestable("there was no update of "+changed.Login, "PASSWORD-1")
			}
		})
}

// planKeptPassword signs the first trader in again, after all other updates.
func (n *traderPlanner) planKeptPassword(others []evidence.Trader) {
	if len(others) == 0 {
		return
	}
	s := n.newSignInStep(joinID("signin/kept", n.trader.Login), otherPassword(n.trader), 0)
	s.Request.Retry = &plan.Retry{After: []string{joinID("password/right", n.trader.Login)}}
	var updates []string
	for _, other := range others {
		s.After = append(s.After, joinID("signin/changed", other.Login))
		updates = append(updates, joinID("password/right", other.Login))
	}
	own := joinID("signin/changed", n.trader.Login)
	id := n.addStep(plan.Step{ID: s.ID, Trader: n.trader.Login, Request: s.Request,
		Needs: []string{own}, After: s.After})
	n.addCheck("PASSWORD-4", n.trader.Login+" after the updates of the others",
		append([]string{id, own}, updates...), func(l *Look) {
			if a, ok := l.Keyed(own); ok && !a.isSignedIn() {
				l.Untestable("the own update did not work", "PASSWORD-1")
				return
			}
			l.demandStillSignsIn(id, n.trader.Login+" signs in as before the updates of the others")
		})
}

// planInventedToken sends a token unknown to the deployment.
func (n *traderPlanner) planInventedToken(kind string, token any) {
	s := n.newUpdateStep(joinID("password", kind, n.trader.Login), token, otherPassword(n.trader),
		otherPassword(n.trader))
	s.Needs, s.Request.Invalid = []string{n.rightCodeStep("", 0)}, true
	id := n.addInOrder(s)
	n.addCheck("PASSWORD-6", joinID(n.trader.Login, kind), []string{id},
		func(l *Look) { l.demandNotUpdated(id) })
	n.addCheck("PASSWORD-10", joinID(n.trader.Login, kind), []string{id},
		func(l *Look) { l.demandReasons(id) })
	n.refused = append(n.refused, id)
}

// planWrongKeyUpdate sends the right token with a wrong key.
func (n *traderPlanner) planWrongKeyUpdate() {
	id := joinID("password/wrong-key", n.trader.Login)
	s := n.newUpdateStep(id, tokenOf("", n.trader), otherPassword(n.trader),
		otherPassword(n.trader))
	s.Request.Key = n.decoys.Key
	n.addInOrder(s)
	subject := "the right token of " + n.trader.Login + " with the key wrong"
	n.addCheck("KEY-3", subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
	n.addCheck("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
	n.refused = append(n.refused, id)
}

func (n *traderPlanner) planUpdateWithoutToken() {
	s := n.newUpdateStep(joinID("password/no-token", n.trader.Login), "", otherPassword(n.trader),
		otherPassword(n.trader))
	s.Request.Values, s.Request.Breaks = withoutMember(s.Request.Values, "Token"),
		"Token is missing"
	id := n.addInOrder(s)
	n.addCheck("PASSWORD-8", n.trader.Login, []string{id}, func(l *Look) { l.demandNotUpdated(id) })
}

// planMismatch sends a confirmation that differs, is missing, or differs in case only. All
// passwords are declared ones, so that no wrong deployment can set an unknown password. The last
// request is sent only after the first was refused: otherwise the deployment may store the
// confirmation.
func (n *traderPlanner) planMismatch() {
	t := n.trader
	differing := n.newUpdateStep(n.mismatchStep(), tokenOf("", t), otherPassword(t),
		validPassword(t))
	differing.Request.Invalid = true
	mismatch := n.addInOrder(differing)
	n.addCheck("PASSWORD-5", t.Login, []string{mismatch}, func(l *Look) {
		l.demandNotUpdated(mismatch)
	})
	n.addCheck("PASSWORD-10", joinID(t.Login, "mismatch"), []string{mismatch},
		func(l *Look) { l.demandReasons(mismatch) })

	s := n.newUpdateStep(joinID("password/no-confirmation", t.Login), tokenOf("", t),
		otherPassword(t), "")
	s.Request.Values, s.Request.Breaks = withoutMember(s.Request.Values, "PasswordConfirmation"),
		"PasswordConfirmation is missing"
	missing := n.addInOrder(s)
	n.addCheck("PASSWORD-9", t.Login, []string{missing}, func(l *Look) {
		l.demandNotUpdated(missing)
	})

	n.refused = append(n.refused, mismatch, missing)
	if slices.Contains(t.NearPasswords, t.Password.Near(plan.OtherCase)) {
		n.refused = append(n.refused, n.planConfirmationInOtherCase(mismatch))
	}
}

func (n *traderPlanner) planConfirmationInOtherCase(mismatch string) string {
	confirmation := otherPassword(n.trader).Near(plan.OtherCase)
	s := n.newUpdateStep(joinID("password/other-case", n.trader.Login), tokenOf("", n.trader),
		otherPassword(n.trader), confirmation)
	s.UnlessSucceeded, s.Request.Invalid = mismatch, true
	id := n.addInOrder(s)
	n.addCheck("PASSWORD-5", joinID(n.trader.Login, "in other case"), []string{id}, func(l *Look) {
		if a := l.record.responses[mismatch]; a != nil && a.outcome.Succeeded {
			l.Untestable("a confirmation that differs altogether was accepted")
			return
		}
		l.demandNotUpdated(id)
	})
	return id
}

func (n *traderPlanner) mismatchStep() string { return joinID("password/mismatch", n.trader.Login) }

func (n *traderPlanner) planRightUpdate(afterMismatch bool) {
	t := n.trader
	update := n.addInOrder(n.newUpdateStep(joinID("password/right", t.Login), tokenOf("", t),
		otherPassword(t), otherPassword(t)))
	signIn := n.newSignInStep(joinID("signin/changed", t.Login), otherPassword(t), 0)
	signIn.Needs = []string{update}
	signIn.Request.Retry = &plan.Retry{After: []string{update}}
	changed := n.addInOrder(signIn)
	old := joinID("signin/old", t.Login)
	mismatch := ""
	if afterMismatch {
		mismatch = n.mismatchStep()
	}
	n.addCheck("PASSWORD-1", t.Login, []string{update, changed}, func(l *Look) {
		l.demandUpdated(update, changed, mismatch)
	})
	n.addCheck("PASSWORD-2", t.Login, []string{update, changed}, func(l *Look) {
		if !l.wasUpdated(changed) {
			return
		}
		if a, ok := l.Keyed(update); ok && a.outcome.Refused() && a.Attempt > 1 {
			l.demandResponse(update, a)
			return
		}
		l.demandSuccess(update)
	})
	n.addCheck("PASSWORD-3", t.Login, []string{changed, old}, func(l *Look) {
		if l.wasUpdated(changed) {
			a, ok := l.Keyed(old)
			l.Expect(old, ok && (a.isSignedIn() || a.givesToken()), gomega.BeFalse(),
				"no sign-in with the password before the update", describeResponse(a))
		}
	})
	n.addCheck("SIGNIN-2", joinID(t.Login, "the password before the update"),
		[]string{old, changed}, func(l *Look) {
			if l.wasUpdated(changed) {
				l.demandWrongCredentials(old)
			}
		})
}

// demandResponse judges an update that was carried out without a response and refused when
// repeated. Once, that may be the network's fault.
func (l *Look) demandResponse(update string, a *response) {
	silent := 0
	for id, other := range l.record.responses {
		if strings.HasPrefix(id, "password/right/") && other.Attempt > 1 &&
			other.outcome.Refused() {
			silent++
		}
	}
	if silent < 2 {
		l.Untestable("the update was sent twice, since the API did not respond to the first request", "ANSWER-1")
		return
	}
	l.Fail(update, "a response to the update, which was carried out",
		fmt.Sprintf("no response of the API, here and after %d updates in all; sent again: %s",
			silent, a.describe()))
}

func describeResponse(a *response) string {
	if a == nil {
		return ""
	}
	return a.describe()
}

// wasUpdated reports whether the new password signs in; PASSWORD-1 judges failures.
func (l *Look) wasUpdated(changed string) bool {
	a, ok := l.Keyed(changed)
	if ok && !a.isSignedIn() {
		l.Untestable("the new password does not sign in", "PASSWORD-1")
		return false
	}
	return ok
}

// demandUpdated demands that the new password signs in.
func (l *Look) demandUpdated(update, changed, mismatch string) {
	after, ok := l.Keyed(changed)
	if !ok || after.isSignedIn() {
		return
	}
	a, ok := l.Keyed(update)
	switch {
	case !ok:
	case after.outcome.Kind == contract.SecondFactor:
		l.Untestable("after the update the trader signs in with a second factor (State Expecting)")
	case after.outcome.Kind == contract.ExpiredPassword:
		l.Untestable("after the update the trader's password has expired: " + after.describeBody())
	case l.isLocked(after):
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
		l.Fail(changed, "a sign-in with the new password", after.describe()+
			"; the response to the update was "+a.describe())
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
	case a.isKeyError():
		l.Untestable("the configured key was refused", "KEY-8")
	default:
		listed := a.listsErrors() || a.isDocumentedFailure()
		l.Expect(step, listed, gomega.BeTrue(), "errors, in Errors or in ModelState", a.describe())
	}
}
