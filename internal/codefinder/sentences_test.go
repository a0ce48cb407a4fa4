package codefinder

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mailtext"
)

// presented is one mail and what a person would read in it as the code.
type presented struct {
	name string
	text string // plain text, or a page where it begins with "<"
	want string // the codes, most likely first, with spaces between; empty: none
}

// read makes a mail of the case, with "S:" leading an own subject line.
func (p presented) read() mailtext.Reading {
	subject, text := "Password reset", p.text
	if after, found := strings.CutPrefix(text, "S:"); found {
		subject, text, _ = strings.Cut(after, "\n")
	}
	kind := "plain"
	if strings.HasPrefix(strings.TrimSpace(text), "<") {
		kind = "html"
	}
	return mailtext.Parse([]byte("From: ETNA Trader <noreply@etna.example>\r\nTo: robert.zak@mail.example\r\nSubject: " + subject +
		"\r\nMIME-Version: 1.0\r\nContent-Type: text/" + kind + "; charset=utf-8\r\n\r\n" +
		strings.ReplaceAll(text, "\n", "\r\n")))
}

func checkPresented(t *testing.T, cases []presented) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			reading := c.read()
			if got := strings.Join(Find(reading, nil).Codes, " "); got != c.want {
				t.Errorf("got %q, want %q\nsubject %q, text:\n%s", got, c.want, reading.Subject,
					reading.Text)
			}
		})
	}
}

func TestCodesInSentencesAndLabels(t *testing.T) {
	checkPresented(t, []presented{
		{"the documents' sample",
			"ETNA Trader\n\nHi Robert,\n\nSomeone has requested a password reset for your account.\n\nConfirmation code:\n\n231408\n\nIf this was a mistake, just ignore this email and nothing will happen.\n\nThanks for using ETNA Trader,\nThe ETNA", "231408"},
		{"label and colon", "Confirmation code: 231408", "231408"},
		{"label without a space", "Confirmation code:231408", "231408"},
		{"label and equals sign", "code=231408", "231408"},
		{"label and dash", "Your confirmation code - 231408", "231408"},
		{"label and long dash", "Your confirmation code — 231408", "231408"},
		{"label and arrow", "Confirmation code → 231408", "231408"},
		{"label and nothing between", "Your one-time code 231408 expires soon.", "231408"},
		{"sentence", "Your code is 231408. It expires in 15 minutes.", "231408"},
		{"sentence with detail",
			"Your confirmation code for resetting the password of account robert.zak at ETNA Trader is 231408.", "231408"},
		{"sentence with a number before", "Your code for account 48392011 is 231408.", "231408"},
		{"sentence with validity before", "Your code, valid for 1440 minutes, is 231408.",
			"231408"},
		{"parenthesis between", "Your code (valid for 1440 minutes): 231408", "231408"},
		{"as follows", "Your confirmation code is as follows: 231408", "231408"},
		{"code first", "231408 is your ETNA Trader confirmation code.", "231408"},
		{"code first with dash", "231408 - your ETNA password reset code", "231408"},
		{"code first in subject only",
			"S:231408 is your ETNA code\nHi Robert,\n\nSee the subject of this mail.", "231408"},
		{"label in subject only", "S:Your ETNA code: 231408\nHi Robert, you know what to do.",
			"231408"},
		{"subject and body", "S:231408 is your code\nEnter this code to go on:\n\n231408\n",
			"231408"},
		{"use to reset", "Use 231408 to reset your password.", "231408"},
		{"use as", "Use 231408 as your confirmation code at ETNA.", "231408"},
		{"use code", "Use code 231408 to reset your password.", "231408"},
		{"use verification code for", "Use verification code 231408 for ETNA authentication.",
			"231408"},
		{"enter", "To reset your password enter 231408 on the page you came from.", "231408"},
		{"enter in quotes", "Please enter \"231408\" when asked.", "231408"},
		{"enter the code below",
			"Enter the code below to reset your password.\n\n231408\n\nThe code expires in 15 minutes.", "231408"},
		{"below, with more between",
			"Enter the code below.\n\nIt expires in 15 minutes. Do not share it.\n\n231408\n\nThe ETNA team", "231408"},
		{"label on the line before", "Code\n231408\nETNA", "231408"},
		{"label on the line after", "231408\nis your confirmation code", "231408"},
		{"caption under the code", "Hi Robert\n\n231408\nYour confirmation code\n\nETNA", "231408"},
		{"wrapped line",
			"Someone has requested a password reset. Your confirmation code is\n231408. Please enter it within fifteen minutes.", "231408"},
		{"wrapped line inside the label",
			"We received your request. To go on use the confirmation\ncode 231408 in the trading application.", "231408"},
		{"lone, no word for code",
			"Somebody asked for a password reset. Type this:\n\n231408\n\nThanks", "231408"},
		{"lone and short, no word for code",
			"Here is what you need to reset your password:\n\n2314\n\nThanks", "2314"},
		{"PIN", "Your PIN is 2314", "2314"},
		{"OTP with its long name", "Your one-time password (OTP) is 231408", "231408"},
		{"OTP in parentheses and colon", "One-time password (OTP): 231408. Valid 10 min.",
			"231408"},
		{"one-time password", "Your one-time password: 231408", "231408"},
		{"OTP abroad",
			"231408 is the OTP for your ETNA account. OTP is valid for 10 mins. Do not share with anyone.", "231408"},
		{"passcode", "Passcode: 231408", "231408"},
		{"token", "Your reset token is 8f14e45fceea167a", "8f14e45fceea167a"},
		{"verification number", "Verification number: 231408", "231408"},
		{"reset key", "Your password reset key: AB3D9KQ2", "AB3D9KQ2"},
		{"code number", "Your code number is 231408", "231408"},
		{"year as code", "Your confirmation code is 2026.", "2026"},
		{"year in the footer", "Your confirmation code is 231408.\n\n© 2026 ETNA Trader", "231408"},
		{"brackets", "Your code: [231408]", "231408"},
		{"Japanese brackets", "【231408】 is your code", "231408"},
		{"markdown", "Your code is **231408**", "231408"},
		{"underline", "Your code is _231408_ today", "231408"},
		{"backquotes", "Your code is `231408`", "231408"},
		{"stars around", "Confirmation code:\n\n*231408*\n", "231408"},
		{"rule around", "Your code\n-----------\n  231408\n-----------\n", "231408"},
		{"hash before", "Code: #231408", "231408"},
		{"quoted forward", "> Confirmation code:\n> 231408\n> Thanks", "231408"},
		{"exclamation", "Here's your code! 231408", "231408"},
		{"new code replaces an old one",
			"Your previous code 111222 is no longer valid. Your new code is 231408.", "231408"},
		{"not the other", "Your code 111222 has expired. Your new code: 231408", "231408"},
		{"two equal codes", "Your code is 231408. Again: your code is 231408.", "231408"},
		{"two candidates", "Confirmation code: 231408\nConfirmation code: 774411", "231408 774411"},
		{"surer first", "Code: 77441\nConfirmation code: 231408", "231408 77441"},
		{"other numbers around",
			"Ticket 483920\nOrder #99812\nYour code is 231408\nCall +1 800 555 0199 or 1-800-555-0199\nRequest from 10.0.0.1 at 12:30 on 2026-05-12\n16 Broad St, New York, NY 10004\nETNA v2.14.1", "231408"},
		{"numbers of the account first",
			"Account: 48392011\nClient ID: 7744112\nDate: 12.05.2026 12:30\n\nConfirmation code: 231408\n\nAmount: $1,234.00", "231408"},
		{"other codes around",
			"Zip code: 10004\nError code: 77120\nPromo code: SAVE2026\nConfirmation code: 231408",
			"231408"},
		{"digits count in the sentence", "Enter this 6-digit code: 231408", "231408"},
		{"digits count as a word", "Your 6 digit confirmation code is: 231408", "231408"},
		{"between two sentences",
			"Someone requested a new password. 231408 is your confirmation code. Ignore this mail if it was not you.", "231408"},
		{"valid after", "231408 is your confirmation code and is valid for 15 minutes", "231408"},
		{"is valid", "The code 231408 is valid for 15 minutes.", "231408"},
		{"will expire", "Your verification code: 231408 (expires in 10 minutes)", "231408"},
		{"asks never to share",
			"Never share your code with anyone.\n\nYour code:\n\n231408\n\nWe will never ask for your code.", "231408"},
	})
}

func TestCodesOfEveryForm(t *testing.T) {
	checkPresented(t, []presented{
		{"four digits", "Confirmation code: 2314", "2314"},
		{"leading zeros", "Confirmation code: 000314", "000314"},
		{"ten digits", "Confirmation code: 2314089921", "2314089921"},
		{"grouped by a space", "Your code is 231 408.", "231408"},
		{"grouped in pairs", "Your code: 23 14 08", "231408"},
		{"grouped by a no-break space", "Your code is 231\u00a0408", "231408"},
		{"grouped by a hyphen", "Your code is 231-408", "231-408 231408"},
		{"grouped, alone", "Enter this code:\n\n231-408\n", "231-408 231408"},
		{"grouped by a no-break hyphen", "Your code is AB3D\u20119KQ2", "AB3D-9KQ2"},
		{"spaced digits", "Your code:\n\n2 3 1 4 0 8\n\nThanks", "231408"},
		{"spaced digits in a sentence", "Your code is 2 3 1 4 0 8.", "231408"},
		{"hyphenated digits", "Your code is 2-3-1-4-0-8", "231408"},
		{"full-width digits", "Your code is ２３１４０８", "231408"},
		{"Arabic digits", "Your code is ٢٣١٤٠٨", "231408"},
		{"zero-width spaces", "Your code is 231\u200b408\u200b.", "231408"},
		{"soft hyphens", "Your confir\u00admation code is 231\u00ad408", "231408"},
		{"word joiners and marks", "Your code is \u20602\u206031408\ufeff", "231408"},
		{"bidi marks", "Your code is \u202a231408\u202c", "231408"},
		{"letters and digits", "Confirmation code: A1B2C3", "A1B2C3"},
		{"lower case", "Confirmation code: a1b2c3", "a1b2c3"},
		{"mixed case", "Confirmation code: aB3xY9", "aB3xY9"},
		{"alone with letters", "Use this code to reset your password:\n\n7GHT2K\n\nThanks",
			"7GHT2K"},
		{"grouped letters and digits", "Confirmation code: AB3D-9KQ2", "AB3D-9KQ2"},
		{"spaced letters and digits", "Confirmation code: AB3D 9KQ2", "AB3D9KQ2"},
		{"three groups", "Code: 4F7K-92MX-Q8LT", "4F7K-92MX-Q8LT"},
		{"group of letters and of digits", "Your code is WDJB-2847", "WDJB-2847"},
		{"prefix", "G-231408 is your verification code.", "G-231408 231408"},
		{"UUID", "Confirmation code: 7d444840-9dc0-11d1-b245-5ffdce74fad2",
			"7d444840-9dc0-11d1-b245-5ffdce74fad2"},
		{"hash", "Your confirmation code is d131dd02c5e6eec4693d9a0698aff95c2fcab587",
			"d131dd02c5e6eec4693d9a0698aff95c2fcab587"},
		{"64 characters", "Code:\n" + strings.Repeat("ab12", 16), strings.Repeat("ab12", 16)},
		{"longer than any", "Code:\n" + strings.Repeat("ab12CD34", 20),
			strings.Repeat("ab12CD34", 20)},
		{"URL-safe base64", "Confirmation code: x7Kp-2_mQz81vWnR", "x7Kp-2_mQz81vWnR"},
		{"base64 with signs", "Confirmation code: q2Wx+9/Lm3ZpT7vK+c1Yw8==",
			"q2Wx+9/Lm3ZpT7vK+c1Yw8=="},
		{"three dotted parts", "Your token: h3Ad9x.pAy10ad.s1Gn4t", "h3Ad9x.pAy10ad.s1Gn4t"},
		{"signs inside", "Confirmation code: K7#pQ2!x", "K7#pQ2!x"},
		{"capital letters", "Confirmation code: QWXZPK", "QWXZPK"},
		{"capital letters in a sentence", "Your code is QWXZPK. It expires soon.", "QWXZPK"},
		{"capital letters, alone", "Your confirmation code:\n\nQWXZPK\n\nThanks", "QWXZPK"},
		{"capital letters, to be used", "Use code QWXZPK to reset your password", "QWXZPK"},
		{"capital letters grouped", "Code: BCDF-GHJK", "BCDF-GHJK"},
		{"capital letters first", "QWXZPK is your confirmation code", "QWXZPK"},
		{"small letters", "Confirmation code: qwxzpk", "qwxzpk"},
		{"code like a colour", "Confirmation code: ff5733", "ff5733"},
		{"code like a telephone number", "Your code is 800-555-0199", "800-555-0199 8005550199"},
		{"code with e", "Confirmation code: 12e456", "12e456"},
	})
}

func TestCodesInOtherLanguages(t *testing.T) {
	checkPresented(t, []presented{
		{"German",
			"Hallo Robert,\n\nIhr Bestätigungscode lautet: 231408\n\nEr ist 15 Minuten gültig.",
			"231408"},
		{"German, label", "Sicherheitscode: 231408", "231408"},
		{"German, one-time", "Ihr Einmalpasswort ist 231408", "231408"},
		{"German, use", "Verwenden Sie den Code 231408, um Ihr Kennwort zurückzusetzen.", "231408"},
		{"German, other numbers",
			"Vorgangsnummer 483920\nKundennummer: 99812\nIhr Code: 231408\nPLZ 10115 Berlin\nTelefon 030 1234567", "231408"},
		{"French", "Votre code de confirmation est : 231408", "231408"},
		{"French, other codes",
			"Code postal : 75001\nCode promo : ETE2026\nVotre code de vérification : 231408",
			"231408"},
		{"French, code first", "231408 est votre code de vérification ETNA", "231408"},
		{"Spanish", "Tu código de verificación es 231408", "231408"},
		{"Spanish, postal code", "Código postal: 28001\nCódigo de confirmación: 231408", "231408"},
		{"Italian", "Il tuo codice di conferma è 231408", "231408"},
		{"Portuguese", "Seu código de confirmação é: 231408", "231408"},
		{"Dutch", "Uw verificatiecode is 231408", "231408"},
		{"Polish", "Twój kod weryfikacyjny to 231408", "231408"},
		{"Polish, postal code", "Kod pocztowy: 00950\nKod potwierdzenia: 231408", "231408"},
		{"Czech", "Váš ověřovací kód je 231408", "231408"},
		{"Swedish", "Din verifieringskod är 231408", "231408"},
		{"Norwegian", "Bekreftelseskode: 231408", "231408"},
		{"Finnish", "Vahvistuskoodisi on 231408", "231408"},
		{"Turkish", "Doğrulama kodunuz: 231408", "231408"},
		{"Hungarian", "Az ellenőrző kódja: 231408", "231408"},
		{"Romanian", "Codul de confirmare este 231408", "231408"},
		{"Greek", "Ο κωδικός επιβεβαίωσης είναι 231408", "231408"},
		{"Russian", "Ваш код подтверждения: 231408. Никому не сообщайте его.", "231408"},
		{"Russian, no colon", "Код подтверждения 231408", "231408"},
		{"Russian, other codes", "Код ошибки: 77120\nКод города 4951\nКод подтверждения — 231408",
			"231408"},
		{"Ukrainian", "Ваш код підтвердження: 231408", "231408"},
		{"Vietnamese", "Mã xác nhận của bạn là 231408", "231408"},
		{"Indonesian", "Kode verifikasi Anda adalah 231408", "231408"},
		{"Chinese", "您的验证码是231408，5分钟内有效。如非本人操作，请忽略。", "231408"},
		{"Chinese, colon", "验证码：231408", "231408"},
		{"Chinese, code first", "【ETNA】231408是您的验证码，请勿泄露", "231408"},
		{"Chinese, traditional", "您的驗證碼為 231408", "231408"},
		{"Chinese, order number", "订单号483920，验证码：231408，客服电话4008001234", "231408"},
		{"Japanese", "確認コード：２３１４０８\n有効期限は30分です。", "231408"},
		{"Japanese, sentence", "認証コードは 231408 です。", "231408"},
		{"Korean", "인증번호는 231408 입니다.", "231408"},
		{"Korean, brackets", "[ETNA] 인증번호 [231408]를 입력하세요", "231408"},
		{"Thai", "รหัสยืนยันของคุณคือ 231408", "231408"},
		{"Arabic", "رمز التحقق الخاص بك هو 231408", "231408"},
		{"Hebrew", "קוד האימות שלך הוא 231408", "231408"},
		{"Hindi", "आपका सत्यापन कोड 231408 है", "231408"},
	})
}

func TestCodePatternSettlesIt(t *testing.T) {
	reading := mailtext.Reading{Subject: "Ref 12", Text: "Your code is 231408. PIN-A7 and PIN-B8",
		Links: []string{"https://etna.example/?k=zz91"}}
	for pattern, want := range map[string][]string{
		`PIN-(\w\d)`:        {"A7", "B8"},
		`PIN-\w\d`:          {"PIN-A7", "PIN-B8"},
		`Ref (\d+)`:         {"12"},
		`[?&]k=(\w+)`:       {"zz91"},
		`nothing like (it)`: nil,
	} {
		if got := Find(reading, regexp.MustCompile(pattern)).Codes; !slices.Equal(got, want) {
			t.Errorf("pattern %s: got %q, want %q", pattern, got, want)
		}
	}
}
