package faults

import "net/http"

// signInStatusFaults sign in with other status codes than the documented ones.
func signInStatusFaults() []Fault {
	wrong := func(name, summary, expected, got string, succeeded bool,
		change func(*call, *reply)) Fault {
		return Fault{
			Name: name, Breaks: "SIGNIN-5", Summary: summary, Expected: expected, Got: got,
			HTTP: onFlow((*call).isSignIn, succeeded, change),
		}
	}
	list := []Fault{
		wrong("sign-in-created", "A sign-in has status 201.", "status 200", "status 201", true,
			hasStatus(http.StatusCreated)),
		wrong("sign-in-accepted-status",
			"A sign-in has status 202, as if a second factor were due.", "status 200", "status 202",
			true, hasStatus(http.StatusAccepted)),
		wrong("wrong-credentials-with-200", "Wrong credentials get status 200.", "status 401",
			"status 200", false, hasStatus(http.StatusOK)),
		wrong("wrong-credentials-with-400", "Wrong credentials get status 400.", "status 401",
			"status 400", false, hasStatus(http.StatusBadRequest)),
		wrong("wrong-credentials-with-403", "Wrong credentials get status 403.", "status 401",
			"status 403", false, hasStatus(http.StatusForbidden)),
	}
	secondFactor := wrong("second-factor-with-200", "A second factor is asked for with status 200.",
		"status 202", "status 200", true,
		becomes(http.StatusOK, "application/json",
			`{"State":"Expecting","Step":"VerificationCode","Reason":"Verification code is required"}`))
	return append(list, secondFactor)
}

// missingCredentialsFaults tell of missing credentials in another way than of wrong ones.
func missingCredentialsFaults() []Fault {
	lacking := func(c *call) bool {
		return c.request.Header.Get("Username") == "" || c.request.Header.Get("Password") == ""
	}
	told := func(name, summary, got string, status int, body string) Fault {
		return Fault{
			Name: name, Breaks: "SIGNIN-6", Summary: summary, Expected: wrongCredentialsJSON,
			Got:  got,
			HTTP: responsesJSON(all((*call).isSignIn, hasKey, lacking), status, body),
		}
	}
	return []Fault{
		told("missing-credentials-in-other-words", "Missing credentials get another Reason.",
			"another Reason", http.StatusUnauthorized,
			`{"State":"Failed","Step":"BaseAuthentication","Reason":"Username and Password are required"}`),
		told("missing-credentials-as-validation", "Missing credentials get a validation error.",
			"a validation error", http.StatusUnprocessableEntity,
			`{"Message":"The request is invalid.","ModelState":{"Username":["The Username header is required."]}}`),
		told("missing-credentials-as-bad-request",
			"Missing credentials get a framework's bad request.", "a bad request",
			http.StatusBadRequest,
			`{"statusCode":400,"error":"Bad Request","message":"headers should have required property 'username'"}`),
		told("missing-credentials-as-envelope", "Missing credentials get a list of errors.",
			"a list of errors", http.StatusUnauthorized,
			`{"Errors":["Invalid credentials"],"ErrorsCode":["ErrorInvalidCredentials"],"IsSucceed":false}`),
	}
}

// unreasonedFaults refuse an update without saying why.
func unreasonedFaults() []Fault {
	invented := func(c *call) bool {
		return c.isUpdate() && hasKey(c) && !lacks("Token")(c) && !differs(c)
	}
	mute := func(name, summary string, concerns func(*call) bool, change func(*call, *reply),
		also ...string) Fault {
		return Fault{
			Name: name, Breaks: "PASSWORD-10", Summary: summary,
			Expected: "errors, in Errors or in ModelState", Got: "no errors",
			Also: also, HTTP: onFlow(concerns, false, change),
		}
	}
	return []Fault{
		mute("mismatch-refused-without-error",
			"A confirmation that differs is refused with empty Errors.", differs,
			set("Errors", "[]"), "ANSWER-4"),
		mute("invented-token-refused-without-error",
			"An invented token is refused with empty Errors.", invented, set("Errors", "[]"),
			"ANSWER-4"),
		mute("mismatch-refused-with-empty-object",
			"A confirmation that differs is refused with an empty object.", differs,
			becomes(http.StatusBadRequest, "application/json", "{}"), "ANSWER-4"),
		mute("mismatch-with-bare-message",
			"A confirmation that differs is refused with a Message alone.", differs,
			becomes(http.StatusUnprocessableEntity, "application/json",
				`{"Message":"The request is invalid."}`), "ANSWER-4"),
	}
}
