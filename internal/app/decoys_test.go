package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/decoy"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// headers are the header fields received by a deployment.
type headers struct {
	mu   sync.Mutex
	list []http.Header
}

func (h *headers) fault() faults.Fault {
	return faults.Fault{Name: "headers",
		HTTP: func(_ faults.World, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				h.mu.Lock()
				h.list = append(h.list, r.Header.Clone())
				h.mu.Unlock()
				next.ServeHTTP(w, r)
			})
		}}
}

func issue(t *testing.T, c challenge.Challenge) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "challenge.json")
	if err := os.WriteFile(path, c.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestARunRespondsToItsChallenge(t *testing.T) {
	var got headers
	_, cfg := start(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{got.fault()}}})
	c := challenge.New("Acme", []string{"core"}, time.Now(), time.Hour)
	cfg.Deployment, cfg.Challenge, cfg.Discreet = config.Label{Name: "Acme", Version: "1"},
		issue(t, c), true
	found := collected(t.Context(), t, cfg)
	for _, h := range got.list {
		if !strings.HasPrefix(h.Get("Traceparent"), "00-"+c.Nonce+"-") {
			t.Fatalf("a request carries the trace %q", h.Get("Traceparent"))
		}
		if agent := h.Get("User-Agent"); strings.Contains(strings.ToLower(agent), "conformance") ||
			strings.Contains(agent, found.ID) {
			t.Fatalf("a request of a discreet run says %q", agent)
		}
	}
	d := found.Target.Decoys
	if len(got.list) == 0 || d == nil || *d != decoy.Draw(c.Seed(), d.Draw) ||
		found.Target.Nonce != c.Nonce {
		t.Fatalf("after %d requests the evidence holds %+v for the nonce %q", len(got.list), d,
			found.Target.Nonce)
	}
	if !sends(found, d.Key) {
		t.Error("the evidence shows no request with the derived key")
	}
	if report := directly(t, found); report.Counts.Failed+report.Counts.Untestable > 0 {
		t.Errorf("judged again: %+v", report.Counts)
	}
}

func sends(found *evidence.Run, key string) bool {
	for _, x := range found.Exchanges {
		for _, f := range x.Header {
			if f.Value == key {
				return true
			}
		}
	}
	return false
}

func TestNoTextIsCommonToTwoRuns(t *testing.T) {
	_, cfg := start(t, sandbox.Options{})
	var drawn []evidence.Decoys
	for range 2 {
		planned, err := app.Plan(cfg)
		if err != nil {
			t.Fatal(err)
		}
		drawn = append(drawn, *planned.Suite.Target.Decoys)
	}
	a, b := drawn[0], drawn[1]
	if a.Key == b.Key || a.Login == b.Login || a.Email == b.Email || a.Answer == b.Answer ||
		a.Password == b.Password || a.Host == b.Host {
		t.Errorf("two runs share a value: %+v, %+v", a, b)
	}
}

func TestAChallengeThatDoesNotFitIsRefused(t *testing.T) {
	_, cfg := start(t, sandbox.Options{})
	cfg.Deployment = config.Label{Name: "Acme"}
	now := time.Now()
	for want, c := range map[string]challenge.Challenge{
		`the challenge is for "Other"`: challenge.New("Other", []string{"core"}, now,
			time.Hour),
		"the challenge expired": challenge.New("Acme", []string{"core"},
			now.Add(-2*time.Hour), time.Hour),
		"the challenge demands profile harde": challenge.New("Acme", []string{"hardening"}, now,
			time.Hour),
		"the challenge was issued later": challenge.New("Acme", []string{"core"},
			now.Add(time.Hour), time.Hour),
	} {
		cfg.Challenge = issue(t, c)
		if _, err := app.Plan(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
