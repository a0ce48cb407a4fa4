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

// noPasswords says what the flow needs.
const noPasswords = "no trader with both passwords is declared (traders: password and newPassword)"

// mostOddCodes bounds how many traders' journeys hold a wrong code: a wrong one names no trader, so
// it may count against all codes that wait to be used.
const mostOddCodes = 6

// What the run makes known of a trader on the way.
func validPassword(t evidence.Trader) placeholder.Placeholder { return known("valid password", t) }
func otherPassword(t evidence.Trader) placeholder.Placeholder { return known("other password", t) }

func known(kind placeholder.Kind, t evidence.Trader) placeholder.Placeholder { return kind.Of(t.Login) }

func session(name string, t evidence.Trader) placeholder.Placeholder {
	return placeholder.Session.Of(join(name, t.Login))
}
func codeOf(leg string, t evidence.Trader) placeholder.Placeholder {
	return placeholder.Code.Of(join(leg, t.Login))
}
func tokenOf(leg string, t evidence.Trader) placeholder.Placeholder {
	return placeholder.Token.Of(join(leg, t.Login))
}

// wayBack is the leg of a journey that restores the password; the way out is "".
const wayBack = "way-back"

// signers are the traders whose passwords are declared; without a key nobody can sign in.
func (b *builder) signers() []evidence.Trader {
	if !b.target.HasKey || !b.has(opSignIn) {
		return nil
	}
	return b.passworded
}

// travellers are the traders who go all the way: from the reset to signing in with a new password,
// and back.
func (b *builder) travellers() []evidence.Trader {
	if b.target.Inbox == "" || !b.has(opToken) || !b.has(opPassword) {
		return nil
	}
	return b.signers()
}

// at is the trader's place among the travellers, -1 where it is none.
func at(travellers []evidence.Trader, t evidence.Trader) int {
	return slices.IndexFunc(travellers, func(o evidence.Trader) bool { return o.Login == t.Login })
}

// neighbour is the traveller so many places after the i-th.
func neighbour(travellers []evidence.Trader, i, step int) (evidence.Trader, bool) {
	if i+step < 0 || i+step >= len(travellers) {
		return evidence.Trader{}, false
	}
	return travellers[i+step], true
}

// lane plans steps of one trader, one after another.
type lane struct {
	*builder
	trader evidence.Trader
	needs  []string
	// before are all steps so far: a selection may leave out any of them.
	before []string
	// refused are the updates that must be refused, since the last sign-in.
	refused []string
}

func (n *lane) add(s plan.Step) string {
	s.Lane, s.Needs = n.trader.Login, append(s.Needs, n.needs...)
	s.After = append(s.After, n.before...)
	id := n.step(s)
	n.before = append(slices.Clone(n.before), id)
	return id
}

// askJourney plans the way from the mail of the accepted reset to the new password.
func (b *builder) askJourney(t evidence.Trader) {
	travellers := b.travellers()
	i := at(travellers, t)
	if i < 0 {
		return
	}
	n := &lane{builder: b, trader: t, needs: []string{settled(t), mailOf(t)}, before: []string{mailOf(t)}}
	n.askCodes(i, len(travellers))
	n.askUpdates(i, travellers)
}

// askWaysBack plans, when all have arrived, how each trader gets the password back.
func (b *builder) askWaysBack() {
	travellers := b.travellers()
	if len(travellers) == 0 {
		return
	}
	arrived := plan.Step{ID: allArrived, Finally: true}
	arrived.After = []string{join("signin/kept", travellers[0].Login)}
	for _, t := range travellers {
		arrived.After = append(arrived.After, join("signin/changed", t.Login), codeAgain(t))
	}
	b.step(arrived)
	changes := map[string][]string{}
	for _, s := range b.steps {
		if s.Ask != nil && s.Ask.Operation == opPassword {
			changes[s.Lane] = append(changes[s.Lane], s.ID)
		}
	}
	for i, t := range travellers {
		b.askWayBack(i, len(travellers), t, changes[t.Login])
	}
	updates := b.asked(func(s plan.Step) bool { return s.Ask.Operation == opPassword })
	b.step(plan.Step{ID: allUpdated, Finally: true, After: updates})
	for _, t := range travellers {
		b.askHome(t, changes[t.Login], updates)
	}
}

// allArrived is the point at which nobody needs the other password any more, allUpdated the one at
// which nobody's password is changed any more.
const (
	allArrived = "all-arrived"
	allUpdated = "all-updated"
)

// homes are the points at which the travellers are back.
func (b *builder) homes() []string {
	var list []string
	for _, t := range b.travellers() {
		list = append(list, home(t))
	}
	return list
}

func home(t evidence.Trader) string { return join(wayBack, "settled", t.Login) }

func (b *builder) askWayBack(i, travellers int, t evidence.Trader, changes []string) {
	n := &lane{builder: b, trader: t}
	back := func(s plan.Step) plan.Step {
		s.Finally, s.Since = true, changes
		return s
	}
	old := back(n.signInStep(join("signin/old", t.Login), validPassword(t), 1))
	old.After = append([]string{allArrived}, changes...)
	old.Ask.Again = &plan.Again{After: changes, SignedIn: true}
	n.add(old)
	restore := func(s plan.Step) plan.Step {
		s = back(s)
		// What got a success is taken back also where the old password seems to have
		// stayed.
		s.Unless, s.Despite = session("signin/old", t), changes
		return s
	}
	reset := n.add(restore(plan.Step{ID: join(wayBack, "reset", t.Login), Ask: b.rightReset(t), Cost: plan.Cost{Mails: 1}}))
	n.needs = []string{reset}
	mail := n.add(restore(plan.Step{ID: join(wayBack, "mail", t.Login), Await: &plan.Await{
		Trader: t.Login, For: reset, Learns: codeOf(wayBack, t), Tries: b.target.CodeTries, Unlike: codeOf("", t),
	}}))
	n.needs = []string{mail}
	if i+travellers < mostOddCodes {
		n.askWrongCode(i+travellers, wayBack, restore)
	}
	n.askRightCodes(wayBack, back)
	n.askAlone(wayBack, back)
	n.add(restore(n.updateStep(restored(t), tokenOf(wayBack, t), validPassword(t), validPassword(t))))
}

func restored(t evidence.Trader) string { return join(wayBack, "password", t.Login) }

// askHome plans, when nobody's password is changed any more, how the run finds out which one is
// valid: a wrong deployment may change one trader's with another's.
func (b *builder) askHome(t evidence.Trader, changes, updates []string) {
	n := &lane{builder: b, trader: t, before: []string{allUpdated, join("signin/old", t.Login)}}
	signIn := n.signInStep(join(wayBack, "signin", t.Login), validPassword(t), 0)
	signIn.Finally, signIn.Since = true, changes
	signIn.Unless, signIn.Despite = session("signin/old", t), updates
	signIn.Ask.Again = &plan.Again{After: []string{restored(t)}}
	n.add(signIn)
	// Where the way back claims success and its password is refused, another that still works may
	// not do so for long.
	other := n.signInStep(join(wayBack, "signin-other", t.Login), otherPassword(t), 0)
	other.Finally, other.Since, other.UnlessDone = true, changes, restored(t)
	other.Unless = session(join(wayBack, "signin"), t)
	n.add(other)
	b.check("PASSWORD-1", join(t.Login, wayBack), []string{restored(t), signIn.ID}, func(l *Look) {
		if a := l.record.responses[restored(t)]; a != nil && a.outcome.Succeeded {
			l.demandUpdated(restored(t), signIn.ID, "")
		}
	})
	back := []string{restored(t)}
	n.add(plan.Step{ID: home(t), Finally: true, Since: append(slices.Clone(changes), join("signin/password", t.Login)), Settle: &plan.Settle{
		Trader: t.Login, Tell: true,
		Updates: []plan.Update{{Step: restored(t), Valid: validPassword(t)}, {Step: join("password/right", t.Login), Valid: otherPassword(t)}},
		Signed: []plan.Signed{
			{Session: session(join(wayBack, "signin"), t), Valid: validPassword(t), Other: otherPassword(t)},
			{Session: session(join(wayBack, "signin-other"), t), Valid: otherPassword(t), Other: validPassword(t)},
			{Session: session("signin/old", t), Valid: validPassword(t), Other: otherPassword(t), Until: back},
			{Session: session("signin/changed", t), Valid: otherPassword(t), Other: validPassword(t), Until: back},
			{Session: session("signin/password", t), Valid: t.Password, Other: t.NewPassword, Until: changes},
			{Session: session("signin/new-password", t), Valid: t.NewPassword, Other: t.Password, Until: changes},
		},
	}})
}

// rightReset is the reset that the deployment must accept.
func (b *builder) rightReset(t evidence.Trader) *plan.Ask {
	if t.Answer == "" {
		return b.reset(t, nil)
	}
	return b.reset(t, t.Answer)
}

// carriesPassword reports whether a request of the operation carries a password: it is asked for a
// trader who declared two, or not at all.
func (b *builder) carriesPassword(o contract.Operation) bool {
	return slices.ContainsFunc(o.Values(), func(v contract.Value) bool { return v.Fact == "trader.password" })
}
