package httpclient

import (
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// readResponse reads a response until its end, the limit or an error; it returns
// what came in any case.
func readResponse(r *http.Response, limit int64) (*Response, error) {
	a := &Response{Proto: r.Proto, Status: r.StatusCode, Header: responseFields(r),
		TLS: transportSecurity(r.TLS)}
	if r.StatusCode == http.StatusSwitchingProtocols {
		return a, malformed("the response switches to another protocol, which nobody asked for")
	}
	raw, cut, err := readUpTo(r.Body, limit)
	a.Body, a.Truncated = raw, cut
	if err != nil {
		err = &bodyError{got: int64(len(raw)), announced: r.ContentLength, err: err}
	}
	if len(raw) == 0 {
		return a, err
	}
	decoded, cutAgain, problem := decode(raw, r.Header.Values("Content-Encoding"), limit)
	a.Body, a.Truncated = decoded, cut || cutAgain
	if err == nil && !cut && problem != nil {
		err = problem
	}
	return a, err
}

// readUpTo reads to the end or the limit; cut says that there was more.
func readUpTo(r io.Reader, limit int64) (content []byte, cut bool, err error) {
	content, err = io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(content)) > limit {
		return content[:limit], true, nil
	}
	return content, false, err
}

// responseFields returns the header by name. Names of HTTP/1.1 come in their
// canonical spelling, whatever it was on the wire.
func responseFields(r *http.Response) []Field {
	var fields []Field
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			fields = append(fields, Field{name, value})
		}
	}
	if len(r.TransferEncoding) > 0 {
		fields = append(fields, Field{"Transfer-Encoding", strings.Join(r.TransferEncoding, ", ")})
	}
	return fields
}

func transportSecurity(state *tls.ConnectionState) string {
	if state == nil || len(state.PeerCertificates) == 0 {
		return ""
	}
	return fmt.Sprintf("%s, its certificate is valid until %s", tls.VersionName(state.Version),
		state.PeerCertificates[0].NotAfter.UTC().Format(time.DateOnly))
}

// malformed is a response that HTTP doesn't allow.
type malformed string

func (m malformed) Error() string { return string(m) }

// bodyError is a body that ended before its end.
type bodyError struct {
	// got and announced are in bytes; announced is -1 where it wasn't.
	got, announced int64
	err            error
}

func (e *bodyError) Error() string { return e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }
