//go:build linux

package hostile_test

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// front stands before a right deployment and spoils what it is told to.
type front struct {
	URL string
	// requests counts all that arrived.
	requests atomic.Int64

	mu    sync.Mutex
	spoil func(http.ResponseWriter, *http.Request) bool
}

// before puts a front before the address; spoil answers itself where it returns true.
func before(t *testing.T, address string,
	spoil func(http.ResponseWriter, *http.Request) bool) *front {
	t.Helper()
	f := &front{spoil: spoil}
	server := httptest.NewUnstartedServer(f.handler(t, address))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	f.URL = server.URL
	return f
}

func (f *front) handler(t *testing.T, address string) http.Handler {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	through := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		if !f.current()(w, r) {
			through.ServeHTTP(w, r)
		}
	})
}

func (f *front) current() func(http.ResponseWriter, *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.spoil
}

// change tells the front to spoil otherwise from now on.
func (f *front) change(spoil func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spoil = spoil
}

// behaviour answers one request in a hostile way.
type behaviour func(http.ResponseWriter, *http.Request)

func nothing(http.ResponseWriter, *http.Request) bool { return false }

func everywhere(b behaviour) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool { b(w, r); return true }
}

// onQuestions spoils one operation and leaves the other right.
func onQuestions(b behaviour) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/secret-question") {
			return false
		}
		b(w, r)
		return true
	}
}

// onOneRequest spoils the question of one trader, asked with any key at all.
func onOneRequest(login string, b behaviour) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("username") != login || r.Header.Get("Et-App-Key") == "" {
			return false
		}
		b(w, r)
		return true
	}
}

// onWire takes the connection over and closes it afterwards.
func onWire(write func(*net.TCPConn, *bufio.ReadWriter)) behaviour {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		connection, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		write(connection.(*net.TCPConn), buffer)
		_ = buffer.Flush()
	}
}

// says answers with these bytes and closes the connection.
func says(text string) behaviour {
	return onWire(func(_ *net.TCPConn, b *bufio.ReadWriter) { _, _ = b.WriteString(text) })
}

// saysAndHangs answers with these bytes and then nothing, until the client goes.
func saysAndHangs(text string) behaviour {
	return onWire(func(_ *net.TCPConn, b *bufio.ReadWriter) {
		_, _ = b.WriteString(text)
		_ = b.Flush()
		_, _ = io.Copy(io.Discard, b)
	})
}

func resets(text string) behaviour {
	return onWire(func(c *net.TCPConn, b *bufio.ReadWriter) {
		_, _ = b.WriteString(text)
		_ = b.Flush()
		_ = c.SetLinger(0)
	})
}

// endless answers with the head and then the block, again and again until the client goes.
func endless(head, block string) behaviour {
	return onWire(func(_ *net.TCPConn, b *bufio.ReadWriter) {
		for _, err := b.WriteString(head); err == nil; {
			_, err = b.WriteString(block)
		}
	})
}

// page answers as something in front of a deployment does.
func page(status int, header ...string) behaviour {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w,
			"<!doctype html><title>Back soon</title><h1>We will be back soon</h1>")
	}
}

// everywhereAfter lets so many requests through before it spoils all.
func everywhereAfter(count *atomic.Int64, through int64, b behaviour) func(http.ResponseWriter,
	*http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if count.Load() <= through {
			return false
		}
		b(w, r)
		return true
	}
}

// onceThen closes the channel the first time.
func onceThen(once *sync.Once, reached chan struct{}, b behaviour) behaviour {
	return func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(reached) })
		b(w, r)
	}
}
