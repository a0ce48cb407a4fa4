// Package inbox reads the mail that a deployment sends, where staging systems
// catch it: MailHog and Mailpit.
package inbox

import (
	"context"
	"time"
)

// Mail is one caught mail, exactly as received: nothing in it has been
// cleared of secrets.
type Mail struct {
	// ID is the inbox's own.
	ID string
	// Recipients are the envelope's, and where the inbox does not know the
	// envelope, those of the To, Cc and Bcc headers.
	Recipients []string
	// Source is the whole mail (RFC 5322), cut at the reader's limit.
	Source []byte
	// Seen is when the reader saw the mail, by the local monotonic clock.
	Seen time.Time
}

// Mark is the state of one address's mail at one moment; only what arrives
// after it counts.
type Mark interface {
	// Purged reports whether a later look missed mail that had been there: somebody deletes mail,
	// and with it may be what nobody saw.
	Purged() bool
}

// Inbox is a place where mail is caught.
type Inbox interface {
	// Mark remembers which mail for the address is there already.
	Mark(ctx context.Context, address string) (Mark, error)
	// Since returns the mail for the address that was not there at the mark, in order
	// of arrival.
	Since(ctx context.Context, address string, mark Mark) ([]Mail, error)
	// Wake returns a channel that receives whenever a mail may have arrived. It
	// never blocks the sender and may wake for nothing.
	Wake() <-chan struct{}
	// Close ends the reader.
	Close() error
}
