package inbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/inbox"
)

func TestErrorsSayWhatWasExpectedAndWhatCame(t *testing.T) {
	response := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	cases := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"another service", response(200, "text/html; charset=utf-8", "<html>tiger-lily</html>"),
			"expected a response of MailHog, got something else, of type text/html"},
		{"other JSON", response(200, "application/json", `{"status":"ok"}`), "got other JSON"},
		{"a list", response(200, "application/json", `[]`), "got other JSON"},
		{"null", response(200, "application/json", `null`), "got other JSON"},
		{"items without id", response(200, "application/json", `{"total":1,"items":[{}]}`),
			"got other JSON"},
		{"deep JSON", response(200, "application/json", `{"a":`+strings.Repeat("[", 1e6)),
			"got other JSON"},
		{"no type", response(200, "tiger-lily; =", `{}`), "got something else"},
		{"nothing", response(404, "text/plain", "tiger-lily"), "got 404 Not Found"},
		{"login", response(401, "text/plain", "tiger-lily"),
			"got 401 Unauthorized (user and password belong into its URL"},
		{"redirect", response(302, "text/plain", ""), "got 302 Found (redirects are not followed)"},
		{"gateway", response(502, "text/plain", ""), "got 502 Bad Gateway"},
		{"not HTTP", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(conn, "SSH-2.0 tiger-lily\r\n\r\n")
			conn.Close()
		}, "got something that is not HTTP"},
		{"cut short", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"total":0,"items":[`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "closed the connection before its response was complete"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			in := openMailHog(t, strings.Replace(server.URL, "//", "//user:tiger-lily@", 1))
			err := inbox.Ping(t.Context(), in)
			if err == nil || !strings.Contains(err.Error(), c.want) ||
				!strings.Contains(err.Error(), server.URL+"/api/v2/search") {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "tiger") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestAnInboxThatIsDown(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	err := inbox.Ping(t.Context(),
		openMailHog(t, strings.Replace(server.URL, "//", "//user:tiger-lily@", 1)))
	if err == nil || !strings.Contains(err.Error(), "can't be reached") ||
		strings.Contains(err.Error(), "tiger") {
		t.Errorf("error %v", err)
	}
}

func TestASilentInboxEndsWithTheContextOrTheTimeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		<-release
	}))
	defer server.Close()
	defer close(release)
	in, err := inbox.MailHog(inbox.Options{URL: server.URL, Timeout: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := inbox.Ping(t.Context(), in); err == nil ||
		!strings.Contains(err.Error(), "did not respond within 20ms") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := inbox.Ping(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestWrongURLsAreNotRepeated(t *testing.T) {
	for _, url := range []string{"", "localhost:8025", "ftp://tiger@host", "http://",
		"http://a:tiger lily@b:c", "http://user:tiger%zz@host"} {
		if _, err := inbox.MailHog(inbox.Options{URL: url}); err == nil ||
			strings.Contains(err.Error(), "tiger") {
			t.Errorf("%q: error %v", url, err)
		}
	}
}

func TestUserPasswordAndPathPrefix(t *testing.T) {
	hog := &mailHogStandIn{standIn: newStandIn()}
	server := httptest.NewServer(http.StripPrefix("/mail",
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "user" || password != "p:/@" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			hog.handler().ServeHTTP(w, r)
		})))
	defer server.Close()
	in := openMailHog(t, strings.Replace(server.URL, "//", "//user:p%3A%2F%40@", 1)+"/mail/")
	if err := inbox.Ping(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	in.Wake()
	<-hog.joined
}

func TestTLS(t *testing.T) {
	hog := &mailHogStandIn{standIn: newStandIn()}
	server := httptest.NewTLSServer(hog.handler())
	defer server.Close()
	if err := inbox.Ping(t.Context(), openMailHog(t, server.URL)); err == nil ||
		!strings.Contains(err.Error(), "certificate can't be verified") {
		t.Errorf("error %v", err)
	}
	in, err := inbox.MailHog(inbox.Options{URL: server.URL,
		TLS: server.Client().Transport.(*http.Transport).TLSClientConfig})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := inbox.Ping(t.Context(), in); err != nil {
		t.Error(err)
	}
	in.Wake()
	<-hog.joined
}

func TestProxy(t *testing.T) {
	hog, url := startMailHog(t)
	proxy := func(r *http.Request) (*neturl.URL, error) { return neturl.Parse(url) }
	in, err := inbox.MailHog(inbox.Options{URL: "http://mailhog.invalid", Proxy: proxy})
	if err != nil {
		t.Fatal(err)
	}
	if err := inbox.Ping(t.Context(), in); err != nil {
		t.Error(err)
	}
	if host := hog.requests[0].Host; host != "mailhog.invalid" {
		t.Errorf("the proxy was asked for %s", host)
	}
}
