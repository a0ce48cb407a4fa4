package faults

import "github.com/etna-conformance/conformance/internal/reference"

// codeFaults send a mail that presents no code.
func codeFaults() []Fault {
	var list []Fault
	for _, f := range []struct{ name, summary, instead string }{
		{"missing", "Nothing stands where the code belongs.", ""},
		{"placeholder", "The template's placeholder stands where the code belongs.", "{{code}}"},
		{"placeholder-spaced", "The template's placeholder stands where the code belongs.",
			"{{ ConfirmationCode }}"},
		{"placeholder-dollar", "A variable's name stands where the code belongs.",
			"${confirmationCode}"},
		{"placeholder-percent", "A variable's name stands where the code belongs.", "%CODE%"},
		{"placeholder-brackets", "A merge tag stands where the code belongs.", "[CODE]"},
		{"placeholder-stars", "A merge tag stands where the code belongs.", "*|CODE|*"},
		{"placeholder-at", "A page's expression stands where the code belongs.", "@Model.Code"},
		{"placeholder-index", "A format's place stands where the code belongs.", "{0}"},
		{"null", "The word null stands where the code belongs.", "null"},
		{"undefined", "The word undefined stands where the code belongs.", "undefined"},
		{"none", "The word None stands where the code belongs.", "None"},
		{"not-a-number", "NaN stands where the code belongs.", "NaN"},
		{"object", "An object's name stands where the code belongs.", "[object Object]"},
		{"type-name", "A type's name stands where the code belongs.", "System.String"},
		{"masked", "Stars stand where the code belongs.", "******"},
		{"dashes", "Dashes stand where the code belongs.", "------"},
		{"not-available", "N/A stands where the code belongs.", "N/A"},
		{"error", "An error stands where the code belongs.", "Error: code service unavailable"},
		{"dots", "Dots stand where the code belongs.", "..."},
	} {
		list = append(list, withoutCode("code-"+f.name, f.summary, says(f.instead)))
	}
	list = append(list,
		withoutCode("code-is-app-key", "The app key stands where the code belongs.",
			writes(func(w World, l letter) letter { return l.saying(w.AppKey) })),
		withoutCode("code-is-login", "The login stands where the code belongs.",
			writes(func(w World, l letter) letter { return l.saying(w.owner(l.to).Login) })),
		withoutCode("code-is-name", "The trader's name stands where the code belongs.",
			writes(func(_ World, l letter) letter { return l.saying(l.name) })),
	)
	return append(append(list, otherLetterFaults()...), hiddenCodeFaults()...)
}

func withoutCode(name, summary string, mail func(World, reference.Mailer) reference.Mailer) Fault {
	return Fault{
		Name: name, Breaks: "MAIL-2", Summary: summary,
		Expected: "a mail that presents a confirmation code", Got: "a mail that presents none",
		Also: needMail(), Mail: mail,
	}
}

// otherLetterFaults send another letter.
func otherLetterFaults() []Fault {
	return []Fault{
		withoutCode("mail-empty", "The mail is empty.", reads("Password reset", "")),
		withoutCode("mail-announces-code", "The mail announces a code that never comes.",
			reads("Password reset",
				"Hi ‹name›,\n\nyour confirmation code will be sent to you in a separate email.\n\nThe ETNA\n")),
		withoutCode("mail-announces-text-message",
			"The mail says that the code comes by telephone.",
			reads("Password reset",
				"Hi ‹name›,\n\nwe have sent your confirmation code to the phone number ending in 4711.\n\nThe ETNA\n")),
		withoutCode("mail-confirms-only", "The mail confirms the request and presents no code.",
			reads("Password reset requested",
				"Hi ‹name›,\n\nsomeone has requested a password reset for your account. If this was a mistake, call 1-800-555-0199.\n\nThe ETNA\n")),
		withoutCode("mail-welcomes", "A welcome is sent instead.",
			reads("Welcome to ETNA Trader",
				"Hi ‹name›,\n\nwelcome! Your account number is 40028817. We are open 24/7 since 2002.\n\nThe ETNA\n")),
		withoutCode("mail-advertises", "An advertisement is sent instead.",
			reads("Save 25 % until 12/31/2025",
				"Trade 100000 shares for $ 9.99 a month. Use our app.\n")),
		withoutCode("mail-password-changed", "A notice of a changed password is sent instead.",
			reads("Your password was changed",
				"Hi ‹name›,\n\nyour password was changed on 2025-03-14 at 15:09 from 192.0.2.44. Ticket no. 483920.\n\nThe ETNA\n")),
		withoutCode("mail-with-template-unfilled", "The whole template is unfilled.",
			reads("{{subject}}",
				"Hi {{name}},\n\nConfirmation code:\n\n{{code}}\n\n{{signature}}\n")),
		withoutCode("mail-with-link-only", "The mail holds a link without a code.",
			reads("Password reset",
				"Hi ‹name›,\n\nreset your password here: https://etna.example/reset\n\nThe link is valid for 15 minutes.\n")),
		withoutCode("mail-with-error", "The mail holds the template's error.",
			reads("Password reset",
				"Template error at line 12, column 34: code is not defined (error code 500123)\n")),
		withoutCode("mail-asks-for-code", "The mail asks for the code that it should bring.",
			reads("Password reset",
				"Hi ‹name›,\n\nplease enter your confirmation code on our website to go on. The code has six digits and expires after 15 minutes.\n")),
		withoutCode("mail-of-refusal", "The mail says that the answer was wrong.",
			reads("Password reset failed",
				"Hi ‹name›,\n\na wrong answer was given at 12:30:45. You have 2 attempts left.\n")),
	}
}

// hiddenCodeFaults carry the code where nobody reads it.
func hiddenCodeFaults() []Fault {
	html := func(page string) func(World, reference.Mailer) reference.Mailer {
		return mailing(func(_ World, l letter, send func(reference.Mail) error) error {
			page := "<!DOCTYPE html><html><head><title>ETNA Trader</title></head><body><p>Hi " +
				escape(l.name) +
				",</p><p>Someone has requested a password reset for your account.</p>" +
				l.fill(page) + "<p>Thanks for using ETNA Trader</p></body></html>"
			return send(l.assemble(textPart("text/html", "utf-8", "quoted-printable", page)))
		})
	}
	return []Fault{
		withoutCode("code-in-comment", "The code stands in a comment of the page.",
			html("<p>Confirmation code:</p><!-- ‹code› -->")),
		withoutCode("code-in-style", "The code stands in a style sheet.",
			html("<p>Confirmation code:</p><style>.code::after{content:'‹code›'}</style>")),
		withoutCode("code-in-script",
			"The code is written by a script, which no mail program runs.",
			html("<p>Confirmation code:</p><script>document.write('‹code›')</script>")),
		withoutCode("code-not-displayed", "The code stands in an element that is not displayed.",
			html(`<p>Confirmation code:</p><p style="display:none">‹code›</p>`)),
		withoutCode("code-in-data-attribute", "The code stands in an attribute.",
			html(`<p data-code="‹code›">Confirmation code:</p>`)),
		withoutCode("code-in-header-only",
			"The code stands in a header line that no mail program shows.",
			writes(func(_ World, l letter) letter {
				code := l.code
				l = l.saying("")
				l.headers = append(l.headers, "X-Confirmation-Code: "+code)
				return l
			})),
		withoutCode("code-cut-off", "The mail ends before the code.",
			mailing(func(_ World, l letter, send func(reference.Mail) error) error {
				return send(l.assemble(textPart("text/plain", "utf-8", "quoted-printable",
					"ETNA Trader\n\nHi "+l.name+
						",\n\nSomeone has requested a password reset for your account.\n\nConfirmation code:\n")))
			})),
		withoutCode("code-one-digit", "Only one digit of the code arrives.",
			writes(func(_ World, l letter) letter { return l.saying(l.code[:1]) })),
	}
}
