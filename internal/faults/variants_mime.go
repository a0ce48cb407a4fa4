package faults

import (
	"crypto/rand"
	"mime"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/reference"
)

const whyMIME = "RFC 2045 to 2049, RFC 5322: the same mail to whoever reads it."

// packed sends the same letter in another MIME form.
func packed(name string, pack func(letter) part) Variant {
	return Variant{Name: name, Why: whyMIME,
		Mail: mailing(func(_ World, l letter, send func(reference.Mail) error) error {
			return send(l.assemble(pack(l)))
		})}
}

// mimeVariants pack the mail differently.
func mimeVariants() []Variant {
	return slices.Concat(singleVariants(), multipartVariants(), oddlyPackedVariants(),
		headerVariants())
}

// plain and page are the letter's text and its HTML as one part.
func (l letter) plain(charset, encoding string) part {
	return textPart("text/plain", charset, encoding, l.text)
}

func (l letter) page(charset, encoding string) part {
	return textPart("text/html", charset, encoding, withCharset(l.html, charset))
}

func (l letter) alternative() part {
	return multi("alternative", l.plain("utf-8", "quoted-printable"),
		l.page("utf-8", "quoted-printable"))
}

// singleVariants are mails of one part.
func singleVariants() []Variant {
	plain := func(charset, encoding string) func(letter) part {
		return func(l letter) part { return l.plain(charset, encoding) }
	}
	html := func(charset, encoding string) func(letter) part {
		return func(l letter) part { return l.page(charset, encoding) }
	}
	return []Variant{
		packed("plain-only", plain("utf-8", "quoted-printable")),
		packed("plain-8bit", plain("utf-8", "8bit")),
		packed("plain-base64", plain("utf-8", "base64")),
		packed("plain-latin-1", plain("iso-8859-1", "quoted-printable")),
		packed("plain-utf-16", plain("utf-16", "base64")),
		packed("plain-central-european", plain("windows-1250", "base64")),
		packed("html-only", html("utf-8", "quoted-printable")),
		packed("html-base64", html("utf-8", "base64")),
		packed("html-8bit", html("utf-8", "8bit")),
		packed("html-latin-1", html("iso-8859-1", "quoted-printable")),
		packed("html-utf-16", html("utf-16", "base64")),
		packed("flowed", func(l letter) part {
			p := l.plain("utf-8", "8bit")
			p.header[0] += "; format=flowed; delsp=yes"
			return p
		}),
	}
}

// multipartVariants are mails of several parts.
func multipartVariants() []Variant {
	text := func(text string) part { return textPart("text/plain", "utf-8", "8bit", text) }
	return []Variant{
		packed("alternative-base64", func(l letter) part {
			return multi("alternative", l.plain("utf-8", "base64"), l.page("utf-8", "base64"))
		}),
		packed("alternative-html-first", func(l letter) part {
			return multi("alternative", l.page("utf-8", "8bit"), l.plain("utf-8", "8bit"))
		}),
		packed("alternative-text-empty", func(l letter) part {
			return multi("alternative", text(""), l.page("utf-8", "base64"))
		}),
		packed("alternative-text-refers-to-html", func(l letter) part {
			return multi("alternative",
				text("Your mail program cannot show this mail. Read it at https://etna.example/m/20250314."), l.page("utf-8", "base64"))
		}),
		packed("mixed-with-attachment", func(l letter) part {
			return multi("mixed", l.alternative(), attachment())
		}),
		packed("mixed-attachment-first", func(l letter) part {
			return multi("mixed", attachment(), l.alternative())
		}),
		packed("related-with-image", func(l letter) part {
			return multi("related", l.page("utf-8", "quoted-printable"), image())
		}),
		packed("nested-deeply", func(l letter) part {
			inner := multi("alternative", l.plain("utf-8", "8bit"),
				multi("related", l.page("utf-8", "base64"), image()))
			return multi("mixed", multi("related", inner, image()), attachment())
		}),
		packed("preamble-and-epilogue", func(l letter) part {
			p := l.alternative()
			p.body = "This is a multi-part message in MIME format. 654321\r\n" + p.body +
				"\r\nepilogue 123456\r\n"
			return p
		}),
	}
}

// oddlyPackedVariants are mails that leave much to the reader.
func oddlyPackedVariants() []Variant {
	bare := func(header string) func(letter) part {
		return func(l letter) part {
			return part{header: []string{header}, body: strings.ReplaceAll(l.text, "\n", "\r\n")}
		}
	}
	respelled := func(spell func(code string) string) func(letter) part {
		return func(l letter) part {
			p := l.plain("utf-8", "quoted-printable")
			p.body = strings.ReplaceAll(p.body, l.code, spell(l.code))
			return p
		}
	}
	return []Variant{
		packed("without-mime", bare("X-Mailer: mail 8.1")),
		packed("without-charset", bare("Content-Type: text/plain")),
		packed("unknown-charset", bare("Content-Type: text/plain; charset=x-unknown")),
		packed("header-case", func(l letter) part {
			return part{
				header: []string{"CONTENT-TYPE: TEXT/PLAIN; CHARSET=\"UTF-8\"",
					"content-transfer-encoding: BASE64"},
				body: l.plain("utf-8", "base64").body,
			}
		}),
		packed("code-broken-by-soft-break",
			respelled(func(code string) string { return code[:3] + "=\r\n" + code[3:] })),
		packed("code-in-hexadecimal", respelled(hexadecimal)),
	}
}

// withCharset tells the page its own charset, as pages do.
func withCharset(page, charset string) string {
	return strings.Replace(page, `charset="utf-8"`, `charset="`+charset+`"`, 1)
}

func attachment() part {
	return part{
		header: []string{`Content-Type: application/pdf; name="terms-2024.pdf"`,
			`Content-Disposition: attachment; filename="terms-2024.pdf"`,
			"Content-Transfer-Encoding: base64"},
		body: transfer("base64",
			[]byte("%PDF-1.4 confirmation code: 999999 "+strings.Repeat(rand.Text(), 20))),
	}
}

func image() part {
	return part{
		header: []string{"Content-Type: image/gif", "Content-ID: <logo@etna>",
			"Content-Transfer-Encoding: base64"},
		body: transfer("base64",
			[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")),
	}
}

func hexadecimal(code string) string {
	var b strings.Builder
	for _, digit := range []byte(code) {
		b.WriteString("=3" + string(digit))
	}
	return b.String()
}

// headerVariants have other header lines.
func headerVariants() []Variant {
	headed := func(name string, change func(letter) letter) Variant {
		return Variant{Name: name, Why: whyMIME,
			Mail: writes(func(_ World, l letter) letter { return change(l) })}
	}
	in := func(name string, change func(letter, reference.Mail) reference.Mail) Variant {
		return Variant{Name: name, Why: whyMIME,
			Mail: mailing(func(_ World, l letter, send func(reference.Mail) error) error {
				return send(change(l, l.mail()))
			})}
	}
	line := func(from, to string) func(letter, reference.Mail) reference.Mail {
		return func(l letter, m reference.Mail) reference.Mail {
			m.Data = []byte(strings.Replace(string(m.Data), l.fill(from), l.fill(to), 1))
			return m
		}
	}
	return []Variant{
		headed("code-in-subject-too", func(l letter) letter {
			l.subject = l.code + " is your ETNA code"
			return l
		}),
		headed("subject-encoded", func(l letter) letter {
			l.subject = "Réinitialisation du mot de passe – ETNA 🐶"
			return l
		}),
		headed("subject-with-numbers", func(l letter) letter {
			l.subject = "Case 20250314-4711: password reset"
			return l
		}),
		headed("subject-empty", func(l letter) letter { l.subject = ""; return l }),
		headed("list-headers", func(l letter) letter {
			l.headers = append(l.headers, "List-Unsubscribe: <https://etna.example/u?id=48213377>",
				"X-Campaign-Id: 550011", "Feedback-ID: 123456:etna")
			return l
		}),
		headed("header-folded", func(l letter) letter {
			l.headers = append(l.headers, "X-Trace: "+strings.Repeat("a1b2c3\r\n\t", 30)+"end")
			return l
		}),
		headed("received-lines", func(l letter) letter {
			l.headers = append([]string{"Received: from mx1 ([192.0.2.7]) by mx2 id 482199; Fri, 14 Mar 2025 15:09:26 +0000"}, l.headers...)
			return l
		}),
		in("envelope-upper-case", func(_ letter, m reference.Mail) reference.Mail {
			m.To = strings.ToUpper(m.To)
			return m
		}),
		in("envelope-capitalised", func(_ letter, m reference.Mail) reference.Mail {
			m.To = strings.NewReplacer("example.com", "Example.COM", "r", "R").Replace(m.To)
			return m
		}),
		in("recipients-undisclosed", line("To: "+"\"‹name›\" <", "X-To: <")),
		in("display-name-encoded",
			line("To: \"‹name›\"", "To: "+mime.BEncoding.Encode("utf-8", "Łucja Żółć"))),
		in("display-name-misleading", line("To: \"‹name›\"", `To: "someone.else@example.com"`)),
		in("copied-to-archive", func(l letter, m reference.Mail) reference.Mail {
			l.headers = append(l.headers, "Cc: archive@etna.example")
			return l.mail()
		}),
	}
}
