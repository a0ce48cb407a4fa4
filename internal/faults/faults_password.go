package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// passwordFaults change passwords wrongly.
func passwordFaults() []Fault {
	return flowing(storedFaults(), updateResponseFaults(), othersFaults(), mismatchFaults(),
		inventedTokenFaults(), silentUpdateFaults(), unreasonedFaults())
}

type storing = func(a *accounts, w World, owner reference.Trader, password string)

// storedFaults store something else than the new password.
func storedFaults() []Fault {
	stored := func(name, breaks, summary, got string, k keeping) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary,
			Expected: "the new password signs in, the old one does not", Got: got,
			Also: []string{"PASSWORD-1", "PASSWORD-3", "PASSWORD-4", "SIGNIN-2", "SIGNIN-3"},
			HTTP: keeps(k),
		}
	}
	as := func(change func(string) string) keeping {
		return keeping{store: func(a *accounts, _ World, owner reference.Trader, password string) {
			a.set(owner.Login, change(password))
		}}
	}
	former := func(concerns func(login string) bool) keeping {
		return keeping{check: func(a *accounts, login, given string) bool {
			return concerns(login) && slices.Contains(a.former[login], given)
		}}
	}
	return []Fault{
		stored("update-forgotten", "PASSWORD-1", "The update is confirmed and forgotten.",
			"the old password",
			keeping{store: func(*accounts, World, reference.Trader, string) {}}),
		stored("second-update-forgotten", "PASSWORD-1", "Only a trader's first update is stored.",
			"a sign-in refused",
			keeping{store: func(a *accounts, _ World, owner reference.Trader, password string) {
				if len(a.former[strings.ToLower(owner.Login)]) == 0 {
					a.set(owner.Login, password)
				}
			}}),
		stored("password-cut-at-eight", "PASSWORD-1",
			"Only eight characters of the new password are stored.", "a sign-in refused",
			as(func(p string) string { return p[:min(8, len(p))] })),
		stored("password-in-upper-case", "PASSWORD-1", "The new password is stored in upper case.",
			"a sign-in refused", as(strings.ToUpper)),
		stored("password-emptied", "PASSWORD-1", "An update leaves no password.",
			"a sign-in refused", as(func(string) string { return "" })),
		stored("old-password-stays-valid", "PASSWORD-3", "The old password signs in as well.",
			"a sign-in", former(func(string) bool { return true })),
		stored("old-password-stays-valid-for-some", "PASSWORD-3",
			"The old password of some traders signs in as well.", "a sign-in",
			former(func(login string) bool { return strings.HasPrefix(login, "a") })),
		{
			Name: "update-refused", Breaks: "PASSWORD-1", Summary: "A right token is refused.",
			Expected: "the password updated", Got: "a refusal",
			Also: []string{"PASSWORD-4"},
			HTTP: responsesWith(all((*call).isUpdate, hasKey, func(c *call) bool {
				return c.member("Password") == c.member("PasswordConfirmation")
			}), func() *reply {
				return refuses(http.StatusBadRequest, "ErrorInvalidToken",
					"Token is invalid or has expired.")
			}),
		},
	}
}

// updateResponseFaults respond to an update wrongly.
func updateResponseFaults() []Fault {
	wrong := func(name, breaks, summary, got string, change func(*call, *reply),
		also ...string) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary,
			Expected: `{"Errors": [], "IsSucceed": true}`, Got: got,
			Also: append(also, "PASSWORD-2"), HTTP: onFlow((*call).isUpdate, true, change),
		}
	}
	return []Fault{
		wrong("update-without-success", "PASSWORD-2", "An update is answered with IsSucceed false.",
			"IsSucceed false", set("IsSucceed", "false"), "PASSWORD-4"),
		wrong("update-with-error", "PASSWORD-2", "An update is answered with an error.", "an error",
			set("Errors", `["Password was changed."]`), "ANSWER-4"),
		wrong("update-with-error-code", "PASSWORD-2", "An update is answered with an error code.",
			"an error code", set("ErrorsCode", `["Changed"]`)),
		wrong("update-errors-missing", "ANSWER-4", "Errors is missing after an update.",
			"no Errors", set("Errors", "")),
		wrong("update-errors-null", "ANSWER-4", "Errors is null after an update.", "null",
			set("Errors", "null")),
		wrong("update-success-missing", "ANSWER-4", "IsSucceed is missing after an update.",
			"no IsSucceed", set("IsSucceed", ""), "PASSWORD-4"),
		wrong("update-success-as-text", "ANSWER-4", "IsSucceed is a string after an update.",
			`"true"`, set("IsSucceed", `"true"`), "PASSWORD-4"),
		wrong("update-without-content", "ANSWER-1", "An update gets status 204.", "status 204",
			withStatus(204), "ANSWER-2", "ANSWER-3"),
		wrong("update-with-status-400", "ANSWER-6", "An update gets status 400.", "status 400",
			hasStatus(400)),
		wrong("update-answered-with-true", "ANSWER-4", "An update is answered with true.", "true",
			rewrites(func(string) string { return "true" }), "ANSWER-6"),
		wrong("update-answered-as-html", "PASSWORD-2", "An update is answered with a page.",
			"a page", becomes(200, "text/html", htmlErrorPage), "ANSWER-2", "ANSWER-3"),
	}
}

// othersFaults change the password of somebody else.
func othersFaults() []Fault {
	others := func(name, summary string, store storing) Fault {
		return Fault{
			Name: name, Breaks: "PASSWORD-4", Summary: summary,
			Expected: "nobody else's password changed", Got: "a sign-in refused",
			Also: append(passwordIDs(), "SIGNIN-1", "SIGNIN-2", "SIGNIN-3"),
			HTTP: keeps(keeping{store: store}),
		}
	}
	with := func(places int, own bool) storing {
		return func(a *accounts, w World, owner reference.Trader, password string) {
			if own {
				a.set(owner.Login, password)
			}
			if other, found := w.other(owner, places, anybody); found {
				a.set(other.Login, password)
			}
		}
	}
	return []Fault{
		others("update-changes-everybody", "An update changes the passwords of all traders.",
			func(a *accounts, w World, _ reference.Trader, password string) {
				for _, t := range w.Traders {
					a.set(t.Login, password)
				}
			}),
		others("update-changes-next-trader-too",
			"An update also changes the next trader's password.", with(1, true)),
		others("update-changes-previous-trader-too",
			"An update also changes the previous trader's password.", with(-1, true)),
		others("update-changes-next-trader-instead",
			"An update changes the next trader's password instead.", with(1, false)),
		others("update-changes-previous-trader-instead",
			"An update changes the previous trader's password instead.", with(-1, false)),
		others("update-locks-others-out", "After an update nobody else can sign in.",
			func(a *accounts, w World, owner reference.Trader, password string) {
				for _, t := range w.Traders {
					a.set(t.Login, "")
				}
				a.set(owner.Login, password)
			}),
	}
}

func differs(c *call) bool {
	return c.isUpdate() && hasKey(c) && c.member("Password") != c.member("PasswordConfirmation")
}

// mismatchFaults accept a confirmation that differs.
func mismatchFaults() []Fault {
	taken := func(name, summary, got string, http func(World, http.Handler) http.Handler) Fault {
		return Fault{
			Name: name, Breaks: "PASSWORD-5", Summary: summary, Expected: "a refusal", Got: got,
			Also: []string{"PASSWORD-1", "PASSWORD-2", "PASSWORD-3", "PASSWORD-7", "PASSWORD-9",
				"ANSWER-1"}, HTTP: http,
		}
	}
	return []Fault{
		taken("mismatch-accepted", "The confirmation is not looked at.", "success",
			when(differs, func(c *call, next asker) *reply {
				return next(c.withMember("PasswordConfirmation", c.member("Password")))
			})),
		taken("confirmation-counts", "The confirmation is what is stored.", "success",
			when(differs, func(c *call, next asker) *reply {
				return next(c.withMember("Password", c.member("PasswordConfirmation")))
			})),
		taken("mismatch-confirmed-without-update",
			"A confirmation that differs is answered with success.", "success",
			responsesJSON(differs, 200, updatedJSON)),
		taken("mismatch-fails", "A confirmation that differs makes the deployment fail.",
			"status 500", failsOn(differs)),
	}
}

// inventedTokenFaults accept tokens that nobody was given.
func inventedTokenFaults() []Fault {
	invented := func(breaks, name, summary, got string,
		before func(a *accounts, c *call) *reply) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary, Expected: "a refusal", Got: got,
			Also: append(passwordIDs(), "ANSWER-1"), HTTP: keeps(keeping{before: before}),
		}
	}
	carriesOut := func(careless func(given, right string) bool) func(a *accounts, c *call) *reply {
		return func(a *accounts, c *call) *reply {
			a.mu.Lock()
			defer a.mu.Unlock()
			given := c.member("Token")
			if !hasKey(c) || a.owners[given] != "" || a.last == "" || !careless(given, a.last) {
				return nil
			}
			a.set(a.owners[a.last], c.member("Password"))
			return jsonReply(200, updatedJSON)
		}
	}
	unknown := func(a *accounts, c *call) bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return hasKey(c) && a.owners[c.member("Token")] == "" && !lacks("Token")(c)
	}
	return []Fault{
		invented("PASSWORD-6", "any-token-accepted",
			"Any token changes the password of who asked last.", "success", carriesOut(anything)),
		invented("PASSWORD-6", "token-first-character-ignored",
			"The first character of the token does not count.", "success",
			carriesOut(func(g, r string) bool {
				return len(g) == len(r) && tail(g, len(r)-1) == tail(r, len(r)-1)
			})),
		invented("PASSWORD-6", "token-compared-by-length", "A token of the right length is taken.",
			"success", carriesOut(func(g, r string) bool { return len(g) == len(r) })),
		invented("PASSWORD-6", "token-end-ignored",
			"The last eight characters of the token do not count, as of a signature that nobody checks.", "success",
			carriesOut(func(g, r string) bool {
				return len(g) == len(r) && g[:len(g)-8] == r[:len(r)-8]
			})),
		invented("PASSWORD-6", "invented-token-confirmed",
			"An invented token is answered with success, and changes nothing.", "success",
			func(a *accounts, c *call) *reply {
				if unknown(a, c) {
					return jsonReply(200, updatedJSON)
				}
				return nil
			}),
		invented("PASSWORD-6", "invented-token-fails",
			"An invented token makes the deployment fail.", "status 500",
			func(a *accounts, c *call) *reply {
				if unknown(a, c) {
					return jsonReply(500, `{"Errors":["Internal error."],"IsSucceed":false}`)
				}
				return nil
			}),
		invented("PASSWORD-8", "update-without-token-confirmed",
			"An update without Token is answered with success.", "success",
			func(_ *accounts, c *call) *reply {
				if hasKey(c) && lacks("Token")(c) {
					return jsonReply(200, updatedJSON)
				}
				return nil
			}),
		invented("PASSWORD-8", "update-without-token-fails",
			"An update without Token makes the deployment fail.", "status 500",
			func(_ *accounts, c *call) *reply {
				if hasKey(c) && lacks("Token")(c) {
					return jsonReply(500, `{"Errors":["Internal error."],"IsSucceed":false}`)
				}
				return nil
			}),
	}
}

// silentUpdateFaults refuse an update and carry it out all the same.
func silentUpdateFaults() []Fault {
	silent := func(name, summary string, concerns func(a *accounts, c *call) bool,
		response func() *reply) Fault {
		return Fault{
			Name: name, Breaks: "PASSWORD-7", Summary: summary, Expected: "the password as before",
			Got:  "a sign-in refused",
			Also: []string{"PASSWORD-1", "PASSWORD-3", "PASSWORD-4"},
			HTTP: keeps(keeping{before: func(a *accounts, c *call) *reply {
				a.mu.Lock()
				defer a.mu.Unlock()
				if a.last == "" || !concerns(a, c) {
					return nil
				}
				a.set(a.owners[a.last], c.member("Password"))
				return response()
			}}),
		}
	}
	invalid := func() *reply {
		return refuses(http.StatusBadRequest, "ErrorInvalidToken",
			"Token is invalid or has expired.")
	}
	return []Fault{
		silent("mismatch-refused-and-stored",
			"A confirmation that differs is refused, and the password stored.",
			func(_ *accounts, c *call) bool { return differs(c) }, invalid),
		silent("invented-token-refused-and-stored",
			"An invented token is refused, and the password stored.",
			func(a *accounts, c *call) bool {
				return hasKey(c) && !lacks("Token")(c) && a.owners[c.member("Token")] == ""
			}, invalid),
		silent("wrong-key-refused-and-stored",
			"An update with a wrong key is refused, and the password stored.",
			func(a *accounts, c *call) bool {
				return !hasKey(c) && a.owners[c.member("Token")] != ""
			},
			func() *reply { return jsonReply(http.StatusUnauthorized, keyErrorJSON) }),
	}
}
