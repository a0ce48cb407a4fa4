package suites

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// noIdentifier says why nothing can be said of unknown ones.
const noIdentifier = "step 3 is at its older path, which takes no Identifier"

// unknownIdentifier is none of those that the page lists.
const unknownIdentifier = "ConformanceUnknown"

// generateToken reads the page "Generate a Token for a New Password".
func generateToken(b *builder) {
	b.missing(noPasswords, "CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-7")
	if b.target.Inbox == "" {
		b.missing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)",
			"CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-7")
	}
	if !b.target.HasKey || !b.has(opToken) {
		b.missing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-6", "CODE-7")
		return
	}
	if b.target.StepThree == olderPath {
		b.ruledOut(noIdentifier, "CODE-7")
	}
	codeless, bodiless := b.ask(opToken, nil), b.ask(opToken, nil)
	codeless.Values, codeless.Breaks = withoutMember(codeless.Values, "Code"), "Code is missing"
	bodiless.NoBody, bodiless.Breaks = true, "the body is missing"
	for _, s := range []plan.Step{{ID: "code/no-code", Ask: codeless}, {ID: "code/no-body", Ask: bodiless}} {
		id := b.step(s)
		b.check("CODE-6", s.Ask.Breaks, []string{id}, func(l *Look) { l.demandNoToken(id) })
	}
}

// olderPath is what the target says where step 3 is at its older path.
const olderPath = "password"

// chosenPath is the step that finds out at which of its paths step 3 is.
const chosenPath = "code/path"

// choosePath plans to find out at which of its published paths the deployment has step 3, unless
// that is declared. The request lacks the code, so that it is refused.
func (b *builder) choosePath() {
	o, _ := b.contract.Operation(opToken)
	if !b.has(opToken) || o.Older == nil || b.target.StepThree != "" {
		return
	}
	ask := b.ask(opToken, nil)
	ask.Values, ask.Breaks = withoutMember(ask.Values, "Code"), "Code is missing"
	if !b.target.HasKey {
		ask.KeyName, ask.Key = "", ""
	}
	b.step(plan.Step{ID: chosenPath, Ask: ask, Chooses: true, Cost: plan.Cost{Requests: 1}})
}

// chosenBefore is the step that finds out where the operation is, for the others of the operation.
func (b *builder) chosenBefore(s plan.Step) []string {
	o, _ := b.contract.Operation(s.Ask.Operation)
	if s.Chooses || o.Older == nil || b.target.StepThree != "" {
		return nil
	}
	return []string{chosenPath}
}

// codeStep asks for a token; the response makes it known.
func (b *builder) codeStep(id string, code any, token placeholder.Placeholder) plan.Step {
	ask := b.ask(opToken, nil)
	ask.Values["Code"], ask.Values["Identifier"] = code, "ResetPassword"
	ask.Learns = []plan.Learn{{Name: token}}
	return plan.Step{ID: id, Ask: ask}
}

// askCodes asks with the code of the trader's mail, after what must not be taken for it.
func (n *lane) askCodes(i, travellers int) {
	if i < mostOddCodes {
		n.askWrongCode(i, "", func(s plan.Step) plan.Step { return s })
	}
	if i == 0 {
		n.askCodeWithoutKey()
	}
	if i == min(1, travellers-1) && n.target.StepThree != olderPath {
		n.askUnknownIdentifier()
	}
	n.askRightCodes("", func(s plan.Step) plan.Step { return s })
	if i < mostOddCodes || i == min(1, travellers-1) {
		n.askAlone("", func(s plan.Step) plan.Step { return s })
	}
	n.checkRightCodes()
}

// askAlone asks, where no code gave a token, for another mail, and with its code alone: one that
// was wrong on purpose may have used up the first, and the documents don't forbid that.
func (n *lane) askAlone(leg string, as func(plan.Step) plan.Step) {
	t, needs, token := n.trader, n.needs, tokenOf(leg, n.trader)
	reset := as(plan.Step{ID: again(leg, "reset", t), Ask: n.rightReset(t), Cost: plan.Cost{Mails: 1}})
	reset.Unless, reset.Needs = token, []string{n.rightCode(leg, 0)}
	n.needs = append(slices.Clone(needs), n.add(reset))
	mail := as(plan.Step{ID: again(leg, "mail", t), Await: &plan.Await{
		Trader: t.Login, For: reset.ID, Learns: codeOf(join(leg, "again"), t), Tries: 1, Unlike: codeOf(leg, t),
	}})
	mail.Unless = token
	n.needs = append(n.needs, n.add(mail))
	code := as(n.codeStep(again(leg, "code", t), codeOf(join(leg, "again"), t), token))
	code.Unless = token
	n.add(code)
	n.needs = needs
}

// again are the steps that ask with a code alone.
func again(leg, what string, t evidence.Trader) string { return join(leg, "again", what, t.Login) }

// askWrongCode asks with one code that nearly is the one that waits; the kinds are spread over the
// legs.
func (n *lane) askWrongCode(kind int, leg string, as func(plan.Step) plan.Step) {
	kinds := []string{"last character changed", "cut short", "continued", "first character changed", "middle character changed"}
	how := kinds[kind%len(kinds)]
	code := codeOf(leg, n.trader).Near(how)
	id := join(leg, "code", kindOf(code), n.trader.Login)
	s := as(n.codeStep(id, code, placeholder.Token.Of(id)))
	s.Cost.WrongCodes = 1
	n.add(s)
	for _, requirement := range []string{"CODE-3", "CODE-4"} {
		n.check(requirement, join(n.trader.Login, leg, how), []string{id}, func(l *Look) {
			_, sent := l.record.responses[id]
			switch {
			case !sent && leg == wayBack: // The way back was not needed, or the deployment refused it.
			case requirement == "CODE-3":
				l.demandNoToken(id)
			default:
				l.demandErrors(id)
			}
		})
	}
}

// askCodeWithoutKey shows that the right code does not make up for the key.
func (n *lane) askCodeWithoutKey() {
	id := join("code/without-key", n.trader.Login)
	s := n.codeStep(id, codeOf("", n.trader), placeholder.Token.Of(id))
	s.Ask.KeyName, s.Ask.Key = "", ""
	n.add(s)
	subject := "the right code of " + n.trader.Login + " with the key missing"
	n.check("KEY-1", subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
	n.check("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
}

func (n *lane) askUnknownIdentifier() {
	id := join("code/unknown-identifier", n.trader.Login)
	s := n.codeStep(id, codeOf("", n.trader), placeholder.Token.Of(id))
	s.Ask.Values["Identifier"], s.Ask.Breaks = unknownIdentifier, "Identifier is none of those that are listed"
	s.Ask.NewerOnly = true
	n.add(s)
	n.check("CODE-7", n.trader.Login, []string{id}, func(l *Look) {
		if l.record.Run.Target.StepThree == olderPath {
			l.NotApplicable(noIdentifier)
			return
		}
		l.demandNoToken(id)
	})
}

// askRightCodes tries the candidates of the mail until one gives a token.
func (n *lane) askRightCodes(leg string, as func(plan.Step) plan.Step) {
	for k := range n.target.CodeTries {
		s := as(n.codeStep(n.rightCode(leg, k), codeOf(leg, n.trader).Other(k), tokenOf(leg, n.trader)))
		if s.Unless == "" {
			s.Unless = tokenOf(leg, n.trader)
		}
		if k > 0 {
			s.Cost.WrongCodes = 1
		}
		n.add(s)
	}
}

func (n *lane) rightCode(leg string, k int) string {
	if k == 0 {
		return join(leg, "code/right", n.trader.Login)
	}
	return join(leg, fmt.Sprintf("code/candidate-%d", k+1), n.trader.Login)
}

func (n *lane) checkRightCodes() {
	var steps []string
	for k := range n.target.CodeTries {
		steps = append(steps, n.rightCode("", k))
	}
	alone := again("", "code", n.trader)
	if slices.ContainsFunc(n.steps, func(s plan.Step) bool { return s.ID == alone }) {
		steps = append(steps, alone)
	}
	n.check("CODE-1", n.trader.Login, steps, func(l *Look) { l.demandToken(steps, alone) })
	n.check("CODE-2", n.trader.Login, steps, func(l *Look) {
		for _, step := range steps {
			if a := l.record.responses[step]; a != nil && a.givesToken() {
				l.demandSuccess(step)
				return
			}
		}
		l.Untestable("no code gave a token", "CODE-1")
	})
}

// demandToken demands that one of the mail's candidates gives a token.
func (l *Look) demandToken(steps []string, alone string) {
	last := ""
	for _, step := range steps {
		if l.record.responses[step] == nil {
			continue
		}
		a, ok := l.Keyed(step)
		if !ok || a.givesToken() {
			return
		}
		last = step
	}
	a := l.record.responses[last]
	switch {
	case a == nil:
		l.unsent(steps[0])
	case a.Attempt > 1:
		l.Untestable("the code was sent twice, since the first request met silence", "ANSWER-1")
	case a.outcome.HintsAtLimit():
		l.Untestable("the deployment limits how often codes are tried: " + a.describeBody())
	case last != alone && slices.Contains(steps, alone):
		l.Untestable("the code was refused after ones that were wrong on purpose, which may have used it up, and no other came to be tried alone")
	default:
		l.Fail(last, "a Model with the token", a.describe())
	}
}

// demandNoToken demands that the request gives no token and claims no success.
func (l *Look) demandNoToken(step string) {
	if a, ok := l.Sent(step); ok {
		if a.breaks() {
			l.demandNoFailure(a)
		} else {
			l.Expect(step, a.Response.Status, gomega.BeNumerically("<", 500), "a status below 500", fmt.Sprintf("status %d", a.Response.Status))
		}
		l.Expect(step, a.givesToken() || a.outcome.Succeeded, gomega.BeFalse(), "no token and no success", a.describe())
	}
}

// demandErrors demands that what was refused says why.
func (l *Look) demandErrors(step string) {
	a, ok := l.Keyed(step)
	switch {
	case !ok:
	case a.givesToken() || a.outcome.Succeeded:
		l.Untestable("the code was not refused", "CODE-3")
	default:
		l.Expect(step, a.enumerates(), gomega.BeTrue(), "errors, in Errors or in ModelState", a.describe())
	}
}
