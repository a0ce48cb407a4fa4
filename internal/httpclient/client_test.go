package httpclient_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/httpclient"
)

func TestRequestOnTheWire(t *testing.T) {
	w := serve(t,
		says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-B: 2\r\nX-A: 1\r\nX-A: 3\r\n\r\n{}"))
	c := client(t, httpclient.Options{BaseURL: w.URL + "/api", UserAgent: "conformance/1 run",
		Headers: map[string]string{"X-Gate": "g", "ACCEPT-LANGUAGE": "de"}})
	x := c.Do(context.Background(), httpclient.Request{
		Method: "POST", Path: "/v1.0/a%2Fb?username=hello%40etnatrader.com",
		Header: []httpclient.Field{{Name: "et-app-key", Value: "k"},
			{Name: "Content-Type", Value: "application/json"}, {Name: "x-gate", Value: "own"},
			{Name: "content-length", Value: "99"}},
		Body: []byte(`{"User":"u"}`),
	})
	wantBody(t, x, "{}")
	head := w.heads()[0]
	if !strings.HasPrefix(head,
		"POST /api/v1.0/a%2Fb?username=hello%40etnatrader.com HTTP/1.1\r\n") ||
		!strings.HasSuffix(head, "\r\n\r\n"+`{"User":"u"}`) {
		t.Errorf("request:\n%s", head)
	}
	for _, f := range x.Request.Header {
		if !strings.Contains(head, "\r\n"+f.Name+": "+f.Value+"\r\n") {
			t.Errorf("%s is not on the wire:\n%s", f.Name, head)
		}
	}
	// The request line, Host, Content-Length, and nothing that wasn't recorded.
	if lines := strings.Count(head, "\r\n"); lines != len(x.Request.Header)+4 {
		t.Errorf("%d lines for %d fields:\n%s", lines, len(x.Request.Header), head)
	}
	var names []string
	for _, f := range x.Request.Header {
		names = append(names, f.Name)
	}
	if want := []string{"et-app-key", "Content-Type", "x-gate", "ACCEPT-LANGUAGE", "User-Agent",
		"Accept", "Accept-Encoding", "traceparent"}; !slices.Equal(names, want) {
		t.Errorf("fields %v, want %v", names, want)
	}
	if parent := x.Request.Header[7].Value; !regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-01$`).MatchString(parent) {
		t.Errorf("traceparent %q", parent)
	}
	if want := []httpclient.Field{{Name: "Content-Length", Value: "2"}, {Name: "X-A", Value: "1"},
		{Name: "X-A", Value: "3"}, {Name: "X-B", Value: "2"}}; !slices.Equal(x.Response.Header,
		want) {
		t.Errorf("response's header %v, want %v", x.Response.Header, want)
	}
	if x.URL != w.URL+"/api/v1.0/a%2Fb?username=hello%40etnatrader.com" ||
		x.Response.Proto != "HTTP/1.1" || x.Response.Status != 200 {
		t.Errorf("exchange: %+v", x)
	}
	if x.Timing.Total < x.Timing.FirstByte || x.Timing.FirstByte <= 0 || x.Timing.Reused ||
		x.Started.IsZero() {
		t.Errorf("timing: %+v", x.Timing)
	}
}

func TestOwnUserAgentInLowerCase(t *testing.T) {
	w := serve(t, says("HTTP/1.1 204 No Content\r\n\r\n"))
	c := client(t, httpclient.Options{BaseURL: w.URL})
	wantBody(t, c.Do(context.Background(), httpclient.Request{Method: "POST", Path: "/",
		Header: []httpclient.Field{{Name: "user-agent", Value: "mine"}}}), "")
	head := w.heads()[0]
	if !strings.Contains(head, "\r\nuser-agent: mine\r\n") ||
		strings.Count(strings.ToLower(head), "user-agent") != 1 ||
		!strings.Contains(head, "\r\nContent-Length: 0\r\n") {
		t.Errorf("request:\n%s", head)
	}
}

func TestRequestsThatCannotBe(t *testing.T) {
	w := serve(t, says("HTTP/1.1 204 No Content\r\n\r\n"))
	c := client(t, httpclient.Options{BaseURL: w.URL})
	for _, r := range []httpclient.Request{
		{Method: "GET", Path: "@elsewhere.example/"},
		{Method: "GET", Path: "/%zz"},
		{Method: "G T", Path: "/"},
		{Method: "GET", Path: "/",
			Header: []httpclient.Field{{Name: "Et-App-Key", Value: "v3ry\r\nX: y"}}},
		{Method: "GET", Path: "/", Header: []httpclient.Field{{Name: "Et App Key", Value: "v3ry"}}},
	} {
		x := c.Do(context.Background(), r)
		wantFailure(t, x, httpclient.FailureRequest, false, "This tool made a request")
		if strings.Contains(x.Failure.Text, "v3ry") {
			t.Errorf("a header's value in %q", x.Failure.Text)
		}
	}
	wantFailure(t, ask(t, httpclient.Options{}), httpclient.FailureRequest, false, "base URL")
	if heads := w.heads(); len(heads) != 0 {
		t.Errorf("sent: %q", heads)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	other := serve(t, says("HTTP/1.1 200 OK\r\n\r\n"))
	w := serve(t, says("HTTP/1.1 307 Temporary Redirect\r\nLocation: "+other.URL+
		"/x\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
	c := client(t, httpclient.Options{BaseURL: w.URL})
	for range 2 {
		x := c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/",
			Header: []httpclient.Field{{Name: "Et-App-Key", Value: "k"}}})
		wantBody(t, x, "")
		if x.Response.Status != 307 {
			t.Errorf("status %d", x.Response.Status)
		}
	}
	if heads := other.heads(); len(heads) != 0 {
		t.Errorf("the key travelled: %q", heads)
	}
	if strings.Contains(strings.Join(w.heads(), ""), "Cookie") {
		t.Error("a cookie was sent")
	}
}

func TestNamedConnectionIsShared(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.RemoteAddr)
	}))
	defer s.Close()
	c := client(t, httpclient.Options{BaseURL: s.URL})
	var group sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]map[string]bool{"robert": {}, "jane": {}}
	for name := range seen {
		for range 5 {
			group.Go(func() {
				x := c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/",
					Conn: name})
				mu.Lock()
				defer mu.Unlock()
				if x.Failure != nil {
					t.Errorf("failure: %+v", x.Failure)
					return
				}
				seen[name][string(x.Response.Body)] = true
			})
		}
	}
	group.Wait()
	if len(seen["robert"]) != 1 || len(seen["jane"]) != 1 {
		t.Errorf("connections: %v", seen)
	}
	if !c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/",
		Conn: "jane"}).Timing.Reused {
		t.Error("not reported as reused")
	}
}

// A deployment that closes kept-alive connections may lose a request, but
// never gets one twice.
func TestNothingIsSentTwice(t *testing.T) {
	w := serve(t, func(v *visit) {
		if v.request() {
			io.WriteString(v, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	c := client(t, httpclient.Options{BaseURL: w.URL})
	const asked = 100
	for range asked {
		x := c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/", Conn: "a"})
		if x.Failure != nil && (x.Failure.Kind != httpclient.FailureClosed ||
			x.Failure.ResponseBegun || !x.Timing.Reused) {
			t.Errorf("failure: %+v", *x.Failure)
		}
	}
	if got := len(w.heads()); got > asked {
		t.Errorf("%d requests for %d exchanges", got, asked)
	}
}

func TestResetOfAKeptConnectionIsNotRetried(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		w := serve(t, func(v *visit) {
			if v.request() {
				io.WriteString(v, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
			v.request()
			v.reset()
		})
		c := client(t, httpclient.Options{BaseURL: w.URL})
		r := httpclient.Request{Method: method, Path: "/", Conn: "a"}
		wantBody(t, c.Do(context.Background(), r), "ok")
		x := c.Do(context.Background(), r)
		wantFailure(t, x, httpclient.FailureClosed, false, "before a response began")
		if got := len(w.heads()); got != 2 || !x.Timing.Reused {
			t.Errorf("%s: %d requests arrived, reused %v", method, got, x.Timing.Reused)
		}
	}
}

func TestCloseEndsConnections(t *testing.T) {
	gone := make(chan struct{}, 3)
	w := serve(t, func(v *visit) {
		v.request()
		io.WriteString(v, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		v.untilGone()
		gone <- struct{}{}
	})
	c := client(t, httpclient.Options{BaseURL: w.URL})
	for _, conn := range []string{"", "a", "b"} {
		wantBody(t, c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/",
			Conn: conn}), "ok")
	}
	c.Close()
	for range cap(gone) {
		select {
		case <-gone:
		case <-time.After(10 * time.Second):
			t.Fatal("a connection is still open")
		}
	}
}

func TestConcurrencyIsLimited(t *testing.T) {
	var inside, most atomic.Int32
	full := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		now := inside.Add(1)
		defer inside.Add(-1)
		for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
		}
		if now == 2 {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		<-full
	}))
	defer s.Close()
	c := client(t, httpclient.Options{BaseURL: s.URL, Concurrency: 2})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if x := c.Do(context.Background(), get("/")); x.Failure != nil {
				t.Errorf("failure: %+v", *x.Failure)
			}
		})
	}
	group.Wait()
	if most.Load() != 2 {
		t.Errorf("%d at once, want 2", most.Load())
	}
}

func TestRateIsLimited(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	c := client(t, httpclient.Options{BaseURL: s.URL, Rate: 50})
	begun := time.Now()
	for range 6 {
		c.Do(context.Background(), get("/"))
	}
	if took := time.Since(begun); took < 100*time.Millisecond {
		t.Errorf("6 requests at 50 a second took %v", took)
	}
}

func TestInterruption(t *testing.T) {
	arrived := make(chan struct{})
	w := serve(t, func(v *visit) { v.request(); close(arrived); v.untilGone() })
	c := client(t, httpclient.Options{BaseURL: w.URL, Concurrency: 1})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	wantFailure(t, c.Do(ctx, get("/")), httpclient.FailureInterrupted, false, "interrupted")
	wantFailure(t, c.Do(ctx, get("/")), httpclient.FailureInterrupted, false, "interrupted")
	if got := len(w.heads()); got != 1 {
		t.Errorf("%d requests", got)
	}
}

func TestInterruptionWhileWaiting(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	w := serve(t, func(v *visit) {
		v.request()
		close(arrived)
		<-leave
		io.WriteString(v, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	})
	c := client(t, httpclient.Options{BaseURL: w.URL, Concurrency: 1})
	first := make(chan httpclient.Exchange)
	go func() {
		first <- c.Do(context.Background(), httpclient.Request{Method: "GET", Path: "/", Conn: "a"})
	}()
	<-arrived
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	for _, conn := range []string{"", "a", "b"} {
		wantFailure(t, c.Do(ctx, httpclient.Request{Method: "GET", Path: "/", Conn: conn}),
			httpclient.FailureInterrupted, false, "interrupted")
	}
	close(leave)
	wantBody(t, <-first, "ok")
}

func TestProxy(t *testing.T) {
	w := serve(t, says("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied"))
	proxy := func(*http.Request) (*url.URL, error) { return url.Parse(w.URL) }
	wantBody(t, ask(t, httpclient.Options{BaseURL: "http://deployment.invalid", Proxy: proxy}),
		"proxied")
	if head := w.heads()[0]; !strings.HasPrefix(head,
		"GET http://deployment.invalid/v1.0/x HTTP/1.1\r\n") {
		t.Errorf("request:\n%s", head)
	}
}

func TestProxyThatRefuses(t *testing.T) {
	w := serve(t, says("HTTP/1.1 403 v3ry\r\n\r\n"))
	proxy := func(*http.Request) (*url.URL, error) { return url.Parse(w.URL) }
	x := ask(t, httpclient.Options{BaseURL: "https://deployment.invalid", Proxy: proxy})
	wantFailure(t, x, httpclient.FailureConnect, false, "the proxy responded with the status 403")
}

// The environment's proxy is read once a process, so that this asks in one of its own.
func TestEnvironmentProxy(t *testing.T) {
	if os.Getenv("ASK_THROUGH_PROXY") != "" {
		wantBody(t, ask(t, httpclient.Options{BaseURL: "http://deployment.invalid"}), "proxied")
		return
	}
	w := serve(t, says("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied"))
	child := exec.Command(os.Args[0], "-test.run=^TestEnvironmentProxy$")
	child.Env = append(os.Environ(), "ASK_THROUGH_PROXY=1", "http_proxy="+w.URL,
		"HTTP_PROXY="+w.URL, "NO_PROXY=", "no_proxy=")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := len(w.heads()); got != 1 {
		t.Errorf("the proxy got %d requests", got)
	}
}

func TestIPv6(t *testing.T) {
	w := serveOn(t, listen(t, "tcp6", "[::1]:0"),
		says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	wantBody(t, ask(t, httpclient.Options{BaseURL: w.URL}), "ok")
}

func TestClientOfConfig(t *testing.T) {
	w := serve(t, says("HTTP/1.1 204 No Content\r\n\r\n"))
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"url": w.URL + "/api/"}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := cfg.Client("conformance/test", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantBody(t, c.Do(context.Background(), get("/token")), "")
	if head := w.heads()[0]; !strings.HasPrefix(head, "GET /api/token ") ||
		!strings.Contains(head, "\r\nUser-Agent: conformance/test\r\n") {
		t.Errorf("request:\n%s", head)
	}
}
