package faults

import (
	"net/http"
	"strings"
)

// confirmationFaults take a confirmation that is missing or differs in case, and passwords in other
// case.
func confirmationFaults() []Fault {
	return flowing([]Fault{
		{
			Name: "confirmation-not-needed", Breaks: "PASSWORD-9",
			Summary:  "An update without PasswordConfirmation is carried out.",
			Expected: "a refusal", Got: "success",
			Also: []string{"PASSWORD-1", "PASSWORD-2", "PASSWORD-3", "PASSWORD-7"},
			HTTP: confirmsItself(lacks("PasswordConfirmation")),
		},
		{
			Name: "missing-confirmation-confirmed", Breaks: "PASSWORD-9",
			Summary:  "An update without PasswordConfirmation is answered with success.",
			Expected: "a refusal", Got: "success",
			HTTP: responsesJSON(all((*call).isUpdate, hasKey, lacks("PasswordConfirmation")), 200,
				updatedJSON),
		},
		{
			Name: "confirmation-in-any-case", Breaks: "PASSWORD-5",
			Summary: "The confirmation is compared without regard to case.", Expected: "a refusal",
			Got:  "success",
			Also: []string{"PASSWORD-1", "PASSWORD-2", "PASSWORD-3", "PASSWORD-7"},
			HTTP: confirmsItself(func(c *call) bool {
				return strings.EqualFold(c.member("Password"), c.member("PasswordConfirmation"))
			}),
		},
		{
			Name: "confirmation-in-other-case-stored", Breaks: "PASSWORD-7",
			Summary:  "A confirmation in other case is refused, and the password stored.",
			Expected: "the password as before",
			Got:      "a sign-in refused", Also: []string{"PASSWORD-1", "PASSWORD-3"},
			HTTP: keeps(keeping{before: func(a *accounts, c *call) *reply {
				a.mu.Lock()
				defer a.mu.Unlock()
				owner := a.owners[c.member("Token")]
				if owner == "" || !differs(c) || !strings.EqualFold(c.member("Password"),
					c.member("PasswordConfirmation")) {
					return nil
				}
				a.set(owner, c.member("Password"))
				return refuses(400, "ErrorConfirmation", "Password and confirmation differ.")
			}}),
		},
		{
			Name: "password-in-any-case-signs-in", Breaks: "SIGNIN-3",
			Summary:  "The database compares passwords without regard to case.",
			Expected: "no sign-in", Got: "a sign-in",
			Also: signInIDs(),
			HTTP: keeps(keeping{check: func(a *accounts, login, given string) bool {
				return given != "" && strings.EqualFold(a.passwords[login], given)
			}}),
		},
		{
			Name: "password-in-upper-case-signs-in", Breaks: "SIGNIN-3",
			Summary:  "With the caps lock on, the password signs in as well.",
			Expected: "no sign-in", Got: "a sign-in",
			Also: signInIDs(),
			HTTP: keeps(keeping{check: func(a *accounts, login, given string) bool {
				return given != "" && strings.ToUpper(a.passwords[login]) == given
			}}),
		},
	})
}

// confirmsItself carries out some updates as if the password had been confirmed.
func confirmsItself(concerns func(*call) bool) func(World, http.Handler) http.Handler {
	return when(all((*call).isUpdate, hasKey, concerns), func(c *call, next asker) *reply {
		return next(c.withMember("PasswordConfirmation", c.member("Password")))
	})
}
