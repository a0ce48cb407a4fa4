package faults

import (
	"net/http"
	"strings"
)

// errorTextFaults respond with a member error of the framework's own: it is no key error, and no
// requirement about the key may fail for it.
func errorTextFaults() []Fault {
	const notFound = `{"statusCode":404,"error":"Not Found","message":"The trader has no secret question."}`
	const badRequest = `{"statusCode":400,"message":["SecretQuestionAnswer is incorrect"],"error":"Bad Request"}`
	const unauthorized = `{"statusCode":401,"error":"Unauthorized","message":"Missing API key"}`
	return []Fault{
		{
			Name: "empty-question-not-found-by-framework", Breaks: "QUESTION-10",
			Summary:  "A trader without a question gets the framework's 404.",
			Expected: "no errors, and an empty Model", Got: notFound, Also: needQuestion(),
			HTTP: onCalls(withoutQuestion, becomes(http.StatusNotFound, "application/json",
				notFound), noQuestion),
		},
		{
			Name: "wrong-answer-told-by-framework", Breaks: "RESET-4",
			Summary:  "A wrong answer gets the framework's 400.",
			Expected: wantIncorrect, Got: badRequest, Also: needRefusal(),
			HTTP: on(becomes(http.StatusBadRequest, "application/json", badRequest), incorrect),
		},
		{
			Name: "header-name-case-sensitive-in-own-words", Breaks: "KEY-7",
			Summary:  "The name of the key's header must be spelled as documented, and a bad key gets the framework's 401.",
			Expected: "any response but the key error", Got: unauthorized,
			Also:   append(needKeyError(), "ANSWER-4"),
			Listen: listenCaseSensitively,
			HTTP: on(becomes(http.StatusUnauthorized, "application/json", unauthorized),
				keyRefused),
		},
		{
			Name: "right-key-refused-in-own-words", Breaks: "KEY-8",
			Summary:  "The question refuses the right key as it does bad ones, in words of its own.",
			Expected: "a response to a request with the configured key", Got: unauthorized,
			Also: append(append(needKeyError(), needQuestion()...), "KEY-7", "QUESTION-8",
				"QUESTION-9"),
			HTTP: func(w World, inner http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if !strings.HasSuffix(r.URL.Path, "/secret-question") {
						inner.ServeHTTP(rw, r)
						return
					}
					jsonReply(http.StatusUnauthorized, unauthorized).sendTo(rw)
				})
			},
		},
	}
}
