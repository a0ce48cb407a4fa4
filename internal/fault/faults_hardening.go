package fault

import (
	"net/http"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// hardeningFaults keep the documents and not good practice.
func hardeningFaults() []Fault {
	list := []Fault{
		{Name: "code-too-short", Breaks: "HARD-1", Summary: "Codes have four digits.", Expected: "at least six characters", Got: "four",
			Mail: spelt(func(c string) string { return digits(c, 4) })},
		tells("code-told-in-answer", "HARD-2", "The accepted reset tells the code.", func(_ *call, t reference.Trader, code string) string { return code }),
		tells("answer-told-in-answer", "HARD-2", "The accepted reset tells the secret answer.", func(_ *call, t reference.Trader, _ string) string { return t.Answer }),
		{Name: "answer-mailed", Breaks: "HARD-3", Summary: "The mail tells the secret answer.", Expected: "no secret answer", Got: "one",
			Mail: writes(func(w World, l letter) letter {
				l.text += "\nYour secret answer is still: " + w.owner(l.to).Answer + "\n"
				return l
			})},
		{Name: "password-mailed", Breaks: "HARD-3", Summary: "The mail tells the password.", Expected: "no password", Got: "one",
			Mail: writes(func(w World, l letter) letter {
				l.text += "\nThe password so far: " + w.owner(l.to).Password + "\n"
				return l
			})},
		{Name: "code-used-twice", Breaks: "HARD-4", Summary: "A code that was used gives a token again.", Expected: "no token", Got: "a token",
			HTTP: perRun(takesAgain((*call).isCode, "Code"))},
		{Name: "token-used-twice", Breaks: "HARD-5", Summary: "A token that was used is taken again.", Expected: "a refusal", Got: "success",
			HTTP: perRun(takesAgain((*call).isUpdate, "Token"))},
		unknownTold("unknown-user-of-reset-told", (*call).isReset), unknownTold("unknown-user-of-question-told", (*call).isQuestion),
	}
	for _, body := range []struct{ name, summary, text string }{
		{"malformed-body-fails", "A body that is no JSON makes the deployment fail.", `{"Errors":["Internal error."],"IsSucceed":false}`},
		{"malformed-body-shows-stack", "A body that is no JSON shows where the deployment failed.", "System.Text.Json.JsonException\n   at Etna.Reset.Read(Stream body)\n"},
	} {
		list = append(list, Fault{Name: body.name, Breaks: "HARD-7", Summary: body.summary, Expected: "a sober refusal", Got: "status 500",
			HTTP: answersJSON(malformedReset, http.StatusInternalServerError, body.text)})
	}
	list = append(list, Fault{Name: "malformed-body-accepted", Breaks: "HARD-7", Summary: "A body that is no JSON is as good as an empty one, and accepted.",
		Expected: "a client's error", Got: "status 200", HTTP: answersJSON(malformedReset, http.StatusOK, acceptedJSON)})
	for i := range list {
		list[i].Profile = "hardening"
	}
	return list
}

// malformedReset concerns resets whose body is no JSON object.
func malformedReset(c *call) bool {
	_, read := parse(c.body)
	return c.isReset() && hasKey(c) && c.hasBody() && (!read || strings.HasPrefix(string(c.body), "[") || !strings.HasSuffix(strings.TrimSpace(string(c.body)), "}"))
}

// tells adds a secret to the answers of accepted resets.
func tells(name, breaks, summary string, secret func(*call, reference.Trader, string) string) Fault {
	return Fault{
		Name: name, Breaks: breaks, Summary: summary, Expected: "no secret", Got: "one", Also: []string{"HARD-6"},
		HTTP: through(func(c *call, next asker) *reply {
			t, known := c.trader()
			before := c.world.run.sentTo(t.Email)
			p := next(c)
			if !known || p.outcome(c) != accepted {
				return p
			}
			c.world.run.await(c.request.Context(), t.Email, before)
			codes := c.world.run.mailedCodes()
			if text := secret(c, t, codes[len(codes)-1]); text != "" {
				set("Debug", quote(text))(c, p)
			}
			return p
		}),
	}
}

// takesAgain answers a request with what was used as it did before.
func takesAgain(concerns func(*call) bool, member string) func(World) middleware {
	return func(World) middleware {
		var used memory[*reply]
		return func(c *call, next asker) *reply {
			if !concerns(c) || !hasKey(c) {
				return next(c)
			}
			if p := used.get(c.member(member)); p != nil {
				return jsonReply(p.status, string(p.body))
			}
			p := next(c)
			if p.succeeds() {
				used.set(c.member(member), jsonReply(p.status, string(p.body)))
			}
			return p
		}
	}
}

// unknownTold says who is not known.
func unknownTold(name string, concerns func(*call) bool) Fault {
	return Fault{
		Name: name, Breaks: "HARD-6", Summary: "An unknown user is told so.", Expected: "the answer that a trader gets", Got: "a refusal",
		HTTP: answersJSON(all(concerns, hasKey, func(c *call) bool { _, known := c.trader(); return c.names() && !known }), http.StatusNotFound,
			`{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`),
	}
}
