package redact_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

const crlf = "\r\n"

func message(lines ...string) string { return strings.Join(lines, crlf) + crlf }

func TestSourceKeepsMailsReadable(t *testing.T) {
	v := vault(t, "231408", "Straße 12")
	long := strings.Repeat("<p>Someone has requested a password reset for your account.</p>\r\n",
		20)
	for _, test := range []struct {
		name, source string
		want         []string
	}{
		{"plain", message("Subject: Reset", "", "Confirmation code: 231408"),
			[]string{"Confirmation code: ‹s0›\r\n"}},
		{"quoted-printable", message("Content-Type: text/plain; charset=utf-8",
			"Content-Transfer-Encoding: Quoted-Printable", "",
			"Code 23=", "1408, Stra=C3=9Fe 12=21"), []string{"Code ‹s0›, ‹s1›!\r\n"}},
		{"base64", message("Content-Transfer-Encoding: base64", "",
			wrapped(long+"<b>2</b><b>31408</b>"+long)),
			[]string{"Hello " + long + "<b>‹s0›</b>" + long + ", hello"}},
		{"broken base64", message("Content-Transfer-Encoding: base64", "",
			"Q29k!ZSAyM*zE0MDgg\x00b2s="), []string{"Code ‹s0› ok"}},
		{"Latin-1", message("Content-Type: text/plain; charset=iso-8859-1",
			"Content-Transfer-Encoding: 8bit", "", "Stra\xdfe 12."), []string{"‹s1›.\r\n"}},
		{"ISO-2022-JP", message("Content-Type: text/plain; charset=iso-2022-jp",
			"Content-Transfer-Encoding: base64", "",
			base64.StdEncoding.EncodeToString([]byte("\x1b$B%3!<%I\x1b(B 231408"))),
			[]string{"\x1b$B%3!<%I\x1b(B ‹s0›"}},
		{"alternative", message("MIME-Version: 1.0",
			`Content-Type: multipart/alternative; boundary="b 1"`, "", "preamble 231408",
			"--b 1", "Content-Type: text/plain", "", "Code 231408", "",
			"--b 1", "Content-Type: text/html", "Content-Transfer-Encoding: base64", "",
			base64.StdEncoding.EncodeToString([]byte("<b>231408</b>")), "--b 1--",
			"epilogue 231408"),
			[]string{"Code ‹s0›\r\n", "<b>‹s0›</b>"}},
		{"nested", message("Content-Type: multipart/mixed; boundary=b", "", "--b",
			"Content-Type: multipart/related; boundary=bb", "", "--bb", "", "231408",
			"--bb--", "--b",
			"Content-Type: message/rfc822", "", "Subject: x",
			"Content-Transfer-Encoding: quoted-printable", "", "23=31408", "--b--"),
			[]string{"‹s0›",
				"Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E2=80=B9s0=E2=80=BA"}},
	} {
		got := v.MailSource([]byte(test.source))
		if leaves := leavesOf(t, got); strings.Join(leaves, "|") != strings.Join(test.want, "|") {
			t.Errorf("%s: %q, want %q in\n%s", test.name, leaves, test.want, got)
		}
		if strings.Contains(string(got), "231408") {
			t.Errorf("%s: the code is still in\n%s", test.name, got)
		}
		if again := v.MailSource(got); !bytes.Equal(again, got) {
			t.Errorf("%s: sealed twice\n%s\nbecame\n%s", test.name, got, again)
		}
	}
}

func TestSourceWithoutSecretsStaysAsItIs(t *testing.T) {
	v := vault(t, "231408", "Peterson")
	for _, source := range []string{
		"", "\r\n", "no header", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nbody =3D \n",
		message("Content-Type: multipart/mixed; boundary=b", "", "--b",
			"Content-Transfer-Encoding: base64", "", "SGVs bG8=", "--b"),
	} {
		if got := string(v.MailSource([]byte(source))); got != source {
			t.Errorf("%q became\n%q", source, got)
		}
	}
}

func TestSourceSealsHeaders(t *testing.T) {
	v := vault(t, "231408", "Straße 12")
	for _, test := range []struct{ header, want string }{
		{"Subject: Your code 231408", "Your code ‹s0›"},
		{"Subject: =?utf-8?q?Code_231?=\r\n =?utf-8?q?408_f=C3=BCr_Sie?=", "Code ‹s0› für Sie"},
		{"Subject: =?iso-8859-1?b?U3RyYd9lIDEy?= ok", "‹s1› ok"},
		{"Subject: Stra=?utf-8?q?=C3=9F?=e", "Straße"},
		{"Subject: your\r\n\tStraße\r\n 12", "your\t‹s1›"},
	} {
		got := v.MailSource([]byte(test.header + "\r\nTo: a@example.org\r\n\r\nbody\r\n"))
		m, err := mail.ReadMessage(bytes.NewReader(got))
		if err != nil {
			t.Errorf("%s: %v in\n%s", test.header, err, got)
			continue
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || strings.Join(strings.Fields(subject),
			" ") != strings.Join(strings.Fields(test.want), " ") {
			t.Errorf("%s: %q (%v), want %q in\n%s", test.header, subject, err, test.want, got)
		}
	}
}

func TestSourceOfBrokenMails(t *testing.T) {
	v := vault(t, "231408")
	for _, source := range []string{
		"Content-Type: multipart/mixed; boundary=\"\n\n--\n231408",
		"Content-Type: multipart/mixed\n\n--b\nContent-Transfer-Encoding: base64\n\nMjMxNDA4\n",
		"Content-Type: ;;;=\nContent-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nxxMjMxNDA4",
		"Content-Type: multipart/mixed; boundary=231408\n\n--231408\n\nx\n--231408--",
		"Subject: =?utf-8?q?231408\n\n",
		" 231408\n\t231408: x\n:\n",
		strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 40) + "\n23=\n1408",
	} {
		got := string(v.MailSource([]byte(source)))
		if strings.Contains(got, "231408") || strings.Contains(got, "MjMxNDA4") ||
			!strings.Contains(got, "s0") &&
				!strings.Contains(got, base64.StdEncoding.EncodeToString([]byte("‹s0›"))) {
			t.Errorf("%q became\n%q", source, got)
		}
	}
}

func FuzzSource(f *testing.F) {
	f.Add([]byte(message("Content-Type: multipart/mixed; boundary=b", "", "--b",
		"Content-Transfer-Encoding: base64", "", "MjMxNDA4", "--b--")))
	f.Add([]byte(message("Subject: =?utf-8?q?231?= =?utf-8?q?408?=",
		"Content-Transfer-Encoding: quoted-printable", "", "23=", "1408")))
	f.Add([]byte("Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n231408"))
	f.Fuzz(func(t *testing.T, source []byte) {
		v := vault(t, "231408")
		got := v.MailSource(source)
		if bytes.Contains(got, []byte("231408")) {
			t.Errorf("%q became\n%q", source, got)
		}
		if again := v.Text(string(got)); again != string(got) {
			t.Errorf("%q became\n%q, and as a text\n%q", source, got, again)
		}
	})
}

// leavesOf reads the decoded parts of a mail with the standard library.
func leavesOf(t *testing.T, source []byte) []string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(source))
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return leaves(t, m.Header.Get, m.Body)
}

func leaves(t *testing.T, header func(string) string, body io.Reader) []string {
	t.Helper()
	kind, params, _ := mime.ParseMediaType(header("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") {
		var all []string
		for reader := multipart.NewReader(body, params["boundary"]); ; {
			part, err := reader.NextRawPart()
			if err == io.EOF {
				return all
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, leaves(t, part.Header.Get, part)...)
		}
	}
	switch strings.ToLower(header("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return []string{string(content)}
}
