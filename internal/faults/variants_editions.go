package faults

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// olderCodeSuffix is where editions before December 2021 have step 3.
const olderCodeSuffix = "/users/password/reset/code"

// edition is a deployment that responds as one published edition of the pages shows.
type edition struct {
	// older is true where step 3 is at the older path.
	older bool
	// keyStatus is the status of a key error, questionKeyStatus that on the page of step 2.
	keyStatus, questionKeyStatus int
	// statusCode is how StatusCode is written: "" leaves it out, "name" and "number" as in samples.
	statusCode string
	// modelNull writes Model as null in failures.
	modelNull bool
	// codes is false where no response but the documented error has ErrorsCode.
	codes bool
	// invalid responds to bodies that fail validation.
	invalid func() *reply
}

// editionVariants respond as each published edition of the pages shows. The two documents are the
// edition of August 2020, and win: the first edition's refusal without ErrorsCode is not among
// them.
func editionVariants() []Variant {
	unprocessable := func() *reply {
		return jsonReply(http.StatusUnprocessableEntity, validationJSON)
	}
	unexpected := func() *reply {
		return jsonReply(http.StatusInternalServerError, serverErrorJSON)
	}
	list := []Variant{
		asEdition("march-2020", edition{older: true, keyStatus: 403, questionKeyStatus: 403,
			modelNull: true, invalid: unprocessable}),
		asEdition("july-2020", edition{older: true, keyStatus: 403, questionKeyStatus: 401,
			codes: true, invalid: unexpected}),
		asEdition("august-2020", edition{older: true, keyStatus: 401, questionKeyStatus: 403,
			codes: true, invalid: unprocessable}),
		asEdition("january-2021", edition{older: true, keyStatus: 403, questionKeyStatus: 403,
			statusCode: "number", codes: true, modelNull: true, invalid: unprocessable}),
		asEdition("february-2021", edition{older: true, keyStatus: 200, questionKeyStatus: 401,
			statusCode: "number", invalid: unexpected}),
		asEdition("december-2021", edition{keyStatus: 403, questionKeyStatus: 401,
			statusCode: "name", codes: true, modelNull: true, invalid: unprocessable}),
	}
	list = append(list, olderPathVariants()...)
	for i := range list {
		list[i].Profile = "flow"
	}
	return list
}

func asEdition(name string, e edition) Variant {
	return Variant{
		Name: "edition-" + name,
		Why:  "A deployment that answers as any published edition of the pages shows is right.",
		HTTP: through(e.response),
	}
}

// response is what the edition responds to one call.
func (e edition) response(c *call, next asker) *reply {
	inner := func(c *call) *reply { return e.rewritten(c, next(c)) }
	if e.older {
		return atOlderPath(noResource)(c, inner)
	}
	return inner(c)
}

func (e edition) rewritten(c *call, p *reply) *reply {
	doc, read := parse(p.body)
	switch {
	case !read:
		return p
	case doc.has("error"):
		p.status = e.keyStatus
		if c.isQuestion() {
			p.status = e.questionKeyStatus
		}
		return p
	case c.isSignIn():
		return p
	case p.failsValidation(c, doc):
		return e.invalid()
	}
	p.body = e.envelope(c, p, doc).bytes()
	return p
}

// failsValidation reports whether the reference refused the body, and not what it says.
func (p *reply) failsValidation(c *call, doc object) bool {
	codes := string(doc.get("ErrorsCode"))
	mismatch := strings.Contains(codes, "ErrorPasswordMismatch") || c.isUpdate() &&
		strings.Contains(codes, "ErrorInvalidToken")
	return mismatch || strings.Contains(codes, "ErrorInvalidRequest")
}

// envelope writes the members that the edition's samples show.
func (e edition) envelope(c *call, p *reply, doc object) object {
	failed := string(doc.get("Errors")) != "[]"
	if !e.codes && p.outcome(c) != incorrect || string(doc.get("ErrorsCode")) == "[]" {
		doc = doc.without("ErrorsCode")
	}
	if failed && e.modelNull {
		doc = doc.set("Model", "null")
	}
	switch e.statusCode {
	case "":
		return doc.without("StatusCode")
	case "number":
		return doc.set("StatusCode", strconv.Itoa(p.status))
	}
	return doc.set("StatusCode", `"Continue"`)
}

// atOlderPath has step 3 at its older path alone; absent responds to calls to the newer one.
func atOlderPath(absent func() *reply) middleware {
	return func(c *call, next asker) *reply {
		switch path := c.request.URL.Path; {
		case c.isCode():
			return absent()
		case c.request.Method == http.MethodPost && strings.HasSuffix(path, olderCodeSuffix):
			return next(c.atNewerPath())
		}
		return next(c)
	}
}

// atNewerPath is the call to the older path of step 3 as one to the newer path.
func (c *call) atNewerPath() *call {
	body := c.body
	if doc, read := parse(c.body); read {
		body = doc.set("Identifier", `"ResetPassword"`).bytes()
	}
	return c.with(body, func(r *http.Request) {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, olderCodeSuffix) + codeSuffix
	})
}

func noResource() *reply { return jsonReply(http.StatusNotFound, noResourceJSON) }

// olderPathVariants have step 3 at its older path, or at both.
func olderPathVariants() []Variant {
	const why = "Editions before December 2021 have step 3 at this path, and white labels still do."
	older := func(name string, absent func() *reply) Variant {
		return Variant{Name: "older-path-" + name, Why: why, HTTP: through(atOlderPath(absent))}
	}
	page := func(status int) func() *reply {
		return func() *reply { return newReply(status, "text/html", htmlErrorPage) }
	}
	both := Variant{Name: "step-three-at-both-paths",
		Why: "A deployment may keep the older path beside the newer one.",
		HTTP: through(func(c *call, next asker) *reply {
			if strings.HasSuffix(c.request.URL.Path, olderCodeSuffix) {
				return next(c.atNewerPath())
			}
			return next(c)
		})}
	keyFirst := Variant{Name: "older-path-key-checked-first", Why: why,
		HTTP: when(func(c *call) bool {
			return c.isCode() && hasKey(c) || strings.HasSuffix(c.request.URL.Path, olderCodeSuffix)
		},
			atOlderPath(noResource))}
	return append([]Variant{
		older("no-resource", noResource),
		older("method-not-allowed", func() *reply {
			return jsonReply(http.StatusMethodNotAllowed,
				`{"Message":"The requested resource does not support http method 'POST'."}`)
		}),
		older("not-found-page", page(http.StatusNotFound)),
		older("not-found-empty", func() *reply { return newReply(http.StatusNotFound, "", "") }),
		older("single-page-application", page(http.StatusOK)),
		older("gateway-forbids", func() *reply {
			return jsonReply(http.StatusForbidden, `{"message":"Missing Authentication Token"}`)
		}),
	}, both, keyFirst)
}

// olderPathFaults are wrong at the older path of step 3, which is the only one.
func olderPathFaults() []Fault {
	at := func(name, breaks, summary, expected, got string,
		http func(World, http.Handler) http.Handler, also ...string) Fault {
		return Fault{
			Name: "older-path-" + name, Breaks: breaks, Summary: summary, Expected: expected,
			Got:  got,
			Also: slices.Concat(also, codeIDs(), passwordIDs()), HTTP: behindOlderPath(http),
		}
	}
	everyCode := takesCode(func(c *call) bool { return c.member("Code") != "" }, anything)
	return flowing([]Fault{
		at("any-code-accepted", "CODE-3", "Any code gives a token at the older path.", "no token",
			"a token", everyCode),
		at("missing-key-taken", "KEY-1", "The older path takes a request without a key.",
			wantKeyError, "a token or a refusal",
			letsIn(all((*call).isCode, badly(keyMissing))), "KEY-5"),
		at("token-empty", "CODE-1", "The older path gives an empty token.",
			"a Model with the token", `Model ""`, onFlow((*call).isCode, true, set("Model", `""`))),
		at("wrong-code-without-error", "CODE-4",
			"The older path refuses a wrong code with empty Errors.", "errors", "no errors",
			onFlow(wrongCode, false, set("Errors", "[]")), "ANSWER-4"),
	})
}

// behindOlderPath makes step 3 reachable at its older path alone, before the fault.
func behindOlderPath(wrap func(World, http.Handler) http.Handler) func(World,
	http.Handler) http.Handler {
	return func(w World, inner http.Handler) http.Handler {
		return through(atOlderPath(noResource))(w, wrap(w, inner))
	}
}
