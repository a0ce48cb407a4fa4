package inbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	defaultTimeout = 30 * time.Second
	// maxResponse bounds how much of one response is read, in bytes. It is never held whole.
	maxResponse = 256 << 20
	// attempts and firstPause: MailHog v1.0.1 drops connections when a mail arrives
	// while it searches; asked again, it responds.
	attempts   = 6
	firstPause = 10 * time.Millisecond
)

// errTooLarge ends a response that is larger than maxResponse.
var errTooLarge = fmt.Errorf("a response of more than %d MiB", maxResponse>>20)

// errGone is a 404: there is no such thing (any more).
var errGone = errors.New("404 Not Found")

// fetcher asks one inbox. Its errors are sentences that name the URL asked, without
// user, password and query.
type fetcher struct {
	product string
	base    *url.URL
	login   *url.Userinfo
	client  *http.Client
}

func newFetcher(product string, o Options) (*fetcher, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil,
			fmt.Errorf("the URL of %s is not one: expected one such as http://localhost:8025",
				product)
	}
	f := &fetcher{product: product, base: base, login: base.User}
	base.User, base.RawQuery, base.Fragment = nil, "", ""
	f.client = &http.Client{
		Timeout: o.timeout(),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			Proxy:                  o.Proxy,
			TLSClientConfig:        o.TLS.Clone(),
			DialContext:            (&net.Dialer{}).DialContext,
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    64,
			IdleConnTimeout:        30 * time.Second,
		},
	}
	return f, nil
}

// get asks for path and lets read have the response's body. Where the answer breaks
// off, both are done again.
func (f *fetcher) get(ctx context.Context, path string, query url.Values,
	read func(io.Reader) error) error {
	address := f.base.JoinPath(path)
	address.RawQuery = query.Encode()
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := f.getOnce(ctx, address, read)
		if err == nil || attempt == attempts || !isBreak(err) {
			return f.explain(ctx, path, err)
		}
		select {
		case <-ctx.Done():
			return f.explain(ctx, path, ctx.Err())
		case <-time.After(pause):
			pause *= 2
		}
	}
}

func (f *fetcher) getOnce(ctx context.Context, address *url.URL, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return err
	}
	if f.login != nil {
		password, _ := f.login.Password()
		request.SetBasicAuth(f.login.Username(), password)
	}
	response, err := f.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return errGone
	}
	if response.StatusCode != http.StatusOK {
		return statusError(response.StatusCode)
	}
	err = read(&boundedReader{response.Body, maxResponse})
	if errors.Is(err, errNotJSON) {
		return unexpectedError(mediaType(response.Header))
	}
	return err
}

// mediaType returns "" for what is none: the header is hostile text.
func mediaType(header http.Header) string {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || len(media) > 50 {
		return ""
	}
	return media
}

// statusError is a response that is not 200.
type statusError int

func (e statusError) Error() string {
	text := fmt.Sprintf("%d %s", int(e), http.StatusText(int(e)))
	switch {
	case e == http.StatusUnauthorized:
		return text + " (user and password belong into its URL: http://user:password@host)"
	case e >= 300 && e < 400:
		return text + " (redirects are not followed)"
	}
	return text
}

// unexpectedError is a response of another shape, by its media type.
type unexpectedError string

func (e unexpectedError) Error() string {
	switch e {
	case "":
		return "something else"
	case "application/json", "text/json":
		return "other JSON"
	}
	return "something else, of type " + string(e)
}

// isBreak is true for failures that may be gone when asked again.
func isBreak(err error) bool {
	if status, ok := errors.AsType[statusError](err); ok {
		return status == http.StatusBadGateway || status == http.StatusServiceUnavailable ||
			status == http.StatusGatewayTimeout
	}
	return isClosed(err)
}

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// explain never quotes the response: it is hostile, and may repeat the password.
func (f *fetcher) explain(ctx context.Context, path string, err error) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf("%s at %s", f.product, f.base.JoinPath(path))
	_, isStatus := errors.AsType[statusError](err)
	_, isUnexpected := errors.AsType[unexpectedError](err)
	_, isNetwork := errors.AsType[*net.OpError](err)
	_, isUntrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s has not responded: %w", what, ctx.Err())
	case isStatus || isUnexpected || errors.Is(err, errGone) || errors.Is(err, errTooLarge):
		return fmt.Errorf("%s: expected a response of %s, got %w", what, f.product, err)
	case isTimeout(err):
		return fmt.Errorf("%s did not respond within %s", what, f.client.Timeout)
	case isClosed(err):
		return fmt.Errorf("%s closed the connection before its response was complete, %d times",
			what, attempts)
	case isUntrusted:
		return fmt.Errorf("%s can't be trusted: its certificate can't be verified", what)
	case isNetwork:
		return fmt.Errorf("%s can't be reached: %s", what, networkCause(err))
	}
	return fmt.Errorf("%s: expected a response of %s, got something that is not %s", what,
		f.product, strings.ToUpper(f.base.Scheme))
}

// networkCause says in words why there is no connection.
func networkCause(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("the name %q can't be resolved", dns.Name)
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	return "there is no connection"
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// boundedReader fails where more than left bytes come.
type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
