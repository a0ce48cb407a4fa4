package suites

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// noIdentifier is the reason why unknown identifiers can't be judged.
const noIdentifier = "step 3 is at its older path, which takes no Identifier"

// unknownIdentifier is none of the page's identifiers.
const unknownIdentifier = "ConformanceUnknown"

// planGenerateToken covers the page "Generate a Token for a New Password".
func planGenerateToken(b *builder) {
	b.setMissing(noPasswords, "CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-7")
	if b.target.Inbox == "" {
		b.setMissing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)",
			"CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-7")
	}
	if !b.target.HasKey || !b.hasOperation(opToken) {
		b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "CODE-1", "CODE-2",
			"CODE-3", "CODE-4", "CODE-6", "CODE-7")
		return
	}
	if b.target.StepThree == olderPath {
		b.ruleOut(noIdentifier, "CODE-7")
	}
	codeless, bodiless := b.newRequest(opToken, nil), b.newRequest(opToken, nil)
	codeless.Values, codeless.Breaks = withoutMember(codeless.Values, "Code"), "Code is missing"
	bodiless.NoBody, bodiless.Breaks = true, "the body is missing"
	for _, s := range []plan.Step{{ID: "code/no-code", Request: codeless},
		{ID: "code/no-body", Request: bodiless}} {
		id := b.addStep(s)
		b.addCheck("CODE-6", s.Request.Breaks, []string{id}, func(l *Look) { l.demandNoToken(id) })
	}
}

// olderPath is the target's value for step 3 at its older path.
const olderPath = "password"

// pathStep finds out at which of its paths step 3 is.
const pathStep = "code/path"

// planPathChoice plans the request that finds the path of step 3, unless it is declared. The
// request lacks the code and is refused.
func (b *builder) planPathChoice() {
	o, _ := b.contract.Operation(opToken)
	if !b.hasOperation(opToken) || o.Older == nil || b.target.StepThree != "" {
		return
	}
	ask := b.newRequest(opToken, nil)
	ask.Values, ask.Breaks = withoutMember(ask.Values, "Code"), "Code is missing"
	if !b.target.HasKey {
		ask.KeyName, ask.Key = "", ""
	}
	b.addStep(plan.Step{ID: pathStep, Request: ask, FindsPath: true, Cost: plan.Cost{Requests: 1}})
}

// pathStepsBefore is the path request, for all others of the operation.
func (b *builder) pathStepsBefore(s plan.Step) []string {
	o, _ := b.contract.Operation(s.Request.Operation)
	if s.FindsPath || o.Older == nil || b.target.StepThree != "" {
		return nil
	}
	return []string{pathStep}
}

// newCodeStep requests a token and captures it.
func (b *builder) newCodeStep(id string, code any, token placeholder.Placeholder) plan.Step {
	ask := b.newRequest(opToken, nil)
	ask.Values["Code"], ask.Values["Identifier"] = code, "ResetPassword"
	ask.Captures = []plan.Capture{{Name: token}}
	return plan.Step{ID: id, Request: ask}
}

// planCodes sends the code of the trader's mail, after codes that must not be taken for it.
func (n *traderPlanner) planCodes(i, travellers int) {
	if i < maxWrongCodeTraders {
		n.planWrongCode(i, "", func(s plan.Step) plan.Step { return s })
	}
	if i == 0 {
		n.planCodeWithoutKey()
	}
	if i == min(1, travellers-1) && n.target.StepThree != olderPath {
		n.planUnknownIdentifier()
	}
	n.planRightCodes("", func(s plan.Step) plan.Step { return s })
	if i < maxWrongCodeTraders || i == min(1, travellers-1) {
		n.planFreshCode("", func(s plan.Step) plan.Step { return s })
	}
	n.checkRightCodes()
}

// planFreshCode resets again and sends the new code alone, if no code gave a token. An earlier
// deliberate wrong code may have invalidated the first one, as the documents allow.
func (n *traderPlanner) planFreshCode(leg string, as func(plan.Step) plan.Step) {
	t, needs, token := n.trader, n.needs, tokenOf(leg, n.trader)
	reset := as(plan.Step{ID: freshCodeStep(leg, "reset", t), Request: n.newRightReset(t),
		Cost: plan.Cost{Mails: 1}})
	reset.Unless, reset.Needs = token, []string{n.rightCodeStep(leg, 0)}
	n.needs = append(slices.Clone(needs), n.addInOrder(reset))
	mail := as(plan.Step{ID: freshCodeStep(leg, "mail", t), Await: &plan.Await{
		Trader: t.Login, For: reset.ID, Capture: codeOf(joinID(leg, "again"), t), Tries: 1,
		EarlierCode: codeOf(leg, t),
	}})
	mail.Unless = token
	n.needs = append(n.needs, n.addInOrder(mail))
	code := as(n.newCodeStep(freshCodeStep(leg, "code", t), codeOf(joinID(leg, "again"), t), token))
	code.Unless = token
	n.addInOrder(code)
	n.needs = needs
}

// freshCodeStep is the id of a step of [traderPlanner.planFreshCode].
func freshCodeStep(leg, what string, t evidence.Trader) string {
	return joinID(leg, "again", what, t.Login)
}

// planWrongCode sends one near miss of the code. The kinds are spread over the legs.
func (n *traderPlanner) planWrongCode(kind int, leg string, as func(plan.Step) plan.Step) {
	kinds := []string{"last character changed", "cut short", "continued", "first character changed",
		"middle character changed"}
	how := kinds[kind%len(kinds)]
	code := codeOf(leg, n.trader).Near(how)
	id := joinID(leg, "code", derivationLabel(code), n.trader.Login)
	s := as(n.newCodeStep(id, code, placeholder.Token.Of(id)))
	s.Cost.WrongCodes = 1
	n.addInOrder(s)
	for _, requirement := range []string{"CODE-3", "CODE-4"} {
		n.addCheck(requirement, joinID(n.trader.Login, leg, how), []string{id}, func(l *Look) {
			_, sent := l.record.responses[id]
			switch {
			case !sent && leg == restoreLeg: // The way back was not needed, or the deployment refused it.
			case requirement == "CODE-3":
				l.demandNoToken(id)
			default:
				l.demandErrors(id)
			}
		})
	}
}

// planCodeWithoutKey sends the right code without the key.
func (n *traderPlanner) planCodeWithoutKey() {
	id := joinID("code/without-key", n.trader.Login)
	s := n.newCodeStep(id, codeOf("", n.trader), placeholder.Token.Of(id))
	s.Request.KeyName, s.Request.Key = "", ""
	n.addInOrder(s)
	subject := "the right code of " + n.trader.Login + " with the key missing"
	n.addCheck("KEY-1", subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
	n.addCheck("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
}

func (n *traderPlanner) planUnknownIdentifier() {
	id := joinID("code/unknown-identifier", n.trader.Login)
	s := n.newCodeStep(id, codeOf("", n.trader), placeholder.Token.Of(id))
	s.Request.Values["Identifier"], s.Request.Breaks = unknownIdentifier,
		"Identifier is none of those that are listed"
	s.Request.NewerOnly = true
	n.addInOrder(s)
	n.addCheck("CODE-7", n.trader.Login, []string{id}, func(l *Look) {
		if l.record.Run.Target.StepThree == olderPath {
			l.NotApplicable(noIdentifier)
			return
		}
		l.demandNoToken(id)
	})
}

// planRightCodes tries the candidates of the mail until one gives a token.
func (n *traderPlanner) planRightCodes(leg string, as func(plan.Step) plan.Step) {
	for k := range n.target.CodeTries {
		s := as(n.newCodeStep(n.rightCodeStep(leg, k), codeOf(leg, n.trader).Other(k),
			tokenOf(leg, n.trader)))
		if s.Unless == "" {
			s.Unless = tokenOf(leg, n.trader)
		}
		if k > 0 {
			s.Cost.WrongCodes = 1
		}
		n.addInOrder(s)
	}
}

func (n *traderPlanner) rightCodeStep(leg string, k int) string {
	if k == 0 {
		return joinID(leg, "code/right", n.trader.Login)
	}
	return joinID(leg, fmt.Sprintf("code/candidate-%d", k+1), n.trader.Login)
}

func (n *traderPlanner) checkRightCodes() {
	var steps []string
	for k := range n.target.CodeTries {
		steps = append(steps, n.rightCodeStep("", k))
	}
	alone := freshCodeStep("", "code", n.trader)
	if slices.ContainsFunc(n.steps, func(s plan.Step) bool { return s.ID == alone }) {
		steps = append(steps, alone)
	}
	n.addCheck("CODE-1", n.trader.Login, steps, func(l *Look) { l.demandToken(steps, alone) })
	n.addCheck("CODE-2", n.trader.Login, steps, func(l *Look) {
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
		l.markUnsent(steps[0])
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
		if a.breaksContract() {
			l.demandNoFailure(a)
		} else {
			l.Expect(step, a.Response.Status, gomega.BeNumerically("<", 500), "a status below 500",
				fmt.Sprintf("status %d", a.Response.Status))
		}
		l.Expect(step, a.givesToken() || a.outcome.Succeeded, gomega.BeFalse(),
			"no token and no success", a.describe())
	}
}

// demandErrors demands that a refusal gives reasons.
func (l *Look) demandErrors(step string) {
	a, ok := l.Keyed(step)
	switch {
	case !ok:
	case a.givesToken() || a.outcome.Succeeded:
		l.Untestable("the code was not refused", "CODE-3")
	default:
		l.Expect(step, a.listsErrors(), gomega.BeTrue(), "errors, in Errors or in ModelState",
			a.describe())
	}
}
