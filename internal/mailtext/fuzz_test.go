package mailtext

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
		"", "\n", "Subject: =?utf-8?B?w7w=?=\n\nx",
		"Content-Type: multipart/mixed\n\n--a\n\nx\n--a--",
		"Content-Type: text/html; charset=utf-16\n\n<p>a",
		"Content-Transfer-Encoding: base64\n\nPGI+YTwvYj4", "To: a@b, \"c\" <d@e>\n\n=3D=",
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
		if i := strings.IndexFunc(r.Text, func(c rune) bool {
			return unicode.IsControl(c) && c != '\n' && c != '\t'
		}); i >= 0 {
			t.Errorf("control character at %d of %q", i, r.Text)
		}
		for _, link := range r.Links {
			if !strings.HasPrefix(strings.ToLower(link), "http") {
				t.Errorf("link %q", link)
			}
		}
	})
}
