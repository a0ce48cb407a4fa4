package faults

import (
	"net/http"
	"strings"
)

// againFaults do not let a trader try again.
func againFaults() []Fault {
	again := func(name, summary, got string, make func(World) middleware) Fault {
		return Fault{
			Name: name, Breaks: "RESET-6", Summary: summary,
			Expected: "the right answer accepted after a wrong one", Got: got,
			Also: append(needAcceptance(), needRefusal()...), HTTP: perRun(make),
		}
	}
	byTrader := func(c *call) string { return strings.ToLower(c.username()) }
	byConnection := func(c *call) string { return c.request.RemoteAddr }
	byClient := func(*call) string { return "" }
	return []Fault{
		again("locked-after-one-wrong-answer", "One wrong answer locks the trader for good.",
			"a lock-out",
			locksAfter(byTrader, []string{answerWrong, answerNear}, lockedOut)),
		again("locked-after-missing-answer", "A missing answer locks the trader for good.",
			"a lock-out",
			locksAfter(byTrader, []string{answerMissing}, lockedOut)),
		again("wrong-answer-sticks",
			"After a wrong answer, every answer of the trader is incorrect.", gotIncorrect,
			locksAfter(byTrader, []string{answerWrong, answerNear}, incorrectReply)),
		again("missing-answer-sticks",
			"After a missing answer, every answer of the trader is incorrect.", gotIncorrect,
			locksAfter(byTrader, []string{answerMissing}, incorrectReply)),
		again("wrong-answer-sticks-to-connection",
			"After a wrong answer, every answer on that connection is incorrect.", gotIncorrect,
			locksAfter(byConnection, []string{answerWrong, answerMissing}, incorrectReply)),
		again("one-wrong-answer-locks-everybody", "One wrong answer locks all traders.",
			"a lock-out",
			locksAfter(byClient, []string{answerWrong, answerNear}, lockedOut)),
		again("wrong-answer-becomes-right", "A wrong answer takes the place of the stored one.",
			gotIncorrect, wrongBecomesRight),
		again("refusal-cached",
			"The last answer to a trader's reset is cached, whatever was answered.", gotIncorrect,
			refusalCached),
		again("trader-gone-after-wrong-answer",
			"After a wrong answer the trader is not found any more.", "a refusal",
			locksAfter(byTrader, []string{answerWrong}, func() *reply {
				return refuses(http.StatusNotFound, "ErrorUserNotFound", "User is not found.")
			})),
		again("challenge-after-wrong-answer",
			"After a wrong answer a puzzle must be solved that no document names.", "a refusal",
			locksAfter(byTrader, []string{answerWrong}, func() *reply {
				return refuses(http.StatusForbidden, "ErrorCaptcha", "Solve the captcha.")
			})),
	}
}

func lockedOut() *reply {
	return refuses(http.StatusForbidden, "ErrorLocked", "Account is locked.")
}
func incorrectReply() *reply {
	return jsonReply(http.StatusBadRequest, incorrectJSON)
}

// locksAfter refuses right answers once an answer of one of the kinds came.
func locksAfter(by func(*call) string, kinds []string,
	refusal func() *reply) func(World) middleware {
	return func(World) middleware {
		var locked memory[bool]
		return func(c *call, next asker) *reply {
			switch {
			case c.keyKind() != keyRight:
			case answers(kinds...)(c):
				locked.set(by(c), true)
			case c.answerKind() == answerRight && locked.get(by(c)):
				return refusal()
			}
			return next(c)
		}
	}
}

// wrongBecomesRight stores each refused answer.
func wrongBecomesRight(World) middleware {
	var stored memory[string]
	return func(c *call, next asker) *reply {
		t, _ := c.trader()
		kind, now := c.answerKind(), stored.get(t.Login)
		switch {
		case c.keyKind() != keyRight || kind == answerNone || kind == answerMissing ||
			kind == answerEmpty:
		case now == "" && kind != answerRight:
			stored.set(t.Login, *c.form().SecretQuestionAnswer)
		case now != "" && now == *c.form().SecretQuestionAnswer:
			return next(c.withAnswer(t.Answer))
		case now != "":
			return incorrectReply()
		}
		return next(c)
	}
}

// refusalCached responds to every reset of a trader as the first.
func refusalCached(World) middleware {
	var first memory[*reply]
	return func(c *call, next asker) *reply {
		t, _ := c.trader()
		if c.answerKind() == answerNone || c.keyKind() != keyRight {
			return next(c)
		}
		if p := first.get(t.Login); p != nil {
			return jsonReply(p.status, string(p.body))
		}
		p := next(c)
		if p.outcome(c) == incorrect {
			first.set(t.Login, jsonReply(p.status, string(p.body)))
		}
		return p
	}
}
