package mailtext

import (
	"bytes"
	"strings"
	"testing"
)

func TestRewriteChangesEncodedText(t *testing.T) {
	for name, test := range map[string]struct{ source, want string }{
		"no header": {"231408", "X"},
		"plain": {"Subject: 231408\r\n\r\nCode 231408\r\n",
			"Subject: 231408\r\n\r\nCode X\r\n"},
		"encoded words": {"Subject: =?utf-8?q?231?= =?utf-8?b?NDA4?=\n\n", "Subject: X\n\n"},
		"quoted-printable": {"Content-Transfer-Encoding: quoted-printable\n\n23=\n1408 =E2=82=AC\n",
			"Content-Transfer-Encoding: quoted-printable\n\nX =E2=82=AC\r\n"},
		"base64": {"Content-Transfer-Encoding: base64\n\nMjMx\nNDA4\n",
			"Content-Transfer-Encoding: base64\n\nWA==\r\n"},
		"character set":    {"Content-Type: text/plain; charset=utf-16be\n\n\x002\x003\x001\x004\x000\x008", "Content-Type: text/plain; charset=utf-16be\n\nX"},
		"parts":            {"Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\n231408\n--b\nContent-Transfer-Encoding: base64\n\nMjMxNDA4\n--b--\nend\n", "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\nX\n--b\nContent-Transfer-Encoding: base64\n\nWA==\r\n--b--\nend\n"},
		"boundary unnamed": {"Content-Type: multipart/mixed\n\n--b\nContent-Transfer-Encoding: base64\n\nMjMxNDA4\n", "Content-Type: multipart/mixed\n\n--b\nContent-Transfer-Encoding: base64\n\nWA==\r\n"},
		"mail in a mail":   {"Content-Type: message/rfc822\n\nContent-Transfer-Encoding: base64\n\nMjMxNDA4\n", "Content-Type: message/rfc822\n\nContent-Transfer-Encoding: base64\n\nWA==\r\n"},
		"nothing to change": {"Content-Transfer-Encoding: base64\n\nSGVs bG8=\n",
			"Content-Transfer-Encoding: base64\n\nSGVs bG8=\n"},
	} {
		got := string(Rewrite([]byte(test.source), func(text []byte) []byte {
			return bytes.ReplaceAll(text, []byte("231408"), []byte("X"))
		}))
		if got != test.want {
			t.Errorf("%s: %q became\n%q, want\n%q", name, test.source, got, test.want)
		}
	}
}

func TestRewriteIsBounded(t *testing.T) {
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10_000) +
		"\n231408"
	same := func(text []byte) []byte { return text }
	if got := string(Rewrite([]byte(deep), same)); got != deep {
		t.Errorf("a mail of which nothing is changed became %d bytes of %d", len(got), len(deep))
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n231408\n--b--"))
	f.Add([]byte("From x\n\n=?utf-8?q?=?="))
	f.Fuzz(func(t *testing.T, source []byte) {
		if got := Rewrite(source, func(text []byte) []byte { return text }); !bytes.Equal(got,
			source) {
			t.Errorf("%q became\n%q", source, got)
		}
	})
}
