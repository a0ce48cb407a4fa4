package faults

import (
	"net/http"
	"strings"
)

// requestFaults respond to requests that lack what is required as if they did not.
func requestFaults() []Fault {
	return append(resetOfNobodyFaults(), questionOfNobodyFaults()...)
}

func resetOfNobodyFaults() []Fault {
	of := func(name, summary, got string, concerns func(*call) bool, response middleware) Fault {
		return Fault{
			Name: name, Breaks: "RESET-10", Summary: summary,
			Expected: "anything but an accepted reset or a 5xx status, and no code", Got: got,
			Also: []string{"ANSWER-1", "ANSWER-2", "ANSWER-3", "ANSWER-4", "ANSWER-6", "KEY-6",
				"KEY-7", "KEY-8", "MAIL-3", "QUESTION-9"},
			HTTP: when(all(nobody, concerns), response),
		}
	}
	seems := func(body string) middleware {
		return func(*call, asker) *reply { return jsonReply(http.StatusOK, body) }
	}
	fails := func(*call, asker) *reply {
		return newReply(http.StatusInternalServerError, "text/plain", "NullReferenceException\n")
	}
	resetsTrader := func(last bool) middleware {
		return func(c *call, next asker) *reply {
			if len(c.world.Traders) == 0 {
				return next(c)
			}
			t := c.world.Traders[0]
			if last {
				t = c.world.Traders[len(c.world.Traders)-1]
			}
			return next(c.rightReset(t))
		}
	}
	resetsSilently := func(c *call, next asker) *reply {
		resetsTrader(true)(c, next)
		return next(c)
	}
	hasBody, noBody := (*call).hasBody, not((*call).hasBody)
	anything := func(*call) bool { return true }
	return []Fault{
		of("reset-without-user-accepted", "A reset without User is accepted.", "an accepted reset",
			hasBody, seems(acceptedJSON)),
		of("reset-without-body-accepted", "A reset without a body is accepted.",
			"an accepted reset", noBody, seems(acceptedJSON)),
		of("reset-of-nobody-succeeds", "A reset without User, or without a body, reports success.",
			"an accepted reset", anything, seems(`{"Errors":[],"IsSucceed":true}`)),
		of("reset-without-user-fails", "A reset without User makes the deployment fail.",
			"status 500", hasBody, fails),
		of("reset-without-body-fails", "A reset without a body makes the deployment fail.",
			"status 500", noBody, fails),
		of("reset-without-user-resets-first", "A reset without User resets the first trader.",
			"an accepted reset", hasBody, resetsTrader(false)),
		of("reset-without-user-resets-last", "A reset without User resets the last trader.",
			"an accepted reset", hasBody, resetsTrader(true)),
		of("reset-without-body-resets-last", "A reset without a body resets the last trader.",
			"an accepted reset", noBody, resetsTrader(true)),
		of("reset-without-user-mails-silently",
			"A reset without User is refused, and mails a code to the last trader all the same.",
			"a mail with a code", hasBody, resetsSilently),
		{
			Name: "reset-without-user-repeats", Breaks: "RESET-10",
			Summary:  "A reset without User is taken for the one before.",
			Expected: "anything but an accepted reset or a 5xx status, and no code",
			Got:      "an accepted reset",
			Also:     []string{"KEY-7", "MAIL-3", "RESET-6"}, HTTP: perRun(repeatsReset),
		},
	}
}

// repeatsReset carries out the last accepted reset again for nobody, or that of
// a trader without a question.
func repeatsReset(w World) middleware {
	var last memory[string]
	return func(c *call, next asker) *reply {
		if nobody(c) {
			t, known := w.trader(last.get(""), false)
			if !known && len(w.Traders) > 0 {
				t = w.Traders[0]
			}
			return next(c.rightReset(t))
		}
		p := next(c)
		if p.outcome(c) == accepted {
			last.set("", strings.ToLower(c.username()))
		}
		return p
	}
}

func questionOfNobodyFaults() []Fault {
	nameless := func(c *call) bool {
		return c.isQuestion() && !c.names() && c.keyKind() == keyRight
	}
	of := func(name, summary, got string, response middleware) Fault {
		return Fault{
			Name: name, Breaks: "QUESTION-8", Summary: summary,
			Expected: "no question and no 5xx status", Got: got,
			Also: []string{"ANSWER-1", "ANSWER-2", "ANSWER-3"}, HTTP: when(nameless, response),
		}
	}
	return []Fault{
		of("question-without-username-fails",
			"A question without username makes the deployment fail.", "status 500",
			func(*call, asker) *reply {
				return newReply(http.StatusInternalServerError, "text/html", htmlErrorPage)
			}),
		of("question-without-username-unavailable",
			"A question without username gets status 503 in the documented form.", "status 503",
			func(*call, asker) *reply {
				return refuses(http.StatusServiceUnavailable, "ErrorUnavailable", "Try later.")
			}),
		of("question-without-username-of-first",
			"A question without username is that of the first trader.", "a question",
			func(c *call, next asker) *reply {
				for _, t := range c.world.Traders {
					if t.Question != "" {
						return next(c.withUsername(t.Login))
					}
				}
				return next(c)
			}),
		of("question-without-username-invented", "A question without username is an invented one.",
			"a question", func(*call, asker) *reply {
				return jsonReply(http.StatusOK,
					`{"Model":"What was the name of your first pet?","Errors":[],"IsSucceed":true}`)
			}),
		{
			Name: "question-without-username-repeats", Breaks: "QUESTION-8",
			Summary:  "A question without username is the one before.",
			Expected: "no question and no 5xx status", Got: "a question",
			HTTP: perRun(repeatsQuestion),
		},
	}
}

func repeatsQuestion(World) middleware {
	var last memory[string]
	return func(c *call, next asker) *reply {
		if c.isQuestion() && !c.names() && last.get("") != "" {
			return next(c.withUsername(last.get("")))
		}
		p := next(c)
		if p.outcome(c) == question {
			last.set("", c.username())
		}
		return p
	}
}
