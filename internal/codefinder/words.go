package codefinder

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// class is what a word says about a number near it. No class decides alone: words only rank.
type class int

const (
	plain    class = iota
	codeWord       // names a code: "code", "PIN"
	noun           // names a code where a word of security stands before it: "number", "key"
	otherOne       // names another number: "order", "account"
	password       // names a password
	unit           // makes an amount of a number: "minutes"
	prompt         // tells to type: "enter"
	spent          // says that a code counts no more: "expired"
	turn           // begins another statement: "and"
)

// vocabulary lists words by class. "*" stands for any letters, at the beginning or at the end. What
// is written without spaces is looked for anywhere in its run of characters.
var vocabulary = map[class]string{
	codeWord: `code codes code's *code *codes passcode* otp totp token* pin pincode pin-code mtan tan
		códig* codig* codic* codi codului codul cod cód* kod kodu* kodem kody kodi kods kodas kodea *kod kód* kode *kode kodes koden *koden
		kodenummer *koder kood* *kood *koodi *koodisi *koodin koodi* koda kodi kodo kode-* chód msimbo kóð* *kóð* clave* mã codex
		код* *код пин* отп κωδικ* კოდ* կոդ* कोड* कूट* ओटीपी কোড* ক'ড* পাসকোড* ਕੋਡ* કોડ* କୋଡ* குறியீ* கோட் కోడ్* ಕೋಡ್* കോഡ്* කේත*
		رمز* الرمز* برمز* كود* الكود* کد* کوڈ* קוד* הקוד*
		确认码 確認碼 验证码 驗證碼 校验码 校驗碼 认证码 認證碼 动态码 動態碼 动态密码 動態密碼 安全码 安全碼 密码为 代码 代碼 激活码 口令 密令
		コード 確認番号 認証番号 暗証番号 ワンタイムパスワード 코드 인증번호 확인번호 รหัสยืนยัน รหัส ລະຫັດ កូដ`,
	noun: `number key string phrase word id value verification confirmation`,
	otherOne: `order* ticket* case invoice* reference ref account accounts acct zip phone* tel telephone* fax call dial mobile cell whatsapp
		userid version build status error port room suite ste street box attempt step page amount total balance vat reg registration
		no nr num ending ext extension po copyright isbn sku policy contract member* customer* client* session
		request message transaction payment booking* reservation flight incident user username login device serial model card iban
		over about approximately least most exceed* line row file rule event example like unlike hotline helpline support contact
		trader price cost* fee date time ip server license licence trac* postcode plz edition release chapter section unit
		floor apt commit* branch parcel* shipment* seat answer* given
		bestell* auftrag* rechnung* *nummer kunden* vorgang* telefon* konto* postleitzahl sendung* ticketnr ruf anrufen referenz
		commande* facture* numéro téléphone* tél compte référence dossier suivi colis pedido* factura* teléfono cuenta referencia
		número seguimiento envío ordine* fattura telefono conto numero riferimento pratica spedizione encomenda* fatura* conta telefone
		bestelling* factuur* klant* telefoon* zamówieni* faktur* numer numeru numerem zgłoszeni* konta przesył* objednáv* číslo rendelés* szám* comand*
		sipariş* hesap takip* numara* puhelin* tilaus* beställning* ordrenummer
		заказ* счет* счёт* тикет* телефон* номер* обращени* заявк* звоните аккаунт* инн замовлен* рахун* поръчк* παραγγελί* αριθμ* τηλέφων*
		الطلب طلبك رقم هاتف* הזמנה מספר טלפון לחשבון ऑर्डर संख्या फ़ोन
		订单 訂單 工单 电话 電話 编号 編號 客服 热线 帳號 账号 单号 單號 邮政 邮编 郵便 条码 二维码 编码 注文 お問い合わせ 受付 伝票 주문 전화 접수 고객센터 우편 운송장 错误 エラー 오류`,
	password: `password* passwort* kennwort* contraseña* contrasena* passe senha* wachtwoord* lösenord* passord* adgangskode* salasana*
		hasło* hasła hesl* jelsz* parola parolă parolei parol parool* şifre* lozink* geslo slaptažod* sandi nenosiri пароль* пароля
		парола лозинк* συνθηματικ* पासवर्ड* סיסמ* المرور گذرواژه 密码 密碼 パスワード 비밀번호 รหัสผ่าน`,
	unit: `minute* min mins hour* hr hrs second* sec secs day* week* month* year* attempt* digit* character* char chars symbols percent
		people codes users user customers traders clients points miles usd eur gbp pln dollars euros mb kb gb bytes px street st avenue ave road
		rd bits accounts orders shares am pm minut* stunden tage tagen sekund* zeichen stellen horas segundos días dígitos heures jours
		secondes chiffres caractères ore giorni secondi cifre caratteri godzin* dni dakika* saat* saniye gün perc* минут* час часа часов
		секунд* дн* цифр* символ* г год года руб मिनट minit* minuut
		分钟 分鐘 小时 小時 秒 分 時間 円 元 桁 文字 분 시간 초 원 자리 นาที`,
	prompt: `use enter type input submit provide insert paste copy using entering typing verwenden geben gib saisissez entrez utilisez
		introduce introduzca ingrese ingresa usa usar escribe inserisci digita introduza digite insira введите введи используйте
		wpisz podaj użyj girin kullanın vul typ gebruik ange skriv indtast kirjoita syötä zadejte`,
	spent: `expired wrong incorrect invalid old previous former earlier last failed rejected used replaced obsolete revoked cancelled
		entered tried attempted неверн* старый falsch* alter alten ungültig* ancien mauvais anterior incorrecto`,
	turn: `and but or und oder aber et ou mais y o pero e ma и или но oraz lub ale while whereas then`,
}

// codeSpoilers beside a word for code make it another code, or one that counts no more.
const codeSpoilers = `error errors zip postal post area country county status source promo* discount* coupon* voucher* gift*
	referral invite invitation product order tracking booking reservation bar qr dress sort swift bank branch currency reference ref
	reason response exit http result city color colour hex customer client employee agent member store item case ticket vat tax
	license licence machine build dialing calling airport company department project style shipping trade offer
	wrong incorrect invalid old previous expired bad former earlier last unknown failed rejected used
	postale postales postais promotion* d'erreur erreur pocztowy rabat* fiscale fiscal client cliente conduct base review
	barre barres réduction descuento desconto sconto cadeau
	почтовый ошибки товара заказа города страны неверный старый snippet generator`

// otherCompounds are words that end in one for code and name no code that confirms.
const otherCompounds = `post* bar* qr* fehler* error* gutschein* rabatt* promo* zip* länder* vorwahl* aktions* korting* fout* strich*
	source* quell* gift* unicode* encode decode voucher* coupon* discount* encod* opcode* geocode* 优惠* クーポン*`

// security are words of mails that confirm who somebody is.
const security = `password* passcode* *reset* verif* *verif* confirm* login* log-in logon *authent* auth secur* access recover* identity
	one-time onetime single-use secret activation sign-in signin
	kennwort* passwort* anmeld* einlogg* bestätig* zugang* sicherheit* freischalt* zurücksetz* einmal*
	passe connexion réinitialis* identité vérif* sécurité contraseñ* contrasena restablec* acceso identidad seguridad
	senha* redefin* acesso segurança accesso reimpost* conferma* sicurezza identità wachtwoord* inlogg* bevestig* toegang*
	lösenord* bekräft* engångs* passord* adgangskode* bekreft* bekræft* salasana* kirjaud* vahvist* tunnus* kertakäyt*
	hasł* logowani* potwierd* weryfik* bezpieczeń* dostęp* jednorazow* hesl* přihlá* ověř* potvr* jelsz* belép* megerős* ellenőrz*
	parol* autentific* resetar* securitate lozink* prijav* geslo şifre* giriş* doğrula* onay* sıfırla* güvenlik*
	mật khẩu khau sandi masuk nenosiri slaptaž* parool*
	парол* вход* войти подтвержд* провер* сброс* безопас* восстан* доступ* авториз* однораз* підтвер* лозинк* потвърд*
	συνθηματικ* επιβεβαίωσ* σύνδεσ* κωδικ* सत्यापन पासवर्ड* लॉगिन* المرور التحقق الدخول تأكيد סיסמ* כניסה אימות گذرواژه
	connect* sesión inlog* logg* zalog* logow* přihl* prihl* bejelentkez* conecta* intra prijav* prisijung* ieiet* sisselog*
	συνδεθ* συνδεση увійти входу вход улаз пријав* đăng nhập
	密码 密碼 登录 登錄 登入 验证 驗證 校验 校驗 认证 認證 認証 確認 安全 パスワード ログイン 再設定 本人 비밀번호 로그인 인증 확인 본인 재설정 보안 รหัสผ่าน เข้าสู่ระบบ ยืนยัน`

// commerce are words of mails that sell, ship or bill.
const commerce = `order orders shop* coupon* voucher* gift* promo* discount* offer* sale save deal deals checkout cart purchase* buy
	ship shipped shipping deliver* parcel* invoice* booking* reservation flight *rabatt* *gutschein* bestell* angebot* lieferung* remise*
	commande* livraison* offre descuento* cupón pedido* oferta* envío sconto* ordine buono offerta cupom desconto* encomenda*
	usd eur gbp zł kr tl руб korting* bestelling* kupon* zamówieni* slev* erbjudande* скидк* промокод* купон* заказ* indirim* sipariş*
	优惠 折扣 订单 訂單 割引 クーポン 注文 할인 쿠폰 주문 خصم قسيمة`

// stems are words to match against, by the way in which they match.
type stems struct {
	exact           map[string]bool
	tails           []string
	inner, scripted []string
	byFirst         map[byte][]string
}

func newStems(list string) *stems {
	s := &stems{exact: map[string]bool{}, byFirst: map[byte][]string{}}
	for _, w := range strings.Fields(list) {
		bare := strings.Trim(w, "*")
		switch open, end := strings.HasPrefix(w, "*"), strings.HasSuffix(w, "*"); {
		case isUnspaced(bare):
			s.scripted = append(s.scripted, bare)
		case open && end:
			s.inner = append(s.inner, bare)
		case open:
			s.tails = append(s.tails, bare)
		case end:
			s.byFirst[bare[0]] = append(s.byFirst[bare[0]], bare)
		default:
			s.exact[bare] = true
		}
	}
	return s
}

// isUnspaced tells whether the word is of a script that sets no spaces.
func isUnspaced(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return r >= 0x0E00 && r < 0x0F00 || r >= 0x1780 && r < 0x1800 || r >= 0x3000 && r < 0xD7B0
}

// find returns where the last of the stems in the word ends, -1 where there is none.
func (s *stems) find(word string) int {
	if isUnspaced(word) {
		last := -1
		for _, stem := range s.scripted {
			if at := strings.LastIndex(word, stem); at >= 0 {
				last = max(last, at+len(stem))
			}
		}
		return last
	}
	if word != "" && s.matches(word) {
		return len(word)
	}
	return -1
}

func (s *stems) matches(word string) bool {
	if s.exact[word] {
		return true
	}
	for _, p := range s.byFirst[word[0]] {
		if strings.HasPrefix(word, p) {
			return true
		}
	}
	for _, t := range s.tails {
		if strings.HasSuffix(word, t) && len(word) > len(t) {
			return true
		}
	}
	for _, in := range s.inner {
		if strings.Contains(word, in) {
			return true
		}
	}
	return false
}

// lexicon is the vocabulary, made when the first mail is read.
type lexicon struct {
	classes                             map[class]*stems
	spoilers, compounds, secure, trades *stems
}

var words = sync.OnceValue(func() *lexicon {
	l := &lexicon{
		classes:  map[class]*stems{},
		spoilers: newStems(codeSpoilers), compounds: newStems(otherCompounds),
		secure: newStems(security), trades: newStems(commerce),
	}
	for c, list := range vocabulary {
		l.classes[c] = newStems(list)
	}
	return l
})

// classOf returns the class of a lower-case word. Of several in a run without spaces, the last
// counts.
func classOf(word string) class {
	l := words()
	best, found := -1, plain
	for _, c := range []class{codeWord, noun, otherOne, password, unit, prompt, spent, turn} {
		if c == codeWord && !isUnspaced(word) && l.compounds.find(word) >= 0 {
			continue
		}
		if end := l.classes[c].find(word); end > best {
			best, found = end, c
		}
	}
	return found
}

// isExactly tells whether the word itself is in the vocabulary.
func isExactly(word string) bool {
	for _, s := range words().classes {
		if s.exact[word] {
			return true
		}
	}
	return words().secure.exact[word] || words().trades.exact[word]
}

func isSecure(word string) bool { return words().secure.find(word) >= 0 }
func isTrade(word string) bool  { return words().trades.find(word) >= 0 }

func newStemsOnce(list string) func() *stems {
	return sync.OnceValue(func() *stems { return newStems(list) })
}
