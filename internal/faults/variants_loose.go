package faults

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// looseVariants refuse values of other types and hostile texts in their own words, or take what
// stands for the same.
func looseVariants() []Variant {
	const whyTyped = "No document describes what becomes of an answer that is no string."
	const whyFirewall = "A firewall in front may refuse what looks like an attack in its own words."
	untyped := looseAnswer(func(value, _ string) bool {
		return value != "" && !strings.HasPrefix(value, `"`)
	})
	attack := func(c *call) bool {
		return strings.Contains(string(c.body), "' OR '") ||
			strings.Contains(strings.Join(c.request.Header.Values(keyHeader), ""), "' OR '")
	}
	const page = "<!DOCTYPE html><html><head><title>Request blocked</title></head><body><h1>Request blocked</h1><p>Incident 4711.</p></body></html>"
	return []Variant{
		{Name: "untyped-answer-problem", Why: whyTyped,
			HTTP: responsesJSON(untyped, 400,
				`{"type":"about:blank","title":"One or more validation errors occurred.","status":400}`)},
		{Name: "untyped-answer-unprocessable", Why: whyTyped,
			HTTP: responsesJSON(untyped, 422,
				`{"Message":"The request is invalid.","ModelState":{"SecretQuestionAnswer":["Expected a string."]}}`)},
		{Name: "untyped-answer-fails", Why: whyTyped,
			HTTP: responsesJSON(untyped, 500,
				`{"message":"An error has occurred.","error":"Unexpected server error"}`)},
		{Name: "list-of-right-answer-taken",
			Why: "Who sends a list of the right answer alone knows the answer.",
			HTTP: takesAsRight(looseAnswer(func(value, right string) bool {
				return value == "["+quote(right)+"]"
			}))},
		{Name: "attack-blocked-by-page", Why: whyFirewall,
			HTTP: responsesWith(attack, func() *reply {
				return newReply(http.StatusForbidden, "text/html", page)
			})},
		{Name: "attack-blocked-not-acceptable", Why: whyFirewall,
			HTTP: responsesWith(attack, func() *reply {
				return newReply(http.StatusNotAcceptable, "text/html", page)
			})},
		{Name: "attack-blocked-by-page-with-ok", Why: whyFirewall,
			HTTP: responsesWith(attack, func() *reply {
				return newReply(http.StatusOK, "text/html", page)
			})},
		{Name: "attack-blocked-in-json", Why: whyFirewall,
			HTTP: responsesJSON(attack, http.StatusForbidden, `{"message":"Forbidden"}`)},
		{Name: "attack-closes", Why: whyFirewall,
			HTTP: responsesWith(attack, func() *reply {
				return &reply{status: http.StatusOK, wire: raw("")}
			})},
	}
}

// confirmationVariants have passwords that no confirmation can differ from in case only.
func confirmationVariants() []Variant {
	return []Variant{{Name: "passwords-without-letters", Profile: "flow", Why: whyTraders,
		Traders: eachTrader(withoutLetters)}}
}

func withoutLetters(t reference.Trader) reference.Trader {
	t.Password = "8417-" + strconv.Itoa(int(t.Login[0])*1000+len(t.Login))
	return t
}
