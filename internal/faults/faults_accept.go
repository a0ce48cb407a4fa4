package faults

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

const (
	wantAccepted  = "an accepted reset (no errors)"
	wantIncorrect = `{"Errors": ["Answer is incorrect, try again."], "ErrorsCode": ["ErrorIncorrectAnswer"], "IsSucceed": false}`
	gotIncorrect  = "the incorrect-answer error"
)

// acceptFaults refuse what must be accepted, or accept it with errors.
func acceptFaults() []Fault {
	return slices.Concat(withoutQuestionFaults(), rightAnswerFaults(), comparedWronglyFaults(),
		listedFaults())
}

// withoutQuestionFaults refuse traders who have no question.
func withoutQuestionFaults() []Fault {
	refused := func(name, summary, got string, status int, body string) Fault {
		return Fault{
			Name: name, Breaks: "RESET-1", Summary: summary, Expected: wantAccepted, Got: got,
			Also: needAcceptance(),
			HTTP: responsesJSON(all((*call).isReset, withoutQuestion, keys(keyRight)),
				status, body),
		}
	}
	return []Fault{
		refused("without-question-refused",
			"A trader without a question is told that the answer is incorrect.", gotIncorrect, 400,
			incorrectJSON),
		refused("without-question-refused-with-200",
			"A trader without a question is told with status 200 that the answer is incorrect.",
			gotIncorrect, 200, incorrectJSON),
		refused("question-required", "A trader without a question has to choose one first.",
			"a refusal", 403,
			`{"Errors":["Secret question is not set."],"ErrorsCode":["ErrorNoSecretQuestion"],"IsSucceed":false}`),
		refused("answer-member-required", "SecretQuestionAnswer is required of everybody.",
			"a refusal", 400,
			`{"Errors":["The SecretQuestionAnswer field is required."],"ErrorsCode":["ErrorInvalidRequest"],"IsSucceed":false}`),
		refused("without-question-unknown", "A trader without a question is not found.",
			"a refusal", 404,
			`{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`),
	}
}

// rightAnswerFaults refuse right answers.
func rightAnswerFaults() []Fault {
	refused := func(name, summary string, concerns func(*call) bool) Fault {
		return Fault{
			Name: name, Breaks: "RESET-2", Summary: summary, Expected: wantAccepted,
			Got:  gotIncorrect,
			Also: needAcceptance(), HTTP: refusesAnswer(concerns),
		}
	}
	answerIs := func(holds func(string) bool) func(*call) bool {
		return all(answers(answerRight), func(c *call) bool {
			t, _ := c.trader()
			return holds(t.Answer)
		})
	}
	first := func(c *call) bool {
		t, known := c.trader()
		i := slices.IndexFunc(c.world.Traders, asksQuestion)
		return known && i >= 0 && c.world.Traders[i].Login == t.Login
	}
	return []Fault{
		refused("right-answer-refused", "The right answer is refused.", answers(answerRight)),
		refused("right-answer-refused-to-others",
			"Only the first trader's right answer is accepted.",
			all(answers(answerRight), not(first))),
		refused("right-answer-refused-to-first", "The first trader's right answer is refused.",
			all(answers(answerRight), first)),
		refused("right-answer-with-accents-refused",
			"Right answers that are not ASCII are refused.", answerIs(func(a string) bool {
				return strings.ContainsFunc(a, func(r rune) bool { return r > unicode.MaxASCII })
			})),
		refused("right-answer-capitalised-refused",
			"Answers are stored as typed and compared in lower case.",
			answerIs(func(a string) bool { return strings.ToLower(a) != a })),
		refused("right-answer-long-refused",
			"Right answers of more than eight characters are cut off, and refused.",
			answerIs(func(a string) bool { return len([]rune(a)) > 8 })),
		{
			Name: "right-answer-refused-silently", Breaks: "RESET-2",
			Summary:  "The right answer is refused with errors that no document names.",
			Expected: wantAccepted, Got: "a refusal", Also: needAcceptance(),
			HTTP: responsesWith(all(answers(answerRight), keys(keyRight)), func() *reply {
				return refuses(http.StatusBadRequest, "ErrorUnknown",
					"Something went wrong, please contact support.")
			}),
		},
		{
			Name: "answers-of-neighbours", Breaks: "RESET-2",
			Summary:  "Each trader's answer is another trader's.",
			Expected: wantAccepted, Got: gotIncorrect,
			Also: append(needAcceptance(), needRefusal()...), HTTP: swapsAnswers(1),
		},
		{
			Name: "right-answer-fails", Breaks: "RESET-2",
			Summary:  "The right answer succeeds neither way: IsSucceed is true, beside the incorrect-answer error.",
			Expected: wantAccepted, Got: "errors", Also: append(needAcceptance(), needRefusal()...),
			HTTP: onCalls(answers(answerRight), rewrites(instead(incorrectJSON)), accepted),
		},
	}
}

// swapsAnswers compares the answer with that of a neighbour.
func swapsAnswers(places int) func(World, http.Handler) http.Handler {
	return when(answers(answerRight, answerWrong, answerNear), func(c *call, next asker) *reply {
		t, _ := c.trader()
		neighbour, found := c.world.other(t, places, asksQuestion)
		switch {
		case !found || neighbour.Answer == t.Answer:
			return next(c)
		case *c.form().SecretQuestionAnswer == neighbour.Answer:
			return next(c.withAnswer(t.Answer))
		}
		return next(c.withAnswer(*c.form().SecretQuestionAnswer + "?"))
	})
}

// comparedWronglyFaults change the answer on its way to the comparison.
func comparedWronglyFaults() []Fault {
	mangled := func(name, summary string, change func(string) string) Fault {
		return Fault{
			Name: name, Breaks: "RESET-2", Summary: summary, Expected: wantAccepted,
			Got:  gotIncorrect,
			Also: needAcceptance(),
			HTTP: when(answers(answerRight), func(c *call, next asker) *reply {
				return next(c.withAnswer(change(*c.form().SecretQuestionAnswer)))
			}),
		}
	}
	return []Fault{
		mangled("answer-in-lower-case",
			"The given answer is turned to lower case, the stored one is not.", strings.ToLower),
		mangled("answer-read-as-latin-1", "The given answer is read as ISO 8859-1.", mojibake),
		mangled("answer-html-escaped",
			"Characters of the answer beyond ASCII are escaped as HTML before the comparison.",
			htmlEntities),
		mangled("answer-without-accents",
			"Characters beyond ASCII are dropped from the given answer.", onlyASCII),
		mangled("answer-with-quotes", "The answer is compared with its quotation marks.", quote),
		mangled("answer-cut-at-seven", "Only seven characters of the given answer arrive.",
			func(a string) string { return string([]rune(a)[:min(7, len([]rune(a)))]) }),
		mangled("answer-cut-at-eight", "Only eight characters of the given answer arrive.",
			func(a string) string { return string([]rune(a)[:min(8, len([]rune(a)))]) }),
	}
}

func onlyASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, text)
}

// htmlEntities escapes what is not ASCII, as PHP's htmlentities does.
func htmlEntities(text string) string {
	var b strings.Builder
	for _, r := range html.EscapeString(text) {
		if r > unicode.MaxASCII {
			b.WriteString("&#" + decimal(r) + ";")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// listedFaults list errors or codes beside success.
func listedFaults() []Fault {
	listed := func(name, summary, got string, change func(object) object) Fault {
		return Fault{
			Name: name, Breaks: "RESET-3", Summary: summary,
			Expected: "no errors and no error codes in an accepted reset", Got: got,
			Also: append(needAcceptance(), "ANSWER-4", "ANSWER-6"),
			HTTP: on(edits(change), accepted),
		}
	}
	return []Fault{
		listed("code-of-success", "Accepted resets list a code of success.",
			`"ErrorsCode": ["Success"]`, func(o object) object {
				return o.set("ErrorsCode", `["Success"]`)
			}),
		listed("code-named-none", "Accepted resets list the code None.", `"ErrorsCode": ["None"]`,
			func(o object) object { return o.set("ErrorsCode", `["None"]`) }),
		listed("code-empty", "Accepted resets list an empty code.", `"ErrorsCode": [""]`,
			func(o object) object { return o.set("ErrorsCode", `[""]`) }),
		listed("code-of-refusal-on-success", "Accepted resets still list ErrorIncorrectAnswer.",
			`"ErrorsCode": ["ErrorIncorrectAnswer"]`,
			func(o object) object { return o.set("ErrorsCode", `["ErrorIncorrectAnswer"]`) }),
		listed("errors-on-success", "Accepted resets list a notice among the errors.",
			`"Errors": ["Confirmation code was sent."]`,
			func(o object) object {
				return o.set("Errors", `["Confirmation code was sent."]`).set("IsSucceed", "true")
			}),
		listed("warning-on-success", "Accepted resets list a warning among the errors.",
			`"Errors": ["Password is about to expire."]`,
			func(o object) object {
				return o.set("Errors", `["Password is about to expire."]`).set("ErrorsCode",
					`["WarnExpiry"]`).set("IsSucceed", "true")
			}),
		listed("error-empty-on-success", "Accepted resets list an empty error.", `"Errors": [""]`,
			func(o object) object { return o.set("Errors", `[""]`).set("IsSucceed", "true") }),
	}
}
