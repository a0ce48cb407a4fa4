package faults

import (
	"net/http"
	"slices"
)

// wrongValue is a value that a member must not have.
type wrongValue struct{ name, what, json string }

// memberFaults give each member of each outcome each type that it must not have.
func memberFaults() []Fault {
	anyButList := []wrongValue{
		{"missing", "missing", ""}, {"null", "null", "null"},
		{"string", "a string", `"Answer is incorrect, try again."`},
		{"object", "an object", `{"0":"Answer is incorrect, try again."}`},
		{"number", "a number", "0"}, {"boolean", "a truth value", "false"},
	}
	badItems := []wrongValue{
		{"of-null", "a list with null", "[null]"},
		{"of-objects", "a list of objects", `[{"Message":"Answer is incorrect, try again."}]`},
		{"of-numbers", "a list of numbers", "[1]"},
		{"nested", "a list in a list", `[["Answer is incorrect, try again."]]`},
	}
	anyButBoolean := []wrongValue{
		{"missing", "missing", ""}, {"null", "null", "null"}, {"string", "a string", `"false"`},
		{"capital-string", "a string", `"False"`},
		{"number", "a number", "0"}, {"list", "a list", "[]"}, {"object", "an object", "{}"},
		{"word", "a word", `"no"`},
	}
	anyButString := []wrongValue{
		{"missing", "missing", ""},
		{"object", "an object", `{"Question":"What street did you live on in third grade?"}`},
		{"list", "a list", `["What street did you live on in third grade?"]`},
		{"number", "a number", "3"}, {"boolean", "a truth value", "true"},
		{"identified", "an object",
			`{"Id":3,"Text":"What street did you live on in third grade?"}`},
	}
	badCodes := []wrongValue{
		{"string", "a string", `"ErrorIncorrectAnswer"`}, {"number", "a number", "14"},
		{"object", "an object", `{"0":"ErrorIncorrectAnswer"}`},
		{"boolean", "a truth value", "true"}, {"of-numbers", "a list of numbers", "[14]"},
		{"of-null", "a list with null", "[null]"},
		{"of-objects", "a list of objects", `[{"Code":"ErrorIncorrectAnswer"}]`},
	}
	return slices.Concat(
		memberOf("accepted", accepted, "Errors", anyButList, badItems),
		memberOf("accepted", accepted, "IsSucceed", anyButBoolean),
		memberOf("accepted", accepted, "ErrorsCode", badCodes),
		memberOf("refusal", incorrect, "Errors", anyButList[2:], badItems),
		memberOf("refusal", incorrect, "IsSucceed", anyButBoolean),
		memberOf("refusal", incorrect, "ErrorsCode", badCodes),
		memberOf("question", question, "Model", anyButString),
		memberOf("question", question, "Errors", anyButList, badItems),
		memberOf("question", question, "IsSucceed", anyButBoolean),
		memberOf("question", question, "ErrorsCode", badCodes),
		memberOf("empty-question", noQuestion, "Model", anyButString),
		memberOf("empty-question", noQuestion, "Errors", anyButList[:2]),
		memberOf("empty-question", noQuestion, "IsSucceed", anyButBoolean[:3]),
		refusalWithoutErrors(),
	)
}

// memberOf makes the faults of one member of one outcome.
func memberOf(what string, which outcome, name string, values ...[]wrongValue) []Fault {
	var list []Fault
	for _, v := range slices.Concat(values...) {
		change := func(o object) object { return o.set(name, v.json) }
		if v.json == "" {
			change = func(o object) object { return o.without(name) }
		}
		list = append(list, misshapen(
			what+"-"+memberWords(name)+"-"+v.name, name+" of "+plural(what)+" is "+v.what+".",
			name+" is "+v.what, edits(change), alsoWith(which), which))
	}
	return list
}

func memberWords(name string) string {
	if name == "IsSucceed" {
		return "success"
	}
	return map[string]string{"Errors": "errors", "ErrorsCode": "codes", "Model": "model"}[name]
}

func plural(what string) string {
	return map[string]string{
		"accepted": "accepted resets", "refusal": "refusals", "question": "questions",
		"empty-question": "empty questions",
	}[what]
}

func alsoWith(which outcome) []string {
	switch which {
	case accepted:
		return needAcceptance()
	case incorrect:
		return needRefusal()
	}
	return needQuestion()
}

// refusalWithoutErrors are refusals that list no errors: nothing tells them from
// an accepted reset, so they break what is said of refusals.
func refusalWithoutErrors() []Fault {
	silent := func(name, summary, got string, change func(object) object) Fault {
		return Fault{
			Name: name, Breaks: "RESET-4", Summary: summary, Expected: wantIncorrect, Got: got,
			Also: append(needRefusal(), "RESET-3"), HTTP: on(edits(change), incorrect),
		}
	}
	return []Fault{
		silent("refusal-errors-empty", "Refusals list no errors.", `"Errors": []`,
			func(o object) object { return o.set("Errors", "[]") }),
		silent("refusal-errors-missing", "Refusals have no Errors.", "no Errors",
			func(o object) object { return o.without("Errors") }),
		silent("refusal-errors-null", "Refusals have null for Errors.", `"Errors": null`,
			func(o object) object { return o.set("Errors", "null") }),
		silent("refusal-like-accepted",
			"Refusals are answered word for word as accepted resets are.", acceptedJSON,
			func(object) object {
				doc, _ := parse([]byte(acceptedJSON))
				return doc
			}),
	}
}

// repeatFaults give documented members twice.
func repeatFaults() []Fault {
	twice := func(name, summary, got string, change func(object) object, which ...outcome) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-5", Summary: summary,
			Expected: "each documented member once", Got: got,
			Also: append(needAnything(), "ANSWER-4"), HTTP: on(edits(change), which...),
		}
	}
	again := func(name, value string) func(object) object {
		return func(o object) object { return o.add(name, value) }
	}
	first := func(name, value string) func(object) object {
		return func(o object) object {
			return append(object{{name: name, value: []byte(value)}}, o...)
		}
	}
	spelled := func(name, spelling, value string) func(object) object {
		return func(o object) object {
			return append(o, member{name: name, spelled: spelling, value: []byte(value)})
		}
	}
	return []Fault{
		twice("errors-twice", "Errors stands twice in accepted resets.", `"Errors" twice`,
			again("Errors", "[]"), accepted),
		twice("errors-twice-on-refusal", "Errors stands twice in refusals, full and empty.",
			`"Errors" twice`, again("Errors", "[]"), incorrect),
		twice("errors-first-empty", "An empty Errors stands before that of refusals.",
			`"Errors" twice`, first("Errors", "[]"), incorrect),
		twice("success-twice", "IsSucceed stands twice in accepted resets, false and true.",
			`"IsSucceed" twice`, again("IsSucceed", "true"), accepted),
		twice("success-twice-on-question", "IsSucceed stands twice in questions.",
			`"IsSucceed" twice`, again("IsSucceed", "true"), question),
		twice("success-twice-on-refusal", "IsSucceed stands twice in refusals, first true.",
			`"IsSucceed" twice`, first("IsSucceed", "true"), incorrect),
		twice("model-twice", "Model stands twice in questions.", `"Model" twice`,
			again("Model", `"What was your first car?"`), question),
		twice("model-first-null", "A Model of null stands before the question.", `"Model" twice`,
			first("Model", "null"), question),
		twice("empty-model-twice", "Model stands twice in empty questions.", `"Model" twice`,
			again("Model", `""`), noQuestion),
		twice("codes-twice", "ErrorsCode stands twice in refusals.", `"ErrorsCode" twice`,
			again("ErrorsCode", "[]"), incorrect),
		twice("key-error-twice", "error stands twice in key errors.", `"error" twice`,
			again("error", quote(keyErrorText)), keyRefused),
		twice("key-error-twice-differently", "error stands twice in key errors, first empty.",
			`"error" twice`, first("error", `""`), keyRefused),
		twice("success-twice-escaped", "IsSucceed stands twice, once spelled with an escape.",
			`"IsSucceed" twice`, spelled("IsSucceed", `"\u0049sSucceed"`, "true"), accepted),
		twice("model-twice-escaped", "Model stands twice, once spelled with escapes.",
			`"Model" twice`, spelled("Model", `"\u004d\u006Fdel"`, `"Another question?"`),
			question),
		twice("errors-twice-escaped",
			"Errors stands twice in refusals, once spelled with an escape.", `"Errors" twice`,
			spelled("Errors", `"Error\u0073"`, "[]"), incorrect),
		twice("key-error-twice-escaped",
			"error stands twice in key errors, once spelled with an escape.", `"error" twice`,
			spelled("error", `"\u0065rror"`, quote(keyErrorText)), keyRefused),
		twice("success-twice-far-apart", "IsSucceed stands twice in questions, with much between.",
			`"IsSucceed" twice`, func(o object) object {
				return o.add("Further", quote(string(make([]byte, 4096)))).add("IsSucceed", "true")
			}, question),
	}
}

// fittingFaults report success with a status that says failure.
func fittingFaults() []Fault {
	unfit := func(name, summary, got string, status int, concerns func(*call) bool,
		which ...outcome) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-6", Summary: summary,
			Expected: "a 2xx status on a response without errors", Got: got,
			Also: append(needAcceptance(), needQuestion()...),
			HTTP: onCalls(concerns, hasStatus(status), which...),
		}
	}
	return []Fault{
		unfit("bad-request-on-accepted", "Accepted resets have status 400.", "status 400",
			http.StatusBadRequest, (*call).isReset, accepted),
		unfit("unauthorized-on-accepted", "Accepted resets have status 401.", "status 401",
			http.StatusUnauthorized, (*call).isReset, accepted),
		unfit("forbidden-on-accepted", "Accepted resets have status 403.", "status 403",
			http.StatusForbidden, (*call).isReset, accepted),
		unfit("not-found-on-accepted", "Accepted resets have status 404.", "status 404",
			http.StatusNotFound, (*call).isReset, accepted),
		unfit("conflict-on-accepted", "Accepted resets have status 409.", "status 409",
			http.StatusConflict, (*call).isReset, accepted),
		unfit("bad-request-without-question",
			"Accepted resets of traders without a question have status 400.", "status 400",
			http.StatusBadRequest, withoutQuestion, accepted),
		unfit("not-found-on-question", "Questions have status 404.", "status 404",
			http.StatusNotFound, (*call).isQuestion, question),
		unfit("unprocessable-on-question", "Questions have status 422.", "status 422",
			http.StatusUnprocessableEntity, (*call).isQuestion, question),
		unfit("unauthorized-on-question", "Questions have status 401.", "status 401",
			http.StatusUnauthorized, (*call).isQuestion, question),
		unfit("not-found-on-empty-question", "Empty questions have status 404.", "status 404",
			http.StatusNotFound, (*call).isQuestion, noQuestion),
		unfit("bad-request-by-email", "Questions by email have status 400.", "status 400",
			http.StatusBadRequest, (*call).byEmail, question),
	}
}
