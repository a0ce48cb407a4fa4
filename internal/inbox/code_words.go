package inbox

import (
	"strings"
)

// vocabulary is a set of lower-case words, made once and never changed.
type vocabulary map[string]bool

func words(lists ...string) vocabulary {
	v := vocabulary{}
	for _, w := range strings.Fields(strings.Join(lists, " ")) {
		v[w] = true
	}
	return v
}

var (
	// codeWords name a code by themselves, in the languages that mails are written in.
	codeWords = words(
		`code codes code's passcode otp totp pin token pincode mtan`,
		`código códigos codigo codice codici codi cod codul codului`,
		`kod kodu kodunuz kodun kodunuzu kodem kody kods kodas kodas kodea kód kódu kódem kódja kódod`,
		`kode kodes koden kodenummer koodi koodisi koodin kood koodiks mã`,
		`код кода коду кодом коде пароль-код пин пин-код отп одноразовый-код`,
		`коды koda kodi kodo codex clave cód chód msimbo kóði kóðinn kóðann bestätigungsnummer bestätigungszahl`,
		`κωδικός κωδικό κωδικού κωδικοσ कोड ओटीपी کد کوڈ კოდი კოდია կոդ կոդը կոդն কোড குறியீடு`)

	// codeNouns name a code only with a word before them that says so.
	codeNouns = words(`number key string password phrase word id value verification confirmation`)

	// certain say that the code is the one that confirms.
	certain = words(
		`confirmation confirm confirming confirms verification verify verifying reset resetting security secure secret`,
		`one-time onetime time single-use authentication auth authenticate authorization authorisation activation access recovery`,
		`password login sign-in signin sms temporary passwort kennwort`,
		`confirmación verificación seguridad restablecimiento confirmation vérification sécurité réinitialisation`,
		`conferma verifica sicurezza confirmação verificação segurança`,
		`подтверждения подтверждение проверки сброса безопасности доступа восстановления`,
		`weryfikacyjny potwierdzający potwierdzenia bezpieczeństwa doğrulama onay güvenlik ověřovací potvrzovací`)

	// nounCertain are those of them that make a code of a number or a key.
	nounCertain = words(`confirmation verification security one-time onetime time single-use authentication activation recovery reset`)

	// onceOnly make a code of a password.
	onceOnly = words(`time one-time onetime single-use`)

	// otherCodes before a word for code make it another code, or one that counts no more.
	otherCodes = words(
		`error errors zip postal post area country county status source promo promotion promotional discount coupon voucher gift`,
		`referral invite invitation product order tracking booking reservation bar qr dress sort swift bank branch currency`,
		`reference ref reason response exit http result city color colour hex customer client employee agent member store item`,
		`case ticket vat tax license licence machine build dialing calling airport company department project style shipping trade`,
		`wrong incorrect invalid old previous expired bad former earlier last unknown failed rejected used`,
		`почтовый неверный старый falscher falschen alter alten ungültiger ancien mauvais anterior incorrecto`)

	// otherCodesAfter are those that languages set behind.
	otherCodesAfter = words(
		`postal postale postales promo promotionnel promocional d'erreur erreur error errore pocztowy rabatowy fiscale fiscal`,
		`client cliente conduct base review barre barres réduction descuento sconto ошибки товара заказа города страны snippet`)

	// otherNumbers right before a token say what it is instead of a code.
	otherNumbers = words(
		`order orders ticket tickets case invoice reference ref account accounts acct zip phone tel telephone fax call dial mobile cell whatsapp`,
		`id userid version build error status port room suite ste street box attempt attempts step page amount total balance vat`,
		`reg registration no nr number num numbers ending ext extension po copyright since year in until till by am pm isbn sku`,
		`policy contract member customer client session request message transaction payment booking reservation flight incident user username`,
		`login device serial model card iban over about than approximately least most exceed exceeds expires expired valid`,
		`line row file rule event between example e.g eg like not isn't unlike hotline helpline support contact trader price cost fee date time at from`,
		`ip server license licence tracking postcode plz confirmation-number edition release chapter section unit floor apt`,
		`bestellung bestellnummer auftrag auftragsnummer rechnung rechnungsnummer ticketnummer kundennummer kundennr vorgangsnummer telefon konto`,
		`kontonummer referenz nummer anrufen gültig commande facture numéro téléphone tél compte référence dossier n`,
		`pedido factura teléfono cuenta referencia número nº ordine fattura telefono conto numero riferimento pratica encomenda conta telefone`,
		`заказ заказа заказу счет счёт тикет тикета телефон телефону номер номера обращение обращения заявка заявки звоните версия`,
		`zamówienie zamówienia telefonu numer zgłoszenie zgłoszenia konta sipariş hesap objednávka rendelés`)

	// units right after a token make it an amount of something.
	units = words(
		`minute minutes min mins hour hours hr hrs second seconds sec secs day days week weeks month months year years time times`,
		`attempt attempts digit digits character characters char chars letters symbols percent people users user customers traders clients`,
		`points miles usd eur gbp pln dollars euros mb kb gb bytes px street st avenue ave road rd suite bits accounts orders shares am pm`,
		`minuten stunden sekunden tage tagen zeichen stellen minutos horas segundos días dígitos heures jours secondes chiffres caractères`,
		`minuti ore giorni secondi cifre caratteri минут минуты минуту часов часа секунд дней цифр символов г год года руб`,
		`minut godzin sekund dni dakika saat saniye gün`)

	// copulas stand between what a mail calls a code and the code.
	copulas = words(
		`is are be was reads equals es est ist lautet lauten è é är er jest je jsou este là adalah ialah`,
		`это является είναι olan هو هي הוא היא है คือ は 는 은 が 是 为 為 als as equal`)

	// fillers may stand between a copula and the code, or between a label and a colon.
	fillers = words(`as follows following the now simply just number no nr below here this one value your`)

	// prepositions tie a word to the one before them.
	prepositions = words(`for to of on your my our within in für der des zu de para pour do da di per для к`)

	// elsewhere tells where a code went.
	elsewhere = words(`to by via sent sends requested was from went goes with`)

	// promises say that a code will come another way.
	promises = words(`separately arrive arrives arriving another sms soon app phone later shortly`)

	// pointers make a sentence that only points.
	pointers = words(`it is here it's here's this that that's these are`)

	// prompts tell a person to type what follows.
	prompts = words(
		`use enter type input submit provide insert paste copy using entering typing verwenden verwende utilisez saisissez entrez use ingrese ingresa`,
		`introduzca usa usar inserisci introduza введите используйте wpisz podaj użyj girin kullanın`)

	// purposes follow a token that one is told to type.
	purposes = words(
		`to as on in into when for at within here and zu um als auf pour comme sur para como en per come для как чтобы aby jako w`)

	// turns begin another statement in the same sentence.
	turns = words(`and but or und oder aber et ou mais y o pero e ma и или но oraz lub ale while whereas then`)

	// over tell, after a token, that it counts no more.
	over = words(`expired invalid obsolete cancelled revoked replaced incorrect wrong rejected failed`)

	// plainWords are letters that stand where a code would and are none.
	plainWords = words(
		`null none undefined nil nan n/a na tbd empty blank void missing unknown unavailable pending redacted hidden masked removed`,
		`true false yes no not sent expired invalid valid required optional attached enclosed below above here following separately soon`,
		`error failed failure success todo test demo sample example placeholder string value text number code codes token pass password`,
		`passcode pin otp link click button email mail message view open copy verify confirm confirmation verification reset login sign security`,
		`continue submit enter thanks thank regards cheers hello dear hi sincerely best kind team support help info note notice important`,
		`warning attention please your you this that the and for from with will was were has have had are not now only once again never`,
		`case sensitive insensitive minutes hours days valid until expires expire ignore trader account user object model system`,
		`unsubscribe privacy terms copyright reserved rights address street avenue http https html json utf secret change changed new old`,
		`danke gruss grüße merci cordialement gracias saludos grazie saluti obrigado спасибо`)

	unspacedLabel = scriptForm(`确认码|確認碼|验证码|驗證碼|校验码|校驗碼|认证码|認證碼|动态码|動態碼|动态密码|安全码|安全碼|一次性密码|代码|代碼|激活码|口令|` +
		`(?:確認|認証|検証|セキュリティ|ワンタイム|リセット)?コード|確認番号|認証番号|暗証番号|ワンタイムパスワード|` +
		`(?:인증|확인|보안|재설정)?\s?코드|인증\s?번호|확인\s?번호|` + `รหัสยืนยัน|รหัส|الرمز|رمز|كود|הקוד|קוד|کد`)
	unspacedOther   = scriptForm(`订单|工单|电话|编号|客服|热线|帳號|账号|单号|電話|注文|お問い合わせ|受付|주문|전화|접수|邮政|邮编|郵便|错误|エラー|오류|优惠|券`)
	unspacedUnit    = scriptForm(`^(?:分钟|分鐘|小时|小時|秒|天|分|時間|日|年|月|円|元|位|桁|文字|분|시간|초|일|년|원|자리|นาที)`)
	unspacedIsFirst = scriptForm(`^(?:是|为|為|は|が|는|은)`)
	unspacedIs      = scriptForm(`(?:是|为|為|は|が|는|은|คือ|هو)$`)

	// codeEndings end the compounds of languages that write them as one word;
	// otherCompound matches those that confirm nothing, onceCompound those that do.
	codeEndings   = []string{"code", "codes", "kod", "koden", "kode", "koder", "koodi", "koodisi", "koodin", "kood", "kóðinn", "kóði", "код", "pin", "-otp", "passwort"}
	otherCompound = expr(`^(?:post|bar|qr|fehler|error|gutschein|rabatt|promo|zip|länder|vorwahl|aktions|korting|fout|strich|source|quell|gift)|^(?:en|de|uni)codes?$`)
	onceCompound  = expr(`^(?:einmal|bestätigungs|verifi|bevestig|sicherheits|bekreft|vahvistus|freischalt|zugangs|auth|confirm|reset|rücksetz)`)
)

// script is a pattern for words of scripts other than Latin.
type script struct{ expression }

func scriptForm(text string) script { return script{expr(text)} }

// MatchString spares the pattern the words that are all ASCII.
func (s script) MatchString(w string) bool {
	return strings.ContainsFunc(w, func(r rune) bool { return r >= 0x80 }) && s.expression.MatchString(w)
}

// isCompound tells whether the word ends in a word for code.
func isCompound(w string) bool {
	for _, ending := range codeEndings {
		if strings.HasSuffix(w, ending) && len(w) >= len(ending)+3 {
			return true
		}
	}
	return false
}
