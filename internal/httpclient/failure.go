package httpclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// attempt is what is known of a request that failed.
type attempt struct {
	// run is the caller's context, within the one that ends at the timeout.
	run, within context.Context
	timeout     time.Duration
	progress    progress
}

// failure says what an error was, as far as the network told.
func (a attempt) failure(err error) *Failure {
	switch begun := a.progress.begun; {
	case a.run.Err() != nil:
		return interrupted(begun)
	case a.within.Err() != nil:
		return &Failure{FailureTimeout, a.late(), begun}
	case errors.As(err, new(dialError)):
		return a.unconnected(err)
	case begun && speaksTLS(err):
		return &Failure{FailureTLS,
			"The port speaks TLS, not plain HTTP (a URL with https:// reaches it).", false}
	case begun:
		return broken(err)
	default:
		return a.unanswered(err)
	}
}

func interrupted(begun bool) *Failure {
	return &Failure{FailureInterrupted, "The run was interrupted before the response was complete.",
		begun}
}

func (a attempt) late() string {
	switch {
	case a.progress.begun:
		return fmt.Sprintf("The response had begun, but was not complete after %v.", a.timeout)
	case a.progress.connected:
		return fmt.Sprintf("No response came within %v.", a.timeout)
	default:
		return fmt.Sprintf("No connection came about within %v.", a.timeout)
	}
}

func (a attempt) unconnected(err error) *Failure {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return &Failure{FailureDNS, fmt.Sprintf("The name %q can't be resolved: %s.", dns.Name,
			presentable(dns.Err)), false}
	}
	if text := certificateProblem(err); text != "" {
		return &Failure{FailureTLS, text, false}
	}
	if a.progress.handshake {
		return &Failure{FailureTLS, handshakeProblem(err), false}
	}
	return &Failure{FailureConnect, "There is no connection: " + networkCause(err) + ".", false}
}

// unanswered is a request on a good connection that brought not one byte.
func (a attempt) unanswered(err error) *Failure {
	switch {
	case isAlert(err):
		return &Failure{FailureTLS, handshakeProblem(err), false}
	case strings.HasPrefix(err.Error(), "connection error:"): // HTTP/2
		return &Failure{FailureMalformed, "The deployment broke the rules of HTTP/2: " +
			presentable(err.Error()) + ".", false}
	case errors.Is(err, syscall.ECONNRESET):
		return &Failure{FailureClosed, "The connection was reset before a response began.", false}
	default:
		return &Failure{FailureClosed, "The connection was closed before a response began.", false}
	}
}

// broken is a response that began and did not come to its proper end.
func broken(err error) *Failure {
	if text, ok := errors.AsType[malformed](err); ok {
		return &Failure{FailureMalformed, strings.ToUpper(string(text[:1])) + string(text[1:]) +
			".", true}
	}
	if !isClosed(err) {
		return &Failure{FailureMalformed, "The response is not HTTP: " + presentable(err.Error()) +
			".", true}
	}
	where := "within the response's header"
	if body, ok := errors.AsType[*bodyError](err); ok {
		where = fmt.Sprintf("after %d bytes of the response's body", body.got)
		if body.announced >= 0 {
			where += fmt.Sprintf(", of which %d were announced", body.announced)
		}
	}
	how := "closed"
	if errors.Is(err, syscall.ECONNRESET) {
		how = "reset"
	}
	return &Failure{FailureClosed, "The connection was " + how + " " + where + ".", true}
}

func isClosed(err error) bool {
	for _, closed := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE,
		syscall.ECONNABORTED, net.ErrClosed} {
		if errors.Is(err, closed) {
			return true
		}
	}
	// These have no exported values to compare with.
	text := err.Error()
	return strings.HasSuffix(text, "unexpected EOF reading trailer") ||
		strings.HasPrefix(text, "stream error:") ||
		strings.HasPrefix(text, "http2: server sent GOAWAY") ||
		strings.HasPrefix(text, "http2: client connection lost")
}

// networkCause is the operating system's word for it, where it has one.
func networkCause(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it was closed"
	}
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return number.Error()
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return presentable(op.Err.Error())
	}
	return presentable(err.Error())
}

// presentable keeps of an error's text what is not the deployment's: net/http
// puts that at the end, in quotes.
func presentable(text string) string {
	text = strings.TrimPrefix(text, "net/http: ")
	text = strings.TrimPrefix(text, "HTTP/1.x transport connection broken: ")
	text, _, _ = strings.Cut(text, `"`)
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text[:min(len(text), 200)])
	return strings.TrimRight(text, ": ")
}
