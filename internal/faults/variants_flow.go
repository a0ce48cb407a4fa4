package faults

import (
	"net/http"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// flowVariants use the freedom that the pages of steps 3 and 4 and of signing in leave.
func flowVariants() []Variant {
	const whyStatus = "No page lists the values of StatusCode."
	const whyRefusal = "No page shows a refusal of step 3 or 4."
	const whyMore = "JSON readers ignore members that they do not know."
	const whyHTTP = "No page gives a status code."
	const whyToken = "No page says what a token looks like."
	const whyMail = "The mail is a picture; its words are the deployment's own."
	given, code, update, login := all((*call).isFlow, hasKey), (*call).isCode, (*call).isUpdate,
		(*call).isSignIn
	// Signing in has documented status codes.
	free := all(given, not(login))
	list := []Variant{
		{Name: "flow-as-the-reference", Why: "The reference answers as documented.",
			HTTP: onFlow(given, true, func(*call, *reply) {})},
		{Name: "status-code-ok", Why: whyStatus,
			HTTP: onFlow(code, true, set("StatusCode", `"OK"`))},
		{Name: "status-code-empty", Why: whyStatus,
			HTTP: onFlow(code, true, set("StatusCode", `""`))},
		{Name: "token-error-codes-missing", Why: "Beside no errors there are no codes.",
			HTTP: onFlow(code, true, set("ErrorsCode", ""))},
		{Name: "token-error-codes-null", Why: "Beside no errors there are no codes.",
			HTTP: onFlow(code, true, set("ErrorsCode", "null"))},
		{Name: "update-error-codes-empty", Why: "Beside no errors there are no codes.",
			HTTP: onFlow(update, true, set("ErrorsCode", "[]"))},
		{Name: "flow-refusal-with-200", Why: whyHTTP,
			HTTP: onFlow(free, false, hasStatus(http.StatusOK))},
		{Name: "flow-refusal-with-403", Why: whyHTTP,
			HTTP: onFlow(free, false, hasStatus(http.StatusForbidden))},
		{Name: "flow-refusal-with-422", Why: whyHTTP,
			HTTP: onFlow(free, false, hasStatus(http.StatusUnprocessableEntity))},
		{Name: "wrong-code-not-found", Why: whyHTTP,
			HTTP: onFlow(code, false, hasStatus(http.StatusNotFound))},
		{Name: "token-created", Why: whyHTTP,
			HTTP: onFlow(free, true, hasStatus(http.StatusCreated))},
		{Name: "update-accepted-status", Why: whyHTTP,
			HTTP: onFlow(update, true, hasStatus(http.StatusAccepted))},
		{Name: "refused-code-without-model", Why: whyRefusal,
			HTTP: onFlow(code, false, set("Model", ""))},
		{Name: "refused-code-model-null", Why: whyRefusal,
			HTTP: onFlow(code, false, set("Model", "null"))},
		{Name: "refused-code-without-status-code", Why: whyRefusal,
			HTTP: onFlow(code, false, set("StatusCode", ""))},
		{Name: "refused-code-without-codes", Why: whyRefusal,
			HTTP: onFlow(code, false, set("ErrorsCode", "null"))},
		{Name: "refused-update-in-other-words", Why: whyRefusal,
			HTTP: onFlow(update, false, set("Errors", `["Le lien n'est plus valable."]`))},
		{Name: "flow-further-members", Why: whyMore,
			HTTP: onFlow(given, true, set("RequestId", `"0417"`))},
		{Name: "flow-refusal-further-members", Why: whyMore,
			HTTP: onFlow(given, false, set("RequestId", `"0417"`))},
		{Name: "updated-with-model", Why: whyMore,
			HTTP: onFlow(update, true, set("Model", `{"Login":"hidden"}`))},
		{Name: "signed-in-with-more", Why: whyMore,
			HTTP: onFlow(login, true, edits(func(o object) object {
				return o.set("Step", "null").set("Reason", "null").set("ExpiresIn", "3600")
			}))},
		{Name: "failed-sign-in-with-null-token", Why: whyMore,
			HTTP: onFlow(login, false, set("Token", "null"))},
		{Name: "session-cookie", Why: "HTTP allows cookies.",
			HTTP: onFlow(login, true,
				hasHeader("Set-Cookie", "session=cookie-of-nobody-0417; Path=/; HttpOnly"))},
		{Name: "token-long", Why: whyToken,
			HTTP: tokenSpelled(func(t string) string {
				return strings.Repeat("abcdefghij", 150) + "." + t
			})},
		{Name: "token-like-a-jwt", Why: whyToken,
			HTTP: tokenSpelled(func(t string) string { return "eyJhbGciOiJIUzI1NiJ9.e30." + t })},
		{Name: "token-with-plus-and-slash", Why: whyToken,
			HTTP: tokenSpelled(func(t string) string { return "+/=&?" + t + "==" })},
		{Name: "token-short", Why: whyToken,
			HTTP: tokenSpelled(func(t string) string { return t[:12] })},
		{Name: "flow-code-grouped", Why: whyMail,
			Mail: spelt(func(c string) string { return c[:3] + " " + c[3:] })},
		{Name: "flow-code-hyphenated", Why: whyMail,
			Mail: spelt(func(c string) string { return c[:3] + "-" + c[3:] })},
		{Name: "flow-code-of-letters-and-digits", Why: whyMail,
			Mail: spelt(func(c string) string { return mixed(c, 8) })},
		{Name: "flow-code-of-four-digits", Why: whyMail,
			Mail: spelt(func(c string) string { return digits(c, 4) })},
		{Name: "flow-code-with-decoy", Why: whyMail, Mail: writes(func(_ World, l letter) letter {
			return l.reading("Password reset",
				l.fill("Hi ‹name›,\n\nYour reference code: 40713\n\nYour reset code: ‹code›\n"))
		})},
		{Name: "two-factor-accounts",
			Why: "Accounts may need a second factor: they are recognised.", Untestable: true,
			Traders: func(list []reference.Trader) []reference.Trader {
				for i := range list {
					list[i].TwoFactor = true
				}
				return list
			}},
		{Name: "password-history",
			Why:  "The pages do not forbid to refuse a password that was used before.",
			HTTP: perRun(refusesFormer)},
		{Name: "update-known-a-moment-later",
			Why: "A deployment of several machines may take a moment until all of them know of a new password.", HTTP: perRun(knowsLater(400 * time.Millisecond))},
		{Name: "flow-one-reset-refused-after",
			Why: "The documents do not forbid to limit how often one may reset.", Untestable: true,
			HTTP: perRun(oneReset(func() *reply {
				return jsonReply(400,
					`{"Errors":["Please wait."],"ErrorsCode":["ErrorTooOften"],"IsSucceed":false}`)
			}))},
		{Name: "unknown-identifier-uses-up-code",
			Why: "No page says how often a code may be tried.",
			HTTP: perRun(usesUpCodes(func(c *call) bool {
				return c.member("Identifier") != "ResetPassword"
			}))},
		{Name: "one-wrong-code-uses-up-code", Why: "No page says how often a code may be tried.",
			HTTP: perRun(usesUpCodes(wrongCode))},
		{Name: "one-wrong-code-limits-codes", Why: "No page says how often a code may be tried.",
			Untestable: true, HTTP: perRun(limitsCodes)},
		{Name: "three-failed-sign-ins-lock", Why: "The documents do not forbid to lock an account.",
			HTTP: perRun(locksSignInAfter(3))},
		{Name: "two-failed-sign-ins-lock", Why: "The documents do not forbid to lock an account.",
			Untestable: true, HTTP: perRun(locksSignInAfter(2))},
		{Name: "password-policy-in-other-words", Why: "The pages do not forbid a password policy.",
			Untestable: true, HTTP: responsesWith(rightUpdate, func() *reply {
				return refuses(http.StatusBadRequest, "PasswordTooSimple",
					"Must have an uppercase letter and two symbols.")
			})},
		{Name: "second-factor-after-update",
			Why: "Accounts may need a second factor, also from some event on.", Untestable: true,
			HTTP: perRun(asksSecondFactor)},
		{Name: "flow-base-path", Why: "The base URL may carry a path.", BasePath: "/api"},
	}
	for i := range list {
		list[i].Profile = "flow"
	}
	return list
}

// spelt mails codes in another spelling, which step 3 takes.
func spelt(spell func(string) string) func(World, reference.Mailer) reference.Mailer {
	return writes(func(w World, l letter) letter {
		spelling := spell(l.code)
		w.run.alias(spelling, l.code)
		return l.saying(spelling)
	})
}

// tokenSpelled gives tokens in another spelling, which step 4 takes.
func tokenSpelled(spell func(string) string) func(World, http.Handler) http.Handler {
	return perRun(func(World) middleware {
		var known memory[string]
		return func(c *call, next asker) *reply {
			if right := known.get(c.member("Token")); c.isUpdate() && right != "" {
				return next(c.withMember("Token", right))
			}
			p := next(c)
			if doc, _ := parse(p.body); c.isCode() && p.succeeds() {
				token := doc.text("Model")
				known.set(spell(token), token)
				set("Model", quote(spell(token)))(c, p)
			}
			return p
		}
	})
}

// refusesFormer refuses a password that the trader had before.
func refusesFormer(w World) middleware {
	a := newAccounts(w)
	return func(c *call, next asker) *reply {
		a.mu.Lock()
		owner := strings.ToLower(a.owners[c.member("Token")])
		used := c.isUpdate() && hasKey(c) &&
			c.member("Password") == c.member("PasswordConfirmation") && owner != "" &&
			(a.passwords[owner] == c.member("Password") || len(a.former[owner]) > 0)
		a.mu.Unlock()
		if used {
			return refuses(http.StatusBadRequest, "ErrorPasswordHistory",
				"Password was used recently.")
		}
		p := next(c)
		a.note(w, c, p)
		return p
	}
}

// note keeps up with what the deployment carried out.
func (a *accounts) note(w World, c *call, p *reply) {
	switch {
	case c.isCode() && p.succeeds():
		a.give(c, p)
	case c.isUpdate() && p.succeeds():
		a.update(keeping{}, w, c.member("Token"), c.member("Password"))
	}
}

// knowsLater goes on signing in with the passwords before the last update for a while.
func knowsLater(lag time.Duration) func(World) middleware {
	return func(w World) middleware {
		a := newAccounts(w)
		updated := map[string]time.Time{}
		return func(c *call, next asker) *reply {
			p := next(c)
			a.note(w, c, p)
			switch {
			case c.isUpdate() && p.succeeds():
				a.mu.Lock()
				updated[strings.ToLower(a.owners[c.member("Token")])] = time.Now()
				a.mu.Unlock()
			case c.isSignIn() && hasKey(c):
				a.mu.Lock()
				defer a.mu.Unlock()
				login := strings.ToLower(c.request.Header.Get("Username"))
				if former := a.former[login]; time.Since(updated[login]) < lag && len(former) > 0 {
					if former[len(former)-1] == c.request.Header.Get("Password") {
						return jsonReply(http.StatusOK, signedInJSON)
					}
					return jsonReply(http.StatusUnauthorized, wrongCredentialsJSON)
				}
			}
			return p
		}
	}
}

// usesUpCodes refuses a code that waited to be used when a call of that kind came.
func usesUpCodes(by func(*call) bool) func(World) middleware {
	return func(World) middleware {
		var used memory[bool]
		return func(c *call, next asker) *reply {
			if !c.isCode() || !hasKey(c) || lacks("Code")(c) {
				return next(c)
			}
			if used.get(c.member("Code")) {
				return refuses(http.StatusBadRequest, "ErrorInvalidCode",
					"Code is invalid or has expired.")
			}
			if by(c) {
				for _, code := range c.world.run.mailedCodes() {
					used.set(code, true)
				}
			}
			return next(c)
		}
	}
}

// limitsCodes refuses all codes after one that was wrong, and says so.
func limitsCodes(World) middleware {
	var limited memory[bool]
	return func(c *call, next asker) *reply {
		if c.isCode() && hasKey(c) && limited.get("") {
			return refuses(http.StatusOK, "ErrorTooManyAttempts",
				"Too many attempts. Try again later.")
		}
		if wrongCode(c) {
			limited.set("", true)
		}
		return next(c)
	}
}

// locksSignInAfter locks an account after so many failed sign-ins, whatever succeeds between them.
func locksSignInAfter(most int) func(World) middleware {
	return func(World) middleware {
		var failed memory[int]
		return func(c *call, next asker) *reply {
			login := strings.ToLower(c.request.Header.Get("Username"))
			if c.isSignIn() && hasKey(c) && failed.get(login) >= most {
				return jsonReply(http.StatusUnauthorized,
					`{"State":"Failed","Step":"LockOut","Reason":"Account is locked"}`)
			}
			p := next(c)
			if c.isSignIn() && hasKey(c) && !p.succeeds() {
				failed.update(login, func(n int) int { return n + 1 })
			}
			return p
		}
	}
}

// rightUpdate concerns updates whose token may be right: the reference's have 43 characters.
func rightUpdate(c *call) bool {
	return c.isUpdate() && hasKey(c) && len(c.member("Token")) == 43 &&
		c.member("Password") == c.member("PasswordConfirmation")
}

// asksSecondFactor asks a trader for one from the update on.
func asksSecondFactor(w World) middleware {
	a := newAccounts(w)
	var updated memory[bool]
	return func(c *call, next asker) *reply {
		p := next(c)
		switch {
		case c.isCode() && p.succeeds():
			a.give(c, p)
		case c.isUpdate() && p.succeeds():
			a.mu.Lock()
			defer a.mu.Unlock()
			updated.set(strings.ToLower(a.owners[c.member("Token")]), true)
		case c.isSignIn() && p.succeeds() &&
			updated.get(strings.ToLower(c.request.Header.Get("Username"))):
			return jsonReply(http.StatusAccepted, `{"State":"Expecting","Step":"VerificationCode"}`)
		}
		return p
	}
}
