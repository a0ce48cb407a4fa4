package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// hardeningFaults keep the documents and not good practice.
func hardeningFaults() []Fault {
	list := []Fault{
		{Name: "code-too-short", Breaks: "HARD-1", Summary: "Codes have four digits.",
			Expected: "at least six characters", Got: "four",
			Mail: spelt(func(c string) string { return digits(c, 4) })},
		tells("code-told-in-answer", "The accepted reset tells the code.", codeOf, inMember),
		tells("code-told-in-header", "A header of the accepted reset tells the code.", codeOf,
			func(_ *call, p *reply, code string) { p.header.Set("X-Debug", "code="+code) }),
		tells("code-told-in-location", "The accepted reset says where the code leads.", codeOf,
			func(_ *call, p *reply, code string) {
				p.header.Set("Content-Location", "/confirm/"+code)
			}),
		tells("answer-told-in-answer", "The accepted reset tells the secret answer.",
			func(t reference.Trader, _ string) string { return t.Answer }, inMember),
		{Name: "answer-mailed", Breaks: "HARD-3", Summary: "The mail tells the secret answer.",
			Expected: "no secret answer", Got: "one",
			Mail: writes(func(w World, l letter) letter {
				l.text += "\nYour secret answer is still: " + w.owner(l.to).Answer + "\n"
				return l
			})},
		{Name: "key-mailed", Breaks: "HARD-3", Summary: "A link in the mail tells the app key.",
			Expected: "no app key", Got: "one",
			Mail: writes(func(w World, l letter) letter {
				l.html = strings.Replace(l.html, "</body>",
					`<p><a href="https://etna.example/reset?key=`+w.AppKey+
						`">Reset</a></p></body>`, 1)
				return l
			})},
		{Name: "password-mailed", Breaks: "HARD-3", Summary: "The mail tells the password.",
			Expected: "no password", Got: "one",
			Mail: writes(func(w World, l letter) letter {
				l.text += "\nThe password so far: " + w.owner(l.to).Password + "\n"
				return l
			})},
		{Name: "plain-http", Breaks: "HARD-8", Summary: "The deployment is reached without TLS.",
			Expected: "https", Got: "http", Elsewhere: "trader.example"},
		{Name: "code-used-twice", Breaks: "HARD-4",
			Summary: "A code that was used gives a token again.", Expected: "no token",
			Got:  "a token",
			HTTP: perRun(takesAgain((*call).isCode, "Code"))},
		{Name: "token-used-twice", Breaks: "HARD-5",
			Summary: "A token that was used is taken again.", Expected: "a refusal", Got: "success",
			HTTP: perRun(takesAgain((*call).isUpdate, "Token"))},
		unknownTold("unknown-user-of-reset-told", (*call).isReset),
		unknownTold("unknown-user-of-question-told", (*call).isQuestion),
	}
	for _, body := range []struct{ name, summary, text string }{
		{"malformed-body-fails", "A body that is no JSON makes the deployment fail.",
			`{"Errors":["Internal error."],"IsSucceed":false}`},
		{"malformed-body-shows-stack", "A body that is no JSON shows where the deployment failed.",
			"System.Text.Json.JsonException\n   at Etna.Reset.Read(Stream body)\n"},
	} {
		list = append(list, Fault{Name: body.name, Breaks: "HARD-7", Summary: body.summary,
			Expected: "a sober refusal", Got: "status 500",
			HTTP: responsesJSON(malformedReset, http.StatusInternalServerError, body.text)})
	}
	list = append(list, Fault{Name: "malformed-body-accepted", Breaks: "HARD-7",
		Summary:  "A body that is no JSON is as good as an empty one, and accepted.",
		Expected: "a client's error", Got: "status 200",
		HTTP: responsesJSON(malformedReset, http.StatusOK, acceptedJSON)})
	list = slices.Concat(list, soberFaults(), tellingFaults(), patternFaults(), hostFaults())
	for i := range list {
		list[i].Profile = "hardening"
	}
	return list
}

// malformedReset concerns resets whose body is no JSON object.
func malformedReset(c *call) bool {
	_, read := parse(c.body)
	return c.isReset() && hasKey(c) && c.hasBody() &&
		(!read || strings.HasPrefix(string(c.body), "[") ||
			!strings.HasSuffix(strings.TrimSpace(string(c.body)), "}"))
}

// tells adds a secret to the answers of accepted resets.
func tells(name, summary string, secret func(t reference.Trader, code string) string,
	tell func(c *call, p *reply, secret string)) Fault {
	return Fault{
		Name: name, Breaks: "HARD-2", Summary: summary, Expected: "no secret", Got: "one",
		Also: []string{"HARD-6"},
		HTTP: through(func(c *call, next asker) *reply {
			t, known := c.trader()
			before := c.world.run.sentTo(t.Email)
			p := next(c)
			if !known || p.outcome(c) != accepted {
				return p
			}
			c.world.run.await(c.request.Context(), t.Email, before)
			codes := c.world.run.mailedCodes()
			tell(c, p, secret(t, codes[len(codes)-1]))
			return p
		}),
	}
}

func codeOf(_ reference.Trader, code string) string { return code }

func inMember(c *call, p *reply, secret string) {
	if secret != "" {
		set("Debug", quote(secret))(c, p)
	}
}

// takesAgain responds to a request with what was used as it did before.
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
		Name: name, Breaks: "HARD-6", Summary: "An unknown user is told so.",
		Expected: "the response that a trader gets", Got: "a refusal",
		HTTP: responsesJSON(all(concerns, hasKey, func(c *call) bool {
			_, known := c.trader()
			return c.names() && !known
		}), http.StatusNotFound,
			`{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`),
	}
}
