package suites

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega"
	"golang.org/x/text/unicode/norm"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// planSecretQuestion covers page 2, "Retrieve the Secret Question".
func planSecretQuestion(b *builder) {
	noTrader := "no trader with a secret question is declared (traders: login, email, question, answer)"
	b.setMissing(noTrader, "QUESTION-1", "QUESTION-2", "QUESTION-4", "QUESTION-9")
	b.setMissing("no trader's secret question is declared (question, beside its answer)",
		"QUESTION-3")
	b.setMissing("fewer than two traders with different questions are declared", "QUESTION-5")
	b.setMissing("no trader without a secret question is declared", "QUESTION-6", "QUESTION-7",
		"QUESTION-10")
	b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "QUESTION-8")
	b.ruleOutQuestions()
	if !b.target.HasKey {
		b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "QUESTION-1",
			"QUESTION-2",
			"QUESTION-3", "QUESTION-4", "QUESTION-5", "QUESTION-6", "QUESTION-7", "QUESTION-8",
			"QUESTION-9", "QUESTION-10")
		return
	}
	for _, t := range b.target.Traders {
		if t.Question != "" {
			b.owners[normalizeQuestion(t.Question)] = t.Login
		}
	}
	for i, t := range b.target.Traders {
		if t.Answer != "" {
			b.planQuestion(i, t)
		} else {
			b.planNoQuestion(t)
		}
	}
	b.planQuestionWithoutUsername()
}

// ruleOutQuestions rules out requirements by the company's configuration.
func (b *builder) ruleOutQuestions() {
	switch b.target.SecretQuestions {
	case "none":
		b.ruleOut("the company uses no secret questions (secretQuestions: none)",
			"QUESTION-1", "QUESTION-2", "QUESTION-3", "QUESTION-4", "QUESTION-5", "QUESTION-9",
			"RESET-2", "RESET-4", "RESET-5", "RESET-6", "RESET-7", "RESET-8", "RESET-9", "MAIL-3")
	case "required":
		b.ruleOut("every trader of the company has a secret question (secretQuestions: required)",
			"QUESTION-6", "QUESTION-7", "QUESTION-10", "RESET-1")
	}
}

func (b *builder) planQuestion(i int, t evidence.Trader) {
	byLogin := b.addStep(plan.Step{ID: joinID("question/login", t.Login), Trader: t.Login,
		Request: b.newQuestion(t, t.Login)})
	ask := b.newQuestion(t, t.Email)
	// Pairs of traders share a connection: a question remembered on it would be somebody else's.
	ask.Conn = fmt.Sprintf("questions/%d", i/2)
	byEmail := b.addStep(plan.Step{ID: joinID("question/email", t.Login), Trader: t.Login,
		Request: ask, After: b.previousQuestion(i)})

	b.addCheck("QUESTION-1", t.Login, []string{byLogin}, func(l *Look) {
		l.demandQuestion(byLogin)
	})
	b.addCheck("QUESTION-2", t.Login, []string{byLogin, byEmail}, func(l *Look) {
		l.demandSameQuestion(byLogin, byEmail)
	})
	if t.Question != "" {
		b.addCheck("QUESTION-3", t.Login, []string{byLogin}, func(l *Look) {
			l.demandDeclaredQuestion(byLogin, t)
		})
	}
	for _, step := range []string{byLogin, byEmail} {
		b.addCheck("QUESTION-4", step, []string{step}, func(l *Look) { l.demandSuccess(step) })
		b.checkOwnQuestion(step, t)
	}
}

// previousQuestion is the question by email on the same connection before the i-th trader's.
func (b *builder) previousQuestion(i int) []string {
	if i%2 == 0 {
		return nil
	}
	return []string{joinID("question/email", b.target.Traders[i-1].Login)}
}

func (b *builder) newQuestion(t evidence.Trader, username string) *plan.Request {
	ask := b.newRequest(opQuestion, &t)
	ask.Values["username"] = username
	if username == t.Login {
		ask.Conn = connectionName(opQuestion, &t)
	}
	return ask
}

func (b *builder) planNoQuestion(t evidence.Trader) {
	var others []string
	if traders := b.tradersWithQuestion(); len(traders) > 0 {
		others = []string{joinID("question/login", traders[0].Login)} // One that is remembered shows here.
	}
	byLogin := b.addStep(plan.Step{ID: joinID("question/login", t.Login), Trader: t.Login,
		Request: b.newQuestion(t, t.Login), After: others})
	b.checkOwnQuestion(byLogin, t)
	b.addCheck("QUESTION-6", t.Login, []string{byLogin}, func(l *Look) {
		a, ok := l.Keyed(byLogin)
		if !ok {
			return
		}
		l.Expect(byLogin, a.question(), gomega.BeEmpty(),
			"no question for an account that has none", "Model "+compactJSON(a.object()["Model"]))
	})
	b.addCheck("QUESTION-10", t.Login, []string{byLogin}, func(l *Look) {
		l.demandSuccess(byLogin)
	})
	b.addCheck("QUESTION-7", t.Login, []string{byLogin}, func(l *Look) {
		a, ok := l.Keyed(byLogin)
		if !ok {
			return
		}
		model, given := a.object()["Model"]
		if !given || a.question() != "" {
			l.Untestable("there is no Model, or one with a question", "ANSWER-4", "QUESTION-6")
			return
		}
		l.Expect(byLogin, model, gomega.BeEquivalentTo(""), `Model ""`, "Model "+compactJSON(model))
	})
}

func (b *builder) planQuestionWithoutUsername() {
	ask := b.newRequest(opQuestion, nil)
	ask.Values = withoutMember(ask.Values, "username")
	ask.Breaks = "username is missing"
	if traders := b.tradersWithQuestion(); len(traders) > 0 {
		ask.Conn = connectionName(opQuestion, &traders[0])
	}
	id := b.addStep(plan.Step{ID: questionOfNobody, Request: ask,
		After: append(b.keyedQuestions(), b.lowPriorityAfter(opQuestion)...)})
	b.addCheck("QUESTION-8", "no username", []string{id}, func(l *Look) {
		a, ok := l.Sent(id)
		if !ok {
			return
		}
		l.demandNoFailure(a)
		l.Expect(id, a.question(), gomega.BeEmpty(), "no question",
			"Model "+compactJSON(a.object()["Model"]))
	})
}

// questionOfNobody names no trader.
const questionOfNobody = "question/no-username"

// keyedQuestions are the questions before the one without a username: a response remembered from an
// earlier request would show there.
func (b *builder) keyedQuestions() []string {
	return b.selectRequests(func(s plan.Step) bool {
		return s.Request.Operation == opQuestion && s.Request.Key == KeyPlaceholder &&
			s.ID != lowerCaseNameStep(opQuestion)
	})
}

func (l *Look) demandQuestion(step string) {
	if a, ok := l.Keyed(step); ok {
		l.Expect(step, a.question(), gomega.Not(gomega.BeEmpty()), "a Model with the question",
			a.describeBody())
	}
}

func (l *Look) demandSameQuestion(byLogin, byEmail string) {
	first, ok := l.Keyed(byLogin)
	second, both := l.Keyed(byEmail)
	if !ok || !both {
		return
	}
	if first.question() == "" {
		l.Untestable("there is no question by login to compare with", "QUESTION-1")
		return
	}
	l.Expect(byEmail, second.question(), gomega.Equal(first.question()),
		"the question that the login gets: "+compactJSON(first.question()), second.describeBody())
}

func (l *Look) demandDeclaredQuestion(step string, t evidence.Trader) {
	a, ok := l.Keyed(step)
	if !ok {
		return
	}
	if a.question() == "" {
		l.Untestable("there is no question to compare", "QUESTION-1")
		return
	}
	declared := normalizeQuestion(t.Question)
	l.Expect(step, a.question(), gomega.Equal(declared), "the declared question: "+
		compactJSON(declared), "Model "+compactJSON(a.object()["Model"]))
}

// demandSuccess demands IsSucceed true and no errors, where the response says either.
func (l *Look) demandSuccess(step string) {
	a, ok := l.Keyed(step)
	if !ok {
		return
	}
	l.Expect(step, a.outcome.Denied, gomega.BeFalse(), "IsSucceed true", "IsSucceed false in "+
		a.describeBody())
	l.Expect(step, a.outcome.TurnedDown(), gomega.BeFalse(), "no errors", a.describeBody())
	l.Expect(step, a.outcome.Codes, gomega.BeEmpty(), "no error codes", a.describeBody())
}

// checkOwnQuestion demands that the response has no question of somebody else. An undeclared
// question can't be compared with others'.
func (b *builder) checkOwnQuestion(step string, t evidence.Trader) {
	if t.Answer != "" && t.Question == "" {
		return
	}
	own := normalizeQuestion(t.Question)
	if _, owned := b.owners[own]; len(b.owners) == 0 || owned && len(b.owners) == 1 {
		return
	}
	b.addCheck("QUESTION-5", step, []string{step}, func(l *Look) {
		a, ok := l.Keyed(step)
		if !ok {
			return
		}
		if owner, foreign := b.owners[a.question()]; foreign && a.question() != own {
			l.Fail(step, "the question of "+t.Login+", or none", "the question of "+owner+": "+
				contract.Describe(a.question()))
		}
	})
}

// normalizeQuestion makes Unicode's equivalent texts equal.
func normalizeQuestion(question string) string {
	return strings.TrimSpace(norm.NFC.String(question))
}
