//go:build linux

package proxytest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/etna-conformance/conformance/internal/proxytest"
)

func TestProxiesPassRequestsOn(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	t.Cleanup(behind.Close)
	for name, start := range map[string]func(*testing.T) string{
		"nginx":   func(t *testing.T) string { return proxytest.Nginx{}.Start(t, behind.URL) },
		"haproxy": func(t *testing.T) string { return proxytest.HAProxy{}.Start(t, behind.URL) },
	} {
		t.Run(name, func(t *testing.T) {
			response, err := http.Get("http://" + start(t) + "/a/b")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if body, err := io.ReadAll(response.Body); err != nil || string(body) != "/a/b" {
				t.Errorf("%q %v", body, err)
			}
		})
	}
}
