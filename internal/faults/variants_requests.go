package faults

import (
	"net/http"
	"slices"
	"strings"
)

// lenientVariants take more than they must.
func lenientVariants() []Variant {
	const why = "What is wrong on purpose differs by characters, never only by case or surrounding space."
	folded := func(g, r string) bool { return strings.EqualFold(g, r) }
	trimmed := func(g, r string) bool { return strings.TrimSpace(g) == r }
	const whyMalformed = "No document describes what a request that lacks what is required is answered with."
	refused := func(name string, concerns func(*call) bool, status int, contentType,
		body string) Variant {
		return Variant{Name: name, Why: whyMalformed,
			HTTP: responsesWith(all(concerns, keys(keyRight)), func() *reply {
				return newReply(status, contentType, body)
			})}
	}
	nameless := func(c *call) bool { return !c.names() }
	const problem = `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"errors":{"User":["The User field is required."]}}`
	const spring = `{"timestamp":"2026-05-12T12:30:00.000+00:00","status":400,"error":"Bad Request","path":"/api/v1.0/users/password/reset"}`
	malformed := func(c *call) bool { return nameless(c) || givesTrue(c) }
	return []Variant{
		{Name: "key-in-any-case", Why: why, HTTP: takesKey(folded)},
		{Name: "answer-in-any-case", Why: why, HTTP: takesAnswer(folded)},
		{Name: "answer-trimmed", Why: why, HTTP: takesAnswer(trimmed)},
		{Name: "reset-by-email", Why: "The documents do not forbid an email for User.",
			HTTP: when((*call).isReset, resetByEmail)},
		refused("malformed-problem", nameless, 400, "application/problem+json", problem),
		refused("malformed-as-spring", malformed, 400, "application/json", spring),
		refused("malformed-empty", nameless, 400, "", ""),
		refused("malformed-text", nameless, 400, "text/plain", "Bad Request"),
		refused("malformed-html", nameless, 400, "text/html", htmlErrorPage),
		refused("malformed-unprocessable", nameless, 422, "application/json",
			`{"Errors":["User is required."],"ErrorsCode":["ErrorValidation"],"IsSucceed":false}`),
		refused("malformed-incorrect-answer", all((*call).isReset, nameless), 400,
			"application/json", incorrectJSON),
		refused("malformed-unsupported", all((*call).isReset, not((*call).hasBody)), 415,
			"application/problem+json", `{"title":"Unsupported Media Type","status":415}`),
		refused("malformed-length-required", all((*call).isReset, not((*call).hasBody)), 411,
			"text/plain", "Length Required"),
		refused("boolean-answer-fails", givesTrue, 500, "text/plain", "InvalidCastException"),
		refused("nameless-question-not-found", all((*call).isQuestion, nameless), 404, "", ""),
		refused("nameless-question-empty", all((*call).isQuestion, nameless), 200,
			"application/json", `{"Model":"","Errors":[],"IsSucceed":true}`),
		refused("nameless-question-null", all((*call).isQuestion, nameless), 200,
			"application/json",
			`{"Model":null,"Errors":["username is required"],"IsSucceed":false}`),
	}
}

// resetByEmail takes an email for the login.
func resetByEmail(c *call, next asker) *reply {
	f := c.form()
	if t, known := c.world.trader(c.username(), true); known && f.User != nil {
		f.User = &t.Login
		return next(c.withForm(f))
	}
	return next(c)
}

// strangerVariants respond for users whom nobody knows.
func strangerVariants() []Variant {
	const why = "No document says what an unknown user is answered with."
	stranger := func(c *call) bool {
		_, known := c.trader()
		return c.isCore() && c.names() && !known && c.keyKind() == keyRight
	}
	told := func(name string, operation func(*call) bool, status int, body string) Variant {
		return Variant{Name: name, Why: why, HTTP: responsesJSON(all(stranger, operation),
			status, body)}
	}
	const notFound = `{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`
	return []Variant{
		told("stranger-not-found", (*call).isCore, http.StatusNotFound, notFound),
		told("stranger-refused-with-200", (*call).isCore, http.StatusOK, notFound),
		told("stranger-incorrect-answer", (*call).isReset, http.StatusBadRequest, incorrectJSON),
		told("stranger-accepted", (*call).isReset, http.StatusOK, `{"Errors":[],"IsSucceed":true}`),
		told("stranger-invented-question", (*call).isQuestion, http.StatusOK,
			`{"Model":"What was your first car?","Errors":[],"IsSucceed":true}`),
	}
}

// limitVariants lock traders, or limit how often they may reset.
func limitVariants() []Variant {
	wrong := []string{answerWrong, answerNear, answerEmpty}
	counted := append(slices.Clone(wrong), answerMissing)
	const why = "The documents do not forbid to lock a trader after several wrong answers."
	const whyLimit = "The documents do not forbid to limit how often one may reset."
	response := func(status int, contentType, body string) func() *reply {
		return func() *reply {
			p := newReply(status, contentType, body)
			p.header.Set("Retry-After", "60")
			return p
		}
	}
	const locked = `{"Errors":["Account is locked for 15 minutes."],"ErrorsCode":["ErrorLocked"],"IsSucceed":false}`
	return []Variant{
		{Name: "lock-after-three", Why: why, HTTP: perRun(locksAfterMany(wrong, 3, lockedOut))},
		{Name: "lock-after-two", Why: why, HTTP: perRun(locksAfterMany(wrong, 2, lockedOut))},
		{Name: "lock-counts-missing", Why: why,
			HTTP: perRun(locksAfterMany(counted, 3, lockedOut))},
		{Name: "lock-after-three-429", Why: why,
			HTTP: perRun(locksAfterMany(wrong, 3, response(429, "application/json", locked)))},
		{Name: "lock-after-three-423", Why: why,
			HTTP: perRun(locksAfterMany(wrong, 3, response(423, "application/json", locked)))},
		{Name: "lock-after-three-text", Why: why,
			HTTP: perRun(locksAfterMany(wrong, 3,
				response(429, "text/plain", "Too many requests")))},
		{Name: "lock-after-three-silently", Why: why,
			HTTP: perRun(locksAfterMany(wrong, 3, incorrectReply))},
		{Name: "one-reset-refused-after", Why: whyLimit, Untestable: true,
			HTTP: perRun(oneReset(response(400, "application/json",
				`{"Errors":["Please wait."],"ErrorsCode":["ErrorTooOften"],"IsSucceed":false}`)))},
		{Name: "one-reset-429-after", Why: whyLimit, Untestable: true,
			HTTP: perRun(oneReset(response(429, "application/json", locked)))},
		{Name: "one-reset-429-text-after", Why: whyLimit, Untestable: true,
			HTTP: perRun(oneReset(response(429, "text/html", htmlErrorPage)))},
	}
}

// locksAfterMany refuses all answers of a trader after so many wrong ones since
// the last right one.
func locksAfterMany(kinds []string, most int, refusal func() *reply) func(World) middleware {
	return func(World) middleware {
		var wrong memory[int]
		return func(c *call, next asker) *reply {
			login := strings.ToLower(c.username())
			if c.answerKind() == answerNone || c.keyKind() != keyRight {
				return next(c)
			}
			if wrong.get(login) >= most {
				return refusal()
			}
			switch {
			case answers(kinds...)(c):
				wrong.update(login, func(n int) int { return n + 1 })
			case c.answerKind() == answerRight:
				wrong.set(login, 0)
			}
			return next(c)
		}
	}
}

// oneReset carries out one accepted reset a trader.
func oneReset(further func() *reply) func(World) middleware {
	return func(World) middleware {
		var accepts memory[bool]
		return func(c *call, next asker) *reply {
			_, known := c.trader()
			right := c.isReset() && known && c.keyKind() == keyRight &&
				(c.answerKind() == answerRight || withoutQuestion(c))
			if !right {
				return next(c)
			}
			if login := strings.ToLower(c.username()); accepts.get(login) {
				return further()
			}
			accepts.set(strings.ToLower(c.username()), true)
			return next(c)
		}
	}
}
