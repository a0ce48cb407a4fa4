//go:build linux

package hostile_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/time/rate"

	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// refusal is what a gateway responds where requests come too fast.
type refusal struct {
	status      int
	contentType string
	body        string
	// header are further lines, a name and a value each.
	header []string
}

func (f refusal) respond(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", f.contentType)
	for i := 0; i+1 < len(f.header); i += 2 {
		w.Header().Set(f.header[i], f.header[i+1])
	}
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, f.body)
}

// refusals are those of gateways and libraries in their default configuration.
func refusals() map[string]refusal {
	const html, text, json = "text/html", "text/plain", "application/json"
	return map[string]refusal{
		"Envoy": {429, text, "local_rate_limited",
			[]string{"Server", "envoy", "X-Envoy-Ratelimited", "true"}},
		"Envoy, overloaded": {503, text,
			"upstream connect error or disconnect/reset before headers. reset reason: overflow",
			[]string{"X-Envoy-Overloaded", "true"}},
		"Traefik": {429, text, "Too Many Requests",
			[]string{"Retry-After", "0", "X-Retry-In", "120ms"}},
		"Cloudflare": {429, html,
			"<!DOCTYPE html><html><title>Access denied</title><h1>Error 1015</h1><p>You are being rate limited</p></html>", []string{"Retry-After", "1", "Server", "cloudflare"}},
		"Cloudflare, text": {403, text, "error code: 1015", []string{"Server", "cloudflare"}},
		"a block page": {403, html,
			"<html><head><title>Request blocked</title></head><body>Your support ID is 4711.</body></html>", nil},
		"a block page with OK": {200, html,
			"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected.</body></html>", nil},
		"AWS API Gateway": {429, json, `{"message":"Too Many Requests"}`,
			[]string{"X-Amzn-Errortype", "TooManyRequestsException"}},
		"AWS WAF": {403, json, `{"message":"Forbidden"}`,
			[]string{"X-Amzn-Errortype", "ForbiddenException"}},
		"AWS load balancer": {503, html,
			"<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n</html>",
			[]string{"Server", "awselb/2.0"}},
		"Azure API Management": {429, json,
			`{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds." }`,
			[]string{"Retry-After", "1"}},
		"Apigee": {429, json,
			`{"fault":{"faultstring":"Spike arrest violation. Allowed rate : 10ps","detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}`, nil},
		"Kong": {429, json, `{"message":"API rate limit exceeded"}`,
			[]string{"Ratelimit-Reset", "1", "Retry-After", "1"}},
		"Tyk": {429, json, `{"error": "Rate limit exceeded"}`, nil},
		"express-rate-limit": {429, html, "Too many requests, please try again later.",
			[]string{"RateLimit-Policy", "10;w=1", "Retry-After", "1"}},
		"AspNetCoreRateLimit": {429, text, "API calls quota exceeded! maximum admitted 10 per 1s.",
			[]string{"Retry-After", "1"}},
		"ASP.NET Core": {503, "", "", nil},
		"Django REST": {429, json,
			`{"detail":"Request was throttled. Expected available in 1 second."}`,
			[]string{"Retry-After", "1"}},
		"Spring": {429, json,
			`{"timestamp":"2026-01-01T00:00:00Z","status":429,"error":"Too Many Requests","path":"/v1.0/users/password/reset"}`, nil},
		"Rack::Attack": {429, text, "Retry later\n", []string{"Retry-After", "1"}},
		"IIS": {403, html,
			"<html><title>403 - Forbidden: Access is denied.</title></html>", nil},
		"IIS, concurrency": {503, html,
			"<HTML><HEAD><TITLE>Service Unavailable</TITLE></HEAD></HTML>", nil},
		"without a body": {429, "", "", nil},
		"bandwidth":      {509, html, "<html>Bandwidth Limit Exceeded</html>", nil},
	}
}

// limitedBy puts a gateway before the target, which refuses what the limiter does not let through.
func (f refusal) limitedBy(t *testing.T, d *target, limiter *rate.Limiter) {
	t.Helper()
	d.url = before(t, d.URL, func(w http.ResponseWriter, r *http.Request) bool {
		if limiter.Allow() {
			return false
		}
		f.respond(w, r)
		return true
	}).URL
}

// TestLimitsOfGateways meets each refusal by a limiter of requests a second.
func TestLimitsOfGateways(t *testing.T) {
	t.Parallel()
	for name, f := range refusals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			f.limitedBy(t, d, rate.NewLimiter(20, 4))
			d.judge(t).want(t, verdict.ExitConformant)
		})
	}
}

// TestGatewaysThatBlockForGood meets refusals from some request on, one of each kind.
func TestGatewaysThatBlockForGood(t *testing.T) {
	t.Parallel()
	all := refusals()
	for _, name := range []string{"Kong", "Envoy, overloaded", "Cloudflare, text", "a block page",
		"a block page with OK", "AWS WAF", "Azure API Management"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			all[name].limitedBy(t, d, rate.NewLimiter(0, 15))
			e := d.judge(t)
			e.want(t, verdict.ExitIncomplete)
			if failed := e.with(verdict.Failed); len(failed) > 0 {
				t.Errorf("accused of %v\n%s", failed, e.said())
			}
			if !strings.Contains(e.said(), "in place of the API") &&
				!strings.Contains(e.said(), "declare rate") {
				t.Errorf("the reason is not told:\n%s", e.said())
			}
		})
	}
}

// TestBlockedAttackTellsNothingOfOthers meets a firewall that blocks attacks, and a limit that says
// so by the same page.
func TestBlockedAttackTellsNothingOfOthers(t *testing.T) {
	t.Parallel()
	blocked := refusals()["a block page"]
	d := start(t, sandbox.Options{})
	var mu sync.Mutex
	met := map[string]bool{}
	d.url = before(t, d.URL, func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		key := r.Header.Get("Et-App-Key")
		attack := strings.Contains(key, "' OR '")
		if !attack && (met[key] || !slices.Contains([]string{".*", "%", "*"}, key)) {
			return false
		}
		met[key] = true
		blocked.respond(w, r)
		return true
	}).URL
	d.judge(t).want(t, verdict.ExitConformant)
	if len(met) < 4 {
		t.Errorf("blocked were %v alone", met)
	}
}
