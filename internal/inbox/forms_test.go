package inbox_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mailhogtest"
	"github.com/etna-conformance/conformance/internal/mailtext"
)

// MailHog's JSON spoils 8-bit mails that are not UTF-8; what is read must be what was sent.
func TestTheRealMailHogWithMailsOfEightBits(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)
	in := openMailHog(t, url)
	for charset, mail := range map[string]struct {
		coding encoding.Encoding
		text   string
	}{
		"windows-1251": {charmap.Windows1251, "Ваш код подтверждения: 231408"},
		"koi8-r":       {charmap.KOI8R, "Ваш код подтверждения: 231408"},
		"shift_jis":    {japanese.ShiftJIS, "確認コード：231408"},
		"euc-kr":       {korean.EUCKR, "인증번호는 231408 입니다."},
		"big5":         {traditionalchinese.Big5, "您的驗證碼為 231408"},
		"gbk":          {simplifiedchinese.GBK, "您的验证码是231408"},
		"iso-8859-1":   {charmap.ISO8859_1, "Ihr Bestätigungscode: 231408"},
	} {
		body, err := mail.coding.NewEncoder().String(mail.text)
		if err != nil {
			t.Fatal(err)
		}
		m := mark(t, in, robert)
		send(t, smtpAddr, "To: "+robert+"\r\nSubject: code\r\nContent-Type: text/plain; charset="+
			charset+
			"\r\nContent-Transfer-Encoding: 8bit\r\nReceived: a\r\nReceived: b\r\n\r\n"+body+
			"\r\n\r\n"+body+"\r\n", robert)
		mails := since(t, in, robert, m)
		if len(mails) != 1 {
			t.Fatalf("%s: %d mails", charset, len(mails))
		}
		if read := mailtext.Parse(mails[0].Source); read.Text != mail.text+"\n\n"+mail.text ||
			read.Subject != "code" {
			t.Errorf("%s: got %q, want it twice: %q", charset, read.Text, mail.text)
		}
		if n := bytes.Count(mails[0].Source, []byte("Received:")); n != 2 {
			t.Errorf("%s: %d of 2 lines of the header", charset, n)
		}
	}
}

// A mail that was spoilt is shown as it is where there is no download of it.
func TestSpoiltMailWithoutADownload(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	m := mark(t, in, robert)
	hog.receive("To: "+robert+"\r\n\r\n\uFFFD 231408", robert)
	if mails := since(t, in, robert, m); len(mails) != 1 ||
		!strings.Contains(string(mails[0].Source), "231408") {
		t.Errorf("got %q", mails)
	}
}

const unicodeAddress, asciiAddress = "robert@bücher.example", "robert@xn--bcher-kva.example"

func TestTheRealMailHogWithDomainsInUnicode(t *testing.T) {
	smtpAddr, url := mailhogtest.Start(t)
	checkDomainForms(t, smtpAddr, openMailHog(t, url))
}

// checkDomainForms has the mail of a domain in one form found by the other, and nobody else's.
func checkDomainForms(t *testing.T, smtpAddr string, in inbox.Inbox) {
	t.Helper()
	for _, declared := range []string{unicodeAddress, asciiAddress,
		strings.ToUpper(unicodeAddress)} {
		m := mark(t, in, declared)
		send(t, smtpAddr, mailTo(asciiAddress, "Your code is 231408"), asciiAddress)
		send(t, smtpAddr, mailTo("robert@books.example", "Your code is 774411"),
			"robert@books.example")
		mails := since(t, in, declared, m)
		if len(mails) != 1 || !strings.Contains(string(mails[0].Source), "231408") {
			t.Errorf("%s: got %q", declared, mails)
		}
	}
}

func TestSameAddress(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{unicodeAddress, asciiAddress, true},
		{"Robert@BÜCHER.example", asciiAddress, true},
		{"robert@bu\u0308cher.example", asciiAddress, true}, // the same letter, in two characters
		{"robert@XN--BCHER-KVA.EXAMPLE", unicodeAddress, true},
		{"robert@b\u00fccher.example", "robert@bucher.example", false},
		{"jane@bücher.example", asciiAddress, false},
		{"a_b@mail_host.example", "A_B@MAIL_HOST.example", true},
		{"nobody", "nobody", true},
	} {
		if inbox.SameAddress(c.a, c.b) != c.same {
			t.Errorf("%s and %s: same %t", c.a, c.b, !c.same)
		}
	}
}
