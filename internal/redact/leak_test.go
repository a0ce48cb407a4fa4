package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/inbox"
)

// FuzzNothingSurvives writes a secret in any two codings into a body, a header
// field and a mail, and looks for it in the evidence as it stands and in what
// readers of those codings would see.
func FuzzNothingSurvives(f *testing.F) {
	all := codings()
	random := rand.New(rand.NewPCG(5, 6))
	for _, secret := range []string{
		"Peterson", "231408", `a"b\c/d`, "100% = <b>&amp;", "Straße 12", "two words + more",
		"Ирина Петрова",
		"日本の名前です", "0123456789abcdef0123456789abcdef", "k€y…-😀-end",
		"6f1c2a4e-9b7d-4c3e-8a51-0d2f7b9c6e18",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyb2JlcnQifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		"=?utf-8?q?x?=", "a+b/c==",
	} {
		for range 5 {
			f.Add(secret, uint8(random.IntN(len(all))), uint8(random.IntN(len(all))))
		}
	}
	f.Fuzz(func(t *testing.T, secret string, inner, outer uint8) {
		in, out := all[int(inner)%len(all)], all[int(outer)%len(all)]
		if !isTellable(secret) || !out.canWrite(in) {
			t.Skip()
		}
		written := out.write(in.write(secret))
		look := func(place, text string) {
			for view, read := range views(text) {
				if strings.Contains(read, secret) || strings.Contains(read, written) {
					t.Errorf("%s in %s, %q, in %s %s:\n%q", in.name, out.name, secret, place,
						view, text)
					return
				}
			}
		}
		whole := out.write("It is " + in.write(secret) + ".\n")
		look("a text", string(vault(t, secret).Body([]byte(whole))))
		if out.needsBytes {
			return // UTF-16 is how a whole text is written, not a part of it.
		}
		inBody(t, secret, written, look)
		inHeader(t, secret, written, in.write(secret), look)
		inMail(t, secret, written, look)
	})
}

// isTellable reports whether a secret differs from every unaltered text and can be written in all
// codings.
func isTellable(secret string) bool {
	const shortest, longest = 6, 200
	length := utf8.RuneCountInString(secret)
	return utf8.ValidString(secret) && length >= shortest && length <= longest &&
		!sharesText(secret) &&
		strings.Trim(secret, " ") == secret && !strings.ContainsFunc(secret, func(r rune) bool {
		return unicode.IsControl(r) || !unicode.IsPrint(r) || r == utf8.RuneError
	})
}

// inBody writes the text into strings and member names: the kinds of all tokens
// and the documented names survive.
func inBody(t *testing.T, secret, written string, look func(place, text string)) {
	body, err := json.Marshal(map[string]any{
		"Errors": []any{"it is " + written + ".", 1, nil}, "IsSucceed": false, written: 2.5,
		"Model": map[string]any{"Text": strings.Repeat(`"x" `, 100) + written},
	})
	if err != nil {
		t.Fatal(err)
	}
	redacted := vault(t, secret).Body(body)
	look("a body", string(redacted))
	if before, after := shape(t, body), shape(t, redacted); !reflect.DeepEqual(before, after) {
		t.Errorf("%q became\n%q", body, redacted)
	}
	var object map[string]any
	if err := json.Unmarshal(redacted, &object); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Errors", "IsSucceed", "Model"} {
		if _, has := object[name]; !has {
			t.Errorf("%s is missing in %q", name, redacted)
		}
	}
}

// inHeader writes the text into a header field in one coding, and into a URL in the other.
func inHeader(t *testing.T, secret, written, once string, look func(place, text string)) {
	x := vault(t, secret).Exchange("s", 1, "", "op", httpclient.Exchange{
		URL: "https://example.org/a?b=" + url.QueryEscape(once) + "&c=d",
		Response: &httpclient.Response{Header: []httpclient.Field{{Name: "X-Y",
			Value: "id " + written + "; Path=/"}}},
	})
	look("a header field", x.Response.Header[0].Value)
	look("a URL", x.URL)
}

func inMail(t *testing.T, secret, written string, look func(place, text string)) {
	var printable bytes.Buffer
	w := quotedprintable.NewWriter(&printable)
	if _, err := fmt.Fprintf(w, "Code: %s, bye", written); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	source := message("Subject: "+mime.QEncoding.Encode("utf-8", "é "+written),
		"X-Id: "+mime.BEncoding.Encode("utf-8", "é "+written),
		"Content-Type: multipart/alternative; boundary=b", "",
		"--b", "Content-Type: text/plain; charset=utf-8", "", "Code: "+written+", bye",
		"--b", "Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: quoted-printable", "", printable.String(),
		"--b", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "",
		base64.StdEncoding.EncodeToString([]byte("<p>Code: "+written+"</p>")), "--b--")
	m := vault(t, secret).Mail(inbox.Mail{Source: []byte(source)}, nil, "Code "+written,
		"it is "+written, nil)
	look("a mail", string(m.Source))
	look("a subject", m.Subject)
	look("a mail's text", m.Text)
	for _, leaf := range leavesOf(t, m.Source) {
		look("a part of a mail", leaf)
	}
}

// views are the readings of a text by decoders of the codings, two deep.
func views(text string) map[string]string {
	all := map[string]string{"as it is": text}
	for outer, read := range readers() {
		once := read(text)
		all["as "+outer] = once
		for inner, read := range readers() {
			all["as "+inner+" in "+outer] = read(once)
		}
	}
	return all
}

func readers() map[string]func(string) string {
	escape := regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|.)(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?`)
	percent := regexp.MustCompile(`%[0-9a-fA-F]{2}|\+`)
	printable := regexp.MustCompile(`=[0-9a-fA-F]{2}|=[ \t]*\r?\n`)
	base := regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)
	digits := regexp.MustCompile(`(?:[0-9a-fA-F]{2}){4,}`)
	word := regexp.MustCompile(`=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*`)
	return map[string]func(string) string{
		"JSON": func(text string) string {
			return escape.ReplaceAllStringFunc(text, func(found string) string {
				var read string
				if json.Unmarshal([]byte(`"`+found+`"`), &read) != nil {
					return found
				}
				return read
			})
		},
		"URL": func(text string) string {
			return percent.ReplaceAllStringFunc(text, func(found string) string {
				read, _ := url.QueryUnescape(found)
				return read
			})
		},
		"HTML": html.UnescapeString,
		"quoted-printable": func(text string) string {
			return printable.ReplaceAllStringFunc(text, func(found string) string {
				read, _ := hex.DecodeString(strings.TrimSpace(found[1:]))
				return string(read)
			})
		},
		"base64": func(text string) string {
			joined := strings.NewReplacer("\r", "", "\n", "").Replace(text)
			return base.ReplaceAllStringFunc(joined, func(found string) string {
				found = strings.NewReplacer("-", "+", "_", "/").Replace(found)
				read, _ := base64.RawStdEncoding.DecodeString(found[:len(found)-len(found)%4])
				rest, _ := base64.RawStdEncoding.DecodeString(found[len(found)-len(found)%4:])
				return string(slices.Concat(read, rest))
			})
		},
		"hex": func(text string) string {
			return digits.ReplaceAllStringFunc(text, func(found string) string {
				read, _ := hex.DecodeString(found)
				return string(read)
			})
		},
		"encoded words": func(text string) string {
			return word.ReplaceAllStringFunc(text, func(found string) string {
				read, err := new(mime.WordDecoder).DecodeHeader(found)
				if err != nil {
					return found
				}
				return read
			})
		},
		"UTF-16LE": func(text string) string { return fromUTF16(text, true) },
		"UTF-16BE": func(text string) string { return fromUTF16(text, false) },
	}
}
