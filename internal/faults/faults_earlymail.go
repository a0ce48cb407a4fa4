package faults

import (
	"github.com/etna-conformance/conformance/internal/reference"
)

const wantNoCode = "no confirmation code after a refused reset"

// earlyMailFaults send a code although the reset was refused for its answer.
func earlyMailFaults() []Fault {
	early := func(name, summary string, concerns func(*call) bool) Fault {
		return Fault{
			Name: name, Breaks: "MAIL-3", Summary: summary, Expected: wantNoCode,
			Got:  "a mail with a code",
			Also: []string{"KEY-6", "QUESTION-9", "RESET-10"},
			HTTP: alsoResets(all(concerns, keys(keyRight))),
		}
	}
	return []Fault{
		early("code-before-answer", "The code is mailed before the answer is looked at.",
			answers(answerMissing, answerEmpty, answerWrong, answerNear)),
		early("code-on-missing-answer", "A reset without an answer is refused, and mails a code.",
			answers(answerMissing)),
		early("code-on-wrong-answer", "A reset with a wrong answer is refused, and mails a code.",
			answers(answerWrong, answerNear)),
		early("code-on-missing-answer-of-others",
			"Missing answers of all traders but the first are refused, and mail a code.",
			all(answers(answerMissing), notFirst)),
		early("code-on-wrong-answer-of-first",
			"Wrong answers of the first trader are refused, and mail a code.",
			all(answers(answerWrong), not(notFirst))),
		early("code-on-long-answer", "Long wrong answers are refused, and mail a code.",
			all(answers(answerWrong), func(c *call) bool {
				return len(*c.form().SecretQuestionAnswer) > 12
			})),
		{
			Name: "code-on-refusal-of-another-trader", Breaks: "MAIL-3",
			Summary:  "A refused reset mails a code to the next trader.",
			Expected: wantNoCode, Got: "a mail with a code",
			Also: []string{"MAIL-4", "KEY-6", "QUESTION-9", "RESET-10"},
			HTTP: when(all(answers(answerMissing, answerWrong), keys(keyRight)),
				func(c *call, next asker) *reply {
					t, _ := c.trader()
					if o, found := c.world.other(t, 1, asksQuestion); found {
						next(c.rightReset(o))
					}
					return next(c)
				}),
		},
		{
			Name: "code-of-refusal-waits", Breaks: "MAIL-3",
			Summary:  "The code of a reset that was refused for its answer leaves with the next accepted one's.",
			Expected: wantNoCode, Got: "two mails with codes",
			Also: []string{"KEY-6", "QUESTION-9", "RESET-10"}, HTTP: perRun(mailsWithNext),
		},
		{
			Name: "code-on-question-without-question", Breaks: "QUESTION-9",
			Summary:  "Asking for the question of a trader who has none mails a code.",
			Expected: wantNoCode, Got: "a mail with a code", Also: []string{"KEY-6", "RESET-10"},
			HTTP: alsoResets(all((*call).isQuestion, withoutQuestion, keys(keyRight))),
		},
		{
			Name: "code-on-every-request", Breaks: "MAIL-3",
			Summary:  "Every request about a trader mails a code.",
			Expected: wantNoCode, Got: "a mail with a code",
			Also: []string{"KEY-6", "QUESTION-9", "RESET-10"},
			HTTP: alsoResets(func(c *call) bool {
				return c.isCore() && c.answerKind() != answerRight
			}),
		},
	}
}

// mailsWithNext mails what was refused when the trader's next reset is accepted.
func mailsWithNext(World) middleware {
	var waiting memory[bool]
	return func(c *call, next asker) *reply {
		t, known := c.trader()
		if !known || !c.isReset() || c.keyKind() != keyRight {
			return next(c)
		}
		p := next(c)
		switch {
		case p.outcome(c) == incorrect:
			waiting.set(t.Login, true)
		case p.outcome(c) == accepted && waiting.get(t.Login):
			waiting.set(t.Login, false)
			next(c)
		}
		return p
	}
}

// lateByOneMail sends each trader the letter of the reset before.
func lateByOneMail(w World, mailer reference.Mailer) reference.Mailer {
	var last memory[*letter]
	return mailing(func(w World, l letter, send func(reference.Mail) error) error {
		before := last.get("")
		last.set("", &l)
		if before == nil || before.to == l.to {
			return send(l.mail())
		}
		return send(asOwn(*before, w.owner(l.to)))
	})(w, mailer)
}
