package app

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mishap"
)

// Inboxes shares inbox connections between the runs of one process: one websocket and one set of
// connections for each inbox. The zero value is ready to use.
type Inboxes struct {
	mu   sync.Mutex
	open map[string]*sharedInbox
}

type sharedInbox struct {
	server *inbox.Server
	// runs counts its readers.
	runs int

	mu sync.Mutex
	// fault is a panic of the background work.
	fault error
}

// openReader returns a reader of the configured inbox, to be given back after the run. An error of
// giveBack is a fault of this tool, and may have affected the run.
func (i *Inboxes) openReader(c config.Config) (reader inbox.Inbox, giveBack func() error,
	err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	key := inboxKey(c)
	shared, found := i.open[key]
	if !found {
		shared = new(sharedInbox)
		if shared.server, err = newServer(c, shared.recordPanic); err != nil {
			return nil, nil, err
		}
		if i.open == nil {
			i.open = map[string]*sharedInbox{}
		}
		i.open[key] = shared
	}
	shared.runs++
	reader = shared.server.Reader()
	return reader, func() error {
		return errors.Join(reader.Close(), i.releaseInbox(key, shared))
	}, nil
}

func (i *Inboxes) releaseInbox(key string, shared *sharedInbox) error {
	i.mu.Lock()
	shared.runs--
	last := shared.runs == 0
	if last {
		delete(i.open, key)
	}
	i.mu.Unlock()
	var err error
	if last {
		err = shared.server.Close()
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	return errors.Join(err, shared.fault)
}

func (s *sharedInbox) recordPanic(do func()) {
	err := mishap.Guard(func() error { do(); return nil })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = errors.Join(s.fault, err)
}

// inboxKey distinguishes inboxes and the ways to reach them.
func inboxKey(c config.Config) string {
	return fmt.Sprintf("%q", []any{c.Inbox.Kind, c.Inbox.URL, c.CAFile, c.Insecure, c.ClientCert,
		c.RequestTimeout})
}

// inboxTimeoutFactor multiplies the request timeout for an inbox: MailHog searches all its mails.
const inboxTimeoutFactor = 3

// newServer reaches the configured inbox with the proxies and authorities of the deployment's
// client.
func newServer(c config.Config, guard func(func())) (*inbox.Server, error) {
	verify, err := c.TLS()
	if err != nil {
		return nil, err
	}
	options := inbox.Options{
		URL: c.Inbox.URL, Timeout: inboxTimeoutFactor * c.RequestTimeout,
		Proxy: http.ProxyFromEnvironment, TLS: verify, Guard: guard,
	}
	if c.Inbox.Kind == "mailpit" {
		return inbox.NewMailpit(options)
	}
	return inbox.NewMailHog(options)
}
