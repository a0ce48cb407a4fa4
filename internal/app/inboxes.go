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

// Inboxes are what the runs of one process share of inboxes: however many runs read one at a time,
// it has one websocket and one set of connections. The zero value is ready to use.
type Inboxes struct {
	mu   sync.Mutex
	open map[string]*sharedInbox
}

type sharedInbox struct {
	server *inbox.Server
	// runs counts those that read it.
	runs int

	mu sync.Mutex
	// fault is a panic of what goes on in the background.
	fault error
}

// openReader returns a reader of the configured inbox. It is given back when the run is over; the error
// is then a fault of this tool that the run may have suffered from.
func (i *Inboxes) openReader(c config.Config) (reader inbox.Inbox, giveBack func() error, err error) {
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
	return reader, func() error { return errors.Join(reader.Close(), i.releaseInbox(key, shared)) }, nil
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

// inboxKey tells inboxes apart, and ways to reach them.
func inboxKey(c config.Config) string {
	return fmt.Sprintf("%q", []any{c.Inbox.Kind, c.Inbox.URL, c.CAFile, c.Insecure, c.ClientCert, c.RequestTimeout})
}

// inboxTimeoutFactor is how many times as long as the deployment an inbox may take: MailHog searches all
// its mails.
const inboxTimeoutFactor = 3

// newServer reaches the configured inbox through the same proxies, and trusts the same authorities,
// as the deployment's client does.
func newServer(c config.Config, guard func(func())) (*inbox.Server, error) {
	verify, err := c.TLS()
	if err != nil {
		return nil, err
	}
	options := inbox.Options{
		URL: c.Inbox.URL, Timeout: inboxTimeoutFactor * c.RequestTimeout, Proxy: http.ProxyFromEnvironment, TLS: verify, Guard: guard,
	}
	if c.Inbox.Kind == "mailpit" {
		return inbox.NewMailpit(options)
	}
	return inbox.NewMailHog(options)
}
