package faults

import (
	"fmt"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

// layoutVariants show the code in other HTML.
func layoutVariants() []Variant {
	var list []Variant
	for _, v := range []struct{ name, page string }{
		{"code-in-table",
			`<table><tr><td>Confirmation code</td><td>‹code›</td></tr><tr><td>Requested</td><td>2025-03-14 15:09</td></tr></table>`},
		{"code-in-row-below",
			`<table><tr><th>Confirmation code</th></tr><tr><td>‹code›</td></tr></table>`},
		{"code-in-nested-tables",
			`<table><tr><td><table><tr><td>Confirmation code:</td></tr></table></td></tr><tr><td><table bgcolor="#112233"><tr><td><font color="#445566">‹code›</font></td></tr></table></td></tr></table>`},
		{"code-in-heading", `<p>Confirmation code:</p><h2 style="color:#123456">‹code›</h2>`},
		{"code-in-preformatted", "<p>Confirmation code:</p><pre>\n  ‹code›\n</pre>"},
		{"code-in-code-element", `<p>Your confirmation code is <code>‹code›</code>.</p>`},
		{"code-in-spans", `<p>Confirmation code: ‹spans›</p>`},
		{"code-in-cells", `<p>Confirmation code:</p><table><tr>‹cells›</tr></table>`},
		{"code-in-bold-halves", `<p>Confirmation code: <b>‹first›</b><b>‹last›</b></p>`},
		{"code-with-zero-width-spaces", `<p>Confirmation code: ‹first›&#8203;‹last›</p>`},
		{"code-with-soft-hyphen", `<p>Confirmation code: ‹first›&shy;‹last›</p>`},
		{"code-with-word-break", `<p>Confirmation code: ‹first›<wbr>‹last›</p>`},
		{"code-after-no-break-space", `<p>Confirmation&nbsp;code:&nbsp;‹code›</p>`},
		{"code-in-entities", `<p>Confirmation code: ‹entities›</p>`},
		{"code-after-preheader",
			`<div style="display:none;max-height:0">Use 111111 points today. &zwnj;&nbsp;&zwnj;</div><p>Confirmation code: ‹code›</p>`},
		{"code-after-style",
			`<style>.c-654321{color:#987654;width:600px} @media (max-width:480px){a{b:c}}</style><p class="c-654321">Confirmation code: ‹code›</p>`},
		{"code-after-comment",
			`<!--[if mso]><p>Confirmation code: 000111</p><![endif]--><p>Confirmation code: ‹code›</p>`},
		{"code-among-tracking",
			`<img src="https://t.example/o/20250314/884422.gif" width="1" height="1"><p>Confirmation code: ‹code›</p><a href="https://t.example/c?id=771133&u=552200">Help</a>`},
		{"code-in-link-only",
			`<p>Confirm your request: <a href="https://etna.example/reset?code=‹code›&amp;lang=en">reset password</a></p>`},
		{"code-in-button",
			`<p>Your confirmation code:</p><a href="https://etna.example/reset" style="padding:16px">‹code›</a>`},
		{"code-in-upper-case-tags", `<P>Confirmation code:<BR><B>‹code›</B></P>`},
		{"code-in-broken-markup", `<p>Confirmation code:<p><b>‹code›</p></b><td>&nbsp`},
		{"code-in-definition-list",
			`<dl><dt>User</dt><dd>‹name›</dd><dt>Confirmation code</dt><dd>‹code›</dd><dt>Valid until</dt><dd>15:24</dd></dl>`},
		{"code-in-full-width-digits", `<p>Confirmation code: ‹wide›</p>`},
	} {
		list = append(list, Variant{
			Name: v.name, Why: "No document describes the mail's form; a person reads the code.",
			Untestable: v.name == "code-in-link-only", Mail: laidOut(v.page),
		})
	}
	return list
}

// laidOut mails the page, with the code in many forms.
func laidOut(page string) func(World, reference.Mailer) reference.Mailer {
	return mailing(func(_ World, l letter, send func(reference.Mail) error) error {
		page := "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>ETNA Trader</title></head><body><h1>ETNA Trader</h1><p>Hi " + escape(l.name) +
			",</p><p>Someone has requested a password reset for your account.</p>" +
			l.layOut(page) + "<p>Thanks for using ETNA Trader,<br>The ETNA</p></body></html>"
		return send(l.assemble(textPart("text/html", "utf-8", "quoted-printable", page)))
	})
}

// layOut fills the page with the code in many forms.
func (l letter) layOut(page string) string {
	var spans, cells, entities, wide strings.Builder
	for _, digit := range l.code {
		fmt.Fprintf(&spans, `<span style="padding:2px">%c</span>`, digit)
		fmt.Fprintf(&cells, "<td>%c</td>", digit)
		fmt.Fprintf(&entities, "&#%d;", digit)
		wide.WriteRune(digit - '0' + '０')
	}
	return strings.NewReplacer(
		"‹code›", l.code, "‹name›", escape(l.name), "‹first›", l.code[:3], "‹last›", l.code[3:],
		"‹spans›", spans.String(), "‹cells›", cells.String(), "‹entities›", entities.String(),
		"‹wide›", wide.String(),
	).Replace(page)
}

// wordingVariants say the code in other words.
func wordingVariants() []Variant {
	var list []Variant
	for _, v := range []struct{ name, subject, text string }{
		{"code-first", "Password reset",
			"‹code› is your ETNA confirmation code. Don't share it.\n"},
		{"code-in-sentence", "Password reset",
			"Hi ‹name›,\n\nenter the code ‹code› to reset your password. It expires in 15 minutes.\n"},
		{"code-called-pin", "Your PIN", "Your one-time PIN: ‹code›\n"},
		{"code-called-passcode", "Passcode", "Use passcode ‹code› to continue.\n"},
		{"code-called-verification-code", "Verify it's you",
			"Verification code\n‹code›\n\nNever share it with anyone.\n"},
		{"code-called-token", "Reset", "Your reset token is ‹code›.\n"},
		{"code-in-brackets", "Password reset", "Your confirmation code is [‹code›].\n"},
		{"code-in-quotes", "Password reset", "Your confirmation code is \"‹code›\".\n"},
		{"code-between-stars", "Password reset", "Confirmation code: *** ‹code› ***\n"},
		{"code-after-dash", "Password reset", "Confirmation code - ‹code›\n"},
		{"code-after-equals", "Password reset", "code=‹code›\n"},
		{"code-with-hash", "Password reset", "Confirmation code #‹code›\n"},
		{"code-with-full-stop", "Password reset", "Hi ‹name›, your confirmation code is ‹code›.\n"},
		{"code-in-subject-only", "‹code› is your ETNA Trader confirmation code",
			"Hi ‹name›,\n\nyou find the code in the subject of this mail.\n"},
		{"mail-full-of-numbers", "Case 483920",
			"ETNA Trader, 350 5th Avenue, New York, NY 10118, phone +1 800 555 0199\n\nHi ‹name›,\n\non 2025-03-14 at 15:09:26 someone at 192.0.2.44 requested a password reset for account 40028817.\n\nConfirmation code: ‹code›\n\nIt is valid for 15 minutes (900 seconds). Ticket no. 771133. (c) 2002-2025 ETNA, VAT id 998877665.\n"},
		{"mail-with-numbers-before", "Password reset",
			"Order 112233 of 03/14/2025 for $1500.00 is open.\nYour account number is 445566.\n\nThe confirmation code for your password reset is\n\n    ‹code›\n"},
		{"mail-short", "ETNA", "‹code›\n"},
		{"mail-with-quoted-original", "Re: Password reset",
			"Confirmation code: ‹code›\n\n> On Fri, 14 Mar 2025 you wrote:\n> please reset my password, my phone is 5550199\n"},
		{"mail-german", "Passwort zurücksetzen",
			"Hallo ‹name›,\n\nIhr Bestätigungscode lautet: ‹code›\n\nEr gilt 15 Minuten.\n"},
		{"mail-french", "Réinitialisation du mot de passe",
			"Bonjour ‹name›,\n\nVotre code de confirmation : ‹code›\n\nIl expire dans 15 minutes.\n"},
		{"mail-spanish", "Restablecer contraseña",
			"Hola ‹name›:\n\nSu código de confirmación es ‹code›.\n"},
		{"mail-portuguese", "Redefinição de senha",
			"Olá ‹name›,\n\nSeu código de confirmação: ‹code›\n"},
		{"mail-italian", "Reimposta la password",
			"Ciao ‹name›,\n\nil tuo codice di conferma è ‹code›.\n"},
		{"mail-polish", "Zmiana hasła", "Cześć ‹name›,\n\nTwój kod potwierdzający: ‹code›\n"},
		{"mail-dutch", "Wachtwoord herstellen",
			"Hallo ‹name›,\n\nUw bevestigingscode is ‹code›.\n"},
		{"mail-russian", "Сброс пароля", "Здравствуйте, ‹name›!\n\nКод подтверждения: ‹code›\n"},
		{"mail-chinese", "重置密码", "您好，‹name›：\n\n您的验证码是：‹code›，15分钟内有效。\n"},
		{"mail-japanese", "パスワードの再設定", "‹name› 様\n\n確認コード：‹code›\n"},
		{"mail-arabic", "إعادة تعيين كلمة المرور", "مرحبا ‹name›،\n\nرمز التأكيد: ‹code›\n"},
	} {
		list = append(list, Variant{
			Name: v.name,
			Why:  "No document gives the mail's words or language; a person reads the code.",
			Mail: reads(v.subject, v.text),
		})
	}
	return list
}
