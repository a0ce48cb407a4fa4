package httpclient

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// maxHeader bounds a response's header, informational responses included, in bytes.
	maxHeader = 256 << 10
	// maxIdle is how long an unnamed connection may lie idle: deployments close
	// theirs after a few seconds, and a request that meets the close is lost.
	maxIdle = time.Second
)

// connections keeps the open connections to one deployment. Each carries one
// request at a time. http.Transport's own pool isn't used because it sends a
// request again when a kept-alive connection breaks.
type connections struct {
	transport *http.Transport
	base      *url.URL

	mu     sync.Mutex
	idle   map[string][]*connection // by name
	closed bool
}

// connection is one connection and whether it has carried a request before.
type connection struct {
	*http.ClientConn
	carried bool
	since   time.Time
}

func newConnections(o Options) *connections {
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		base = &url.URL{} // every request will fail to be made
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &connections{
		base: base,
		idle: map[string][]*connection{},
		transport: &http.Transport{
			// The base URL decides: NewClientConn would ask without its port.
			Proxy: func(*http.Request) (*url.URL, error) {
				return o.Proxy(&http.Request{URL: base})
			},
			OnProxyConnectResponse: proxyAgreed,
			DialContext:            (&net.Dialer{}).DialContext,
			TLSClientConfig:        o.TLS.Clone(),
			Protocols:              protocols,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}

// proxyAgreed says itself that a proxy refused: net/http would repeat the proxy's words.
func proxyAgreed(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy responded with the status %d", response.StatusCode)
	}
	return nil
}

// take returns an idle connection of the name or a new one. Its errors are dialErrors.
func (c *connections) take(ctx context.Context, name string) (*connection, error) {
	if kept := c.kept(name); kept != nil {
		return kept, nil
	}
	dialled, err := c.transport.NewClientConn(ctx, c.base.Scheme, c.address())
	if err != nil {
		return nil, dialError{err}
	}
	return &connection{ClientConn: dialled}, nil
}

func (c *connections) kept(name string) *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		idle := c.idle[name]
		if len(idle) == 0 {
			return nil
		}
		last := idle[len(idle)-1]
		c.idle[name] = idle[:len(idle)-1]
		if last.Available() > 0 && (name != "" || time.Since(last.since) < maxIdle) {
			return last
		}
		last.Close()
	}
}

// put gives a connection back, which is kept where it can carry another request.
func (c *connections) put(name string, used *connection, reusable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || !reusable || used.Err() != nil {
		used.Close()
		return
	}
	used.carried, used.since = true, time.Now()
	c.idle[name] = append(c.idle[name], used)
}

func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, idle := range c.idle {
		for _, connection := range idle {
			connection.Close()
		}
	}
	clear(c.idle)
}

func (c *connections) address() string {
	port := c.base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[c.base.Scheme]
	}
	return net.JoinHostPort(c.base.Hostname(), port)
}

// dialError is why there is no connection.
type dialError struct{ error }

func (e dialError) Unwrap() error { return e.error }
