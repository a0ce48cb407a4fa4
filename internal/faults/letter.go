package faults

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/reference"
)

// maxPart is the longest part of a mail that is read, in bytes.
const maxPart = 1 << 20

type mailerFunc func(context.Context, reference.Mail) error

func (f mailerFunc) Send(ctx context.Context, m reference.Mail) error { return f(ctx, m) }

// letter is a mail with a code, as the reference wrote it.
type letter struct {
	from, to   string // addresses
	name, code string
	subject    string
	text, html string
	// headers are further header lines.
	headers []string
}

var codeLine = regexp.MustCompile(`(?m)^[ \t]*([0-9]{6})[ \t\r]*$`)

// readLetter reads a mail of the reference; an error for any other.
func readLetter(m reference.Mail) (letter, error) {
	message, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		return letter{}, err
	}
	l := letter{from: m.From, to: m.To, subject: message.Header.Get("Subject")}
	if to, err := message.Header.AddressList("To"); err == nil && len(to) > 0 {
		l.name = to[0].Name
	}
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return letter{}, err
	}
	if err := l.readParts(multipart.NewReader(message.Body, parameters["boundary"])); err != nil {
		return letter{}, err
	}
	code := codeLine.FindStringSubmatch(l.text)
	if code == nil {
		return letter{}, errors.New("fault: the mail presents no code")
	}
	l.code = code[1]
	return l, nil
}

func (l *letter) readParts(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := io.ReadAll(io.LimitReader(part, maxPart))
		if err != nil {
			return err
		}
		body := strings.ReplaceAll(string(text), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.html = body
		} else {
			l.text = body
		}
	}
}

// mailing wraps a mailer; mails that present no code go through as they are.
//
//go:noinline
func mailing(deliver func(w World, l letter, send func(reference.Mail) error) error) func(World,
	reference.Mailer) reference.Mailer {
	return func(w World, mailer reference.Mailer) reference.Mailer {
		return mailerFunc(func(ctx context.Context, m reference.Mail) error {
			send := func(m reference.Mail) error { return mailer.Send(ctx, m) }
			l, err := readLetter(m)
			if err != nil {
				return send(m)
			}
			return deliver(w, l, send)
		})
	}
}

// writes changes the letter and sends it in the reference's form.
//
//go:noinline
func writes(change func(World, letter) letter) func(World, reference.Mailer) reference.Mailer {
	return mailing(func(w World, l letter, send func(reference.Mail) error) error {
		return send(change(w, l).mail())
	})
}

// says puts another text in the code's place.
func says(instead string) func(World, reference.Mailer) reference.Mailer {
	return writes(func(_ World, l letter) letter { return l.saying(instead) })
}

// reads replaces the whole letter by a text, with ‹name› and ‹code› for what they say.
func reads(subject, text string) func(World, reference.Mailer) reference.Mailer {
	return writes(func(_ World, l letter) letter {
		return l.reading(l.fill(subject), l.fill(text))
	})
}

func (l letter) fill(text string) string {
	return strings.NewReplacer("‹name›", l.name, "‹code›", l.code).Replace(text)
}

// saying is the letter with another text in the code's place.
func (l letter) saying(instead string) letter {
	l.text = strings.ReplaceAll(l.text, l.code, instead)
	l.html = strings.ReplaceAll(l.html, l.code, escape(instead))
	return l
}

// reading is the letter with another subject and text.
func (l letter) reading(subject, text string) letter {
	l.subject, l.text = subject, text
	l.html = "<!DOCTYPE html><html><body><p>" + strings.ReplaceAll(escape(text), "\n", "<br>\n") +
		"</p></body></html>"
	return l
}

// escape writes text as HTML.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// mail writes the letter as the reference does: text and HTML.
func (l letter) mail() reference.Mail {
	return l.assemble(multi("alternative",
		textPart("text/plain", "utf-8", "quoted-printable", l.text),
		textPart("text/html", "utf-8", "quoted-printable", l.html)))
}

// part is a MIME entity: its header lines and its encoded body.
type part struct {
	header []string
	body   string
}

// textPart encodes a text in a charset that encodeText knows.
func textPart(mediaType, charset, encoding, text string) part {
	raw := encodeText(charset, strings.ReplaceAll(text, "\n", "\r\n"))
	return part{
		header: []string{"Content-Type: " + mediaType + "; charset=" + charset,
			"Content-Transfer-Encoding: " + encoding},
		body: transfer(encoding, raw),
	}
}

// transfer is a content transfer encoding (RFC 2045, section 6).
func transfer(encoding string, raw []byte) string {
	switch encoding {
	case "base64":
		return wrapLines(base64.StdEncoding.EncodeToString(raw))
	case "quoted-printable":
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		// Writing into memory does not fail.
		_, _ = w.Write(raw)
		_ = w.Close()
		return b.String()
	}
	return string(raw)
}

func wrapLines(text string) string {
	const width = 76
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\r\n")
		text = text[width:]
	}
	return b.String() + text + "\r\n"
}

func multi(kind string, parts ...part) part {
	boundary := "=_" + rand.Text()
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n" + strings.Join(p.header, "\r\n") + "\r\n\r\n" +
			p.body + "\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return part{header: []string{"Content-Type: multipart/" + kind + "; boundary=\"" + boundary +
		"\""}, body: b.String()}
}

// assemble puts the letter's header before a MIME entity.
func (l letter) assemble(p part) reference.Mail {
	to := mail.Address{Name: l.name, Address: l.to}
	lines := []string{
		"From: ETNA Trader <" + l.from + ">",
		"To: " + to.String(),
		"Subject: " + mime.QEncoding.Encode("utf-8", l.subject),
		"Date: " + time.Now().Format(time.RFC1123Z),
		"Message-ID: <" + rand.Text() + "@etna.example>",
		"MIME-Version: 1.0",
	}
	lines = append(append(lines, l.headers...), p.header...)
	data := strings.Join(lines, "\r\n") + "\r\n\r\n" + p.body
	return reference.Mail{From: l.from, To: l.to, Data: []byte(data)}
}
