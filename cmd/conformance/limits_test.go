package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
)

// traffic is what a deployment has been sent.
type traffic struct {
	mu        sync.Mutex
	requests  []*http.Request
	last      time.Time
	now, most int
}

// watch counts the requests that come and that are under way.
func (s *traffic) watch(_ faults.World, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests, s.last = append(s.requests, r), time.Now()
		s.now++
		s.most = max(s.most, s.now)
		s.mu.Unlock()
		next.ServeHTTP(w, r)
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	})
}

func TestRunKeepsToTheRate(t *testing.T) {
	t.Parallel()
	const rate = 20
	var sent traffic
	s := sandboxtest.Start(t, through(sent.watch))
	before := time.Now()
	r, _ := judge(t, s, "--rate", strconv.Itoa(rate))
	r.wantExit(t, 0)

	// However late single requests come, none comes before its turn.
	n, took := len(sent.requests), sent.last.Sub(before)
	if least := time.Duration(n-1) * time.Second / rate; n < rate || took < least {
		t.Errorf("%d requests within %s: more than %d a second", n, took, rate)
	}
}

func TestRunWithConcurrencyOneSendsOneRequestAtATime(t *testing.T) {
	t.Parallel()
	var sent traffic
	r, _ := judge(t, sandboxtest.Start(t, through(sent.watch)), "--concurrency", "1")
	r.wantExit(t, 0)
	if sent.most != 1 {
		t.Errorf("%d requests were under way at once", sent.most)
	}
}

func TestEveryRequestNamesTheToolAndTheRunAndCanBeTraced(t *testing.T) {
	t.Parallel()
	var sent traffic
	s, out := sandboxtest.Start(t, through(sent.watch)), t.TempDir()
	conformance(t, "run", "--url", s.URL, "--out", out).wantExit(t, 0)

	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	agent := regexp.MustCompile(`^conformance/\S+ \(run ` + reportOf(t, out).RunID + `\)$`)
	parents := map[string]bool{}
	for _, r := range sent.requests {
		if !agent.MatchString(r.UserAgent()) {
			t.Errorf("User-Agent %q", r.UserAgent())
		}
		parent := r.Header.Get("Traceparent")
		if parents[parent] || !strings.Contains(string(page), parent) {
			t.Errorf("traceparent %q stands on another request, too, or not in the report", parent)
		}
		parents[parent] = true
	}
}
