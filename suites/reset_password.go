package suites

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// allRefused is the point at which the requests that must be refused got a response: what mail
// they brought, comes before any accepted reset's. Only the trader with a question who is asked
// most may be late, if another one's mail comes later still: a first mail may be that of a refused
// request, and the accepted reset's own on its way.
const allRefused = "all-refused"

// resetPassword reads page 1, "Reset Trader's Password".
func resetPassword(b *builder) {
	b.missing("no trader without a secret question is declared", "RESET-1")
	b.missing("no trader with a secret question is declared (traders: login, email, question, answer)",
		"RESET-2", "RESET-4", "RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9")
	b.missing("no trader is declared", "RESET-3")
	b.ruleOutQuestions()
	if !b.target.HasKey {
		b.missing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "RESET-1", "RESET-2", "RESET-3", "RESET-4",
			"RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9", "RESET-10")
		return
	}
	b.askResetOfNobody()
	for i, t := range b.withQuestion() {
		b.askRefusals(t, b.wrongAnswerFor(i, t))
	}
	refusable := b.refusable()
	fence := plan.Step{ID: allRefused, After: refusable[""]}
	for i, t := range b.resetOrder() {
		if i != b.first || len(b.withQuestion()) == 1 {
			fence.After = append(fence.After, refusable[t.Login]...)
		}
	}
	b.step(fence)
	b.askResets(refusable)
}

// askResets plans the accepted resets with what follows them. Further wrong answers may lock a
// trader or void a code: they come last.
func (b *builder) askResets(refusable map[string][]string) {
	for _, t := range b.resetOrder() {
		b.step(plan.Step{ID: refused(t), After: refusable[t.Login]})
		b.askAcceptedReset(t)
		b.askJourney(t)
	}
	b.askWaysBack()
	b.askTogether()
	for _, t := range b.resetOrder() {
		b.askNearAnswers(t)
	}
}

// refusable are, by their lanes, the planned requests that must be refused, and the traders'
// questions: none may bring a code.
func (b *builder) refusable() map[string][]string {
	lanes := map[string][]string{}
	for _, s := range b.steps {
		if s.Ask != nil && (s.Ask.Refusable || s.Ask.Operation == opQuestion && s.Lane != "" || s.Ask.Operation == opToken) {
			lanes[s.Lane] = append(lanes[s.Lane], s.ID)
		}
	}
	return lanes
}

func (b *builder) askResetOfNobody() {
	empty := b.ask(opReset, nil)
	empty.Values = withoutMember(empty.Values, "User", "SecretQuestionAnswer")
	empty.Breaks, empty.Refusable, empty.Conn = "User is missing", true, connOf(opReset, nil)
	bodiless := b.ask(opReset, nil)
	bodiless.NoBody, bodiless.Breaks, bodiless.Refusable = true, "the body is missing", true
	for _, s := range []plan.Step{{ID: "reset/no-user", Ask: empty}, {ID: "reset/no-body", Ask: bodiless}} {
		b.step(s)
		b.check("RESET-10", s.Ask.Breaks, []string{s.ID}, func(l *Look) { l.demandTurnedDown(s.ID) })
	}
}

// reset is the trader's reset with the answer, or (nil) without one.
func (b *builder) reset(t evidence.Trader, answer any) *plan.Ask {
	ask := b.ask(opReset, &t)
	delete(ask.Values, "SecretQuestionAnswer")
	if answer != nil {
		ask.Values["SecretQuestionAnswer"] = answer
	}
	return ask
}

// wrongAnswerFor is the one wrong answer that is sent before the right one: another trader's answer
// for all but the first.
func (b *builder) wrongAnswerFor(i int, t evidence.Trader) any {
	if others := b.withQuestion(); i > 0 && others[i-1].Answer != t.Answer {
		return others[i-1].Answer
	}
	return b.decoys.Answer
}

func (b *builder) askRefusals(t evidence.Trader, wrong any) {
	missing, given := b.reset(t, nil), b.reset(t, wrong)
	missing.Refusable, missing.Conn = true, connOf(opReset, &t)
	given.Refusable, given.Conn = true, tryingOn(t)
	without := b.step(plan.Step{
		ID: join("reset/missing-answer", t.Login), Lane: t.Login, Ask: missing,
	})
	with := b.step(plan.Step{
		ID: join("reset/wrong-answer", t.Login), Lane: t.Login, Ask: given,
		After: []string{without, join("question/login", t.Login)},
		Cost:  plan.Cost{WrongAnswers: 1},
	})
	b.check("RESET-4", t.Login, []string{without}, func(l *Look) { l.demandIncorrectAnswer(without) })
	if wrong == b.decoys.Answer {
		b.check("RESET-5", t.Login, []string{with}, func(l *Look) { l.demandIncorrectAnswer(with) })
		return
	}
	b.check("RESET-9", join(t.Login, "another trader's answer"), []string{with}, func(l *Look) { l.demandTurnedDown(with) })
	b.check("RESET-5", t.Login, []string{with}, func(l *Look) {
		if a, ok := l.Keyed(with); ok && !a.outcome.TurnedDown() {
			l.Untestable("another trader's answer was accepted", "RESET-9")
			return
		}
		l.demandIncorrectAnswer(with)
	})
}

// tryingOn names the connection on which a trader answers wrongly and then tries again.
func tryingOn(t evidence.Trader) string { return join("trying", t.Login) }

// refused is the point at which the trader's own requests that must be refused got a response.
func refused(t evidence.Trader) string { return join("refused", t.Login) }

func (b *builder) askAcceptedReset(t evidence.Trader) {
	var answer any
	name := "reset/without-answer"
	if t.Answer != "" {
		answer, name = t.Answer, "reset/right-answer"
	}
	ask := b.reset(t, answer)
	if t.Answer != "" {
		ask.Conn = tryingOn(t)
	}
	id := b.step(plan.Step{
		ID: join(name, t.Login), Lane: t.Login, Ask: ask,
		After: append(b.turnBefore(t), refused(t), allRefused), Cost: plan.Cost{Mails: 1},
	})
	b.awaitMail(t, id)
	requirement := "RESET-1"
	if t.Answer != "" {
		requirement = "RESET-2"
		wrong := join("reset/wrong-answer", t.Login)
		b.check("RESET-6", t.Login, []string{join("reset/missing-answer", t.Login), wrong, id}, func(l *Look) { l.demandTryingAgain(wrong, id) })
	}
	b.check(requirement, t.Login, []string{id}, func(l *Look) { l.demandAccepted(id) })
	b.check("RESET-3", t.Login, []string{id}, func(l *Look) { l.demandNoErrors(id) })
}

// askNearAnswers asks with further wrong answers where a lock-out hides nothing: after the accepted
// reset, the kinds spread over the traders.
func (b *builder) askNearAnswers(t evidence.Trader) {
	before, i := acceptedReset(t), at(b.withQuestion(), t)
	if i < 0 {
		return
	}
	if i == 0 {
		// The error of the empty answer is looked at: it comes before the others may cause a
		// lock-out.
		before = b.askNearAnswer(t, looseValue{kind: "empty", value: ""}, before)
	}
	for _, wrong := range b.wrongAnswers(t) {
		b.askNearAnswer(t, wrong, before)
	}
}

func (b *builder) askNearAnswer(t evidence.Trader, wrong looseValue, before string) string {
	kind, ask := wrong.kind, wrong.in(b.reset(t, nil), "SecretQuestionAnswer")
	ask.Refusable = true
	id := b.step(plan.Step{
		ID: join("reset", kind+"-answer", t.Login), Lane: t.Login, Ask: ask,
		After: slices.Concat(b.homes(), b.roundSteps(), beside(), []string{before}), Cost: plan.Cost{WrongAnswers: 1},
	})
	if kind != "empty" {
		judge := (*Look).demandTurnedDown
		if ask.Breaks != "" {
			judge = (*Look).demandNotAccepted
		}
		b.check("RESET-9", join(t.Login, kind), []string{id}, func(l *Look) { judge(l, id) })
		return id
	}
	b.check("RESET-7", t.Login, []string{id}, func(l *Look) { l.demandTurnedDown(id) })
	b.check("RESET-8", t.Login, []string{id}, func(l *Look) {
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

// acceptedReset is the step of the trader's accepted reset.
func acceptedReset(t evidence.Trader) string {
	if t.Answer != "" {
		return join("reset/right-answer", t.Login)
	}
	return join("reset/without-answer", t.Login)
}

// demandIncorrectAnswer demands the documented error; whether its members have the documented types
// is ANSWER-4's business.
func (l *Look) demandIncorrectAnswer(step string) {
	if a, ok := l.Keyed(step); ok {
		o, _ := l.suite.Contract.Operation(a.Operation)
		l.Expect(step, a.outcome.Kind, gomega.Equal(contract.IncorrectAnswer), o.Sample(contract.IncorrectAnswer), a.describe())
	}
}

// demandAccepted demands that the reset was not refused. What else is wrong with the response
// is the business of RESET-3 and ANSWER-4.
func (l *Look) demandAccepted(step string) {
	a, ok := l.Keyed(step)
	if !ok {
		return
	}
	if !a.outcome.Tells {
		l.Untestable("the response has neither Errors nor IsSucceed", "ANSWER-4")
		return
	}
	l.Expect(step, a.outcome.Refused(), gomega.BeFalse(), "an accepted reset (no errors)", a.describe())
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
	l.Expect(step, a.outcome.Errors, gomega.BeEmpty(), "no errors in an accepted reset", a.describe())
	l.Expect(step, a.outcome.Codes, gomega.BeEmpty(), "no error codes in an accepted reset", a.describe())
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
	l.Expect(right, second.outcome.Refused(), gomega.BeFalse(), "the right answer accepted after a wrong one", second.describe())
}

// demandTurnedDown demands anything but acceptance and but a server error.
func (l *Look) demandTurnedDown(step string) {
	if a, sent := l.record.responses[step]; sent && a.limited() {
		return // A limit after several wrong answers turns them down as well.
	}
	if l.blocked(step) {
		return
	}
	a, ok := l.Sent(step)
	if !ok {
		return
	}
	if a.breaks() {
		l.demandNoFailure(a)
	} else {
		l.Expect(step, a.Response.Status, gomega.BeNumerically("<", 500), "a status below 500", fmt.Sprintf("status %d", a.Response.Status))
	}
	l.Expect(step, a.outcome.TurnedDown() || !a.outcome.Tells, gomega.BeTrue(), "a response that lists errors", a.describe())
}

// demandNotAccepted demands anything but acceptance: what becomes of a request that no document
// allows is open.
func (l *Look) demandNotAccepted(step string) {
	if a, sent := l.record.responses[step]; sent && a.limited() {
		return
	}
	if a, ok := l.Sent(step); ok {
		accepted := a.outcome.Tells && !a.outcome.TurnedDown() && a.Response.Status < 400
		l.Expect(step, accepted, gomega.BeFalse(), "anything but an accepted reset", a.describe())
	}
}
