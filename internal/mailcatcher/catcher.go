// Package mailcatcher is an inbox for trying things out: it takes any mail by
// SMTP, delivers none, and shows what it took by the HTTP API of MailHog v1.0.1
// (versions 1 and 2, with the websocket and the event stream). Unlike MailHog
// it is bounded in memory and time whatever it is sent.
package mailcatcher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/sync/errgroup"
)

// hostname is MailHog's default: it stands in ids and Received headers.
const hostname = "mailhog.example"

// Limits of what one client may hold.
const (
	maxConnections  = 200
	maxHeaderBytes  = 64 << 10
	requestTimeout  = 10 * time.Second
	responseTimeout = time.Minute
	// idleTimeout is what RFC 5321, section 4.5.3.2.7, asks of a server.
	idleTimeout  = 5 * time.Minute
	closeTimeout = 10 * time.Second
)

// Config says where a catcher listens and how much it keeps. The zero value of
// each field stands for its default.
type Config struct {
	// SMTPAddr and HTTPAddr are host:port; by default a free port of 127.0.0.1.
	SMTPAddr, HTTPAddr string
	// MaxMails is how many mails are kept, 10,000 by default; the oldest go first.
	MaxMails int
	// MaxMailBytes is the size of the largest mail taken, 5 MiB by default. A
	// larger one is refused with 552.
	MaxMailBytes int64
	// MaxBytes is about how much memory all kept mails take together, 256 MiB
	// by default; the oldest go first.
	MaxBytes int64
}

func (c Config) withDefaults() (Config, error) {
	if c.MaxMails < 0 || c.MaxMailBytes < 0 || c.MaxBytes < 0 {
		return c, errors.New("mailcatcher: a limit below zero")
	}
	c.SMTPAddr = orDefault(c.SMTPAddr, "127.0.0.1:0")
	c.HTTPAddr = orDefault(c.HTTPAddr, "127.0.0.1:0")
	c.MaxMails = orDefault(c.MaxMails, 10_000)
	c.MaxMailBytes = orDefault(c.MaxMailBytes, 5<<20)
	c.MaxBytes = orDefault(c.MaxBytes, 256<<20)
	return c, nil
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Catcher is a running inbox. End it with [Catcher.Close].
type Catcher struct {
	smtpListener, httpListener *listener
	smtp                       *smtp.Server
	http                       *http.Server
	mails                      *store
	feed                       *feed
	serving                    errgroup.Group
}

// Start listens and returns at once; mails can be sent and read from then on.
// It fails where the configuration is wrong or an address can't be listened on.
func Start(config Config) (*Catcher, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	smtpListener, err := listen(config.SMTPAddr)
	if err != nil {
		return nil, fmt.Errorf("mailcatcher: SMTP: %w", err)
	}
	httpListener, err := listen(config.HTTPAddr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("mailcatcher: HTTP: %w", err), smtpListener.Close())
	}
	mails, news := newStore(config.MaxMails, config.MaxBytes), newFeed()
	c := &Catcher{
		smtpListener: smtpListener,
		httpListener: httpListener,
		smtp:         newSMTPServer(mails, news, config.MaxMailBytes),
		http:         newHTTPServer(newAPI(mails, news)),
		mails:        mails,
		feed:         news,
	}
	c.serving.Go(func() error { return untilClosed(c.smtp.Serve(smtpListener)) })
	c.serving.Go(func() error { return untilClosed(c.http.Serve(httpListener)) })
	return c, nil
}

func newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: requestTimeout,
		WriteTimeout:      responseTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

func untilClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// SMTPAddr is the host:port that takes mail.
func (c *Catcher) SMTPAddr() string { return c.smtpListener.Addr().String() }

// URL is where the HTTP API begins, without a slash at its end.
func (c *Catcher) URL() string { return "http://" + c.httpListener.Addr().String() }

// Clear deletes all mails, as DELETE /api/v1/messages does.
func (c *Catcher) Clear() { c.mails.clear() }

// Close cuts all connections and returns when nothing runs any more; the mails
// are gone then. Its error is why a server had ended before, or the timeout of
// ten seconds.
func (c *Catcher) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()

	closed := errors.Join(c.smtpListener.Close(), c.httpListener.Close())
	served := c.serving.Wait()
	c.feed.close()
	return errors.Join(closed, served, shutdownOnce(c.smtp.Shutdown(ctx)), c.http.Shutdown(ctx))
}

func shutdownOnce(err error) error {
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}
