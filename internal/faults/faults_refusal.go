package faults

import "net/http"

// refusalFaults refuse a missing, wrong or empty answer otherwise than documented.
func refusalFaults() []Fault {
	var list []Fault
	for _, k := range refusedKinds() {
		for _, t := range refusalTexts() {
			if k.name != "missing" && !t.everywhere {
				continue
			}
			list = append(list, Fault{
				Name: k.name + "-answer-" + t.name, Breaks: k.breaks, Summary: "A reset with " +
					k.what + " answer: " + t.summary,
				Expected: wantIncorrect, Got: t.got, Also: append(needRefusal(), "RESET-10"),
				HTTP: onCalls(answers(k.kinds...), edits(t.change), incorrect),
			})
		}
	}
	return append(list, untoldFaults()...)
}

type refusedKind struct {
	name, what, breaks string
	kinds              []string
}

func refusedKinds() []refusedKind {
	return []refusedKind{
		{"missing", "a missing", "RESET-4", []string{answerMissing}},
		{"wrong", "a wrong", "RESET-5", []string{answerWrong, answerNear}},
		{"empty", "an empty", "RESET-8", []string{answerEmpty}},
	}
}

// refusalText is one way to word the refusal wrongly.
type refusalText struct {
	name, summary, got string
	// everywhere is false where once, for a missing answer, is enough.
	everywhere bool
	change     func(object) object
}

func refusalTexts() []refusalText {
	errors := func(json string) func(object) object {
		return func(o object) object { return o.set("Errors", json) }
	}
	codes := func(json string) func(object) object {
		return func(o object) object { return o.set("ErrorsCode", json) }
	}
	return []refusalText{
		{"reworded", "another text.", `"Errors": ["Wrong answer."]`, true,
			errors(`["Wrong answer."]`)},
		{"required", "the framework's text.",
			`"Errors": ["The SecretQuestionAnswer field is required."]`, true,
			func(o object) object {
				return o.set("Errors",
					`["The SecretQuestionAnswer field is required."]`).set("ErrorsCode",
					`["ErrorInvalidRequest"]`)
			}},
		{"without-period", "the text lacks its period.",
			`"Errors": ["Answer is incorrect, try again"]`, false,
			errors(`["Answer is incorrect, try again"]`)},
		{"exclaimed", "the text ends in an exclamation mark.",
			`"Errors": ["Answer is incorrect, try again!"]`, false,
			errors(`["Answer is incorrect, try again!"]`)},
		{"in-lower-case", "the text is in lower case.",
			`"Errors": ["answer is incorrect, try again."]`, false,
			errors(`["answer is incorrect, try again."]`)},
		{"with-trailing-space", "the text ends in a space.",
			`"Errors": ["Answer is incorrect, try again. "]`, false,
			errors(`["Answer is incorrect, try again. "]`)},
		{"translated", "the text is in another language.", `"Errors": ["Die Antwort ist falsch."]`,
			true, errors(`["Die Antwort ist falsch."]`)},
		{"with-markup", "the text holds markup.",
			`"Errors": ["<p>Answer is incorrect, try again.</p>"]`, false,
			errors(`["<p>Answer is incorrect, try again.</p>"]`)},
		{"cut-off", "the text is cut off.", `"Errors": ["Answer is incorrect"]`, false,
			errors(`["Answer is incorrect"]`)},
		{"as-resource-name", "the text is the name of a resource.",
			`"Errors": ["Errors.IncorrectAnswer"]`, false, errors(`["Errors.IncorrectAnswer"]`)},
		{"told-twice", "the error is listed twice.", "two errors", true,
			func(o object) object {
				return o.set("Errors", "["+quote(incorrectText)+","+quote(incorrectText)+
					"]").set("ErrorsCode", `["ErrorIncorrectAnswer","ErrorIncorrectAnswer"]`)
			}},
		{"with-second-error", "a second error is listed.", "two errors", true,
			errors("[" + quote(incorrectText) + `,"2 attempts left."]`)},
		{"with-other-code", "another code.", `"ErrorsCode": ["ErrorWrongAnswer"]`, true,
			codes(`["ErrorWrongAnswer"]`)},
		{"with-code-in-lower-case", "the code is in camel case.",
			`"ErrorsCode": ["errorIncorrectAnswer"]`, false, codes(`["errorIncorrectAnswer"]`)},
		{"with-code-in-snake-case", "the code is in snake case.",
			`"ErrorsCode": ["ERROR_INCORRECT_ANSWER"]`, false, codes(`["ERROR_INCORRECT_ANSWER"]`)},
		{"with-code-number", "the code is a number in a string.", `"ErrorsCode": ["14"]`, false,
			codes(`["14"]`)},
		{"with-code-abbreviated", "the code lacks its first word.",
			`"ErrorsCode": ["IncorrectAnswer"]`, false, codes(`["IncorrectAnswer"]`)},
		{"with-two-codes", "a second code is listed.", "two codes", false,
			codes(`["ErrorIncorrectAnswer","ErrorGeneral"]`)},
		{"without-codes", "no codes at all.", "no ErrorsCode", true, func(o object) object {
			return o.without("ErrorsCode")
		}},
		{"with-null-codes", "the codes are null.", `"ErrorsCode": null`, false, codes("null")},
		{"with-empty-codes", "the codes are empty.", `"ErrorsCode": []`, true, codes("[]")},
		{"with-empty-code", "the code is empty.", `"ErrorsCode": [""]`, false, codes(`[""]`)},
		{"with-code-for-text", "the code stands where the text belongs.",
			`"Errors": ["ErrorIncorrectAnswer"]`, true,
			func(o object) object {
				return o.set("Errors", "["+quote(incorrectCode)+"]").without("ErrorsCode")
			}},
		{"with-text-and-code-swapped", "text and code have changed places.",
			`"Errors": ["ErrorIncorrectAnswer"]`, false,
			func(o object) object {
				return o.set("Errors", "["+quote(incorrectCode)+"]").set("ErrorsCode",
					"["+quote(incorrectText)+"]")
			}},
		{"with-code-in-text", "the text begins with the code.",
			`"Errors": ["ErrorIncorrectAnswer: Answer is incorrect, try again."]`, false,
			errors(`["ErrorIncorrectAnswer: Answer is incorrect, try again."]`)},
		{"with-success", "IsSucceed is true.", `"IsSucceed": true`, true, func(o object) object {
			return o.set("IsSucceed", "true")
		}},
	}
}

// untoldFaults respond to a refused reset as something else.
func untoldFaults() []Fault {
	var list []Fault
	for _, k := range refusedKinds() {
		breaks := k.breaks
		if breaks == "RESET-8" {
			breaks = "RESET-7"
		}
		list = append(list, Fault{
			Name: k.name + "-answer-seems-accepted", Breaks: breaks,
			Summary: "A reset with " + k.what +
				" answer is answered as an accepted one, and nothing happens.",
			Expected: "a response that lists errors", Got: acceptedJSON, Also: needRefusal(),
			HTTP: onCalls(answers(k.kinds...), func(_ *call, p *reply) {
				*p = *jsonReply(http.StatusOK, acceptedJSON)
			}, incorrect),
		})
	}
	return append(list,
		Fault{
			Name: "empty-answer-succeeds", Breaks: "RESET-7",
			Summary:  "A reset with an empty answer reports success, and nothing happens.",
			Expected: "a response that lists errors", Got: `{"Errors": [], "IsSucceed": true}`,
			Also: needRefusal(),
			HTTP: onCalls(answers(answerEmpty), func(_ *call, p *reply) {
				*p = *jsonReply(http.StatusOK, `{"Errors":[],"IsSucceed":true}`)
			}, incorrect),
		},
		Fault{
			Name: "empty-answer-fails", Breaks: "RESET-7",
			Summary:  "A reset with an empty answer makes the deployment fail.",
			Expected: "a response that lists errors", Got: "status 500",
			Also: append(needRefusal(), "ANSWER-1", "ANSWER-2", "ANSWER-3"),
			HTTP: responsesWith(answers(answerEmpty), func() *reply {
				return newReply(http.StatusInternalServerError, "text/html", htmlErrorPage)
			}),
		},
		Fault{
			Name: "missing-answer-malformed", Breaks: "RESET-4",
			Summary:  "A reset without an answer is refused as malformed.",
			Expected: wantIncorrect, Got: "another refusal", Also: needRefusal(),
			HTTP: responsesWith(all(answers(answerMissing), keys(keyRight)), func() *reply {
				return refuses(http.StatusUnprocessableEntity, "ErrorValidation",
					"SecretQuestionAnswer must not be null.")
			}),
		},
		Fault{
			Name: "missing-answer-gets-question", Breaks: "RESET-4",
			Summary:  "A reset without an answer is answered with the question.",
			Expected: wantIncorrect, Got: "a question", Also: append(needRefusal(), "KEY-5"),
			HTTP: onCalls(answers(answerMissing), func(c *call, p *reply) {
				t, _ := c.trader()
				p.body = object{}.set("Model", quote(t.Question)).set("Errors",
					"[]").set("IsSucceed", "true").bytes()
			}, incorrect),
		},
		Fault{
			Name: "wrong-answer-locked-at-once", Breaks: "RESET-5",
			Summary:  "The first wrong answer is answered with a lock-out.",
			Expected: wantIncorrect, Got: "another refusal", Also: needRefusal(),
			HTTP: responsesWith(all(answers(answerWrong), keys(keyRight)), func() *reply {
				return refuses(http.StatusForbidden, "ErrorLocked", "Account is locked.")
			}),
		})
}
