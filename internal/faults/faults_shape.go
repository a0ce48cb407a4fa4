package faults

import (
	"net/http"
	"strings"
	"unicode"
)

const wantShape = "the documented members and types"

func misshapen(name, summary, got string, change func(*call, *reply), also []string,
	which ...outcome) Fault {
	return Fault{
		Name: name, Breaks: "ANSWER-4", Summary: summary, Expected: wantShape, Got: got, Also: also,
		HTTP: on(change, which...),
	}
}

// keyed are all outcomes of calls with the right key.
func keyed() []outcome { return []outcome{accepted, incorrect, malformed, question, noQuestion} }

// shapeFaults are responses that are JSON, but as a whole not what is documented.
func shapeFaults() []Fault {
	return append(wrapperFaults(), nameFaults()...)
}

func within(begin, end string) func(*call, *reply) {
	return rewrites(func(body string) string { return begin + body + end })
}

// wrapperFaults put the response into something, or something in its place.
func wrapperFaults() []Fault {
	also := needAnything()
	return []Fault{
		misshapen("wrapped-in-data", "Answers are wrapped in data.", `{"data": …}`,
			within(`{"data":`, "}"), also, keyed()...),
		misshapen("wrapped-in-result", "Accepted resets are wrapped in Result, beside a status.",
			`{"Status": "ok", "Result": …}`, within(`{"Status":"ok","Result":`, "}"), also,
			accepted),
		misshapen("wrapped-in-d", "Questions are wrapped in d, as old ASP.NET services do.",
			`{"d": …}`, within(`{"d":`, "}"), also, question, noQuestion),
		misshapen("wrapped-refusal", "Refusals are wrapped in error.", `{"error": {…}}`,
			within(`{"error":`, "}"), also, incorrect),
		misshapen("list-of-one", "Answers are a list of one.", "[…]", within("[", "]"), also,
			keyed()...),
		misshapen("list-with-status", "Refusals are a list of body and status.", "[…, 400]",
			within("[", ",400]"), also, incorrect),
		misshapen("answer-null", "Accepted resets are answered with null.", "null",
			rewrites(instead("null")), also, accepted),
		misshapen("answer-true", "Accepted resets are answered with true.", "true",
			rewrites(instead("true")), also, accepted),
		misshapen("answer-empty-object", "Accepted resets are answered with an empty object.", "{}",
			rewrites(instead("{}")), also, accepted),
		misshapen("answer-empty-list", "Accepted resets are answered with an empty list.", "[]",
			rewrites(instead("[]")), also, accepted),
		misshapen("answer-number", "Accepted resets are answered with 0.", "0",
			rewrites(instead("0")), also, accepted),
		misshapen("answer-string", "Accepted resets are answered with a string.", `"OK"`,
			rewrites(instead(`"OK"`)), also, accepted),
		misshapen("question-bare", "The question is a bare JSON string.", "a string",
			func(_ *call, p *reply) {
				doc, _ := parse(p.body)
				p.body = doc.get("Model")
			}, also, question),
		misshapen("question-null", "A trader without a question gets null.", "null",
			rewrites(instead("null")), also, noQuestion),
		misshapen("refusal-bare", "A refusal is a bare JSON string.", "a string",
			rewrites(instead(quote(incorrectText))), also, incorrect),
		misshapen("refusal-list", "A refusal is the bare list of errors.", "a list",
			rewrites(instead("["+quote(incorrectText)+"]")), also, incorrect),
		misshapen("refusal-empty-object", "A refusal is an empty object.", "{}",
			rewrites(instead("{}")), also, incorrect),
		misshapen("refusal-problem-details", "A refusal is a problem of RFC 9457.",
			`{"type": …, "title": …}`,
			becomes(http.StatusBadRequest, "application/problem+json",
				`{"type":"about:blank","title":"Bad Request","status":400,"detail":"Answer is incorrect, try again."}`), also, incorrect),
		misshapen("refusal-model-state", "A refusal is the framework's list of invalid fields.",
			`{"errors": {"SecretQuestionAnswer": […]}}`,
			becomes(http.StatusBadRequest, "application/problem+json",
				`{"title":"One or more validation errors occurred.","status":400,"errors":{"SecretQuestionAnswer":["The field is required."]}}`), also, incorrect),
		misshapen("refusal-message", "A refusal is a message alone.", `{"message": …}`,
			rewrites(instead(`{"message":"Answer is incorrect, try again."}`)), also, incorrect),
		misshapen("accepted-message", "An accepted reset is a message alone.", `{"message": …}`,
			rewrites(instead(`{"message":"Confirmation code sent."}`)), also, accepted),
		misshapen("accepted-state", "An accepted reset is answered as signing in is.",
			`{"State": "Succeeded"}`, rewrites(instead(`{"State":"Succeeded"}`)), also, accepted),
		misshapen("answer-under-errors-list", "All members stand one level deeper, in Response.",
			`{"Response": {…}}`, within(`{"Response":`, "}"), also, keyed()...),
	}
}

// nameFaults spell the members' names differently.
func nameFaults() []Fault {
	spelled := func(name, summary, got string, change func(string) string, which ...outcome) Fault {
		return misshapen(name, summary, got,
			edits(func(o object) object { return o.rename(change) }), needAnything(), which...)
	}
	return []Fault{
		spelled("camel-case", "Members are named in camel case.", "errors, isSucceed, model", camel,
			keyed()...),
		spelled("camel-case-on-accepted", "Members of accepted resets are named in camel case.",
			"errors, isSucceed", camel, accepted),
		spelled("camel-case-on-refusal", "Members of refusals are named in camel case.",
			"errors, errorsCode, isSucceed", camel, incorrect),
		spelled("camel-case-on-question", "Members of questions are named in camel case.",
			"model, errors, isSucceed", camel, question, noQuestion),
		spelled("snake-case", "Members are named in snake case.", "errors, is_succeed, model",
			snake, keyed()...),
		spelled("lower-case", "Members are named in lower case.", "errors, issucceed, model",
			strings.ToLower, keyed()...),
		spelled("upper-case", "Members are named in upper case.", "ERRORS, ISSUCCEED, MODEL",
			strings.ToUpper, keyed()...),
		spelled("kebab-case", "Members are named in kebab case.", "errors, is-succeed, model",
			func(n string) string { return strings.ReplaceAll(snake(n), "_", "-") }, keyed()...),
		spelled("name-with-space", "A member's name ends in a space.", `"IsSucceed "`,
			replaces("IsSucceed", "IsSucceed "), accepted, question),
		spelled("name-with-look-alike", "A member's name holds a Cyrillic letter.",
			"Errors with a Cyrillic o", replaces("Errors", "Err\u043ers"), keyed()...),
		spelled("is-succeeded", "IsSucceed is called IsSucceeded.", "IsSucceeded",
			replaces("IsSucceed", "IsSucceeded"), keyed()...),
		spelled("success-for-is-succeed", "IsSucceed is called Success.", "Success",
			replaces("IsSucceed", "Success"), keyed()...),
		spelled("error-singular", "Errors is called Error.", "Error", func(n string) string {
			if n == "Errors" {
				return "Error"
			}
			return n
		}, keyed()...),
		spelled("question-for-model", "Model is called Question.", "Question",
			replaces("Model", "Question"), question, noQuestion),
		spelled("secret-question-for-model", "Model is called SecretQuestion.", "SecretQuestion",
			replaces("Model", "SecretQuestion"), question, noQuestion),
		spelled("backing-field", "Names are those of compiler-made fields.",
			"<IsSucceed>k__BackingField", func(n string) string {
				return "<" + n + ">k__BackingField"
			}, accepted, question),
		spelled("attribute-prefix", "Names begin with @, as converters from XML have it.",
			"@IsSucceed", func(n string) string { return "@" + n }, accepted),
	}
}

func camel(name string) string { return strings.ToLower(name[:1]) + name[1:] }

func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
