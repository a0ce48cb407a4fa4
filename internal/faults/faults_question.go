package faults

import "net/http"

// questionFaults withhold the question, or tell it with the wrong members.
func questionFaults() []Fault {
	return append(append(withheldFaults(), emptyQuestionFaults()...),
		append(failingQuestionFaults(), askingMailsFaults()...)...)
}

// byLogin concerns questions asked by login, of traders who have one.
func byLogin(c *call) bool { return c.isQuestion() && withQuestion(c) && !c.byEmail() }

// byMail concerns questions asked by email, of traders who have one.
func byMail(c *call) bool { return c.byEmail() && withQuestion(c) }

// withheldFaults do not give the question.
func withheldFaults() []Fault {
	withheld := func(name, breaks, summary, got string, concerns func(*call) bool,
		change func(*call, *reply), also ...string) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary, Expected: "a Model with the question",
			Got:  got,
			Also: append(also, needQuestion()...), HTTP: onCalls(concerns, change, question),
		}
	}
	model := func(json string) func(*call, *reply) {
		return edits(func(o object) object { return o.set("Model", json) })
	}
	notFound := becomes(http.StatusNotFound, "application/json",
		`{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`)
	return []Fault{
		withheld("question-empty", "QUESTION-1", "The question is empty.", `Model ""`, withQuestion,
			model(`""`)),
		withheld("question-is-null", "QUESTION-1", "The question is null.", "Model null",
			withQuestion, model("null")),
		withheld("question-blank", "QUESTION-1", "The question is blank.", `Model " "`,
			withQuestion, model(`" "`)),
		withheld("question-not-found-by-login", "QUESTION-1", "Traders are found by email only.",
			"a refusal", byLogin, notFound),
		withheld("question-empty-by-login", "QUESTION-1", "By login, the question is empty.",
			`Model ""`, byLogin, model(`""`)),
		withheld("question-refused", "QUESTION-1",
			"The question is refused unless a reset was tried before.", "a refusal", withQuestion,
			becomes(http.StatusForbidden, "application/json",
				`{"Errors":["Start a reset first."],"ErrorsCode":["ErrorState"],"IsSucceed":false}`)),
		withheld("question-not-found-by-email", "QUESTION-2", "Traders are found by login only.",
			"a refusal", byMail, notFound),
		withheld("question-empty-by-email", "QUESTION-2", "By email, the question is empty.",
			`Model ""`, byMail, model(`""`)),
		withheld("question-null-by-email", "QUESTION-2", "By email, the question is null.",
			"Model null", byMail, model("null")),
		withheld("question-generic-by-email", "QUESTION-2", "By email, another question is asked.",
			"another question", byMail, model(`"What was your first car?"`)),
		withheld("question-upper-case-by-email", "QUESTION-2",
			"By email, the question is in upper case.", "the question in upper case", byMail,
			retold(toUpper)),
		withheld("question-cut-off-by-email", "QUESTION-2", "By email, the question is cut off.",
			"the question's beginning", byMail, retold(cutAt(20))),
		withheld("question-escaped-by-email", "QUESTION-2",
			"By email, the question is escaped as HTML.", "HTML entities", byMail,
			retold(htmlEntities)),
		{
			Name: "email-read-as-path", Breaks: "QUESTION-2",
			Summary:  "The at sign of an email is not decoded.",
			Expected: "the question that the login gets", Got: `Model ""`,
			Also: needQuestion(), HTTP: when(byMail, func(c *call, next asker) *reply {
				return next(c.withUsername(escapeAt(c.username())))
			}),
		},
		{
			Name: "email-host-ignored", Breaks: "QUESTION-2",
			Summary:  "Only what stands before the at sign is looked for, as a login with a star.",
			Expected: "the question that the login gets", Got: `Model ""`,
			Also: needQuestion(),
			HTTP: when(byMail, func(c *call, next asker) *reply {
				return next(c.withUsername("*" + head(c.username(), 3)))
			}),
		},
		{
			Name: "login-cut-at-period", Breaks: "QUESTION-1",
			Summary: "Logins end at the first period.", Expected: "a Model with the question",
			Got:  `Model ""`,
			Also: needQuestion(),
			HTTP: when(byLogin, func(c *call, next asker) *reply {
				return next(c.withUsername(beforePeriod(c.username())))
			}),
		},
	}
}

// emptyQuestionFaults respond for traders without a question.
func emptyQuestionFaults() []Fault {
	asked := func(name, breaks, summary, got string, change func(*call, *reply)) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary,
			Expected: `Model "", no errors, IsSucceed true`, Got: got,
			Also: needQuestion(), HTTP: onCalls(withoutQuestion, change, noQuestion),
		}
	}
	model := func(json string) func(*call, *reply) {
		return edits(func(o object) object { return o.set("Model", json) })
	}
	return []Fault{
		asked("empty-question-refused", "QUESTION-10", "A trader without a question is an error.",
			"errors",
			becomes(http.StatusBadRequest, "application/json",
				`{"Errors":["Secret question is not set."],"ErrorsCode":["ErrorNoSecretQuestion"],"IsSucceed":false}`)),
		asked("empty-question-refused-with-model", "QUESTION-10",
			"A trader without a question is an error, beside an empty Model.", "errors",
			becomes(http.StatusOK, "application/json",
				`{"Model":"","Errors":["Secret question is not set."],"ErrorsCode":["ErrorNoSecretQuestion"],"IsSucceed":false}`)),
		asked("empty-question-unknown-user", "QUESTION-10",
			"A trader without a question is not found.", "errors",
			becomes(http.StatusNotFound, "application/json",
				`{"Errors":["User is not found."],"ErrorsCode":["ErrorUserNotFound"],"IsSucceed":false}`)),
		asked("empty-question-fails", "QUESTION-10",
			"For a trader without a question IsSucceed is false.", `"IsSucceed": false`,
			edits(func(o object) object { return o.set("IsSucceed", "false") })),
		asked("empty-question-with-code", "QUESTION-10",
			"For a trader without a question a code is listed.", `"ErrorsCode": ["NoQuestion"]`,
			edits(func(o object) object { return o.set("ErrorsCode", `["NoQuestion"]`) })),
		asked("empty-question-invented", "QUESTION-6",
			"A trader without a question gets an invented one.", "a question",
			model(`"What was the name of your first pet?"`)),
		asked("empty-question-in-words", "QUESTION-6",
			"A trader without a question is told so in Model.", `Model "No secret question"`,
			model(`"No secret question"`)),
		asked("empty-question-null-in-words", "QUESTION-6",
			"A trader without a question gets the word null.", `Model "null"`, model(`"null"`)),
		asked("empty-question-dash", "QUESTION-6", "A trader without a question gets a dash.",
			`Model "-"`, model(`"-"`)),
		asked("empty-question-null", "QUESTION-7", "A trader without a question gets null.",
			"Model null", model("null")),
		asked("empty-question-blank", "QUESTION-7", "A trader without a question gets a blank.",
			`Model " "`, model(`" "`)),
		asked("empty-question-no-break-space", "QUESTION-7",
			"A trader without a question gets a no-break space.", "Model with a no-break space",
			model(`"\u00a0"`)),
	}
}

// failingQuestionFaults give the question as if it were a failure.
func failingQuestionFaults() []Fault {
	fails := func(name, summary, got string, concerns func(*call) bool,
		change func(object) object) Fault {
		return Fault{
			Name: name, Breaks: "QUESTION-4", Summary: summary,
			Expected: "IsSucceed true, no errors and no error codes", Got: got,
			Also: needQuestion(), HTTP: onCalls(concerns, edits(change), question),
		}
	}
	set := func(name, json string) func(object) object {
		return func(o object) object { return o.set(name, json) }
	}
	return []Fault{
		fails("question-with-failure", "Questions come with IsSucceed false.", `"IsSucceed": false`,
			withQuestion, set("IsSucceed", "false")),
		fails("question-with-failure-by-email", "Questions by email come with IsSucceed false.",
			`"IsSucceed": false`, byMail, set("IsSucceed", "false")),
		fails("question-with-failure-by-login", "Questions by login come with IsSucceed false.",
			`"IsSucceed": false`, byLogin, set("IsSucceed", "false")),
		fails("question-with-errors", "Questions come with an error.", "errors", withQuestion,
			set("Errors", `["Answer the question first."]`)),
		fails("question-with-empty-error", "Questions come with an empty error.", "errors",
			withQuestion, set("Errors", `[""]`)),
		fails("question-with-code", "Questions come with a code.", `"ErrorsCode": ["Success"]`,
			withQuestion, set("ErrorsCode", `["Success"]`)),
		fails("question-with-code-by-email", "Questions by email come with a code.",
			`"ErrorsCode": ["FoundByEmail"]`, byMail, set("ErrorsCode", `["FoundByEmail"]`)),
		fails("question-with-empty-code", "Questions come with an empty code.",
			`"ErrorsCode": [""]`, withQuestion, set("ErrorsCode", `[""]`)),
	}
}

// askingMailsFaults send a code to whom is asked for.
func askingMailsFaults() []Fault {
	mails := func(name, summary string, concerns func(*call) bool) Fault {
		return Fault{
			Name: name, Breaks: "QUESTION-9", Summary: summary,
			Expected: "no confirmation code after a question", Got: "a mail with a code",
			Also: []string{"MAIL-3", "KEY-6", "RESET-10"},
			HTTP: alsoResets(all(concerns, keys(keyRight))),
		}
	}
	return []Fault{
		mails("question-mails-code", "Asking for the question sends a code.",
			func(c *call) bool { return c.isQuestion() && withQuestion(c) }),
		mails("question-by-email-mails-code", "Asking for the question by email sends a code.",
			byMail),
		mails("question-by-login-mails-code", "Asking for the question by login sends a code.",
			byLogin),
	}
}
