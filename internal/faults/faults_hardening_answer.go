package faults

import (
	"net/http"
	"strings"
)

// soberFaults respond to bodies that no client sends in other ways than a client's error in JSON.
func soberFaults() []Fault {
	sober := func(name, summary, got string, wrap func(World, http.Handler) http.Handler) Fault {
		return Fault{Name: name, Breaks: "HARD-7", Summary: summary, Expected: "a sober refusal",
			Got: got, HTTP: wrap}
	}
	sends := func(p func() *reply) func(World, http.Handler) http.Handler {
		return responsesWith(malformedReset, p)
	}
	const page = "<!DOCTYPE html><html><body><h1>Bad Request</h1></body></html>"
	stack := `{"Errors":["Cannot read User\n   at Etna.Reset.Read(Body body) in Reset.cs:line 41"],"ErrorsCode":["ErrorInvalidRequest"],"IsSucceed":false}`
	return []Fault{
		sober("malformed-body-page", "A body that is no JSON gets a page.", "a page",
			sends(func() *reply { return newReply(400, "text/html", page) })),
		sober("malformed-body-text", "A body that is no JSON gets plain text.", "plain text",
			sends(func() *reply { return newReply(400, "text/plain", "bad request") })),
		sober("malformed-body-nothing", "A body that is no JSON gets an empty answer.", "nothing",
			sends(func() *reply { return newReply(400, "", "") })),
		sober("malformed-body-hangs", "A body that is no JSON is never answered.", "no response",
			sends(func() *reply { return &reply{status: 200, wire: hangs} })),
		sober("malformed-body-closes", "A body that is no JSON closes the connection.",
			"no response", sends(func() *reply { return &reply{status: 200, wire: raw("")} })),
		sober("list-taken-for-a-reset", "A list is as good as an empty body, and accepted.",
			"status 200",
			responsesJSON(all(malformedReset, func(c *call) bool {
				return strings.HasPrefix(string(c.body), "[")
			}), 200, acceptedJSON)),
		sober("odd-type-fails", "A User that is no text makes the deployment fail.", "status 500",
			responsesJSON(oddlyTyped, 500, `{"Errors":["Internal error."],"IsSucceed":false}`)),
		sober("odd-type-shows-stack", "A User that is no text shows where the deployment read it.",
			"a stack trace", responsesJSON(oddlyTyped, 400, stack)),
		sober("long-body-fails", "A long body makes the deployment fail.", "status 500",
			onLongBody(func(w http.ResponseWriter) {
				jsonReply(500, `{"Errors":["Internal error."],"IsSucceed":false}`).plainly(w)
			})),
		sober("long-body-hangs", "A long body is never answered.", "no response",
			onLongBody(func(w http.ResponseWriter) { hangs(w, nil) })),
	}
}

// oddlyTyped concerns resets whose User is no text.
func oddlyTyped(c *call) bool {
	doc, read := parse(c.body)
	user := string(doc.get("User"))
	return c.isReset() && hasKey(c) && read && user != "" && !strings.HasPrefix(user, `"`)
}

// onLongBody responds to what is longer than the other wrappers look into.
func onLongBody(response func(http.ResponseWriter)) func(World, http.Handler) http.Handler {
	return func(_ World, inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > maxBody {
				response(w)
				return
			}
			inner.ServeHTTP(w, r)
		})
	}
}

// tellingFaults tell by something else than the errors who is known.
func tellingFaults() []Fault {
	tells := func(name, summary, got string, concerns func(*call) bool,
		change func(*call, *reply)) Fault {
		return Fault{
			Name: name, Breaks: "HARD-6", Summary: summary,
			Expected: "the response that a trader gets", Got: got,
			HTTP: through(func(c *call, next asker) *reply {
				p := next(c)
				if concerns(c) && hasKey(c) && p.status < 400 {
					change(c, p)
				}
				return p
			}),
		}
	}
	known := func(c *call) bool { _, found := c.trader(); return c.isCore() && found }
	unknown := func(c *call) bool {
		_, found := c.trader()
		return c.isCore() && c.names() && !found
	}
	return []Fault{
		tells("known-user-in-header", "A header names the account of a known user.",
			"a header that is missing", known, hasHeader("X-Account", "417")),
		tells("known-user-gets-cookie", "Known users get a cookie.", "no cookie", known,
			hasHeader("Set-Cookie", "seen=1; Path=/")),
		tells("unknown-user-not-cached", "Only answers about known users may be cached.",
			"another header", unknown, hasHeader("Cache-Control", "no-store, private")),
		tells("unknown-user-gets-202", "An unknown user's reset is answered with another status.",
			"status 202", all(unknown, (*call).isReset), hasStatus(202)),
		tells("unknown-user-in-member", "A member says whether the user was found.",
			"another member", (*call).isCore, func(c *call, p *reply) {
				_, found := c.trader()
				set("Found", map[bool]string{true: "true", false: "false"}[found])(c, p)
			}),
		tells("unknown-user-with-codes", "Only an unknown user's answer has a list of error codes.",
			"a further member", all(unknown, (*call).isReset), set("ErrorsCode", "[]")),
	}
}
