package faults

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

func toUpper(text string) string { return strings.ToUpper(text) }

func cutAt(n int) func(string) string {
	return func(text string) string { return firstRunes(text, n) }
}

func beforePeriod(login string) string {
	first, _, _ := strings.Cut(login, ".")
	return first
}

func escapeAt(email string) string { return strings.ReplaceAll(email, "@", url.QueryEscape("@")) }

// retold changes the question's text.
func retold(change func(string) string) func(*call, *reply) {
	return edits(func(o object) object { return o.set("Model", quote(change(o.text("Model")))) })
}

// questionTextFaults change the question on its way.
func questionTextFaults() []Fault {
	told := func(name, summary, got string, change func(string) string) Fault {
		return Fault{
			Name: name, Breaks: "QUESTION-3", Summary: summary, Expected: "the declared question",
			Got:  got,
			Also: needQuestion(), HTTP: on(retold(change), question),
		}
	}
	return []Fault{
		told("question-html-escaped", "Questions are escaped as HTML.", "HTML entities",
			htmlEntities),
		told("question-percent-encoded", "Questions are percent-encoded.", "%20 for spaces",
			url.PathEscape),
		told("question-form-encoded", "Questions are encoded as in a form.", "+ for spaces",
			url.QueryEscape),
		told("question-mojibake", "Questions are UTF-8 that was read as ISO 8859-1.",
			"garbled letters", mojibake),
		told("question-mojibake-twice", "Questions were garbled twice.", "garbled letters",
			func(q string) string { return mojibake(mojibake(q)) }),
		told("question-with-question-marks", "Letters beyond ASCII are question marks.",
			"? for letters", func(q string) string {
				return string(encodeBytes(q, map[rune]byte{}))
			}),
		told("question-with-replacement-characters",
			"Letters beyond ASCII are replacement characters.", "U+FFFD for letters",
			func(q string) string {
				return strings.Map(func(r rune) rune {
					if r > 0x7F {
						return 0xFFFD
					}
					return r
				}, q)
			}),
		told("question-without-accents", "Letters beyond ASCII are missing.", "letters missing",
			onlyASCII),
		told("question-upper-case", "Questions are in upper case.", "the question in upper case",
			toUpper),
		told("question-lower-case", "Questions are in lower case.", "the question in lower case",
			strings.ToLower),
		told("question-cut-off", "Questions end after twenty characters.",
			"the question's beginning", cutAt(20)),
		told("question-cut-by-one", "Questions lack their last character.",
			"the question without its end", func(q string) string {
				return firstRunes(q, len([]rune(q))-1)
			}),
		told("question-with-ellipsis", "Questions end in an ellipsis after thirty characters.",
			"the question's beginning", func(q string) string { return firstRunes(q, 30) + "…" }),
		told("question-with-trailing-text", "A hint stands after questions.",
			"the question and more", after(" (case-sensitive)")),
		told("question-with-label", "A label stands before questions.", "more and the question",
			before("Secret question: ")),
		told("question-with-answer", "The answer's beginning stands after questions.",
			"the question and more", after(" P…")),
		told("question-quoted", "Questions stand in quotation marks.", "a quoted question", quote),
		told("question-in-markup", "Questions stand in a paragraph.", "markup",
			func(q string) string { return "<p>" + q + "</p>" }),
		told("question-doubled", "Questions are said twice.", "the question twice",
			func(q string) string { return q + q }),
		told("question-reversed", "Questions are written backwards.", "the question backwards",
			reversed),
		told("question-without-spaces", "Questions lack their spaces.",
			"the question without spaces", replaces(" ", "")),
		told("question-with-escapes", "Escapes of questions are escaped again.",
			`\u003f for a character`, replaces("?", `\u003f`)),
		told("question-masked", "Questions are masked.", "stars", func(q string) string {
			return firstRunes(q, 3) + strings.Repeat("*", 12)
		}),
		told("question-number", "Questions are given by their number.", `Model "3"`, instead("3")),
		told("question-code", "Questions are given by the name of a resource.",
			`Model "SecretQuestion_Street"`, instead("SecretQuestion_Street")),
		told("question-list", "All questions to choose from are given.", "several questions",
			after("|What was your first car?|What is your mother's maiden name?")),
		told("question-same-for-everybody",
			"Everybody is asked the same question, which is nobody's.", "another question",
			instead("What was the name of your first pet?")),
		told("question-zero-width", "Questions hold an invisible character.",
			"the question with U+200B", before("\u200B")),
	}
}

func reversed(text string) string {
	runes := []rune(text)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

// foreignQuestionFaults give one trader the question of another.
func foreignQuestionFaults() []Fault {
	foreign := func(name, summary string, http func(World, http.Handler) http.Handler) Fault {
		return Fault{
			Name: name, Breaks: "QUESTION-5", Summary: summary,
			Expected: "the trader's own question", Got: "another trader's question",
			Also: append(needQuestion(), "QUESTION-8"), HTTP: http,
		}
	}
	neighbour := func(places int) func(*call) (reference.Trader, bool) {
		return func(c *call) (reference.Trader, bool) {
			t, _ := c.trader()
			return c.world.other(t, places, asksQuestion)
		}
	}
	first := func(c *call) (reference.Trader, bool) {
		for _, t := range c.world.Traders {
			if t.Question != "" {
				return t, true
			}
		}
		return reference.Trader{}, false
	}
	return []Fault{
		foreign("question-of-neighbour", "Each trader gets the next trader's question.",
			asksFor(withQuestion, neighbour(1))),
		foreign("question-of-trader-before", "Each trader gets the question of the trader before.",
			asksFor(withQuestion, neighbour(-1))),
		foreign("question-of-neighbour-by-email",
			"By email, each trader gets the next trader's question.",
			asksFor(byMail, neighbour(1))),
		foreign("question-of-neighbour-by-login",
			"By login, each trader gets the next trader's question.",
			asksFor(byLogin, neighbour(1))),
		foreign("question-of-first-for-everybody", "Everybody gets the first trader's question.",
			asksFor((*call).isQuestion, first)),
		foreign("question-of-first-by-email",
			"By email, everybody gets the first trader's question.",
			asksFor((*call).byEmail, first)),
		foreign("question-of-first-without-question",
			"Traders without a question get the first trader's.", asksFor(withoutQuestion, first)),
		foreign("question-cached", "The first question is cached for everybody.",
			perRun(cachesQuestion(func(*call) string { return "" }))),
		foreign("question-cached-on-connection",
			"A connection's first question is cached for all of its requests.",
			perRun(cachesQuestion(func(c *call) string { return c.request.RemoteAddr }))),
		foreign("question-cached-by-mail-host",
			"Questions are cached by what stands after the at sign.",
			perRun(cachesQuestion(func(c *call) string {
				return c.username()[strings.LastIndex(c.username(), "@")+1:]
			}))),
		foreign("question-late-by-one", "Each question is that of the request before.",
			perRun(lateByOne)),
	}
}

// asksFor asks for another trader's question.
func asksFor(concerns func(*call) bool, whom func(*call) (reference.Trader, bool)) func(World,
	http.Handler) http.Handler {
	return when(all((*call).isQuestion, concerns), func(c *call, next asker) *reply {
		if t, found := whom(c); found {
			return next(c.withUsername(t.Login))
		}
		return next(c)
	})
}

// cachesQuestion responds to each question as the first of its kind.
func cachesQuestion(by func(*call) string) func(World) middleware {
	return func(World) middleware {
		var first memory[string]
		return func(c *call, next asker) *reply {
			if !c.isQuestion() || !c.names() {
				return next(c)
			}
			if _, known := c.trader(); !known {
				return next(c)
			}
			return next(c.withUsername(first.update(by(c), func(name string) string {
				if name == "" {
					return c.username()
				}
				return name
			})))
		}
	}
}

// lateByOne responds to each question as the one before.
func lateByOne(World) middleware {
	var last memory[string]
	return func(c *call, next asker) *reply {
		if !c.isQuestion() || !withQuestion(c) {
			return next(c)
		}
		before := c.username()
		last.update("", func(name string) string {
			if name != "" {
				before = name
			}
			return c.username()
		})
		return next(c.withUsername(before))
	}
}
