package suites

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// allRefused is the barrier after the requests that must be refused: their mails come before any
// accepted reset's. The first of several traders with a question has most requests and may be late
// if another's mail comes later still: a first mail may be a refused request's, with the accepted
// reset's own on its way.
const allRefused = "all-refused"

// planResetPassword reads page 1, "Reset Trader's Password".
func planResetPassword(b *builder) {
	b.setMissing("no trader without a secret question is declared", "RESET-1")
	b.setMissing("no trader with a secret question is declared (traders: login, email, question, answer)",
		"RESET-2", "RESET-4", "RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9")
	b.setMissing("no trader is declared", "RESET-3")
	b.ruleOutQuestions()
	if !b.target.HasKey {
		b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "RESET-1", "RESET-2",
			"RESET-3", "RESET-4",
			"RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9", "RESET-10")
		return
	}
	b.planResetsWithoutUser()
	for i, t := range b.tradersWithQuestion() {
		b.planRefusedResets(t, b.chooseWrongAnswer(i, t))
	}
	refusable := b.groupRefusable()
	fence := plan.Step{ID: allRefused, After: refusable[""]}
	for i, t := range b.resetOrder() {
		if i != b.first || len(b.tradersWithQuestion()) == 1 {
			fence.After = append(fence.After, refusable[t.Login]...)
		}
	}
	b.addStep(fence)
	b.planResets(refusable)
}

// planResets plans the accepted resets with their successors. Further wrong answers come last: they
// may lock a trader or void a code.
func (b *builder) planResets(refusable map[string][]string) {
	for _, t := range b.resetOrder() {
		b.addStep(plan.Step{ID: refusedStep(t), After: refusable[t.Login]})
		b.planAcceptedReset(t)
		b.planPasswordChange(t)
	}
	b.planRestores()
	b.planSimultaneousResets()
	for _, t := range b.resetOrder() {
		b.planWrongAnswers(t)
	}
}

// groupRefusable are, by their lanes, the planned requests that must be refused, and the traders'
// questions: none may bring a code.
func (b *builder) groupRefusable() map[string][]string {
	lanes := map[string][]string{}
	for _, s := range b.steps {
		if s.Request != nil && (s.Request.MustBeRefused || s.Request.Operation == opQuestion &&
			s.Trader != "" || s.Request.Operation == opToken) {
			lanes[s.Trader] = append(lanes[s.Trader], s.ID)
		}
	}
	return lanes
}

func (b *builder) planResetsWithoutUser() {
	empty := b.newRequest(opReset, nil)
	empty.Values = withoutMember(empty.Values, "User", "SecretQuestionAnswer")
	empty.Breaks, empty.MustBeRefused, empty.Conn = "User is missing", true,
		connectionName(opReset, nil)
	bodiless := b.newRequest(opReset, nil)
	bodiless.NoBody, bodiless.Breaks, bodiless.MustBeRefused = true, "the body is missing", true
	for _, s := range []plan.Step{{ID: "reset/no-user", Request: empty},
		{ID: "reset/no-body", Request: bodiless}} {
		b.addStep(s)
		b.addCheck("RESET-10", s.Request.Breaks, []string{s.ID}, func(l *Look) {
			l.demandTurnedDown(s.ID)
		})
	}
}

// newReset returns the trader's reset with the answer, or (nil) without one.
func (b *builder) newReset(t evidence.Trader, answer any) *plan.Request {
	ask := b.newRequest(opReset, &t)
	delete(ask.Values, "SecretQuestionAnswer")
	if answer != nil {
		ask.Values["SecretQuestionAnswer"] = answer
	}
	return ask
}

// chooseWrongAnswer returns the wrong answer sent before the right one: another trader's answer for
// all but the first.
func (b *builder) chooseWrongAnswer(i int, t evidence.Trader) any {
	if others := b.tradersWithQuestion(); i > 0 && others[i-1].Answer != t.Answer {
		return others[i-1].Answer
	}
	return b.decoys.Answer
}

func (b *builder) planRefusedResets(t evidence.Trader, wrong any) {
	missing, given := b.newReset(t, nil), b.newReset(t, wrong)
	missing.MustBeRefused, missing.Conn = true, connectionName(opReset, &t)
	given.MustBeRefused, given.Conn = true, retryConnection(t)
	without := b.addStep(plan.Step{
		ID: joinID("reset/missing-answer", t.Login), Trader: t.Login, Request: missing,
	})
	with := b.addStep(plan.Step{
		ID: joinID("reset/wrong-answer", t.Login), Trader: t.Login, Request: given,
		After: []string{without, joinID("question/login", t.Login)},
		Cost:  plan.Cost{WrongAnswers: 1},
	})
	b.addCheck("RESET-4", t.Login, []string{without}, func(l *Look) {
		l.demandIncorrectAnswer(without)
	})
	if wrong == b.decoys.Answer {
		b.addCheck("RESET-5", t.Login, []string{with}, func(l *Look) {
			l.demandIncorrectAnswer(with)
		})
		return
	}
	b.addCheck("RESET-9", joinID(t.Login, "another trader's answer"), []string{with},
		func(l *Look) { l.demandTurnedDown(with) })
	b.addCheck("RESET-5", t.Login, []string{with}, func(l *Look) {
		if a, ok := l.Keyed(with); ok && !a.outcome.TurnedDown() {
			l.Untestable("another trader's answer was accepted", "RESET-9")
			return
		}
		l.demandIncorrectAnswer(with)
	})
}

// retryConnection names the connection on which a trader answers wrongly and then tries again.
func retryConnection(t evidence.Trader) string { return joinID("trying", t.Login) }

// refusedStep is the barrier after the trader's own requests that must be refused.
func refusedStep(t evidence.Trader) string { return joinID("refused", t.Login) }

func (b *builder) planAcceptedReset(t evidence.Trader) {
	var answer any
	name := "reset/without-answer"
	if t.Answer != "" {
		answer, name = t.Answer, "reset/right-answer"
	}
	ask := b.newReset(t, answer)
	if t.Answer != "" {
		ask.Conn = retryConnection(t)
	}
	id := b.addStep(plan.Step{
		ID: joinID(name, t.Login), Trader: t.Login, Request: ask,
		After: append(b.previousTurn(t), refusedStep(t), allRefused), Cost: plan.Cost{Mails: 1},
	})
	b.planMailWait(t, id)
	requirement := "RESET-1"
	if t.Answer != "" {
		requirement = "RESET-2"
		wrong := joinID("reset/wrong-answer", t.Login)
		b.addCheck("RESET-6", t.Login, []string{joinID("reset/missing-answer", t.Login), wrong, id},
			func(l *Look) { l.demandTryingAgain(wrong, id) })
	}
	b.addCheck(requirement, t.Login, []string{id}, func(l *Look) { l.demandAccepted(id) })
	b.addCheck("RESET-3", t.Login, []string{id}, func(l *Look) { l.demandNoErrors(id) })
}

// planWrongAnswers sends further wrong answers after the accepted reset, where a lock-out hides
// nothing. The kinds are spread over the traders.
func (b *builder) planWrongAnswers(t evidence.Trader) {
	before, i := acceptedResetStep(t), traderIndex(b.tradersWithQuestion(), t)
	if i < 0 {
		return
	}
	if i == 0 {
		// The error of the empty answer is looked at: it comes before the others may cause a
		// lock-out.
		before = b.planWrongAnswer(t, looseValue{kind: "empty", value: ""}, before)
	}
	for _, wrong := range b.wrongAnswers(t) {
		b.planWrongAnswer(t, wrong, before)
	}
}

func (b *builder) planWrongAnswer(t evidence.Trader, wrong looseValue, before string) string {
	kind, ask := wrong.kind, wrong.putInto(b.newReset(t, nil), "SecretQuestionAnswer")
	ask.MustBeRefused = true
	id := b.addStep(plan.Step{
		ID: joinID("reset", kind+"-answer", t.Login), Trader: t.Login, Request: ask,
		After: slices.Concat(b.finalPasswordSteps(), b.roundSteps(), lowPrioritySteps(),
			[]string{before}), Cost: plan.Cost{WrongAnswers: 1},
	})
	if kind != "empty" {
		judge := (*Look).demandTurnedDown
		if ask.Breaks != "" {
			judge = (*Look).demandNotAccepted
		}
		b.addCheck("RESET-9", joinID(t.Login, kind), []string{id}, func(l *Look) { judge(l, id) })
		return id
	}
	b.addCheck("RESET-7", t.Login, []string{id}, func(l *Look) { l.demandTurnedDown(id) })
	b.addCheck("RESET-8", t.Login, []string{id}, func(l *Look) {
		a, ok := l.Keyed(id)
		switch {
		case !ok:
		case a.outcome.TurnedDown():
			l.demandIncorrectAnswer(id)
		default:
			l.Untestable("the reset was not refused", "RESET-7")
		}
	})
	return id
}

// acceptedResetStep is the step of the trader's accepted reset.
func acceptedResetStep(t evidence.Trader) string {
	if t.Answer != "" {
		return joinID("reset/right-answer", t.Login)
	}
	return joinID("reset/without-answer", t.Login)
}

// demandIncorrectAnswer demands the documented error. ANSWER-4 judges the types of its members.
func (l *Look) demandIncorrectAnswer(step string) {
	if a, ok := l.Keyed(step); ok {
		o, _ := l.suite.Contract.Operation(a.Operation)
		l.Expect(step, a.outcome.Kind, gomega.Equal(contract.IncorrectAnswer),
			o.Sample(contract.IncorrectAnswer), a.describe())
	}
}

// demandAccepted demands that the reset was not refused. RESET-3 and ANSWER-4 judge the rest of the
// response.
func (l *Look) demandAccepted(step string) {
	a, ok := l.Keyed(step)
	if !ok {
		return
	}
	if !a.outcome.StatesOutcome {
		l.Untestable("the response has neither Errors nor IsSucceed", "ANSWER-4")
		return
	}
	l.Expect(step, a.outcome.Refused(), gomega.BeFalse(), "an accepted reset (no errors)",
		a.describe())
}

func (l *Look) demandNoErrors(step string) {
	a, ok := l.Keyed(step)
	if !ok {
		return
	}
	if a.outcome.Refused() {
		l.Untestable("the reset was not accepted", "RESET-1", "RESET-2")
		return
	}
	l.Expect(step, a.outcome.Errors, gomega.BeEmpty(), "no errors in an accepted reset",
		a.describe())
	l.Expect(step, a.outcome.Codes, gomega.BeEmpty(), "no error codes in an accepted reset",
		a.describe())
}

func (l *Look) demandTryingAgain(wrong, right string) {
	first, ok := l.Keyed(wrong)
	second, both := l.Keyed(right)
	if !ok || !both {
		return
	}
	if !first.outcome.TurnedDown() {
		l.Untestable("the wrong answer was not refused", "RESET-5", "RESET-9")
		return
	}
	l.Expect(right, second.outcome.Refused(), gomega.BeFalse(),
		"the right answer accepted after a wrong one", second.describe())
}

// demandTurnedDown demands neither acceptance nor a server error.
func (l *Look) demandTurnedDown(step string) {
	if a, sent := l.record.responses[step]; sent && a.isRateLimited() {
		return // A limit after several wrong answers turns them down as well.
	}
	if l.wasBlocked(step) {
		return
	}
	a, ok := l.Sent(step)
	if !ok {
		return
	}
	if a.breaksContract() {
		l.demandNoFailure(a)
	} else {
		l.Expect(step, a.Response.Status, gomega.BeNumerically("<", 500), "a status below 500",
			fmt.Sprintf("status %d", a.Response.Status))
	}
	l.Expect(step, a.outcome.TurnedDown() || !a.outcome.StatesOutcome, gomega.BeTrue(),
		"a response that lists errors", a.describe())
}

// demandNotAccepted demands anything but acceptance: the documents do not say how an undocumented
// request is refused.
func (l *Look) demandNotAccepted(step string) {
	if a, sent := l.record.responses[step]; sent && a.isRateLimited() {
		return
	}
	if a, ok := l.Sent(step); ok {
		accepted := a.outcome.StatesOutcome && !a.outcome.TurnedDown() && a.Response.Status < 400
		l.Expect(step, accepted, gomega.BeFalse(), "anything but an accepted reset", a.describe())
	}
}
