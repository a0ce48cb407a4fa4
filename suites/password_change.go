package suites

import (
	"slices"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// The ids of the operations that the linked pages describe.
const (
	opToken    = "generateToken"
	opPassword = "updatePassword"
	opSignIn   = "signIn"
)

// noPasswords is the reason if no trader has both passwords.
const noPasswords = "no trader with both passwords is declared (traders: password and newPassword)"

// maxWrongCodeTraders bounds how many traders' plans hold a wrong code. A wrong code names no
// trader, so it may count against every unused code.
const maxWrongCodeTraders = 6

// Placeholders that become known during the run.
func validPassword(t evidence.Trader) placeholder.Placeholder {
	return traderPlaceholder("valid password", t)
}
func otherPassword(t evidence.Trader) placeholder.Placeholder {
	return traderPlaceholder("other password", t)
}

func traderPlaceholder(kind placeholder.Kind, t evidence.Trader) placeholder.Placeholder {
	return kind.Of(t.Login)
}

func sessionOf(name string, t evidence.Trader) placeholder.Placeholder {
	return placeholder.Session.Of(joinID(name, t.Login))
}
func codeOf(leg string, t evidence.Trader) placeholder.Placeholder {
	return placeholder.Code.Of(joinID(leg, t.Login))
}
func tokenOf(leg string, t evidence.Trader) placeholder.Placeholder {
	return placeholder.Token.Of(joinID(leg, t.Login))
}

// restoreLeg is the part of a password change that restores the password; the part before is "".
const restoreLeg = "way-back"

// tradersSigningIn are the traders with declared passwords. Without a key nobody can sign in.
func (b *builder) tradersSigningIn() []evidence.Trader {
	if !b.target.HasKey || !b.hasOperation(opSignIn) {
		return nil
	}
	return b.passworded
}

// tradersChangingPassword are the traders of the whole flow: reset, new password, sign-in and
// restored password.
func (b *builder) tradersChangingPassword() []evidence.Trader {
	if b.target.Inbox == "" || !b.hasOperation(opToken) || !b.hasOperation(opPassword) {
		return nil
	}
	return b.tradersSigningIn()
}

// traderIndex is the trader's place in the list, -1 if absent.
func traderIndex(travellers []evidence.Trader, t evidence.Trader) int {
	return slices.IndexFunc(travellers, func(o evidence.Trader) bool { return o.Login == t.Login })
}

// neighbour is the trader so many places after the i-th.
func neighbour(travellers []evidence.Trader, i, step int) (evidence.Trader, bool) {
	if i+step < 0 || i+step >= len(travellers) {
		return evidence.Trader{}, false
	}
	return travellers[i+step], true
}

// traderPlanner plans one trader's steps, one after another.
type traderPlanner struct {
	*builder
	trader evidence.Trader
	needs  []string
	// before are all steps so far: a selection may leave out any of them.
	before []string
	// refused are the updates since the last sign-in that must be refused.
	refused []string
}

func (n *traderPlanner) addInOrder(s plan.Step) string {
	s.Trader, s.Needs = n.trader.Login, append(s.Needs, n.needs...)
	s.After = append(s.After, n.before...)
	id := n.addStep(s)
	n.before = append(slices.Clone(n.before), id)
	return id
}

// planPasswordChange plans the steps from the mail of the accepted reset to the new password.
func (b *builder) planPasswordChange(t evidence.Trader) {
	travellers := b.tradersChangingPassword()
	i := traderIndex(travellers, t)
	if i < 0 {
		return
	}
	n := &traderPlanner{builder: b, trader: t, needs: []string{passwordKnownStep(t), mailStep(t)},
		before: []string{mailStep(t)}}
	n.planCodes(i, len(travellers))
	n.planUpdates(i, travellers)
}

// planRestores plans how each trader gets the old password back, once all are changed.
func (b *builder) planRestores() {
	travellers := b.tradersChangingPassword()
	if len(travellers) == 0 {
		return
	}
	arrived := plan.Step{ID: allArrived, Cleanup: true}
	arrived.After = []string{joinID("signin/kept", travellers[0].Login)}
	for _, t := range travellers {
		arrived.After = append(arrived.After, joinID("signin/changed", t.Login), usedCodeStep(t))
	}
	b.addStep(arrived)
	changes := map[string][]string{}
	for _, s := range b.steps {
		if s.Request != nil && s.Request.Operation == opPassword {
			changes[s.Trader] = append(changes[s.Trader], s.ID)
		}
	}
	for i, t := range travellers {
		b.planRestore(i, len(travellers), t, changes[t.Login])
	}
	updates := b.selectRequests(func(s plan.Step) bool { return s.Request.Operation == opPassword })
	b.addStep(plan.Step{ID: allUpdated, Cleanup: true, After: updates})
	for _, t := range travellers {
		b.planFinalPassword(t, changes[t.Login], updates)
	}
}

// allArrived is the barrier after all uses of the changed passwords, allUpdated the one after all
// password changes.
const (
	allArrived = "all-arrived"
	allUpdated = "all-updated"
)

// finalPasswordSteps are the steps that decide each trader's valid password at the end.
func (b *builder) finalPasswordSteps() []string {
	var list []string
	for _, t := range b.tradersChangingPassword() {
		list = append(list, finalPasswordStep(t))
	}
	return list
}

func finalPasswordStep(t evidence.Trader) string { return joinID(restoreLeg, "settled", t.Login) }

func (b *builder) planRestore(i, travellers int, t evidence.Trader, changes []string) {
	n := &traderPlanner{builder: b, trader: t}
	back := func(s plan.Step) plan.Step {
		s.Cleanup, s.OnlyIfAnySent = true, changes
		return s
	}
	old := back(n.newSignInStep(joinID("signin/old", t.Login), validPassword(t), 1))
	old.After = append([]string{allArrived}, changes...)
	old.Request.Retry = &plan.Retry{After: changes, SignedIn: true}
	n.addInOrder(old)
	restore := func(s plan.Step) plan.Step {
		s = back(s)
		// An update that claimed success is taken back even if the old password seems to have
		// stayed.
		s.Unless, s.RunAnywayAfter = sessionOf("signin/old", t), changes
		return s
	}
	reset := n.addInOrder(restore(plan.Step{ID: joinID(restoreLeg, "reset", t.Login),
		Request: b.newRightReset(t), Cost: plan.Cost{Mails: 1}}))
	n.needs = []string{reset}
	mail := n.addInOrder(restore(plan.Step{ID: joinID(restoreLeg, "mail", t.Login),
		Await: &plan.Await{
			Trader: t.Login, For: reset, Capture: codeOf(restoreLeg, t), Tries: b.target.CodeTries,
			EarlierCode: codeOf("", t),
		}}))
	n.needs = []string{mail}
	if i+travellers < maxWrongCodeTraders {
		n.planWrongCode(i+travellers, restoreLeg, restore)
	}
	n.planRightCodes(restoreLeg, back)
	n.planFreshCode(restoreLeg, back)
	n.addInOrder(restore(n.newUpdateStep(restoreStep(t), tokenOf(restoreLeg, t), validPassword(t),
		validPassword(t))))
}

func restoreStep(t evidence.Trader) string { return joinID(restoreLeg, "password", t.Login) }

// planFinalPassword plans the sign-ins that decide which password is valid after all changes. A
// wrong deployment may change one trader's with another's.
func (b *builder) planFinalPassword(t evidence.Trader, changes, updates []string) {
	n := &traderPlanner{builder: b, trader: t,
		before: []string{allUpdated, joinID("signin/old", t.Login)}}
	signIn := n.newSignInStep(joinID(restoreLeg, "signin", t.Login), validPassword(t), 0)
	signIn.Cleanup, signIn.OnlyIfAnySent = true, changes
	signIn.Unless, signIn.RunAnywayAfter = sessionOf("signin/old", t), updates
	signIn.Request.Retry = &plan.Retry{After: []string{restoreStep(t)}}
	n.addInOrder(signIn)
	// If the restored password is refused although its update claimed success, the other one may
	// still work, but perhaps not for long.
	other := n.newSignInStep(joinID(restoreLeg, "signin-other", t.Login), otherPassword(t), 0)
	other.Cleanup, other.OnlyIfAnySent, other.UnlessSucceeded = true, changes, restoreStep(t)
	other.Unless = sessionOf(joinID(restoreLeg, "signin"), t)
	n.addInOrder(other)
	b.addCheck("PASSWORD-1", joinID(t.Login, restoreLeg), []string{restoreStep(t), signIn.ID},
		func(l *Look) {
			if a := l.record.responses[restoreStep(t)]; a != nil && a.outcome.Succeeded {
				l.demandUpdated(restoreStep(t), signIn.ID, "")
			}
		})
	back := []string{restoreStep(t)}
	n.addInOrder(plan.Step{ID: finalPasswordStep(t), Cleanup: true,
		OnlyIfAnySent: append(slices.Clone(changes), joinID("signin/password", t.Login)),
		PasswordChoice: &plan.PasswordChoice{
			Trader: t.Login, Report: true,
			Updates: []plan.Update{{Step: restoreStep(t), Valid: validPassword(t)},
				{Step: joinID("password/right", t.Login), Valid: otherPassword(t)}},
			SignIns: []plan.SignIn{
				{Session: sessionOf(joinID(restoreLeg, "signin"), t), Valid: validPassword(t),
					Other: otherPassword(t)},
				{Session: sessionOf(joinID(restoreLeg, "signin-other"), t), Valid: otherPassword(t),
					Other: validPassword(t)},
				{Session: sessionOf("signin/old", t), Valid: validPassword(t),
					Other: otherPassword(t), VoidedBy: back},
				{Session: sessionOf("signin/changed", t), Valid: otherPassword(t),
					Other: validPassword(t), VoidedBy: back},
				{Session: sessionOf("signin/password", t), Valid: t.Password, Other: t.NewPassword,
					VoidedBy: changes},
				{Session: sessionOf("signin/new-password", t), Valid: t.NewPassword,
					Other: t.Password, VoidedBy: changes},
			},
		}})
}

// newRightReset returns a reset that the deployment must accept.
func (b *builder) newRightReset(t evidence.Trader) *plan.Request {
	if t.Answer == "" {
		return b.newReset(t, nil)
	}
	return b.newReset(t, t.Answer)
}

// carriesPassword reports whether requests of the operation carry a password. They need a trader
// who declared two.
func (b *builder) carriesPassword(o contract.Operation) bool {
	return slices.ContainsFunc(o.Values(), func(v contract.Value) bool {
		return v.Fact == "trader.password"
	})
}
