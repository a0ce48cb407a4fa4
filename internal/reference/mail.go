package reference

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"html/template"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// Mail is one mail, ready to be sent.
type Mail struct {
	// From and To are the envelope's addresses, without names.
	From, To string
	// Data is the message (RFC 5322): header and body, lines ending in CRLF.
	Data []byte
}

// Mailer sends mail. Send returns when the mail was taken over, or an error
// when it was not or the context ended; it is never called twice at a time by
// one deployment.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// letter is a mail that is still to be written.
type letter struct {
	to, name, code string
	at             time.Time
}

const mailText = `ETNA Trader

Hi %s,

Someone has requested a password reset for your account.

Confirmation code:

%s

If this was a mistake, just ignore this email and nothing will happen.

Thanks for using ETNA Trader,
The ETNA
`

const mailHTML = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>ETNA Trader</title></head>
<body>
<h1>ETNA Trader</h1>
<p>Hi {{.Name}},</p>
<p>Someone has requested a password reset for your account.</p>
<p>Confirmation code:</p>
<p><strong>{{.Code}}</strong></p>
<p>If this was a mistake, just ignore this email and nothing will happen.</p>
<p>Thanks for using ETNA Trader,<br>The ETNA</p>
</body>
</html>
`

// compose writes the mail of the documents' screenshot, as text and as HTML.
// Nothing in it comes from a request, and it holds no links.
func (l letter) compose(from mail.Address) (Mail, error) {
	html, err := l.html()
	if err != nil {
		return Mail{}, err
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	if err := addPart(parts, "text/plain", fmt.Sprintf(mailText, l.name, l.code)); err != nil {
		return Mail{}, err
	}
	if err := addPart(parts, "text/html", html); err != nil {
		return Mail{}, err
	}
	if err := parts.Close(); err != nil {
		return Mail{}, err
	}
	data := append([]byte(l.header(from, parts.Boundary())), body.Bytes()...)
	return Mail{From: from.Address, To: l.to, Data: data}, nil
}

func (l letter) html() (string, error) {
	page, err := template.New("mail").Parse(mailHTML)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = page.Execute(&text, struct{ Name, Code string }{l.name, l.code})
	return text.String(), err
}

func (l letter) header(from mail.Address, boundary string) string {
	to := mail.Address{Name: l.name, Address: l.to}
	_, domain, _ := strings.Cut(from.Address, "@")
	lines := []string{
		"From: " + from.String(),
		"To: " + to.String(),
		"Subject: Password reset",
		"Date: " + l.at.Format(time.RFC1123Z),
		"Message-ID: <" + rand.Text() + "@" + domain + ">",
		"Auto-Submitted: auto-generated",
		"MIME-Version: 1.0",
		`Content-Type: multipart/alternative; boundary="` + boundary + `"`,
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

func addPart(parts *multipart.Writer, mediaType, text string) error {
	part, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {mediaType + "; charset=utf-8"},
		"Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return err
	}
	encoder := quotedprintable.NewWriter(part)
	if _, err := io.WriteString(encoder, text); err != nil {
		return err
	}
	return encoder.Close()
}
