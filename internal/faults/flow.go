package faults

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/etna-conformance/conformance/internal/reference"
)

const (
	updateSuffix = "/users/passwords/reset/"
	signInSuffix = "/token"
)

func (c *call) isCode() bool   { return strings.HasSuffix(c.request.URL.Path, codeSuffix) }
func (c *call) isUpdate() bool { return strings.HasSuffix(c.request.URL.Path, updateSuffix) }
func (c *call) isSignIn() bool { return strings.HasSuffix(c.request.URL.Path, signInSuffix) }
func (c *call) isFlow() bool   { return c.isCode() || c.isUpdate() || c.isSignIn() }

// hasKey concerns calls with the right key.
func hasKey(c *call) bool { return c.keyKind() == keyRight }

// badly concerns calls whose key is of one of the kinds.
func badly(kinds ...string) func(*call) bool {
	return func(c *call) bool { return slices.Contains(kinds, c.keyKind()) }
}

// member is a member of the request's body as text, "" where there is none.
func (c *call) member(name string) string {
	body, _ := parse(c.body)
	return body.text(name)
}

// lacks concerns calls whose body has no such member.
func lacks(name string) func(*call) bool {
	return func(c *call) bool {
		body, read := parse(c.body)
		return !read || !body.has(name)
	}
}

func (c *call) withMember(name, text string) *call {
	body, _ := parse(c.body)
	return c.withBody(body.set(name, quote(text)).bytes())
}

// succeeds reports whether the reference carried out a call of the flow.
func (p *reply) succeeds() bool {
	doc, read := parse(p.body)
	return read && (string(doc.get("IsSucceed")) == "true" || doc.text("State") == "Succeeded")
}

// onFlow changes the responses to some calls that were carried out, or (else) that were refused.
//
//go:noinline
func onFlow(concerns func(*call) bool, succeeded bool, change func(*call, *reply)) func(World,
	http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		p := next(c)
		if doc, _ := parse(p.body); concerns(c) && !doc.has("error") && p.succeeds() == succeeded {
			change(c, p)
		}
		return p
	})
}

// set changes one member of the response; "" leaves it out.
func set(name, value string) func(*call, *reply) {
	return edits(func(o object) object {
		if value == "" {
			return o.without(name)
		}
		return o.set(name, value)
	})
}

// failsOn makes the deployment fail on some calls.
func failsOn(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return responsesJSON(concerns, http.StatusInternalServerError,
		`{"Errors":["Internal error."],"IsSucceed":false}`)
}

// wrongCode concerns codes that were mailed to nobody.
func wrongCode(c *call) bool {
	_, mailed := c.world.run.owner(c.member("Code"))
	return c.isCode() && hasKey(c) && c.member("Code") != "" && !mailed
}

func rightCode(c *call) bool {
	_, mailed := c.world.run.owner(c.member("Code"))
	return c.isCode() && mailed
}

// takesCode accepts codes that a careless comparison takes for one that was mailed.
func takesCode(concerns func(*call) bool, careless func(given, right string) bool) func(World,
	http.Handler) http.Handler {
	return when(all((*call).isCode, hasKey, concerns), func(c *call, next asker) *reply {
		if _, mailed := c.world.run.owner(c.member("Code")); mailed {
			return next(c)
		}
		for _, right := range slices.Backward(c.world.run.mailedCodes()) {
			if careless(c.member("Code"), right) {
				if p := next(c.withMember("Code", right).withMember("Identifier",
					"ResetPassword")); p.succeeds() {
					return p
				}
			}
		}
		return next(c)
	})
}

func anything(given, right string) bool { return true }

// accounts are the passwords of a deployment that keeps them in another way than the reference.
type accounts struct {
	mu        sync.Mutex
	passwords map[string]string // by lower-case login
	former    map[string][]string
	owners    map[string]string // logins by token
	last      string            // the token that was given last
}

// keeping describes a wrong way of keeping passwords; a nil function does as the reference does.
type keeping struct {
	// store stores what an update carries.
	store func(a *accounts, w World, owner reference.Trader, password string)
	// check compares what a sign-in carries.
	check func(a *accounts, login, given string) bool
	// before may carry out an update that the reference refuses, and respond to it; nil leaves it to
	// the reference.
	before func(a *accounts, c *call) *reply
}

// keeps makes a deployment with a wrong way of keeping passwords.
func keeps(k keeping) func(World, http.Handler) http.Handler {
	return perRun(func(w World) middleware {
		a := newAccounts(w)
		return func(c *call, next asker) *reply {
			if c.isUpdate() && k.before != nil {
				if p := k.before(a, c); p != nil {
					return p
				}
			}
			p := next(c)
			switch {
			case c.isCode() && p.succeeds():
				a.give(c, p)
			case c.isUpdate() && p.succeeds():
				a.update(k, w, c.member("Token"), c.member("Password"))
			case c.isSignIn() && hasKey(c):
				return a.signIn(k, c)
			}
			return p
		}
	})
}

func newAccounts(w World) *accounts {
	a := &accounts{passwords: map[string]string{}, former: map[string][]string{},
		owners: map[string]string{}}
	for _, t := range w.Traders {
		a.passwords[strings.ToLower(t.Login)] = t.Password
	}
	return a
}

// give remembers whose token it is.
func (a *accounts) give(c *call, p *reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if address, mailed := c.world.run.owner(c.member("Code")); mailed {
		doc, _ := parse(p.body)
		a.last = doc.text("Model")
		a.owners[a.last] = c.world.owner(address).Login
	}
}

func (a *accounts) update(k keeping, w World, token, password string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	owner, _ := w.trader(a.owners[token], false)
	if k.store == nil {
		a.set(owner.Login, password)
		return
	}
	k.store(a, w, owner, password)
}

func (a *accounts) set(login, password string) {
	login = strings.ToLower(login)
	a.former[login] = append(a.former[login], a.passwords[login])
	a.passwords[login] = password
}

func (a *accounts) signIn(k keeping, c *call) *reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	login, given := strings.ToLower(c.request.Header.Get("Username")),
		c.request.Header.Get("Password")
	right := given != "" && a.passwords[login] == given
	if k.check != nil {
		right = right || k.check(a, login, given)
	}
	if right {
		return jsonReply(http.StatusOK, signedInJSON)
	}
	return jsonReply(http.StatusUnauthorized, wrongCredentialsJSON)
}

const (
	signedInJSON         = `{"State":"Succeeded","Token":"session-token-of-nobody-0417"}`
	wrongCredentialsJSON = `{"State":"Failed","Step":"BaseAuthentication","Reason":"Invalid credentials"}`
	updatedJSON          = `{"Errors":[],"IsSucceed":true}`
)

// flowing marks what only the flow profile can show.
func flowing(lists ...[]Fault) []Fault {
	all := slices.Concat(lists...)
	for i := range all {
		all[i].Profile = "flow"
	}
	return all
}

// Groups of requirements that what is wrong in one step takes along.
func codeIDs() []string {
	return []string{"CODE-1", "CODE-2", "CODE-3", "CODE-4", "CODE-6", "CODE-7"}
}
func passwordIDs() []string {
	return []string{"PASSWORD-1", "PASSWORD-2", "PASSWORD-3", "PASSWORD-4", "PASSWORD-5",
		"PASSWORD-6", "PASSWORD-7", "PASSWORD-8", "PASSWORD-9", "PASSWORD-10"}
}
func signInIDs() []string {
	return []string{"SIGNIN-1", "SIGNIN-2", "SIGNIN-3", "SIGNIN-4", "SIGNIN-6"}
}
