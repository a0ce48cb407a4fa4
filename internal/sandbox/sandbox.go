// Package sandbox starts the reference deployment with an inbox beside it: what `conformance run`
// judges when no deployment is given, and what `conformance serve` offers to client developers.
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/etna-conformance/conformance/internal/mailcatcher"
	"github.com/etna-conformance/conformance/internal/reference"
)

// Options say what to start; the zero value is the reference deployment with its demo traders on
// free ports, forgotten when it is closed.
type Options struct {
	// Addr is host:port of the deployment; by default a free port of 127.0.0.1.
	Addr string
	// SMTPAddr is where an inbox of somebody else takes mail; "" starts the embedded one.
	SMTPAddr string
	// Inbox says where the embedded one listens; by default on free ports of 127.0.0.1.
	Inbox mailcatcher.Config
	// Dir keeps the database; "" is a directory of its own, removed at the end.
	Dir string
	// Scratch is where that directory of its own is made; "" is the system's for temporary files.
	Scratch string
	// AppKey is random where it is "".
	AppKey  string
	Traders []reference.Trader
	// Around makes another deployment of the reference; nil leaves it as it is.
	Around Around
	// Log is told what went wrong while serving; it may be nil.
	Log func(string)
}

// Around opens another deployment in place of the reference, which it may wrap.
type Around interface {
	// Open opens it; emptyInbox is nil where the inbox is somebody else's.
	Open(config reference.Config, emptyInbox func()) (*Deployment, error)
	// Listen wraps the listener that the deployment is served on.
	Listen(net.Listener) net.Listener
}

// Deployment is what a sandbox serves.
type Deployment struct {
	Handler http.Handler
	// Traders are its accounts.
	Traders []reference.Trader
	// BasePath is the path of its base URL, "" for none.
	BasePath string
	Close    func() error
}

// nothing leaves the reference as it is.
type nothing struct{}

func (nothing) Open(config reference.Config, _ func()) (*Deployment, error) {
	d, err := reference.Open(config)
	if err != nil {
		return nil, err
	}
	return &Deployment{Handler: d, Traders: config.Traders, Close: d.Close}, nil
}

func (nothing) Listen(listener net.Listener) net.Listener { return listener }

// Sandbox is a running deployment with its inbox.
type Sandbox struct {
	// URL is the deployment's base URL, InboxURL the inbox's ("" where it is somebody else's),
	// SMTPAddr where it takes mail.
	URL, InboxURL, SMTPAddr string
	AppKey                  string
	Traders                 []reference.Trader

	// emptyInbox is nil where the inbox is somebody else's.
	emptyInbox func()
	closers    []func() error
}

// Start starts a sandbox, which must be closed.
func Start(o Options) (*Sandbox, error) {
	s := &Sandbox{AppKey: o.AppKey, Traders: o.Traders}
	if s.AppKey == "" {
		s.AppKey = rand.Text()
	}
	if s.Traders == nil {
		s.Traders = reference.DemoTraders()
	}
	if err := s.start(o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Sandbox) start(o Options) error {
	s.SMTPAddr = o.SMTPAddr
	if s.SMTPAddr == "" {
		catcher, err := mailcatcher.Start(o.Inbox)
		if err != nil {
			return err
		}
		s.closers = append(s.closers, catcher.Close)
		s.SMTPAddr, s.InboxURL, s.emptyInbox = catcher.SMTPAddr(), catcher.URL(), catcher.Clear
	}
	dir, err := s.directory(o.Dir, o.Scratch)
	if err != nil {
		return err
	}
	return s.serve(o, filepath.Join(dir, "deployment.db"))
}

func (s *Sandbox) directory(dir, scratch string) (string, error) {
	if dir != "" {
		return dir, os.MkdirAll(dir, 0o700)
	}
	dir, err := os.MkdirTemp(scratch, "conformance-sandbox-")
	if err != nil {
		return "", fmt.Errorf("there is no directory for the database: %w", err)
	}
	s.closers = append(s.closers, func() error { return os.RemoveAll(dir) })
	return dir, nil
}

func (s *Sandbox) serve(o Options, file string) error {
	around := o.Around
	if around == nil {
		around = nothing{}
	}
	deployment, err := around.Open(reference.Config{
		Path: file, Fleeting: o.Dir == "", AppKey: s.AppKey, Mailer: reference.SMTP(s.SMTPAddr),
		From:    "ETNA Trader <noreply@etnatrader.example>",
		Traders: s.Traders, CodeTries: 1000, Log: o.Log,
	}, s.emptyInbox)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, deployment.Close)
	s.Traders = deployment.Traders
	addr := o.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: deployment.Handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0)}
	s.URL = "http://" + listener.Addr().String() + deployment.BasePath
	s.closers = append(s.closers, func() error { return shutdown(server) })
	go func() { _ = server.Serve(around.Listen(listener)) }()
	return nil
}

// grace is enough for a response of the reference, and less than the half second for which net/http
// holds a connection on which it broke a request off.
const grace = 100 * time.Millisecond

// shutdown lets requests under way end, but waits for nobody for long.
func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}

// Close ends everything that was started, last first.
func (s *Sandbox) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}
