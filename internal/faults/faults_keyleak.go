package faults

import (
	"encoding/base64"
	"net/url"
	"slices"
)

// keyLeakFaults refuse a bad key as documented, and yet do or reveal what only
// the right key may.
func keyLeakFaults() []Fault {
	return append(revealFaults(), performedFaults()...)
}

// revealFaults put something about the trader beside the key error.
func revealFaults() []Fault {
	reveals := func(name, summary, got string, put func(question string, p *reply)) Fault {
		return Fault{
			Name: name, Breaks: "KEY-5", Summary: summary, Expected: "the error alone", Got: got,
			Also: needKeyError(), HTTP: through(revealing(put)),
		}
	}
	put := func(change func(object, string) object) func(string, *reply) {
		return func(question string, p *reply) {
			doc, _ := parse(p.body)
			p.body = change(doc, question).bytes()
		}
	}
	return []Fault{
		{Name: "key-error-with-right-key", Breaks: "KEY-5",
			Summary: "The key error tells the right key.", Expected: "the error alone",
			Got:  "the error and the right key",
			Also: needKeyError(), HTTP: through(func(c *call, next asker) *reply {
				p := next(c)
				if doc, _ := parse(p.body); doc.has("error") {
					p.body = doc.set("expected", quote(c.world.AppKey)).bytes()
				}
				return p
			})},
		reveals("key-error-with-model", "The key error stands beside the whole response.",
			"the error and a Model",
			put(func(o object, q string) object {
				return o.set("Model", quote(q)).set("Errors", "[]").set("IsSucceed", "true")
			})),
		reveals("key-error-after-model", "The question stands before the key error.",
			"a Model and the error",
			put(func(o object, q string) object {
				return append(object{{name: "Model", value: []byte(quote(q))}}, o...)
			})),
		reveals("key-error-with-question", "The key error quotes the question in a further member.",
			"the error and the question",
			put(func(o object, q string) object { return o.set("question", quote(q)) })),
		reveals("key-error-with-debug",
			"The key error carries the question deep in debugging information.",
			"the error and the question",
			put(func(o object, q string) object {
				return o.set("debug", `{"trace":[{"locals":{"trader":{"secretQuestion":`+quote(q)+
					"}}}]}")
			})),
		reveals("key-error-with-question-within-text",
			"A further text of the key error quotes the question.", "the error and the question",
			put(func(o object, q string) object {
				return o.set("detail", quote("Not answered: '"+q+"'"))
			})),
		reveals("key-error-with-question-in-lower-model",
			"The key error stands beside a model in camel case.", "the error and the question",
			put(func(o object, q string) object { return o.set("model", quote(q)) })),
		reveals("key-error-with-question-as-name", "The question is the name of a further member.",
			"the error and the question",
			put(func(o object, q string) object { return o.set(q, "null") })),
		reveals("key-error-with-question-header",
			"A header field beside the key error carries the question.",
			"the question in a header field",
			func(question string, p *reply) {
				p.header.Set("X-Debug-Model", url.PathEscape(question))
			}),
		reveals("key-error-with-encoded-question",
			"A further member of the key error carries the question in base64.",
			"the error and the question",
			put(func(o object, q string) object {
				return o.set("state", quote(base64.StdEncoding.EncodeToString([]byte(q))))
			})),
	}
}

// revealing finds out the question with the right key and puts it somewhere.
func revealing(put func(question string, p *reply)) middleware {
	return func(c *call, next asker) *reply {
		p := next(c)
		if !c.isQuestion() || p.outcome(c) != keyRefused {
			return p
		}
		doc, _ := parse(next(c.withRightKey()).body)
		if text := doc.text("Model"); text != "" {
			put(text, p)
		}
		return p
	}
}

// performedFaults respond with the key error and reset all the same.
func performedFaults() []Fault {
	performed := func(name, summary string, concerns func(*call) bool) Fault {
		return Fault{
			Name: name, Breaks: "KEY-6", Summary: summary,
			Expected: "no confirmation code after a reset with a missing or wrong key",
			Got:      "a mail with a code",
			Also:     []string{"MAIL-3", "QUESTION-9", "RESET-6"},
			HTTP: when(all((*call).isReset, not(keys(keyRight)), concerns),
				func(c *call, next asker) *reply {
					next(c.withRightKey())
					return next(c)
				}),
		}
	}
	list := []Fault{
		performed("performed-despite-bad-key",
			"A reset with a bad key is refused, but carried out.",
			func(*call) bool { return true }),
		performed("performed-despite-bad-key-without-question",
			"A bad key is refused, but the reset of a trader without a question is carried out.",
			withoutQuestion),
		performed("performed-despite-bad-key-with-answer",
			"A bad key is refused, but a reset with the right answer is carried out.",
			withQuestion),
	}
	for _, k := range []struct{ name, kind string }{{"missing", keyMissing}, {"empty", keyEmpty},
		{"wrong", keyWrong}, {"nearly-right", keyNear}} {
		list = append(list, performed("performed-despite-"+k.name+"-key", "A reset with a "+k.kind+
			" key is refused, but carried out.", keys(k.kind)))
	}
	return slices.Concat(list, []Fault{
		{
			Name: "performed-once-key-comes", Breaks: "KEY-6",
			Summary:  "Resets with a bad key wait, and are carried out with the next right key.",
			Expected: "no confirmation code after a reset with a missing or wrong key",
			Got:      "a mail with a code",
			Also:     []string{"MAIL-3", "QUESTION-9", "RESET-10"}, HTTP: perRun(performsLater),
		},
		{
			Name: "code-mailed-on-bad-key-and-question", Breaks: "KEY-6",
			Summary:  "A question with a bad key sends a code.",
			Expected: "no confirmation code after a request with a missing or wrong key",
			Got:      "a mail with a code",
			Also:     []string{"QUESTION-9", "MAIL-3"},
			HTTP:     alsoResets(all((*call).isQuestion, withQuestion, not(keys(keyRight)))),
		},
	})
}

// performsLater keeps one refused reset until the right key comes.
func performsLater(World) middleware {
	var waiting memory[*call]
	return func(c *call, next asker) *reply {
		if !c.isReset() {
			return next(c)
		}
		if c.keyKind() != keyRight {
			waiting.set("", c.withRightKey())
			return next(c)
		}
		if held := waiting.get(""); held != nil {
			waiting.set("", nil)
			next(held)
		}
		return next(c)
	}
}

// keyRightFaults refuse the right key.
func keyRightFaults() []Fault {
	refused := func(name, summary string, concerns func(*call) bool, also []string) Fault {
		return Fault{
			Name: name, Breaks: "KEY-8", Summary: summary,
			Expected: "a response to a request with the configured key",
			Got:      "the key error", Also: append(also, "ANSWER-4", "KEY-7"),
			HTTP: when(all(keys(keyRight), concerns), func(c *call, next asker) *reply {
				return next(c.withWrongKey())
			}),
		}
	}
	return []Fault{
		refused("right-key-refused-on-question", "The question refuses the right key.",
			(*call).isQuestion, append(needQuestion(), "QUESTION-8", "QUESTION-9")),
		refused("right-key-refused-on-reset", "The reset refuses the right key.", (*call).isReset,
			append(needAcceptance(), needRefusal()...)),
		refused("right-key-refused-by-email", "The question by email refuses the right key.",
			(*call).byEmail, needQuestion()),
		refused("right-key-refused-with-answer", "A reset with an answer refuses the right key.",
			answers(answerRight, answerWrong, answerEmpty, answerNear),
			append(needAcceptance(), needRefusal()...)),
		refused("right-key-refused-without-question",
			"Traders without a question need another key.", withoutQuestion,
			append(needAcceptance(), needQuestion()...)),
		refused("right-key-refused-on-missing-answer", "A missing answer is told as a bad key.",
			answers(answerMissing), needRefusal()),
		refused("right-key-refused-on-wrong-answer", "A wrong answer is told as a bad key.",
			answers(answerWrong), needRefusal()),
		{
			Name: "key-works-once", Breaks: "KEY-8",
			Summary:  "The question refuses the right key from the second request on a connection.",
			Expected: "a response to a request with the configured key", Got: "the key error",
			Also: append(needQuestion(), "KEY-7", "QUESTION-8"), HTTP: perRun(keyWorksOnce),
		},
		{
			Name: "header-name-case-sensitive", Breaks: "KEY-7",
			Summary:  "The name of the key's header must be spelled as documented.",
			Expected: "any response but the key error", Got: "the key error",
			Listen: listenCaseSensitively,
		},
	}
}

func keyWorksOnce(World) middleware {
	var asked memory[int]
	return func(c *call, next asker) *reply {
		if c.isQuestion() && c.keyKind() == keyRight &&
			asked.update(c.request.RemoteAddr, func(n int) int { return n + 1 }) > 1 {
			return next(c.withWrongKey())
		}
		return next(c)
	}
}
