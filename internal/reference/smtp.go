package reference

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"time"
)

// SMTP returns a Mailer that hands each mail to the server at addr
// ("host:port") over a connection of its own (RFC 5321), without encryption or
// sign-in: it is meant for an inbox for tests, such as MailHog, nearby.
func SMTP(addr string) Mailer { return smtpMailer(addr) }

type smtpMailer string

// Send ends with the context: its end closes the connection.
func (s smtpMailer) Send(ctx context.Context, m Mail) error {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", string(s))
	if err != nil {
		return fmt.Errorf("reference: connecting to the mail server: %w", err)
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() {
		// A deadline in the past wakes whoever reads or writes.
		_ = connection.SetDeadline(time.Unix(1, 0))
	})
	defer stop()
	if err := transfer(connection, m); err != nil {
		return fmt.Errorf("reference: handing over a mail: %w",
			errors.Join(err, context.Cause(ctx)))
	}
	return nil
}

func transfer(connection net.Conn, m Mail) error {
	client, err := smtp.NewClient(connection, "localhost")
	if err != nil {
		return err
	}
	if err := client.Mail(m.From); err != nil {
		return err
	}
	if err := client.Rcpt(m.To); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write(m.Data); err != nil {
		return err
	}
	if err := data.Close(); err != nil {
		return err
	}
	// The mail was taken over; how the server says goodbye changes nothing.
	_ = client.Quit()
	return nil
}
