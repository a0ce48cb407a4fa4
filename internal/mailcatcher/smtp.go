package mailcatcher

import (
	"io"
	"log"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/mailhog/data"
)

const (
	// maxRecipients is ten times what RFC 5321, section 4.5.3.1.8, asks for.
	maxRecipients = 1000
	// maxName is twice the longest path of RFC 5321, section 4.5.3.1.3.
	maxName = 512
)

func newSMTPServer(mails *store, news *feed, maxMailBytes int64) *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		if len(c.Hostname()) > maxName {
			return nil, tooLong()
		}
		return &session{conn: c, mails: mails, news: news}, nil
	}))
	server.Domain = hostname
	server.MaxMessageBytes = maxMailBytes
	// A sender that breaks no lines is not this inbox's business.
	server.MaxLineLength = int(maxMailBytes)
	server.MaxRecipients = maxRecipients
	server.ReadTimeout = idleTimeout
	server.WriteTimeout = responseTimeout
	server.AllowInsecureAuth = true
	server.EnableSMTPUTF8 = true
	server.EnableDSN = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

func tooLong() error {
	return &smtp.SMTPError{Code: 501, EnhancedCode: smtp.EnhancedCode{5, 5, 4},
		Message: "Name too long"}
}

// session is one SMTP connection. It holds the envelope until the mail is there.
type session struct {
	conn  *smtp.Conn
	mails *store
	news  *feed
	from  string
	to    []string
}

// Mail begins an envelope.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if len(from) > maxName {
		return tooLong()
	}
	s.from = from
	return nil
}

// Rcpt adds a recipient to the envelope.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if len(to) > maxName {
		return tooLong()
	}
	s.to = append(s.to, to)
	return nil
}

// Data stores the mail. It is in the store, and announced, before the sender
// has its 250, as with MailHog.
func (s *session) Data(r io.Reader) error {
	var source strings.Builder
	if _, err := io.Copy(&source, r); err != nil {
		return err
	}
	message, err := newMessage(&data.SMTPMessage{
		From: s.from,
		To:   s.to,
		Data: strings.TrimSuffix(source.String(), "\r\n"),
		Helo: s.conn.Hostname(),
	})
	if err != nil {
		return err
	}
	s.mails.add(message)
	s.news.publish(message.Message)
	return nil
}

// Reset drops the envelope.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// AuthMechanisms are those that can be offered without a user database.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain, sasl.Login, "CRAM-MD5"} }

// Auth accepts whatever the client presents.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case sasl.Plain:
		return &welcome{challenges: []string{""}}, nil
	case sasl.Login:
		return &welcome{challenges: []string{"Username:", "Password:"}}, nil
	case "CRAM-MD5":
		return &welcome{challenges: []string{"<1@" + hostname + ">"}}, nil
	default:
		return nil, smtp.ErrAuthUnknownMechanism
	}
}

// welcome is a SASL server (RFC 4422) that puts its challenges, one after
// another, and takes any response to them.
type welcome struct{ challenges []string }

// Next returns the next challenge; a response that comes before any challenge
// (RFC 4954, section 4) responds to the first.
func (w *welcome) Next(response []byte) (challenge []byte, done bool, err error) {
	if response != nil {
		w.challenges = w.challenges[min(1, len(w.challenges)):]
	}
	if len(w.challenges) == 0 {
		return nil, true, nil
	}
	return []byte(w.challenges[0]), false, nil
}
