package runner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// determinePassword finds out which of the trader's two passwords is valid.
func (r *run) determinePassword(s plan.Step) bool {
	t := s.PasswordChoice
	for _, one := range t.SignIns {
		if !r.Redactor.Knows(one.Session) || t.Report && r.anySent(one.VoidedBy) {
			continue
		}
		valid, other := r.Redactor.Fill(string(one.Valid)), r.Redactor.Fill(string(one.Other))
		if t.Valid != "" {
			r.Redactor.Add(t.Valid, valid)
			r.Redactor.Add(t.Other, other)
			r.addDerived(t.Other, other)
		}
		if t.Report {
			r.addToLastLine(fmt.Sprintf("%s signs in with %s", t.Trader,
				r.namePassword(t.Trader, valid)))
		}
		return true
	}
	if t.Report {
		r.addToLastLine(r.passwordWithoutSignIn(t))
		return true
	}
	r.recordUnsent(s.ID, r.notSignedIn(t.Trader, t.SignIns))
	return false
}

// namePassword names the password by the trader's own declaration: another trader may have declared
// the same.
func (r *run) namePassword(login, password string) string {
	t, _ := r.findTrader(login)
	switch password {
	case r.Redactor.Fill(string(t.Password)):
		return string(placeholder.Password.For(login))
	case r.Redactor.Fill(string(t.NewPassword)):
		return string(placeholder.NewPassword.For(login))
	}
	return r.Redactor.Text(password)
}

// notSignedIn says why neither password signed the trader in.
func (r *run) notSignedIn(trader string, signed []plan.SignIn) string {
	switch r.signInObstacle(signed) {
	case contract.SecondFactor:
		return trader +
			" signs in with a second factor (State Expecting), which this tool cannot give"
	case contract.ExpiredPassword:
		return "the password of " + trader +
			" has expired (State BaseAuthentication); nothing was changed"
	case contract.RateLimited, contract.Locked:
		return "signing in is limited, which kept the run from finding out which of the two declared passwords of " + trader +
			" is valid; nothing was changed"
	}
	return "neither of the two declared passwords signs " + trader +
		" in: either they are not the account's, or the deployment refuses right ones; nothing was changed"
}

// signInObstacle is the outcome of an inconclusive sign-in, "" if all were refused as wrong.
func (r *run) signInObstacle(signed []plan.SignIn) contract.Kind {
	telling := []contract.Kind{contract.SecondFactor, contract.ExpiredPassword,
		contract.RateLimited, contract.Locked}
	for _, s := range r.Plan.Steps {
		kind := r.lastOutcome(s.ID).Kind
		if slices.Contains(telling, kind) && isSignInStep(s, signed) {
			return kind
		}
	}
	return ""
}

// passwordWithoutSignIn describes the trader's password without a conclusive sign-in: by the last
// update's own response, unless one met silence.
func (r *run) passwordWithoutSignIn(t *plan.PasswordChoice) string {
	unknown := fmt.Sprintf("which of the two declared passwords of %s is valid is not known",
		t.Trader)
	why := r.signInObstacle(t.SignIns)
	if why == "" {
		return unknown
	}
	for _, u := range t.Updates {
		outcome := r.lastOutcome(u.Step)
		switch {
		case outcome.Succeeded:
			return fmt.Sprintf("%s has %s, as the update said (%s)", t.Trader,
				r.namePassword(t.Trader, r.Redactor.Fill(string(u.Valid))), describeObstacle(why))
		case r.anySent([]string{u.Step}) && !outcome.Refused():
			return unknown
		}
	}
	return fmt.Sprintf("the password of %s is the one before the run (%s)", t.Trader,
		describeObstacle(why))
}

// describeObstacle says why no sign-in was conclusive.
func describeObstacle(kind contract.Kind) string {
	switch kind {
	case contract.SecondFactor:
		return "signing in asks for a second factor"
	case contract.ExpiredPassword:
		return "it has expired"
	}
	return "signing in is limited"
}

// addToLastLine adds to the run's last line.
func (r *run) addToLastLine(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passwords = append(r.passwords, text)
}

// lastLine says which declared password is valid for each trader, "" without a check.
func (r *run) lastLine() string {
	if len(r.passwords) == 0 {
		return ""
	}
	slices.Sort(r.passwords)
	return "At the end of the run " + strings.Join(r.passwords, ", ") + "."
}

// isSignInStep reports whether the step is one of the sign-ins.
func isSignInStep(s plan.Step, signed []plan.SignIn) bool {
	return s.Request != nil && slices.ContainsFunc(s.Request.Captures, func(l plan.Capture) bool {
		return slices.ContainsFunc(signed, func(one plan.SignIn) bool {
			return one.Session == l.Name
		})
	})
}
