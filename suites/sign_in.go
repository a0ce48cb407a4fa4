package suites

import (
	"fmt"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// settled is the point at which the run knows which of the trader's two passwords is valid.
func settled(t evidence.Trader) string { return join("signin/settled", t.Login) }

// signIn reads the page "Signing In".
func signIn(b *builder) {
	all := []string{"SIGNIN-1", "SIGNIN-2", "SIGNIN-3", "SIGNIN-4", "SIGNIN-5", "SIGNIN-6"}
	b.missing(noPasswords, all...)
	if !b.target.HasKey {
		b.missing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", all...)
	}
	signers := b.signers()
	wrongs := wrongPasswords(signers)
	for i, t := range signers {
		b.askWhichPassword(t)
		b.askWrongPasswords(t, wrongs[i])
	}
	if len(signers) > 0 {
		b.askSignInOfNobody()
	}
}

// signInStep signs the trader in; a success makes the session known.
func (b *builder) signInStep(id string, password any, failures int) plan.Step {
	ask := b.ask(opSignIn, nil)
	s := plan.Step{ID: id, Ask: ask, Cost: plan.Cost{FailedSignIns: failures}}
	ask.Values["Password"] = password
	ask.Learns = []plan.Learn{{Name: placeholder.Session.Of(id), If: contract.SignedIn}}
	return s
}

func (n *lane) signInStep(id string, password any, failures int) plan.Step {
	s := n.builder.signInStep(id, password, failures)
	s.Ask.Values["Username"] = n.trader.Login
	return s
}

// askWhichPassword finds out which of the two declared passwords is valid.
func (b *builder) askWhichPassword(t evidence.Trader) {
	n := &lane{builder: b, trader: t}
	first := n.add(n.signInStep(join("signin/password", t.Login), t.Password, 1))
	other := n.signInStep(join("signin/new-password", t.Login), t.NewPassword, 0)
	other.Unless = session("signin/password", t)
	second := n.add(other)
	n.add(plan.Step{ID: settled(t), Settle: &plan.Settle{
		Trader: t.Login, Valid: validPassword(t), Other: otherPassword(t), Signed: []plan.Signed{
			{Session: session("signin/password", t), Valid: t.Password, Other: t.NewPassword},
			{Session: session("signin/new-password", t), Valid: t.NewPassword, Other: t.Password},
		},
	}})
	b.check("SIGNIN-1", t.Login, []string{first, second, settled(t)}, func(l *Look) { l.demandSignedIn(t, first, second) })
}

// askWrongPasswords asks with passwords that nearly are. They come when the trader is back home,
// where a lock hides nothing. No right one follows: the next sign-in of the account is a right one,
// which a deployment that counts failures in a row needs to see.
func (b *builder) askWrongPasswords(t evidence.Trader, wrongs []wrongLogin) {
	n := &lane{builder: b, trader: t, needs: []string{settled(t)}, before: []string{settled(t), home(t)}}
	for _, wrong := range wrongs {
		id := n.add(n.signInStep(join("signin", wrong.kind+"-password", t.Login), wrong.password, 1))
		b.checkWrongCredentials(id, join(t.Login, wrong.kind+" password"))
	}
}

type wrongLogin struct {
	kind     string
	password placeholder.Placeholder
}

// mostWrongLogins is how many wrong passwords one trader is asked with: as many in a row as a
// lock-out may leave room for.
const mostWrongLogins = 2

// wrongPasswords spreads the kinds of wrong passwords over the traders, another trader's and those
// that nearly are: each kind is asked once, since sign-ins may be limited.
func wrongPasswords(signers []evidence.Trader) [][]wrongLogin {
	lists := make([][]wrongLogin, len(signers))
	kinds := []int{0, 1, 2, 3} // In other case, cut short, continued, a character changed.
	for i, t := range signers {
		if other, found := neighbour(signers, i, -1); i == 1 && found && other.Password != t.Password && other.Password != t.NewPassword {
			lists[i] = append(lists[i], wrongLogin{"another-traders", other.Password})
		}
		for len(lists[i]) < mostWrongLogins && len(kinds) > 0 {
			if k := kinds[0]; k < len(t.NearPasswords) {
				lists[i] = append(lists[i], wrongLogin{kindOf(t.NearPasswords[k]), t.NearPasswords[k]})
			}
			kinds = kinds[1:]
		}
	}
	return lists
}

func (b *builder) checkWrongCredentials(id, subject string) {
	b.check("SIGNIN-2", subject, []string{id}, func(l *Look) { l.demandWrongCredentials(id) })
	b.check("SIGNIN-3", subject, []string{id}, func(l *Look) { l.demandNotSignedIn(id) })
}

func (b *builder) askSignInOfNobody() {
	unknown := b.signInStep("signin/unknown-user", b.decoys.Password, 0)
	unknown.Ask.Values["Username"] = b.decoys.Login
	b.checkWrongCredentials(b.step(unknown), "unknown Username")
	for _, missing := range []struct{ id, header string }{{"signin/no-password", "Password"}, {"signin/no-username", "Username"}} {
		s := b.signInStep(missing.id, b.decoys.Password, 0)
		s.Ask.Values["Username"] = b.decoys.Login
		s.Ask.Values = withoutMember(s.Ask.Values, missing.header)
		s.Ask.Breaks = missing.header + " is missing"
		id := b.step(s)
		b.check("SIGNIN-4", s.Ask.Breaks, []string{id}, func(l *Look) {
			if a, ok := l.Sent(id); ok {
				l.Expect(id, a.Response.Status, gomega.BeNumerically("<", 500), "a status below 500", fmt.Sprintf("status %d", a.Response.Status))
				l.Expect(id, a.signedIn() || a.givesToken(), gomega.BeFalse(), "no sign-in", a.describe())
			}
		})
		b.check("SIGNIN-6", s.Ask.Breaks, []string{id}, func(l *Look) { l.demandMissingCredentials(id) })
	}
}

// signedIn reports whether the response says that the credentials were right.
func (a *response) signedIn() bool { return a.outcome.Kind == contract.SignedIn }

// givesToken reports whether the response has what the operation opens something by.
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
		case a.signedIn():
			l.Expect(step, a.outcome.Named() && a.givesToken(), gomega.BeTrue(), `State "Succeeded" and a Token`, a.describe())
			return
		case !a.outcome.Refused() || !a.outcome.Named() || a.givesToken():
			l.Fail(step, `State "Succeeded" and a Token, or the documented refusal`, a.describe())
			return
		}
	}
	l.unsent(settled(t))
}

// demandWrongCredentials demands the documented response to wrong credentials.
func (l *Look) demandWrongCredentials(step string) {
	a, ok := l.Keyed(step)
	switch {
	case !ok:
	case l.locked(a):
		l.Untestable(accountLocked + a.describeBody())
	case a.signedIn():
		l.Untestable("the wrong credentials were not refused", "SIGNIN-3", "SIGNIN-4", "PASSWORD-3")
	default:
		o, _ := l.suite.Contract.Operation(a.Operation)
		l.Expect(step, a.outcome.Kind, gomega.Equal(contract.WrongCredentials), o.Sample(contract.WrongCredentials), a.describe())
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
		l.Expect(step, a.signedIn() || a.givesToken(), gomega.BeFalse(), "no sign-in with wrong credentials", a.describe())
	}
}

// stillSignsIn demands that the password that the step carries signs in.
func (l *Look) stillSignsIn(step, expected string) {
	a, ok := l.Keyed(step)
	switch {
	case !ok:
	case l.locked(a):
		l.Untestable(accountLocked + a.describeBody())
	default:
		l.Expect(step, a.signedIn(), gomega.BeTrue(), expected, a.describe())
	}
}

const accountLocked = "the account is locked after failed sign-ins: "

// locked reports whether the response speaks of a lock, after a sign-in of the same trader that
// failed in other words.
func (l *Look) locked(a *response) bool {
	if a.signedIn() || !a.outcome.HintsAtLimit() {
		return false
	}
	for _, b := range l.record.responses {
		if b.Operation == a.Operation && b.Lane == a.Lane && a.Lane != "" && b.Started.Before(a.Started) &&
			b.outcome.Refused() && b.outcome.Named() && !b.outcome.HintsAtLimit() {
			return true
		}
	}
	return false
}
