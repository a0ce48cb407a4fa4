package faults

import (
	"net/http"
	"slices"
	"strings"
)

// tokenFaults are wrong answers to the code of the mail.
func tokenFaults() []Fault {
	return flowing(noTokenFaults(), tokenResponseFaults(), wrongCodeFaults(), oddCodeFaults())
}

func noTokenFaults() []Fault {
	none := func(name, summary, got string, http func(World, http.Handler) http.Handler) Fault {
		return Fault{
			Name: name, Breaks: "CODE-1", Summary: summary, Expected: "a Model with the token",
			Got:  got,
			Also: append(codeIDs(), "ANSWER-4"), HTTP: http,
		}
	}
	given := (*call).isCode
	refused := func(concerns func(*call) bool) func(World, http.Handler) http.Handler {
		return responsesWith(all(rightCode, hasKey, concerns), func() *reply {
			return refuses(http.StatusBadRequest, "ErrorInvalidCode",
				"Confirmation code is invalid or has expired.")
		})
	}
	withQuestion := func(c *call) bool {
		address, _ := c.world.run.owner(c.member("Code"))
		return c.world.owner(address).Question != ""
	}
	return []Fault{
		none("right-code-refused", "The code of the mail is refused.", "a refusal",
			refused(hasKey)),
		none("right-code-refused-with-question",
			"The codes of traders with a question are refused.", "a refusal",
			refused(withQuestion)),
		none("right-code-refused-without-question",
			"The codes of traders without a question are refused.", "a refusal",
			refused(not(withQuestion))),
		none("right-code-refused-as-200", "The code of the mail is refused without a word.",
			"no token",
			responsesJSON(all(rightCode, hasKey), http.StatusOK,
				`{"Model":null,"Errors":[],"StatusCode":"BadRequest","IsSucceed":false}`)),
		none("identifier-misread", "The Identifier ResetPassword is not known.", "a refusal",
			when((*call).isCode, func(c *call, next asker) *reply {
				return next(c.withMember("Identifier", "Reset Password"))
			})),
		none("token-empty", "The token is empty.", `Model ""`,
			onFlow(given, true, set("Model", `""`))),
		none("token-null", "The token is null.", "Model null",
			onFlow(given, true, set("Model", "null"))),
		none("token-missing", "There is no Model.", "no Model",
			onFlow(given, true, set("Model", ""))),
		none("token-number", "The token is a number.", "Model 231408",
			onFlow(given, true, set("Model", "231408"))),
		none("token-object", "The token is an object.", "an object",
			onFlow(given, true, edits(func(o object) object {
				return o.set("Model", `{"Token":`+string(o.get("Model"))+`}`)
			}))),
		none("token-in-member-token", "The token stands in the member Token.", "no Model",
			onFlow(given, true, edits(func(o object) object {
				return o.add("Token", string(o.get("Model"))).without("Model")
			}))),
		none("token-mailed", "The token is mailed, the response has none.", `Model ""`,
			onFlow(given, true, set("Model", `""`))),
	}
}

// tokenResponseFaults give the token in a wrong response.
func tokenResponseFaults() []Fault {
	wrong := func(name, breaks, summary, got string, change func(*call, *reply),
		also ...string) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary,
			Expected: "an answer with a token as documented", Got: got,
			Also: also, HTTP: onFlow((*call).isCode, true, change),
		}
	}
	return []Fault{
		wrong("token-without-success", "CODE-2", "A token is given with IsSucceed false.",
			"IsSucceed false", set("IsSucceed", "false")),
		wrong("token-with-error", "CODE-2", "A token is given with an error.", "an error",
			set("Errors", `["Choose a password."]`), "ANSWER-4"),
		wrong("token-with-error-code", "CODE-2", "A token is given with an error code.",
			"an error code", set("ErrorsCode", `["Success"]`)),
		wrong("token-success-as-text", "ANSWER-4", "IsSucceed is a string.", `"true"`,
			set("IsSucceed", `"true"`), codeIDs()...),
		wrong("token-success-missing", "ANSWER-4", "IsSucceed is missing.", "no IsSucceed",
			set("IsSucceed", ""), codeIDs()...),
		wrong("token-errors-null", "ANSWER-4", "Errors is null beside the token.", "null",
			set("Errors", "null")),
		wrong("token-errors-missing", "ANSWER-4", "Errors is missing beside the token.",
			"no Errors", set("Errors", "")),
		wrong("token-with-status-400", "ANSWER-6", "A token is given with status 400.",
			"status 400", hasStatus(400)),
		wrong("token-labelled-as-text", "ANSWER-3",
			"The answer with the token is labelled as text.", "text/plain",
			hasHeader("Content-Type", "text/plain")),
		wrong("token-repeated", "ANSWER-5", "Model stands twice.", "Model twice",
			edits(func(o object) object { return o.add("Model", string(o.get("Model"))) })),
		wrong("token-followed-by-text", "ANSWER-2", "Something follows the answer with the token.",
			"text after the document", rewrites(func(b string) string { return b + "\nOK" })),
	}
}

// wrongCodeFaults accept codes that were mailed to nobody.
func wrongCodeFaults() []Fault {
	taken := func(name, summary string, careless func(given, right string) bool) Fault {
		return Fault{
			Name: name, Breaks: "CODE-3", Summary: summary, Expected: "no token", Got: "a token",
			Also: append(codeIDs(), passwordIDs()...),
			HTTP: takesCode(func(c *call) bool { return c.member("Code") != "" }, careless),
		}
	}
	responded := func(name, breaks, summary, got string, change func(*call, *reply),
		also ...string) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary, Expected: "no token and an error",
			Got:  got,
			Also: append(also, "CODE-4"), HTTP: onFlow(wrongCode, false, change),
		}
	}
	return []Fault{
		taken("any-code-accepted", "Any code gives a token.", anything),
		taken("code-cut-short-taken", "The beginning of the code is enough.",
			func(g, r string) bool { return strings.HasPrefix(r, g) }),
		taken("code-continued-taken", "What begins with the code is taken.", strings.HasPrefix),
		taken("code-compared-by-length", "A code of the right length is taken.",
			func(g, r string) bool { return len(g) == len(r) }),
		taken("code-last-digit-ignored", "The last digit of the code does not count.",
			func(g, r string) bool { return len(g) == len(r) && head(g, 5) == head(r, 5) }),
		taken("code-first-digit-ignored", "The first digit of the code does not count.",
			func(g, r string) bool { return len(g) == len(r) && tail(g, 5) == tail(r, 5) }),
		taken("code-one-difference-taken", "One wrong digit is forgiven.", func(g, r string) bool {
			return differences([]rune(g), []rune(r)) <= 1
		}),
		taken("code-first-four-digits-count", "Only the first four digits of the code count.",
			func(g, r string) bool { return head(g, 4) == head(r, 4) }),
		taken("code-digits-in-any-order", "The digits are compared as a set.",
			func(g, r string) bool { return strings.ContainsAny(g, r) }),
		responded("token-despite-refusal", "CODE-3",
			"A wrong code is refused, and a token stands in the response.", "a token",
			set("Model", `"token-of-nobody-0417"`)),
		responded("wrong-code-succeeds", "CODE-3",
			"A wrong code is answered as if it were right, without a token.", "IsSucceed true",
			edits(func(o object) object {
				return o.set("Errors", "[]").set("ErrorsCode", "[]").set("IsSucceed", "true")
			}), "ANSWER-6"),
		responded("wrong-code-gets-invented-token", "CODE-3",
			"A wrong code gets a token that opens nothing.", "a token",
			func(_ *call, p *reply) {
				*p = *jsonReply(200,
					`{"Model":"token-of-nobody-0417","Errors":[],"ErrorsCode":[],"StatusCode":"Continue","IsSucceed":true}`)
			}),
		responded("wrong-code-refused-without-error", "CODE-4",
			"A wrong code is refused with empty Errors.", "no errors", set("Errors", "[]"),
			"ANSWER-4"),
		responded("wrong-code-errors-missing", "ANSWER-4",
			"A wrong code is refused without Errors.", "no Errors", set("Errors", "")),
		responded("wrong-code-errors-text", "ANSWER-4",
			"A wrong code is refused with Errors as a string.", "a string",
			set("Errors", `"Invalid code."`)),
		responded("wrong-code-success-null", "ANSWER-4",
			"A wrong code is refused with IsSucceed null.", "null", set("IsSucceed", "null")),
		{
			Name: "wrong-code-fails", Breaks: "CODE-3",
			Summary: "A wrong code makes the deployment fail.", Expected: "a status below 500",
			Got:  "status 500",
			Also: []string{"ANSWER-1", "CODE-4"}, HTTP: failsOn(wrongCode),
		},
	}
}

// oddCodeFaults accept requests for a token that lack something.
func oddCodeFaults() []Fault {
	unknown := all((*call).isCode, hasKey, func(c *call) bool {
		return c.member("Identifier") != "ResetPassword" && c.member("Identifier") != ""
	})
	codeless := all((*call).isCode, hasKey, lacks("Code"))
	odd := func(name, breaks, summary, got string,
		http func(World, http.Handler) http.Handler) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary,
			Expected: "no token, no success and no failure", Got: got,
			Also: append(codeIDs(), passwordIDs()...), HTTP: http,
		}
	}
	token := func() *reply {
		return jsonReply(200,
			`{"Model":"token-of-nobody-0417","Errors":[],"ErrorsCode":[],"StatusCode":"Continue","IsSucceed":true}`)
	}
	return []Fault{
		odd("identifier-ignored", "CODE-7", "Any Identifier will do.", "a token",
			when(unknown, func(c *call, next asker) *reply {
				return next(c.withMember("Identifier", "ResetPassword"))
			})),
		odd("unknown-identifier-gets-token", "CODE-7",
			"An unknown Identifier gets a token that opens nothing.", "a token",
			responsesWith(unknown, token)),
		odd("unknown-identifier-succeeds", "CODE-7",
			"An unknown Identifier is answered with success.", "IsSucceed true",
			responsesJSON(unknown, 200,
				`{"Model":"","Errors":[],"StatusCode":"Continue","IsSucceed":true}`)),
		odd("unknown-identifier-fails", "CODE-7",
			"An unknown Identifier makes the deployment fail.", "status 500", failsOn(unknown)),
		odd("code-missing-gets-token", "CODE-6", "A request without Code gets a token.", "a token",
			responsesWith(codeless, token)),
		odd("code-missing-fails", "CODE-6", "A request without Code makes the deployment fail.",
			"status 500", failsOn(codeless)),
		odd("code-without-body-fails", "CODE-6",
			"A request for a token without a body makes the deployment fail.", "status 500",
			failsOn(all(codeless, func(c *call) bool { return !c.hasBody() }))),
	}
}

// flowPlaceFaults are operations of the flow that are not where they are documented.
func flowPlaceFaults() []Fault {
	gone := func(name, summary, got string, status int, concerns func(*call) bool) Fault {
		return Fault{
			Name: name, Breaks: "ANSWER-1", Summary: summary,
			Expected: "a response of the operation where documented", Got: got,
			Also: slices.Concat(needAnything(), codeIDs(), passwordIDs(), signInIDs()),
			HTTP: responsesWith(concerns, func() *reply {
				return newReply(status, "text/plain", "404 page not found\n")
			}),
		}
	}
	return flowing([]Fault{
		gone("code-not-found", "There is no step 3 at its path.", "status 404", 404,
			(*call).isCode),
		gone("update-not-found", "There is no step 4 at its path.", "status 404", 404,
			(*call).isUpdate),
		gone("sign-in-not-found", "There is no sign-in at its path.", "status 404", 404,
			(*call).isSignIn),
		gone("update-wrong-method", "Step 4 wants another method.", "status 405", 405,
			(*call).isUpdate),
		gone("sign-in-not-implemented", "Signing in is not implemented.", "status 501", 501,
			(*call).isSignIn),
	})
}
