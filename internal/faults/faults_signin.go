package faults

import (
	"net/http"
	"slices"
	"strings"
)

// signInFaults sign in wrongly.
func signInFaults() []Fault {
	return flowing(signedInFaults(), signInStatusFaults(), wrongCredentialsFaults(),
		missingCredentialsFaults(), anyoneSignsInFaults(), flowKeyFaults())
}

// signedInFaults respond to right credentials wrongly.
func signedInFaults() []Fault {
	wrong := func(name, breaks, summary, got string, change func(*call, *reply),
		also ...string) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary, Expected: `State "Succeeded" and a Token`,
			Got:  got,
			Also: append(also, "SIGNIN-1"), HTTP: onFlow((*call).isSignIn, true, change),
		}
	}
	return []Fault{
		wrong("state-success", "SIGNIN-1", "The State of a sign-in is Success.", `"Success"`,
			set("State", `"Success"`), "ANSWER-4"),
		wrong("state-in-lower-case", "SIGNIN-1", "The State of a sign-in is in lower case.",
			`"succeeded"`, set("State", `"succeeded"`), "ANSWER-4"),
		wrong("state-missing", "SIGNIN-1", "A sign-in has no State.", "no State", set("State", ""),
			"ANSWER-4"),
		wrong("state-number", "SIGNIN-1", "The State of a sign-in is a number.", "1",
			set("State", "1"), "ANSWER-4"),
		wrong("state-true", "SIGNIN-1", "The State of a sign-in is true.", "true",
			set("State", "true"), "ANSWER-4"),
		wrong("session-token-missing", "SIGNIN-1", "A sign-in gives no Token.", "no Token",
			set("Token", ""), "ANSWER-4"),
		wrong("session-token-empty", "SIGNIN-1", "A sign-in gives an empty Token.", `""`,
			set("Token", `""`)),
		wrong("session-token-null", "SIGNIN-1", "A sign-in gives null.", "null",
			set("Token", "null"), "ANSWER-4"),
		wrong("session-token-number", "ANSWER-4", "The Token of a sign-in is a number.", "417",
			set("Token", "417")),
		wrong("session-token-misspelt", "ANSWER-4", "The Token of a sign-in is called token.",
			`"token"`, edits(func(o object) object {
				return o.rename(strings.ToLower)
			})),
		wrong("sign-in-with-status-401", "ANSWER-6", "A sign-in has status 401.", "status 401",
			hasStatus(401), "SIGNIN-5"),
		wrong("sign-in-labelled-as-text", "ANSWER-3", "A sign-in is labelled as text.",
			"text/plain", hasHeader("Content-Type", "text/plain")),
	}
}

// wrongCredentialsFaults respond to wrong credentials in another way.
func wrongCredentialsFaults() []Fault {
	wrong := func(name, summary, got string, change func(*call, *reply)) Fault {
		return Fault{
			Name: name, Breaks: "SIGNIN-2", Summary: summary, Expected: wrongCredentialsJSON,
			Got:  got,
			Also: []string{"ANSWER-4", "SIGNIN-1", "SIGNIN-6"},
			HTTP: onFlow((*call).isSignIn, false, change),
		}
	}
	unknown := func(c *call) bool {
		_, known := c.world.trader(c.request.Header.Get("Username"), false)
		return c.isSignIn() && hasKey(c) && !known
	}
	return []Fault{
		wrong("state-error", "The State of wrong credentials is Error.", `"Error"`,
			set("State", `"Error"`)),
		wrong("failed-state-in-lower-case", "The State of wrong credentials is in lower case.",
			`"failed"`, set("State", `"failed"`)),
		wrong("failed-state-missing", "Wrong credentials get no State.", "no State",
			set("State", "")),
		wrong("step-other", "The Step of wrong credentials is another.", `"Password"`,
			set("Step", `"Password"`)),
		wrong("step-missing", "Wrong credentials get no Step.", "no Step", set("Step", "")),
		wrong("reason-other", "The Reason of wrong credentials is another.", "another text",
			set("Reason", `"Wrong user name or password"`)),
		wrong("reason-with-full-stop", "The Reason of wrong credentials ends with a full stop.",
			"another text", set("Reason", `"Invalid credentials."`)),
		wrong("reason-in-lower-case", "The Reason of wrong credentials is in lower case.",
			"another text", set("Reason", `"invalid credentials"`)),
		wrong("reason-missing", "Wrong credentials get no Reason.", "no Reason", set("Reason", "")),
		wrong("reason-null", "The Reason of wrong credentials is null.", "null",
			set("Reason", "null")),
		wrong("credentials-error-listed", "Wrong credentials get a list of errors.", "another form",
			becomes(401, "application/json",
				`{"Errors":["Invalid credentials"],"ErrorsCode":["ErrorInvalidCredentials"],"IsSucceed":false}`)),
		wrong("credentials-problem-details", "Wrong credentials get problem details.",
			"another form",
			becomes(401, "application/problem+json",
				`{"type":"about:blank","title":"Unauthorized","status":401}`)),
		{
			Name: "unknown-user-told", Breaks: "SIGNIN-2", Summary: "An unknown user is told so.",
			Expected: wrongCredentialsJSON, Got: "another Reason",
			Also: []string{"SIGNIN-6"},
			HTTP: responsesJSON(all(unknown, func(c *call) bool {
				return c.request.Header.Get("Username") != ""
			}), 401,
				`{"State":"Failed","Step":"BaseAuthentication","Reason":"User is not found"}`),
		},
	}
}

// anyoneSignsInFaults let in who has wrong credentials.
func anyoneSignsInFaults() []Fault {
	let := func(breaks, name, summary string,
		check func(a *accounts, login, given string) bool) Fault {
		return Fault{
			Name: name, Breaks: breaks, Summary: summary, Expected: "no sign-in", Got: "a sign-in",
			Also: append(passwordIDs(), signInIDs()...), HTTP: keeps(keeping{check: check}),
		}
	}
	compared := func(careless func(given, right string) bool) func(a *accounts, login,
		given string) bool {
		return func(a *accounts, login, given string) bool {
			right, known := a.passwords[login]
			return known && given != "" && careless(given, right)
		}
	}
	nobody := func(a *accounts, login string) bool { _, known := a.passwords[login]; return !known }
	return []Fault{
		let("SIGNIN-3", "any-password-signs-in", "Any password signs in.", compared(anything)),
		let("SIGNIN-3", "password-cut-short-signs-in", "The beginning of the password is enough.",
			compared(func(g, r string) bool { return strings.HasPrefix(r, g) })),
		let("SIGNIN-3", "password-continued-signs-in", "What begins with the password signs in.",
			compared(strings.HasPrefix)),
		let("SIGNIN-3", "password-first-eight-count",
			"Only the first eight characters of the password count.",
			compared(func(g, r string) bool { return head(g, 8) == head(r, 8) })),
		let("SIGNIN-3", "password-of-anybody-signs-in", "The password of any trader signs in.",
			func(a *accounts, login, given string) bool {
				for _, password := range a.passwords {
					if password == given && !nobody(a, login) {
						return true
					}
				}
				return false
			}),
		let("SIGNIN-3", "password-one-difference-signs-in", "One wrong character is forgiven.",
			compared(func(g, r string) bool { return differences([]rune(g), []rune(r)) <= 1 })),
		let("SIGNIN-3", "unknown-user-signs-in", "Who is not known signs in with any password.",
			func(a *accounts, login, given string) bool {
				return nobody(a, login) && login != "" && given != ""
			}),
		let("SIGNIN-4", "no-password-signs-in", "Nobody needs a password.",
			func(_ *accounts, _, given string) bool { return given == "" }),
		let("SIGNIN-4", "no-user-signs-in", "Nobody needs a name.",
			func(_ *accounts, login, _ string) bool { return login == "" }),
		{
			Name: "failed-sign-in-gives-token", Breaks: "SIGNIN-3",
			Summary: "A refused sign-in carries a Token.", Expected: "no Token", Got: "a Token",
			Also: append(signInIDs(), "PASSWORD-3"),
			HTTP: onFlow((*call).isSignIn, false, set("Token", `"session-token-of-nobody-0417"`)),
		},
		{
			Name: "sign-in-without-password-fails", Breaks: "SIGNIN-4",
			Summary:  "A sign-in without Password makes the deployment fail.",
			Expected: "a status below 500", Got: "status 500",
			Also: []string{"SIGNIN-6"},
			HTTP: failsOn(all((*call).isSignIn, hasKey, func(c *call) bool {
				return c.request.Header.Get("Password") == ""
			})),
		},
	}
}

// flowKeyFaults take another key than the right one in steps 3 and 4 and in signing in.
func flowKeyFaults() []Fault {
	var list []Fault
	for _, o := range []struct {
		name, what string
		concerns   func(*call) bool
	}{{"code", "Step 3", (*call).isCode}, {"update", "Step 4", (*call).isUpdate},
		{"sign-in", "Signing in", (*call).isSignIn}} {
		for _, k := range []struct{ name, breaks, kind string }{
			{"missing", "KEY-1", keyMissing}, {"empty", "KEY-2", keyEmpty},
			{"wrong", "KEY-3", keyWrong}, {"nearly-right", "KEY-4", keyNear},
		} {
			list = append(list, Fault{
				Name: k.name + "-key-taken-on-" + o.name, Breaks: k.breaks, Summary: o.what +
					" takes a " + k.kind + " key.", Expected: wantKeyError,
				Got:  "the response of a right key",
				Also: slices.Concat([]string{"KEY-1", "KEY-3", "KEY-5"}, codeIDs(), passwordIDs()),
				HTTP: letsIn(all(o.concerns, badly(k.kind))),
			})
		}
		list = append(list, Fault{
			Name: "key-error-of-" + o.name + "-in-other-form", Breaks: "KEY-3", Summary: o.what +
				" tells of a bad key in another form.", Expected: wantKeyError,
			Got: "another form", Also: []string{"KEY-1", "KEY-2", "KEY-4"},
			HTTP: responsesJSON(all(o.concerns, not(hasKey)), http.StatusUnauthorized,
				`{"Errors":["Application key is not defined or does not exist"],"IsSucceed":false}`),
		})
	}
	return append(list, flowKeyLeakFaults()...)
}

func flowKeyLeakFaults() []Fault {
	beside := func(concerns func(*call) bool, member string) func(World,
		http.Handler) http.Handler {
		return when(all(concerns, not(hasKey)), func(c *call, next asker) *reply {
			p := next(c)
			set(member, `"token-of-nobody-0417"`)(c, p)
			return p
		})
	}
	also := slices.Concat([]string{"KEY-3", "KEY-5"}, codeIDs(), passwordIDs())
	return []Fault{
		{Name: "right-code-makes-up-for-key", Breaks: "KEY-1",
			Summary: "Who has the right code needs no key.", Expected: wantKeyError, Got: "a token",
			Also: also, HTTP: letsIn(all(rightCode, badly(keyMissing)))},
		{Name: "right-token-makes-up-for-key", Breaks: "KEY-3",
			Summary: "Who has the right token needs no right key.", Expected: wantKeyError,
			Got:  "an update",
			Also: also, HTTP: letsIn(all((*call).isUpdate, badly(keyWrong)))},
		{Name: "token-beside-key-error", Breaks: "KEY-5",
			Summary: "A token stands beside the key error.", Expected: "the error alone",
			Got:  "a Model",
			HTTP: beside((*call).isCode, "Model")},
		{Name: "session-beside-key-error", Breaks: "KEY-5",
			Summary: "A session's token stands beside the key error.", Expected: "the error alone",
			Got:  "a Token",
			HTTP: beside((*call).isSignIn, "Token")},
	}
}
