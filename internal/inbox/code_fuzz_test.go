package inbox

import (
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func FuzzParse(f *testing.F) {
	alternative, err := os.ReadFile("testdata/alternative.eml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(alternative)
	for _, seed := range []string{
		"", "\n", "Subject: =?utf-8?B?w7w=?=\n\nx", "Content-Type: multipart/mixed\n\n--a\n\nx\n--a--",
		"Content-Type: text/html; charset=utf-16\n\n<p>a", "Content-Transfer-Encoding: base64\n\nPGI+YTwvYj4", "To: a@b, \"c\" <d@e>\n\n=3D=",
		"Content-Type: text/html\n\n<table><tr><td>1<td hidden>2<pre>\n3</pre><a href=https://x>y<style>.a{display:none}@media{",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		r := Parse(source)
		if !utf8.ValidString(r.Text) || !utf8.ValidString(r.Subject) || !utf8.ValidString(r.From) {
			t.Errorf("not UTF-8: %q", r)
		}
		if len(r.Text) > maxText+4*maxParts || len(r.Links) > maxLinks {
			t.Errorf("%d bytes of text, %d links", len(r.Text), len(r.Links))
		}
		if i := strings.IndexFunc(r.Text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }); i >= 0 {
			t.Errorf("control character at %d of %q", i, r.Text)
		}
		for _, link := range r.Links {
			if !strings.HasPrefix(strings.ToLower(link), "http") {
				t.Errorf("link %q", link)
			}
		}
		Codes(r, nil)
	})
}

func FuzzCodes(f *testing.F) {
	for _, seed := range []string{
		"Confirmation code: 231408", "231408 is your code", "2\t3\t1\t4", "Ticket\tCode\n483920\t231408", "验证码：２３１４０８", "Code:\n\nAB3D-9KQ2\n",
		"Your code (valid) is\n231 408.", "use q2Wx+9/Lm3ZpT7vK== to", "code - - 12-34 12:30 {{x}} ((", "https://x/?code=1234",
	} {
		f.Add("Password reset", seed)
	}
	f.Fuzz(func(t *testing.T, subject, text string) {
		if len(text) > 1<<16 {
			return
		}
		codes := Codes(Reading{Subject: subject, Text: text}, nil)
		page, seen := characters(plainText(subject)+plainText(text)), map[string]bool{}
		for _, code := range codes {
			if len(code) < minCode || len(code) > maxCode || seen[code] {
				t.Errorf("code %q of %q", code, codes)
			}
			if !strings.Contains(page, characters(code)) {
				t.Errorf("code %q is not in the mail", code)
			}
			seen[code] = true
		}
		if len(codes) > maxCodes {
			t.Errorf("%d codes", len(codes))
		}
	})
}

// characters keeps the letters and digits.
func characters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, text)
}
