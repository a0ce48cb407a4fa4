package mailtext

import (
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

func source(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

func TestParseReadsHeadersAndAlternatives(t *testing.T) {
	source, err := os.ReadFile("testdata/alternative.eml")
	if err != nil {
		t.Fatal(err)
	}
	r := Parse(source)
	if r.Subject != "Password reset – ETNA" || r.From != "ETNA Träder <noreply@etna.example>" {
		t.Errorf("subject %q, from %q", r.Subject, r.From)
	}
	if !slices.Equal(r.To, []string{"robert.zak@mail.example", "second@mail.example"}) {
		t.Errorf("to %q", r.To)
	}
	if !slices.Equal(r.Links, []string{"https://etna.example/unsubscribe?u=774411"}) {
		t.Errorf("links %q", r.Links)
	}
	for _, want := range []string{"Confirmation code: 231408",
		"Confirmation code:\n\n231408\n\nIf this", "Thanks for using ETNA Trader,\nThe ETNA"} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("%q is not in the text:\n%s", want, r.Text)
		}
	}
	for _, not := range []string{"483920", "998877", "color"} {
		if strings.Contains(r.Text, not) {
			t.Errorf("%q is in the text:\n%s", not, r.Text)
		}
	}
}

func TestParseReadsBrokenAndUnusualMails(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("Your code is 231408 and nothing else."))
	jis, _ := japanese.ISO2022JP.NewEncoder().String("確認コード：231408")
	wide, _ := unicode.UTF16(unicode.BigEndian,
		unicode.UseBOM).NewEncoder().String("Your code is 231408")
	unmarked, _ := unicode.UTF16(unicode.BigEndian,
		unicode.IgnoreBOM).NewEncoder().String("Your code is 231408")
	typed := func(kind string) string { return "Content-Type: " + kind }
	coded := func(coding string) string { return "Content-Transfer-Encoding: " + coding }
	for name, raw := range map[string][]byte{
		"no header":    source("Your code is 231408"),
		"empty header": source("", "Your code is 231408"),
		"mbox line": source("From noreply@etna.example Tue May 12 12:30:00 2026",
			"Subject: x", "", "Your code is 231408"),
		"bare line feeds": []byte("Subject: x\nContent-Type: text/plain\n\nYour code is 231408\n"),
		"header line that is not": source("Subject: x", "this is no header",
			"Content-Type: text/plain", "", "Your code is 231408"),
		"flowed": source(typed("text/plain; format=flowed"), "", "Your code ",
			"is 231408"),
		"flowed, spaces deleted": source(typed("text/plain; Format=Flowed; DelSp=yes"), "",
			"Your code is 231 ", "408", "", "-- ", "ETNA"),
		"enriched": source(typed("text/enriched"), "",
			"<bold>Your</bold> code is <color><param>red</param>231408</color>"),
		"quoted-printable": source(coded("Quoted-Printable"), "", "Your code is 23=",
			"14=308"),
		"broken quoted-printable": source(coded("quoted-printable"), "",
			"100=% =ZZ Your code is 231=", "408 =3"),
		"base64":                 source(coded("BASE64"), "", encoded[:20], encoded[20:]),
		"base64 without padding": source(coded("base64"), "", strings.TrimRight(encoded, "=")),
		"base64 with rubbish":    source(coded("base64"), "", encoded[:20]+"!", " "+encoded[20:]),
		"base64 in two pieces": source(coded("base64"), "",
			base64.StdEncoding.EncodeToString([]byte("Your code ")),
			base64.StdEncoding.EncodeToString([]byte("is 231408"))),
		"base64 that is none": source(coded("base64"), "",
			"Hello, your code is: 231408. Thanks, ETNA."),
		"unknown encoding": source(coded("x-own"), "", "Your code is 231408"),
		"unknown charset": source(typed("text/plain; charset=x-own"), "",
			"Your code is 231408"),
		"Latin 1": source(typed("text/plain; charset=iso-8859-1"), "",
			"Gr\xfc\xdfe, Ihr Best\xe4tigungscode lautet 231408"),
		"UTF-8 as ASCII": source(typed("text/plain; charset=us-ascii"), "",
			"Ваш код: 231408"),
		"KOI8": source(typed("text/plain; charset=koi8-r"), "",
			"\xeb\xcf\xc4: 231408"),
		"ISO-2022-JP":        source(typed("text/plain; charset=iso-2022-jp"), "", jis),
		"UTF-16 with a mark": append(source(typed("text/plain; charset=utf-16"), ""), wide...),
		"UTF-16 without a mark": append(source(typed("text/plain; charset=utf-16"), ""),
			unmarked...),
		"UTF-16 in name only": source(typed("text/plain; charset=utf-16"), "",
			"Your code is 231408"),
		"charset of the page": source(typed("text/html"), "",
			"<meta charset=windows-1251><p>\xca\xee\xe4: 231408</p>"),
		"unquoted boundary": source(typed("multipart/mixed; boundary=a:b=c"), "", "--a:b=c", "",
			"Your code is 231408", "--a:b=c--"),
		"no boundary parameter": source(typed("multipart/mixed"), "", "--xyz", typed("text/plain"),
			"", "Your code is 231408", "--xyz--"),
		"wrong boundary": source(typed("multipart/mixed; boundary=abc"), "", "--xyz",
			typed("text/plain"), "", "Your code is 231408", "--xyz--"),
		"no boundary at all": source(typed("multipart/mixed; boundary=abc"), "",
			"Your code is 231408"),
		"no last boundary": source(typed("multipart/mixed; boundary=abc"), "", "--abc", "",
			"Your code is 231408"),
		"forwarded": source(typed("multipart/mixed; boundary=abc"), "", "--abc",
			typed("message/rfc822"), "", "Subject: inner", "", "Your code is 231408", "--abc--"),
		"wrong type":          source(typed("text"), "", "Your code is 231408"),
		"type without a name": source(typed("; charset=utf-8"), "", "Your code is 231408"),
		"attached only": source(typed("text/plain"), "Content-Disposition: attachment", "",
			"Your code is 231408"),
		"too deep a page": source(typed("text/html"), "", strings.Repeat("<div>", 2000),
			"Your code is 231408"),
		"encoded subject": source("Subject: =?utf-8?Q?Your_code_is_2?= =?utf-8?Q?31408?=", "", ""),
		"folded subject":  source("Subject: Your code", " is 231408", "", ""),
	} {
		if r := Parse(raw); !strings.Contains(r.Subject+"\n"+r.Text, "231408") {
			t.Errorf("%s: the code is not in %q", name, r)
		}
	}
}

func TestParseReadsPagesAsShown(t *testing.T) {
	for page, want := range map[string]string{
		`<b>2</b><b>3</b>`:         "23",
		`a<br>b<br><br>c`:          "a\nb\nc",
		`<p>a</p><p>b</p>`:         "a\n\nb",
		`<div>a</div><div>b</div>`: "a\nb",
		"a \n b&nbsp;c&amp;d":      "a b c&d",
		`<table><tr><td>a</td><td> <p>b</p> </td></tr><tr><td>c`:                                                         "a\tb\nc",
		`a<span style="display: none !important">b</span>c`:                                                              "ac",
		`a<span hidden>b</span><i style="visibility:hidden">c<b style="visibility:visible">d</b></i>`:                    "ad",
		`a<div style="max-height:0;overflow:hidden">b</div>`:                                                             "a",
		`<style>p.x, #y {display:none} @media print {.z{display:none}}</style><p class=x>a</p><p id=y>b</p><p class=z>c`: "c",
		`<title>a</title><script>b</script><style>c</style><!-- d --><template>e</template>f`:                            "f",
		`<a href="https://x.example">a</a>`:                                                                              "a",
	} {
		if got := Parse(source("Content-Type: text/html", "", page)).Text; got != want {
			t.Errorf("%s\n got %q\nwant %q", page, got, want)
		}
	}
}

func TestLinksAreListedOnce(t *testing.T) {
	r := Parse(source("Content-Type: text/html", "",
		`<a href="https://a.example/?x=1&amp;y=2">a</a> <a href="javascript:alert(1)">b</a>`+
			`<a href="mailto:x@y.example">c</a> see https://b.example/c. or https://a.example/?x=1&amp;y=2`))
	if want := []string{"https://a.example/?x=1&y=2", "https://b.example/c"}; !slices.Equal(r.Links,
		want) {
		t.Errorf("got %q, want %q", r.Links, want)
	}
}

func TestVersionsAreThoseOfAnAlternative(t *testing.T) {
	part := func(kind, text string) string {
		return "--b\r\nContent-Type: " + kind + "\r\n\r\n" + text
	}
	mail := func(kind string, parts ...string) []byte {
		return source("Content-Type: multipart/"+kind+`; boundary="b"`, "",
			strings.Join(parts, "\r\n"), "--b--")
	}
	plain, page := part("text/plain", "Code: 1234"), part("text/html", "<p>Hello</p>")
	for name, c := range map[string]struct {
		source []byte
		want   Versions
	}{
		"both":       {mail("alternative", plain, page), Versions{"Code: 1234", "Hello"}},
		"HTML first": {mail("alternative", page, plain), Versions{"Code: 1234", "Hello"}},
		"empty HTML": {mail("alternative", plain, part("text/html", "<p></p>")),
			Versions{"Code: 1234", ""}},
		"a picture": {mail("alternative", plain, part("text/html", `<img src="cid:x">`)),
			Versions{}},
		"text alone":     {mail("alternative", plain), Versions{}},
		"not either, or": {mail("mixed", plain, page), Versions{}},
	} {
		if got := Parse(c.source).Versions; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
