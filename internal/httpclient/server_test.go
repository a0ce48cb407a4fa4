package httpclient_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/httpclient"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if leaked := leakedGoroutines(); code == 0 && leaked != "" {
		os.Stderr.WriteString("goroutines are left over:\n" + leaked)
		code = 1
	}
	os.Exit(code)
}

// leakedGoroutines returns the stacks of connections that are still open when
// all clients and servers are closed; they have a while to end.
func leakedGoroutines() string {
	deadline := time.Now().Add(5 * time.Second)
	for {
		var all strings.Builder
		pprof.Lookup("goroutine").WriteTo(&all, 1)
		leaked := strings.Contains(all.String(), "persistConn") ||
			strings.Contains(all.String(), "http2ClientConn") ||
			strings.Contains(all.String(), "conformance/internal/httpclient.(")
		if !leaked {
			return ""
		}
		if time.Now().After(deadline) {
			return all.String()
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// wire is a deployment down to the bytes: it hands each connection to a function.
type wire struct {
	URL string
	mu  sync.Mutex
	// requests are the heads of all requests that arrived, as they were.
	requests []string
	open     []net.Conn
	over     bool
}

// visit is one connection to a wire.
type visit struct {
	net.Conn
	wire   *wire
	reader *bufio.Reader
}

func listen(t *testing.T, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Skipf("no listener on %s: %v", address, err)
	}
	return l
}

func serve(t *testing.T, handle func(*visit)) *wire {
	t.Helper()
	return serveOn(t, listen(t, "tcp", "127.0.0.1:0"), handle)
}

func serveOn(t *testing.T, l net.Listener, handle func(*visit)) *wire {
	w := &wire{URL: "http://" + l.Addr().String()}
	var visits sync.WaitGroup
	visits.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.keep(conn)
			visits.Go(func() {
				defer conn.Close()
				handle(&visit{conn, w, bufio.NewReader(conn)})
			})
		}
	})
	t.Cleanup(func() { l.Close(); w.hangUp(); visits.Wait() })
	return w
}

func (w *wire) keep(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, c)
	if w.over {
		c.Close()
	}
}

func (w *wire) hangUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	for _, c := range w.open {
		c.Close()
	}
}

// request reads one request with its body; false is the end of the connection.
func (v *visit) request() bool {
	var head strings.Builder
	r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(oneByte{v.reader}, &head)))
	if err != nil {
		return false
	}
	io.Copy(io.Discard, r.Body)
	v.wire.mu.Lock()
	defer v.wire.mu.Unlock()
	v.wire.requests = append(v.wire.requests, head.String())
	return true
}

// oneByte keeps a reader from reading ahead into the next request.
type oneByte struct{ io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.Reader.Read(p[:min(1, len(p))]) }

func (w *wire) heads() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.requests...)
}

// says answers one request with these bytes and ends the connection.
func says(response string) func(*visit) {
	return func(v *visit) {
		if v.request() {
			io.WriteString(v, response)
		}
	}
}

// untilGone waits until the client closes the connection.
func (v *visit) untilGone() { io.Copy(io.Discard, v.reader) }

// reset ends the connection with a TCP reset.
func (v *visit) reset() {
	if tcp, ok := v.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	v.Close()
}

func client(t *testing.T, options httpclient.Options) *httpclient.Client {
	t.Helper()
	c := httpclient.New(options)
	t.Cleanup(c.Close)
	return c
}

// ask sends one GET with a client of its own.
func ask(t *testing.T, options httpclient.Options) httpclient.Exchange {
	t.Helper()
	c := httpclient.New(options)
	defer c.Close()
	return c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/v1.0/x"})
}

func get(path string) httpclient.Request { return httpclient.Request{Method: "GET", Path: path} }

func wantFailure(t *testing.T, x httpclient.Exchange, kind httpclient.FailureKind, begun bool,
	text string) {
	t.Helper()
	if x.Failure == nil {
		t.Fatalf("no failure, but a response: %+v", x.Response)
	}
	if x.Failure.Kind != kind || x.Failure.ResponseBegun != begun ||
		!strings.Contains(x.Failure.Text, text) {
		t.Errorf("failure %+v\nwant %q, begun %v, …%s…", *x.Failure, kind, begun, text)
	}
}

func wantBody(t *testing.T, x httpclient.Exchange, want string) {
	t.Helper()
	if x.Failure != nil {
		t.Fatalf("failure: %+v", *x.Failure)
	}
	if x.Response == nil || string(x.Response.Body) != want {
		t.Fatalf("answer: %+v, want the body %q", x.Response, want)
	}
}

func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
