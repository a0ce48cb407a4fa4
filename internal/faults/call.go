package faults

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

const (
	keyHeader      = "Et-App-Key"
	resetSuffix    = "/users/password/reset"
	questionSuffix = "/users/password/secret-question"
	codeSuffix     = "/users/identifiers/reset/code"

	// maxBody is the longest request body that a wrapper looks into, in bytes.
	maxBody = 64 << 10
)

// call is one request with its body read, and what it means in its world. Calls
// are never changed: the with… methods return changed copies.
type call struct {
	world   World
	request *http.Request
	body    []byte
}

// asker responds to a call.
type asker func(*call) *reply

// middleware stands between a call and its response.
type middleware func(c *call, next asker) *reply

// The makers of wrappers are not inlined: each of their two thousand calls would compile its
// closures anew, and the package would take more than twice as long to build.

// through makes a handler's wrapper of a middleware that keeps no state.
//
//go:noinline
func through(m middleware) func(World, http.Handler) http.Handler {
	return perRun(func(World) middleware { return m })
}

// perRun makes a handler's wrapper of a middleware whose state is made anew for
// each deployment.
//
//go:noinline
func perRun(make func(World) middleware) func(World, http.Handler) http.Handler {
	return func(w World, inner http.Handler) http.Handler {
		m := make(w)
		return http.HandlerFunc(func(writer http.ResponseWriter, r *http.Request) {
			c, whole := newCall(w, r)
			if !whole {
				inner.ServeHTTP(writer, c.request)
				return
			}
			m(c, func(c *call) *reply { return record(inner, c) }).sendTo(writer)
		})
	}
}

// when asks the middleware only about some calls.
//
//go:noinline
func when(concerns func(*call) bool, m middleware) func(World, http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		if concerns(c) {
			return m(c, next)
		}
		return next(c)
	})
}

// newCall reads the body; it is not whole when it is too long to be looked into.
func newCall(w World, r *http.Request) (c *call, whole bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	c = &call{world: w, request: r, body: body}
	if err == nil && len(body) <= maxBody {
		return c, true
	}
	c.request = r.Clone(r.Context())
	c.request.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), r.Body))
	return c, false
}

func (c *call) isReset() bool {
	return c.request.Method == http.MethodPost && strings.HasSuffix(c.request.URL.Path, resetSuffix)
}

func (c *call) isQuestion() bool {
	return c.request.Method == http.MethodGet &&
		strings.HasSuffix(c.request.URL.Path, questionSuffix)
}

// isCore is true for the operations of the documents' two pages.
func (c *call) isCore() bool { return c.isReset() || c.isQuestion() }

// form is the body of a reset; a nil member was left out.
type form struct {
	User                 *string
	SecretQuestionAnswer *string
}

func (c *call) form() form {
	var f form
	// What cannot be read is as good as left out.
	_ = json.Unmarshal(c.body, &f)
	return f
}

// username is whom the call is about, as the client wrote it.
func (c *call) username() string {
	if c.isQuestion() {
		return c.request.URL.Query().Get("username")
	}
	if user := c.form().User; user != nil {
		return *user
	}
	return ""
}

// trader is whom the call is about.
func (c *call) trader() (reference.Trader, bool) {
	return c.world.trader(c.username(), c.isQuestion())
}

func (w World) trader(name string, byEmail bool) (reference.Trader, bool) {
	for _, t := range w.Traders {
		if strings.EqualFold(t.Login, name) || byEmail && strings.EqualFold(t.Email, name) {
			return t, true
		}
	}
	return reference.Trader{}, false
}

// byEmail is true for a question asked by email.
func (c *call) byEmail() bool {
	t, known := c.trader()
	return c.isQuestion() && known && strings.EqualFold(t.Email, c.username()) &&
		!strings.EqualFold(t.Login, c.username())
}

// hasBody and names are false for requests of nobody.
func (c *call) hasBody() bool { return len(bytes.TrimSpace(c.body)) > 0 }
func (c *call) names() bool   { return c.username() != "" }

func (c *call) with(body []byte, change func(*http.Request)) *call {
	r := c.request.Clone(c.request.Context())
	change(r)
	return &call{world: c.world, request: r, body: body}
}

func (c *call) withBody(body []byte) *call { return c.with(body, func(*http.Request) {}) }

func (c *call) withKey(key string) *call {
	return c.with(c.body, func(r *http.Request) { r.Header.Set(keyHeader, key) })
}

// withRightKey is the call as if it had carried the right key.
func (c *call) withRightKey() *call { return c.withKey(c.world.AppKey) }

// withWrongKey is the call as if it had carried another key.
func (c *call) withWrongKey() *call { return c.withKey("no-such-key") }

func (c *call) withUsername(name string) *call {
	return c.with(c.body, func(r *http.Request) {
		r.URL.RawQuery = url.Values{"username": {name}}.Encode()
	})
}

// withAnswer is the reset of the same user with another answer.
func (c *call) withAnswer(answer string) *call {
	user := c.username()
	return c.withForm(form{User: &user, SecretQuestionAnswer: &answer})
}

// withForm is a reset with another body.
func (c *call) withForm(f form) *call {
	body := object{}
	if f.User != nil {
		body = body.set("User", quote(*f.User))
	}
	if f.SecretQuestionAnswer != nil {
		body = body.set("SecretQuestionAnswer", quote(*f.SecretQuestionAnswer))
	}
	return c.withBody(body.bytes())
}

// rightReset is the reset of the trader that a deployment accepts, whatever
// operation and key the call had.
func (c *call) rightReset(t reference.Trader) *call {
	reset := c.with(nil, func(r *http.Request) {
		r.Method = http.MethodPost
		r.URL.Path = strings.TrimSuffix(r.URL.Path, questionSuffix)
		r.URL.Path = strings.TrimSuffix(r.URL.Path, resetSuffix) + resetSuffix
		r.URL.RawQuery = ""
		r.Header.Set(keyHeader, c.world.AppKey)
	})
	f := form{User: &t.Login}
	if t.Answer != "" {
		f.SecretQuestionAnswer = &t.Answer
	}
	return reset.withForm(f)
}

// redeemAlias lets step 3 take a code in the spelling in which it was mailed.
func redeemAlias(c *call, next asker) *reply {
	if !strings.HasSuffix(c.request.URL.Path, codeSuffix) {
		return next(c)
	}
	body, read := parse(c.body)
	var spelling string
	if !read || json.Unmarshal(body.get("Code"), &spelling) != nil {
		return next(c)
	}
	if code, found := c.world.run.codeOf(spelling); found {
		return next(c.withBody(body.set("Code", quote(code)).bytes()))
	}
	return next(c)
}
