package faults

import (
	"net/http"
	"strings"
)

// The vendor's own ways of refusing what lacks something.
const (
	validationJSON  = `{"Message":"The request is invalid.","ModelState":{"body.Field":["The field is required."]}}`
	serverErrorJSON = `{"message":"An error has occurred.","error":"Unexpected server error"}`
	noResourceJSON  = `{"Message":"No HTTP resource was found that matches the request URI."}`
)

// envelopeVariants use the freedom that the pages leave to the common envelope.
func envelopeVariants() []Variant {
	const whyStatus = "StatusCode is a number in real samples, a name in generated ones, and left out in others."
	const whyModel = "Samples of failures write Model as null."
	const whyState = "The envelope has a member ModelState."
	code, update := (*call).isCode, (*call).isUpdate
	statusCode := func(value string) func(World, http.Handler) http.Handler {
		return onFlow(all((*call).isFlow, hasKey, not((*call).isSignIn)), true,
			set("StatusCode", value))
	}
	state := set("ModelState", `{"Token":["The token is not known."]}`)
	list := []Variant{
		{Name: "status-code-number", Why: whyStatus, HTTP: statusCode("200")},
		{Name: "status-code-left-out", Why: whyStatus, HTTP: statusCode("")},
		{Name: "status-code-null", Why: whyStatus, HTTP: statusCode("null")},
		{Name: "refusal-status-code-number", Why: whyStatus,
			HTTP: onFlow(code, false, set("StatusCode", "409"))},
		{Name: "refusal-status-code-null", Why: whyStatus,
			HTTP: onFlow(code, false, set("StatusCode", "null"))},
		{Name: "refused-update-model-null", Why: whyModel,
			HTTP: onFlow(update, false, set("Model", "null"))},
		{Name: "refused-code-with-model-state", Why: whyState,
			HTTP: onFlow(code, false, both(state, set("Errors", "[]")))},
		{Name: "refused-update-with-model-state", Why: whyState,
			HTTP: onFlow(update, false, both(state, set("Errors", "[]")))},
		{Name: "refused-code-without-is-succeed", Why: "No page shows a refusal of step 3.",
			HTTP: onFlow(code, false, set("IsSucceed", ""))},
	}
	list = append(list, invalidVariants()...)
	for i := range list {
		list[i].Profile = "flow"
	}
	return append(list, invalidCoreVariants()...)
}

// invalidVariants refuse bodies of steps 3 and 4 in the ways that the vendor documents for bodies
// that lack something.
func invalidVariants() []Variant {
	const why = "Across the vendor's API a body that fails validation gets 422 with Message and ModelState."
	const whyFailure = "Several pages document a 500 for a body that lacks what it needs."
	mismatch := differs
	codeless := all((*call).isCode, hasKey, lacks("Code"))
	tokenless := all((*call).isUpdate, hasKey, lacks("Token"))
	invented := func(c *call) bool {
		return c.isUpdate() && hasKey(c) && !rightUpdate(c) && !differs(c)
	}
	invalid := func(concerns func(*call) bool) func(World, http.Handler) http.Handler {
		return onFlow(concerns, false, becomes(http.StatusUnprocessableEntity, "application/json",
			validationJSON))
	}
	failing := func(concerns func(*call) bool) func(World, http.Handler) http.Handler {
		return onFlow(concerns, false, becomes(http.StatusInternalServerError, "application/json",
			serverErrorJSON))
	}
	return []Variant{
		{Name: "mismatch-unprocessable", Why: why, HTTP: invalid(mismatch)},
		{Name: "mismatch-unexpected-error", Why: whyFailure, HTTP: failing(mismatch)},
		{Name: "invented-token-unprocessable", Why: why,
			HTTP: invalid(all((*call).isUpdate, hasKey))},
		{Name: "invented-token-unexpected-error", Why: whyFailure, HTTP: failing(invented)},
		{Name: "wrong-code-unprocessable", Why: why, HTTP: invalid((*call).isCode)},
		{Name: "missing-code-unexpected-error", Why: whyFailure, HTTP: failing(codeless)},
		{Name: "missing-token-unexpected-error", Why: whyFailure, HTTP: failing(tokenless)},
	}
}

// invalidCoreVariants do so in steps 1 and 2.
func invalidCoreVariants() []Variant {
	const why = "The vendor's API documents this for requests that lack something."
	nameless := func(c *call) bool { return !c.names() }
	told := func(name string, concerns func(*call) bool, status int, body string) Variant {
		return Variant{Name: name, Why: why, HTTP: responsesJSON(all(concerns, keys(keyRight)),
			status, body)}
	}
	return []Variant{
		told("nameless-unprocessable", nameless, http.StatusUnprocessableEntity, validationJSON),
		told("nameless-reset-unexpected-error", all(nameless, (*call).isReset),
			http.StatusInternalServerError, serverErrorJSON),
		told("nameless-question-no-resource", all(nameless, (*call).isQuestion),
			http.StatusNotFound, noResourceJSON),
	}
}

// expiredVariants tell who has the right password that it has expired.
func expiredVariants() []Variant {
	const why = "A password may have expired: signing in says so, and gives a token."
	body := `{"State":"BaseAuthentication","Step":"BaseAuthentication","Reason":"Password has expired","Token":"expired-token-of-nobody-0417"}`
	expired := func(status int) func(World, http.Handler) http.Handler {
		return onFlow((*call).isSignIn, true, becomes(status, "application/json", body))
	}
	ofRobert := func(c *call) bool {
		return c.isSignIn() && strings.EqualFold(c.request.Header.Get("Username"), "robert.zak")
	}
	list := []Variant{
		{Name: "passwords-expired", Why: why, HTTP: expired(http.StatusOK)},
		{Name: "passwords-expired-with-401", Why: why, HTTP: expired(http.StatusUnauthorized)},
		{Name: "one-password-expired", Why: why,
			HTTP: onFlow(ofRobert, true, becomes(http.StatusAccepted, "application/json", body))},
	}
	for i := range list {
		list[i].Profile, list[i].Untestable = "flow", true
	}
	return list
}
