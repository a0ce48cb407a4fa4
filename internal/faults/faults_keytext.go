package faults

import (
	"net/http"
	"slices"
)

// keyTextFaults refuse a bad key in other words than documented.
func keyTextFaults() []Fault {
	return slices.Concat(keyFormFaults(), keyKindFaults())
}

// keyFormFaults do so whatever is wrong with the key.
func keyFormFaults() []Fault {
	var list []Fault
	for _, f := range []struct{ name, summary, body string }{
		{"with-period", "The key error ends in a period.",
			`{"error":"Application key is not defined or does not exist."}`},
		{"in-lower-case", "The key error is in lower case.",
			`{"error":"application key is not defined or does not exist"}`},
		{"reworded", "The key error has other words.", `{"error":"Invalid application key"}`},
		{"abbreviated", "The key error lacks its second half.",
			`{"error":"Application key is not defined"}`},
		{"with-space", "The key error ends in a space.",
			`{"error":"Application key is not defined or does not exist "}`},
		{"with-prefix", "The key error begins with the name of an exception.",
			`{"error":"AuthException: Application key is not defined or does not exist"}`},
		{"translated", "The key error is in another language.",
			`{"error":"Der Anwendungsschlüssel ist nicht definiert oder existiert nicht"}`},
		{"empty-text", "The key error is empty.", `{"error":""}`},
		{"null", "The key error is null.", `{"error":null}`},
		{"number", "The key error is a number.", `{"error":401}`},
		{"boolean", "The key error is a truth value.", `{"error":true}`},
		{"object", "The key error is an object.",
			`{"error":{"message":"Application key is not defined or does not exist"}}`},
		{"list", "The key error is a list.",
			`{"error":["Application key is not defined or does not exist"]}`},
		{"list-of-one", "The key error stands in a list.",
			`[{"error":"Application key is not defined or does not exist"}]`},
		{"in-pascal-case", "The key error's member is capitalised.",
			`{"Error":"Application key is not defined or does not exist"}`},
		{"in-upper-case", "The key error's member is in upper case.",
			`{"ERROR":"Application key is not defined or does not exist"}`},
		{"plural", "The key error's member is called errors.",
			`{"errors":"Application key is not defined or does not exist"}`},
		{"message", "The key error's member is called message.",
			`{"message":"Application key is not defined or does not exist"}`},
		{"gateway-message", "A gateway answers for the deployment.", `{"message":"Forbidden"}`},
		{"wrapped", "The key error is wrapped in data.",
			`{"data":{"error":"Application key is not defined or does not exist"}}`},
		{"as-refusal", "The key error has the form of other refusals.",
			`{"Errors":["Application key is not defined or does not exist"],"ErrorsCode":["ErrorAppKey"],"IsSucceed":false}`},
		{"as-oauth", "The key error has the form of OAuth.",
			`{"error":"invalid_client","error_description":"Application key is not defined or does not exist"}`},
		{"as-problem", "The key error is a problem of RFC 9457.",
			`{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Application key is not defined or does not exist"}`},
		{"as-incorrect-answer", "A bad key is answered as a wrong answer is.", incorrectJSON},
		{"as-accepted", "A bad key is answered as an accepted reset is, and nothing happens.",
			acceptedJSON},
		{"empty-object", "The key error is an empty object.", "{}"},
		{"bare-string", "The key error is a bare string.",
			`"Application key is not defined or does not exist"`},
		{"null-document", "The key error is null altogether.", "null"},
		{"double-escaped", "The key error's member is JSON inside a string.",
			`{"error":"{\"error\":\"Application key is not defined or does not exist\"}"}`},
		{"with-html", "The key error holds markup.",
			`{"error":"<b>Application key is not defined or does not exist</b>"}`},
		{"typo", "The key error has a typing error.",
			`{"error":"Application key is not defined or does not exists"}`},
		{"two-spaces", "The key error has a space too many.",
			`{"error":"Application key is not defined  or does not exist"}`},
		{"no-break-space", "The key error has a no-break space.", `{"error":"Application` +
			"\u00A0" + `key is not defined or does not exist"}`},
	} {
		list = append(list, Fault{
			Name: "key-error-" + f.name, Breaks: "KEY-1", Summary: f.summary,
			Expected: wantKeyError, Got: f.body,
			Also: []string{"KEY-2", "KEY-3", "KEY-4", "KEY-5", "KEY-8", "ANSWER-4"},
			HTTP: on(rewrites(instead(f.body)), keyRefused),
		})
	}
	return list
}

// keyKindFaults do so for one kind of key, or on one operation.
func keyKindFaults() []Fault {
	var list []Fault
	for _, k := range []struct{ name, breaks, kind, text string }{
		{"missing", "KEY-1", keyMissing, "Et-App-Key header is required"},
		{"empty", "KEY-2", keyEmpty, "Application key must not be empty"},
		{"wrong", "KEY-3", keyWrong, "Application key is unknown"},
		{"nearly-right", "KEY-4", keyNear, "Application key has a wrong checksum"},
	} {
		for _, o := range []struct {
			name string
			is   func(*call) bool
		}{{"reset", (*call).isReset}, {"question", (*call).isQuestion}} {
			body := `{"error":` + quote(k.text) + "}"
			list = append(list, Fault{
				Name: k.name + "-key-reworded-on-" + o.name, Breaks: k.breaks,
				Summary:  "The " + o.name + " answers a " + k.kind + " key in other words.",
				Expected: wantKeyError, Got: body,
				HTTP: onCalls(all(o.is, keys(k.kind)), rewrites(instead(body)), keyRefused),
			})
		}
	}
	return append(list,
		Fault{
			Name: "bad-key-gets-empty-question", Breaks: "KEY-3",
			Summary:  "A bad key gets the empty question.",
			Expected: wantKeyError, Got: `{"Model": "", "Errors": [], "IsSucceed": true}`,
			Also: needKeyError(),
			HTTP: responsesJSON(all((*call).isQuestion, not(keys(keyRight))), http.StatusOK,
				`{"Model":"","Errors":[],"IsSucceed":true}`),
		},
		Fault{
			Name: "answer-checked-before-key", Breaks: "KEY-3",
			Summary:  "The answer to the secret question is checked before the key.",
			Expected: wantKeyError, Got: "the incorrect-answer error",
			Also: append(needKeyError(), "KEY-5"),
			HTTP: onCalls(all((*call).isReset, withQuestion), rewrites(instead(incorrectJSON)),
				keyRefused),
		},
		Fault{
			Name: "body-checked-before-key", Breaks: "KEY-1",
			Summary:  "A missing key is told as a malformed request.",
			Expected: wantKeyError, Got: "a refusal of the form", Also: []string{"KEY-5"},
			HTTP: responsesWith(keys(keyMissing), func() *reply {
				return refuses(http.StatusBadRequest, "ErrorInvalidRequest", "A header is missing.")
			}),
		})
}
