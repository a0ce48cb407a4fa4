package suites

import (
	"fmt"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// passwordKnownStep is the step after which the trader's valid password is known.
func passwordKnownStep(t evidence.Trader) string { return joinID("signin/settled", t.Login) }

// planSignIn covers the page "Signing In".
func planSignIn(b *builder) {
	all := []string{"SIGNIN-1", "SIGNIN-2", "SIGNIN-3", "SIGNIN-4", "SIGNIN-5", "SIGNIN-6"}
	b.setMissing(noPasswords, all...)
	if !b.target.HasKey {
		b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", all...)
	}
	signers := b.tradersSigningIn()
	wrongs := spreadWrongPasswords(signers)
	for i, t := range signers {
		b.planPasswordDetection(t)
		b.planWrongPasswords(t, wrongs[i])
	}
	if len(signers) > 0 {
		b.planUnknownSignIns()
	}
}

// newSignInStep signs the trader in and captures the session.
func (b *builder) newSignInStep(id string, password any, failures int) plan.Step {
	ask := b.newRequest(opSignIn, nil)
	s := plan.Step{ID: id, Request: ask, Cost: plan.Cost{FailedSignIns: failures}}
	ask.Values["Password"] = password
	ask.Captures = []plan.Capture{{Name: placeholder.Session.Of(id), If: contract.SignedIn}}
	return s
}

func (n *traderPlanner) newSignInStep(id string, password any, failures int) plan.Step {
	s := n.builder.newSignInStep(id, password, failures)
	s.Request.Values["Username"] = n.trader.Login
	return s
}

// planPasswordDetection plans the sign-ins that find the valid one of the two declared passwords.
func (b *builder) planPasswordDetection(t evidence.Trader) {
	n := &traderPlanner{builder: b, trader: t}
	first := n.addInOrder(n.newSignInStep(joinID("signin/password", t.Login), t.Password, 1))
	other := n.newSignInStep(joinID("signin/new-password", t.Login), t.NewPassword, 0)
	other.Unless = sessionOf("signin/password", t)
	second := n.addInOrder(other)
	n.addInOrder(plan.Step{ID: passwordKnownStep(t), PasswordChoice: &plan.PasswordChoice{
		Trader: t.Login, Valid: validPassword(t), Other: otherPassword(t), SignIns: []plan.SignIn{
			{Session: sessionOf("signin/password", t), Valid: t.Password, Other: t.NewPassword},
			{Session: sessionOf("signin/new-password", t), Valid: t.NewPassword, Other: t.Password},
		},
	}})
	b.addCheck("SIGNIN-1", t.Login, []string{first, second, passwordKnownStep(t)},
		func(l *Look) { l.demandSignedIn(t, first, second) })
}

// planWrongPasswords sends near misses of the password, after the password is restored, where a
// lock hides nothing. The account's next sign-in is a right one, as needed by a deployment that
// counts failures in a row.
func (b *builder) planWrongPasswords(t evidence.Trader, wrongs []wrongLogin) {
	n := &traderPlanner{builder: b, trader: t, needs: []string{passwordKnownStep(t)},
		before: []string{passwordKnownStep(t), finalPasswordStep(t)}}
	for _, wrong := range wrongs {
		id := n.addInOrder(n.newSignInStep(joinID("signin", wrong.kind+"-password", t.Login),
			wrong.password, 1))
		b.checkWrongCredentials(id, joinID(t.Login, wrong.kind+" password"))
	}
}

type wrongLogin struct {
	kind     string
	password placeholder.Placeholder
}

// maxWrongPasswords is the most wrong passwords for one trader: as many in a row as a lock-out may
// allow.
const maxWrongPasswords = 2

// spreadWrongPasswords spreads the kinds of wrong passwords over the traders: another trader's, and
// near misses. Each kind is sent once, since sign-ins may be limited.
func spreadWrongPasswords(signers []evidence.Trader) [][]wrongLogin {
	lists := make([][]wrongLogin, len(signers))
	kinds := []int{0, 1, 2, 3} // In other case, cut short, continued, a character changed.
	for i, t := range signers {
		if other, found := neighbour(signers, i, -1); i == 1 && found &&
			other.Password != t.Password && other.Password != t.NewPassword {
			lists[i] = append(lists[i], wrongLogin{"another-traders", other.Password})
		}
		for len(lists[i]) < maxWrongPasswords && len(kinds) > 0 {
			if k := kinds[0]; k < len(t.NearPasswords) {
				lists[i] = append(lists[i], wrongLogin{derivationLabel(t.NearPasswords[k]),
					t.NearPasswords[k]})
			}
			kinds = kinds[1:]
		}
	}
	return lists
}

func (b *builder) checkWrongCredentials(id, subject string) {
	b.addCheck("SIGNIN-2", subject, []string{id}, func(l *Look) { l.demandWrongCredentials(id) })
	b.addCheck("SIGNIN-3", subject, []string{id}, func(l *Look) { l.demandNotSignedIn(id) })
}

func (b *builder) planUnknownSignIns() {
	unknown := b.newSignInStep("signin/unknown-user", b.decoys.Password, 0)
	unknown.Request.Values["Username"] = b.decoys.Login
	b.checkWrongCredentials(b.addStep(unknown), "unknown Username")
	for _, missing := range []struct{ id, header string }{{"signin/no-password", "Password"},
		{"signin/no-username", "Username"}} {
		s := b.newSignInStep(missing.id, b.decoys.Password, 0)
		s.Request.Values["Username"] = b.decoys.Login
		s.Request.Values = withoutMember(s.Request.Values, missing.header)
		s.Request.Breaks = missing.header + " is missing"
		id := b.addStep(s)
		b.addCheck("SIGNIN-4", s.Request.Breaks, []string{id}, func(l *Look) {
			if a, ok := l.Sent(id); ok {
				l.Expect(id, a.Response.Status, gomega.BeNumerically("<", 500),
					"a status below 500", fmt.Sprintf("status %d", a.Response.Status))
				l.Expect(id, a.isSignedIn() || a.givesToken(), gomega.BeFalse(), "no sign-in",
					a.describe())
			}
		})
		b.addCheck("SIGNIN-6", s.Request.Breaks, []string{id}, func(l *Look) {
			l.demandMissingCredentials(id)
		})
	}
}

// isSignedIn reports whether the response accepts the credentials.
func (a *response) isSignedIn() bool { return a.outcome.Kind == contract.SignedIn }

// givesToken reports whether the response has a token.
func (a *response) givesToken() bool { return a.outcome.Token != "" }

// demandSignedIn demands that one of the two declared passwords signs the trader in.
func (l *Look) demandSignedIn(t evidence.Trader, first, second string) {
	for _, step := range []string{first, second} {
		if l.record.responses[step] == nil {
			continue
		}
		a, ok := l.Keyed(step)
		if !ok {
			return
		}
		switch {
		case a.outcome.Kind == contract.SecondFactor:
			l.Untestable(t.Login + " signs in with a second factor (State Expecting)")
			return
		case a.outcome.Kind == contract.ExpiredPassword:
			l.Untestable("the password of " + t.Login + " has expired: " + a.describeBody())
			return
		case a.isSignedIn():
			l.Expect(step, a.outcome.Named() && a.givesToken(), gomega.BeTrue(),
				`State "Succeeded" and a Token`, a.describe())
			return
		case !a.outcome.Refused() || !a.outcome.Named() || a.givesToken():
			l.Fail(step, `State "Succeeded" and a Token, or the documented refusal`, a.describe())
			return
		}
	}
	l.markUnsent(passwordKnownStep(t))
}

// demandWrongCredentials demands the documented response to wrong credentials.
func (l *Look) demandWrongCredentials(step string) {
	a, ok := l.Keyed(step)
	switch {
	case !ok:
	case l.isLocked(a):
		l.Untestable(accountLocked + a.describeBody())
	case a.isSignedIn():
		l.Untestable("the wrong credentials were not refused", "SIGNIN-3", "SIGNIN-4", "PASSWORD-3")
	default:
		o, _ := l.suite.Contract.Operation(a.Operation)
		l.Expect(step, a.outcome.Kind, gomega.Equal(contract.WrongCredentials),
			o.Sample(contract.WrongCredentials), a.describe())
	}
}

// demandMissingCredentials demands the same of a request without credentials, whatever became of
// it.
func (l *Look) demandMissingCredentials(step string) {
	a, ok := l.Sent(step)
	if ok && a.Response.Status >= 500 {
		o, _ := l.suite.Contract.Operation(a.Operation)
		l.Fail(step, o.Sample(contract.WrongCredentials), a.describe())
		return
	}
	l.demandWrongCredentials(step)
}

func (l *Look) demandNotSignedIn(step string) {
	if a, ok := l.Keyed(step); ok {
		l.Expect(step, a.isSignedIn() || a.givesToken(), gomega.BeFalse(),
			"no sign-in with wrong credentials", a.describe())
	}
}

// demandStillSignsIn demands that the step's password signs in.
func (l *Look) demandStillSignsIn(step, expected string) {
	a, ok := l.Keyed(step)
	switch {
	case !ok:
	case l.isLocked(a):
		l.Untestable(accountLocked + a.describeBody())
	default:
		l.Expect(step, a.isSignedIn(), gomega.BeTrue(), expected, a.describe())
	}
}

const accountLocked = "the account is locked after failed sign-ins: "

// isLocked reports whether the response mentions a lock, after a sign-in of the same trader that
// failed in other words.
func (l *Look) isLocked(a *response) bool {
	if a.isSignedIn() || !a.outcome.HintsAtLimit() {
		return false
	}
	for _, b := range l.record.responses {
		if b.Operation == a.Operation && b.Lane == a.Lane && a.Lane != "" &&
			b.Started.Before(a.Started) &&
			b.outcome.Refused() && b.outcome.Named() && !b.outcome.HintsAtLimit() {
			return true
		}
	}
	return false
}
