package codefinder

import (
	"strings"
	"testing"
)

func TestMailsThatPresentNoCode(t *testing.T) {
	checkPresented(t, []presented{
		{"empty", "", ""},
		{"notice", "Hi Robert,\n\nsomebody entered a wrong answer at 12:30 from 10.0.0.1, 3 attempts left; if this was not you call 1-800-555-0199; ticket 483920", ""},
		{"notice in lines", "Security notice\n\nA wrong answer was given for your account.\n\nTime: 12:30\nDate: 12 May 2026\nIP: 10.0.0.1\nTicket: 483920\nAccount: 48392011\nAttempt 3 of 5\n\nCall +1 800 555 0199.\n\n© 2026 ETNA Trader, 16 Broad St, New York, NY 10004", ""},
		{"notice with numbers on their own lines", "Your password was changed.\n\nTicket number\n\n483920\n\nOrder\n\n99812011\n\nReference:\n\n7744112\n", ""},
		{"notice that speaks of a code", "Somebody entered a wrong code 483920 three times. Your account 48392011 is locked for 1440 minutes.", ""},
		{"entered code", "Someone entered the code 483920, which is not correct.", ""},
		{"will arrive separately", "A password reset was requested. Your confirmation code will arrive separately.\n\nETNA Trader\n16 Broad Street\n10004\nNew York\n", ""},
		{"sent by SMS", "We have sent a code to the phone number ending in 4821.", ""},
		{"sent to a phone", "Your code was sent to +1 555 0199 22 at 12:30.", ""},
		{"nothing after the label", "Confirmation code:\n\nIf this was a mistake, just ignore this email.\n\nThanks for using ETNA Trader,\nThe ETNA", ""},
		{"nothing after the label, signature", "Confirmation code:\n\nETNA\n\nTHANKS", ""},
		{"nothing after the label, footer", "Confirmation code:\n\n2026 ETNA Trader. All rights reserved.", ""},
		{"nothing after the label, ticket", "Confirmation code: \nTicket: 483920", ""},
		{"nothing after the label, address", "Confirmation code:\n\nETNA, 4800 Wall Street", ""},
		{"ticket with an abbreviation", "S:Your password was changed\nHi Robert,\n\nyour password was changed on 2025-03-14 at 15:09 from 192.0.2.44. Ticket no. 483920.\n", ""},
		{"null", "Confirmation code: null", ""},
		{"undefined", "Confirmation code: undefined", ""},
		{"None", "Your code is None.", ""},
		{"N/A", "Confirmation code: N/A", ""},
		{"NaN", "Confirmation code: NaN", ""},
		{"braces", "Confirmation code: {{code}}", ""},
		{"braces and spaces", "Confirmation code: {{ user.code1 }}", ""},
		{"dollar", "Confirmation code: ${code2}", ""},
		{"one brace", "Confirmation code: {code}", ""},
		{"number in a brace", "Confirmation code: {0}", ""},
		{"percent", "Confirmation code: %CODE%", ""},
		{"printf", "Confirmation code: %s", ""},
		{"square brackets", "Confirmation code: [CODE]", ""},
		{"angle brackets", "Confirmation code: <confirmation_code>", ""},
		{"capitals with underscores", "Confirmation code: __CONFIRMATION_CODE__", ""},
		{"object", "Confirmation code: [object Object]", ""},
		{"type name", "Confirmation code: System.Threading.Tasks.Task`1[System.String]", ""},
		{"Razor", "Confirmation code: @Model.Code1", ""},
		{"stars", "Confirmation code: ******", ""},
		{"crosses", "Confirmation code: XXXXXX", ""},
		{"crosses in groups", "Confirmation code: XXX-XXX", ""},
		{"error code", "Windows error code 4045 occurred. Error code: 0x80070005. HTTP status code 5031.", ""},
		{"zip code", "ETNA Trader, zip code 10004, area code 2125, country code: 0048", ""},
		{"promotion", "S:Welcome back\nUse promo code SAVE2026 and discount code: SUMMER50", ""},
		{"postal codes abroad", "Code postal : 75001. Código postal: 28001. Postleitzahl 10115. Kod pocztowy 00950", ""},
		{"QR code and code of conduct", "Scan the QR code 48392. Read our code of conduct 20261.", ""},
		{"expired", "Your code 483920 has expired. Please request a new one.", ""},
		{"no longer valid", "The code 483920 is no longer valid.", ""},
		{"old code", "Your old code 483920 was replaced.", ""},
		{"expiry only", "The code expires in 3600 seconds, on 2026-05-12 at 12:30:59. It has 6 digits.", ""},
		{"requested at", "Code requested at: 1230", ""},
		{"example", "You will get a code that looks like 483920, for example 112233.", ""},
		{"attempts", "Code attempts: 3 of 5. Code length: 6-digit.", ""},
		{"answers", "Your password was reset. Use at least 12 characters, one of 0123456789.", ""},
		{"amounts", "S:Statement\nYour balance is $1,234.00. Deposit: 5000 USD. Fee: €1250. Total 12500.", ""},
		{"order", "S:Order shipped\nOrder 483920 shipped. Tracking number 1Z999AA10123456784. Invoice #99812.", ""},
		{"order, alone", "S:Order shipped\nYour order number:\n\n483920\n\nThanks", ""},
		{"number, alone, about nothing", "S:Lunch\nMeet me at\n\n483920\n\nBye", ""},
		{"telephone, alone", "Password changed. If this was not you call:\n\n1-800-555-0199\n\n(800) 555-0199\n\n800-555-0199\n", ""},
		{"colours and versions", "Password changed. color:#231408; background:#FF5733. ETNA v2.14.1 build 48392", ""},
		{"copyright", "Your password was changed.\n\nCopyright 2026 ETNA Trader\n2026\n", ""},
		{"capitals", "YOUR CODE IS REQUIRED. CONFIRMATION CODE BELOW. ENTER CODE NOW", ""},
		{"not a word of it", "Your code is valid for 15 minutes. Your code is below. Code: attached", ""},
		{"link without a code", "Reset your password: https://etna.example/reset?id=483920&utm_code=77412&t=9981201", ""},
		{"link in a page", `<p>Reset your password <a href="https://click.etna.example/483920/c/774411?u=12345678">here</a></p>`, ""},
		{"style and script", `<html><head><style>.c{color:#231408} .code:before{content:"483920"}</style><title>Code: 774411</title></head><body><script>var code="112233"</script><!-- Your code is 998877 --><p style="width:600px" data-code="556677">Your password was changed.</p></body></html>`, ""},
		{"hidden", `<div style="display:none">Your code is 483920</div><p>Your password was changed.</p>`, ""},
		{"words next to a label", "S:Your ETNA code\nHello Robert, your code generator device 48392011 was registered. Model 774411.", ""},
		{"login names", "Password reset for user robert2026. Login: trader48392. The code was not created.", ""},
		{"ask support", "No code? Contact support, ticket 483920, or call 0800 111 222.", ""},
		{"secret question", "Your secret question was changed on 12/05/2026. Session 8f14e45fceea167a, request id 7d444840-9dc0-11d1-b245-5ffdce74fad2.", ""},
		{"other identifier alone", "Your password was changed.\n\nRequest ID\n7d444840-9dc0-11d1-b245-5ffdce74fad2\n", ""},
		{"people", "483920 traders use our code review. Join them and reset your routine.", ""},
	})
}

// What stands in a link only is no code that a person reads, but could be the one that the deployment takes.
func TestCodeInALinkIsACandidate(t *testing.T) {
	for text, want := range map[string]string{
		"Reset your password: https://etna.example/reset?user=robert.zak&code=231408":                             "231408",
		`<p><a href="https://etna.example/reset?lang=en&amp;confirmationCode=A1b2C3">Reset your password</a></p>`: "A1b2C3",
		"Your code is 774411, or open https://etna.example/reset?code=231408":                                     "774411 231408",
		"Open https://etna.example/#/reset?code=231408":                                                           "231408",
		"Reset your password: https://click.example/?u=https%3A%2F%2Fetna.example%2Freset%3Fcode%3D231408":        "231408",
		"Open https://etna.example/reset?code={{code}} or https://etna.example/reset?code=null":                   "",
		"Open https://etna.example/?countryCode=0048&promo_code=SAVE2026":                                         "",
	} {
		f := Find(presented{text: text}.read(), nil)
		if got := strings.Join(f.Candidates, " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
		if len(f.Codes) > 0 && f.Codes[0] != "774411" {
			t.Errorf("%s: took %q for the code", text, f.Codes)
		}
	}
}
