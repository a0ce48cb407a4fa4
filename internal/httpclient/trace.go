package httpclient

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"
)

// trace watches one exchange on the wire. Its callbacks come from several
// goroutines, some of them after the exchange has ended.
type trace struct {
	// ready is called once, before the request is sent; it may be nil.
	ready func(context.Context)

	started time.Time

	mu               sync.Mutex
	stage            progress
	times            Timing
	dns, dial, shake time.Time
}

// progress is how far an exchange came.
type progress struct {
	connected bool
	// handshake is true between the TLS handshake's beginning and its success.
	handshake bool
	// wrote is true when the request may have left.
	wrote bool
	// begun is true from the response's first byte on.
	begun bool
}

func (t *trace) attach(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { t.note(func() { t.dns = time.Now() }) },
		DNSDone: func(httptrace.DNSDoneInfo) {
			t.note(func() { t.times.DNS = time.Since(t.dns) })
		},
		ConnectStart: func(string, string) { t.note(t.dialling) },
		ConnectDone: func(string, string, error) {
			t.note(func() { t.times.Connect = time.Since(t.dial) })
		},
		TLSHandshakeStart: func() {
			t.note(func() { t.shake, t.stage.handshake = time.Now(), true })
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			t.note(func() { t.times.TLS, t.stage.handshake = time.Since(t.shake), err != nil })
		},
		WroteHeaderField:     func(string, []string) { t.note(func() { t.stage.wrote = true }) },
		GotFirstResponseByte: func() { t.note(t.responding) },
	})
}

func (t *trace) note(event func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	event()
}

// dialling keeps the first of several addresses that are tried at once.
func (t *trace) dialling() {
	if t.dial.IsZero() {
		t.dial = time.Now()
	}
}

func (t *trace) responding() {
	t.stage.begun = true
	t.times.FirstByte = time.Since(t.started)
}

func (t *trace) connected(reused bool) {
	t.note(func() { t.stage.connected, t.times.Reused = true, reused })
}

// hold waits until the request may go out; the exchange begins so much later.
func (t *trace) hold(ctx context.Context) {
	if t.ready == nil {
		return
	}
	began := time.Now()
	t.ready(ctx)
	t.note(func() { t.started, t.ready = t.started.Add(time.Since(began)), nil })
}

// begun returns when the exchange began.
func (t *trace) begun() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.started
}

// progress returns how far the exchange has come.
func (t *trace) progress() progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stage
}

// timing returns the exchange's times, its total being now.
func (t *trace) timing() Timing {
	t.mu.Lock()
	defer t.mu.Unlock()
	times := t.times
	times.Total = time.Since(t.started)
	return times
}
