// Package httpclient carries out one exchange on the wire, and says in words why one failed.
package httpclient

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"time"
)

// Options is what a client is made from. Zero values are the defaults.
type Options struct {
	// BaseURL is the absolute URL that every path is appended to.
	BaseURL string
	// Timeout is for one exchange until the last byte of its response; default 10 s.
	Timeout time.Duration
	// MaxBody is how many bytes of a response's body are kept, before and after
	// its content coding is removed; default 1 MiB.
	MaxBody int64
	// UserAgent goes with every request; default "conformance".
	UserAgent string
	// TraceID is the trace of every request, 32 hexadecimal digits; default a new one for each.
	TraceID string
	// Headers go with every request that doesn't have them itself.
	Headers map[string]string
	// TLS is how the deployment is verified; nil is as the system does.
	TLS *tls.Config
	// Concurrency is how many requests may be under way at once; default 8.
	Concurrency int
	// Rate is how many requests may begin in a second; 0 is no limit.
	Rate float64
	// Proxy chooses the proxy; nil is as the environment says (HTTPS_PROXY …).
	Proxy func(*http.Request) (*url.URL, error)
}

// Client asks one deployment. It follows no redirect, keeps no cookie and asks
// nothing twice: one exchange is one request on the wire.
type Client struct {
	options     Options
	connections *connections
	limits      *limits
}

// New returns a client, which must be closed.
func New(options Options) *Client {
	options = options.withDefaults()
	return &Client{
		options:     options,
		connections: newConnections(options),
		limits:      newLimits(options.Concurrency, options.Rate),
	}
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 1 << 20
	}
	if o.UserAgent == "" {
		o.UserAgent = "conformance"
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	return o
}

// Concurrency is how many requests may be under way at once.
func (c *Client) Concurrency() int { return c.options.Concurrency }

// Paced reports whether requests are kept apart by a rate.
func (c *Client) Paced() bool { return c.limits.beginning != nil }

// Close ends all connections. Exchanges that are under way come to their end.
func (c *Client) Close() { c.connections.close() }

// Do sends one request and returns all that came of it; waiting for the limits
// and for the named connection doesn't count as the exchange's time. Only the
// context's end interrupts it.
func (c *Client) Do(ctx context.Context, r Request) Exchange {
	x := Exchange{Request: r, URL: c.options.BaseURL + r.Path}
	release, err := c.limits.acquire(ctx, r.Conn)
	x.Started = time.Now()
	if err != nil {
		x.Failure = interrupted(false)
		return x
	}
	defer release()

	within, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	t := &trace{started: x.Started, ready: r.Ready}
	request, fields, err := c.request(t.attach(within), x)
	x.Request.Header = fields
	if err != nil {
		x.Failure = &Failure{Kind: FailureRequest,
			Text: "This tool made a request that HTTP does not allow: " + err.Error() + "."}
		return x
	}
	x.Response, err = c.exchange(request, r.Conn, t)
	x.Started, x.Timing = t.begun(), t.timing()
	if err != nil {
		x.Failure = attempt{run: ctx, within: within, timeout: c.options.Timeout,
			progress: t.progress()}.failure(err)
	}
	return x
}

// exchange sends the request and reads the response: all of it, or, with an error, as much as came.
func (c *Client) exchange(request *http.Request, conn string, t *trace) (*Response, error) {
	response, used, err := c.send(request, conn, t)
	if err != nil {
		return nil, err
	}
	read, err := readResponse(response, c.options.MaxBody)
	response.Body.Close()
	c.connections.put(conn, used, err == nil && !read.Truncated && !response.Close)
	return read, err
}

// send puts the request on a connection. A kept-alive connection may turn out
// to be closed; as long as nothing has been written to it, another is taken.
func (c *Client) send(request *http.Request, conn string, t *trace) (*http.Response, *connection,
	error) {
	for {
		used, err := c.connections.take(request.Context(), conn)
		if err != nil {
			return nil, nil, err
		}
		t.connected(used.carried)
		t.hold(request.Context())
		response, err := used.RoundTrip(request)
		if err == nil {
			return response, used, nil
		}
		used.Close()
		if !used.carried || t.progress().wrote || request.Context().Err() != nil {
			return nil, nil, err
		}
	}
}
