package httpclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"
)

// request returns what is sent for an exchange, and its header fields as they are sent, without
// those that HTTP itself adds: Content-Length, and Host unless the request has one of its own.
func (c *Client) request(ctx context.Context, x Exchange) (*http.Request, []Field, error) {
	fields := c.fields(x.Request.Header)
	if c.connections.base.Host == "" {
		return nil, fields, errors.New("its base URL is not absolute")
	}
	if x.Request.Path != "" && !strings.HasPrefix(x.Request.Path, "/") {
		return nil, fields, errors.New("its path does not begin with a slash")
	}
	request, err := http.NewRequestWithContext(ctx, x.Request.Method, x.URL,
		bytes.NewReader(x.Request.Body))
	if err != nil {
		return nil, fields, errors.New("its method or path is not valid")
	}
	for _, f := range fields {
		if !httpguts.ValidHeaderFieldName(f.Name) ||
			strings.ContainsFunc(f.Value, unicode.IsControl) {
			return nil, fields, fmt.Errorf("its header field %q is not valid", f.Name)
		}
		if strings.EqualFold(f.Name, "Host") {
			request.Host = f.Value
			continue
		}
		// Not Add, which would change the spelling of the name.
		request.Header[f.Name] = append(request.Header[f.Name], f.Value)
	}
	if _, spelled := request.Header["User-Agent"]; !spelled {
		request.Header["User-Agent"] = []string{""} // or net/http adds its own to ours
	}
	return request, fields, nil
}

// fields returns the request's own header fields, then those that go with
// every request unless it has them already. Content-Length and
// Transfer-Encoding are HTTP's, and Host where the request does not say another.
func (c *Client) fields(own []Field) []Field {
	fields := slices.DeleteFunc(slices.Clone(own), func(f Field) bool {
		return slices.ContainsFunc([]string{"Content-Length", "Transfer-Encoding"},
			func(name string) bool { return strings.EqualFold(name, f.Name) })
	})
	for _, f := range slices.Concat(c.configured(), c.usual()) {
		if !slices.ContainsFunc(fields, func(known Field) bool {
			return strings.EqualFold(known.Name, f.Name)
		}) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (c *Client) configured() []Field {
	var fields []Field
	for name, value := range c.options.Headers {
		fields = append(fields, Field{name, value})
	}
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

func (c *Client) usual() []Field {
	return []Field{
		{"User-Agent", c.options.UserAgent},
		{"Accept", "application/json"},
		{"Accept-Encoding", "gzip"},
		{"Accept-Language", "en"},
		{"traceparent", traceParent(c.options.TraceID)},
	}
}

// traceParent is a new trace (W3C Trace Context, section 3.2), by which the
// deployment's owner finds the exchange in logs and traces, or a new part of a given one.
func traceParent(trace string) string {
	var id [24]byte
	rand.Read(id[:]) // never fails
	if trace == "" {
		trace = hex.EncodeToString(id[:16])
	}
	return fmt.Sprintf("00-%s-%x-01", trace, id[16:])
}
