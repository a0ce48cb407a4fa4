package httpclient

import (
	"context"
	"time"
)

// Field is one header line, its name spelled as it is on the wire.
type Field struct{ Name, Value string }

// Request is one request before it is sent.
type Request struct {
	Method string
	// Path is appended to the base URL; its query is already percent-encoded.
	Path   string
	Header []Field
	// Body is nil where the request has none.
	Body []byte
	// Conn names the connection: requests of one name go, one after another,
	// over one kept-alive connection where the deployment allows it. "" is any.
	Conn string
	// Ready is called when the request is connected and could be sent: it goes out when Ready
	// returns. What Ready waits for counts as time before the exchange. It may be nil.
	Ready func(context.Context)
}

// Exchange is one request and its response, or the way in which no response came,
// exactly as received: nothing in it has been cleared of secrets.
type Exchange struct {
	Request Request
	// URL is the absolute URL that was asked.
	URL string
	// Response is nil when not even a status line came.
	Response *Response
	// Failure says why there is no response, or why the response is incomplete.
	Failure *Failure
	Started time.Time
	Timing  Timing
}

// Response is what came back.
type Response struct {
	// Proto is the version of HTTP, for example "HTTP/1.1".
	Proto  string
	Status int
	Header []Field
	// Body has its content coding (gzip, deflate) removed; it is what arrived
	// until the end, the limit or the failure.
	Body []byte
	// Truncated is true when the body was longer than the client's limit.
	Truncated bool
	// TLS is the version and the certificate's last day, "" without TLS.
	TLS string
}

// Timing is how long the parts of an exchange took. Parts that did not happen
// are zero.
type Timing struct {
	DNS, Connect, TLS time.Duration
	// FirstByte is from the start to the first byte of the response.
	FirstByte time.Duration
	Total     time.Duration
	// Reused is true when the connection had carried a request before.
	Reused bool
}

// FailureKind says how an exchange failed.
type FailureKind string

// The ways in which an exchange fails.
const (
	FailureDNS         FailureKind = "name not resolved"
	FailureConnect     FailureKind = "connection refused"
	FailureTLS         FailureKind = "TLS handshake failed"
	FailureTimeout     FailureKind = "timeout"
	FailureClosed      FailureKind = "connection closed"
	FailureMalformed   FailureKind = "malformed HTTP"
	FailureInterrupted FailureKind = "interrupted"
	// FailureRequest is a fault of this tool: nothing was sent.
	FailureRequest FailureKind = "request not possible"
)

// Failure is why an exchange has no complete response.
type Failure struct {
	Kind FailureKind
	// Text is the cause for a person to read.
	Text string
	// ResponseBegun is true when at least one byte of the response had arrived:
	// then the response is broken, else the deployment was silent.
	ResponseBegun bool
}
