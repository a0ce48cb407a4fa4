package config

import "github.com/etna-conformance/conformance/internal/httpclient"

// Client returns a client for the configured deployment; traceID may be "". A *Error says
// which of the TLS files can't be used.
func (c Config) Client(userAgent, traceID string) (*httpclient.Client, error) {
	t, err := c.TLS()
	if err != nil {
		return nil, err
	}
	return httpclient.New(httpclient.Options{
		BaseURL: c.URL, Timeout: c.RequestTimeout, UserAgent: userAgent, TraceID: traceID,
		Headers: c.Headers,
		TLS:     t, Concurrency: c.Concurrency, Rate: c.Rate,
	}), nil
}
