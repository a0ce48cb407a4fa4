//go:build linux

package hostile_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func TestDeploymentThatIsNotThereIsUntestable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behave behaviour
		says   string
	}{
		"closes every connection": {says(""),
			"the deployment can't be reached: The connection was closed before a response began."},
		"resets every connection": {resets(""),
			"the deployment can't be reached: The connection was reset before a response began."},
		"never answers": {saysAndHangs(""),
			"the deployment can't be reached: No response came within 1s."},
		"bad gateway": {page(http.StatusBadGateway),
			"a page (status 502) came in place of the API's response"},
		"maintenance": {page(http.StatusServiceUnavailable),
			"a page (status 503) came in place of the API's response"},
		"sign-in page": {page(http.StatusOK),
			"a page (status 200) came in place of the API's response"},
		"block page": {page(http.StatusForbidden),
			"a page (status 403) came in place of the API's response"},
		"another web site": {page(http.StatusNotFound),
			"a page (status 404) came in place of the API's response"},
		"another server": {http.NotFound,
			"a page (status 404) came in place of the API's response"},
		"proxy that wants a login": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "who are you?", http.StatusProxyAuthRequired)
		}, "a page (status 407) came in place of the API's response"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url, d.settings["requestTimeout"] = before(t, d.URL, everywhere(c.behave)).URL, "1s"
			d.judge(t).wantUntestable(t, c.says)
		})
	}
}

func TestDeploymentThatCannotBeConnectedToIsUntestable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, says string }{
		"nobody listens": {"http://" + closedPort(t),
			"There is no connection: connection refused."},
		"no such name": {"http://deployment.invalid",
			`The name "deployment.invalid" can't be resolved`},
		"TLS on a port that": {"https://" + plainPort(t), "The port speaks plain HTTP, not TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url = c.url
			e := d.judge(t)
			e.wantUntestable(t, "the deployment can't be reached: "+c.says)
			if e.took > 30*time.Second {
				t.Errorf("it took %v to say so", e.took)
			}
		})
	}
}

// closedPort is one that somebody has taken, and nobody listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket,
		&syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
}

func plainPort(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// TestSilenceEverywhereEndsSoon checks that silence is not waited for once a request.
func TestSilenceEverywhereEndsSoon(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	d.url = before(t, d.URL, everywhere(saysAndHangs(""))).URL
	d.settings["requestTimeout"], d.settings["concurrency"] = "500ms", "2"
	e := d.judge(t)
	e.wantUntestable(t, "No response came within 500ms.")
	if e.took > 15*time.Second {
		t.Errorf("it took %v", e.took)
	}
}

func TestDeploymentThatDiesHalfWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		behave behaviour
		says   string
	}{
		"maintenance": {page(http.StatusServiceUnavailable), "a page (status 503) came"},
		"maintenance for hours": {page(http.StatusServiceUnavailable, "Retry-After", "3600"),
			"a page (status 503) came"},
		"silence": {says(""), "the deployment can't be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			var asked atomic.Int64
			d.url = before(t, d.URL, func(w http.ResponseWriter, r *http.Request) bool {
				if asked.Add(1) <= 15 {
					return false
				}
				c.behave(w, r)
				return true
			}).URL
			e := d.judge(t)
			e.want(t, verdict.ExitIncomplete, c.says)
			if failed := e.with(verdict.Failed); len(failed) > 0 {
				t.Errorf("accused of %v\n%s", failed, e.said())
			}
		})
	}
}

// TestOneLostConnectionIsForgiven checks that silence is asked about once more, and that both
// attempts stay in evidence.
func TestOneLostConnectionIsForgiven(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	var lost atomic.Int64
	d.url = before(t, d.URL, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("username") != d.Traders[0].Login || lost.Add(1) > 1 {
			return false
		}
		resets("")(w, r)
		return true
	}).URL
	e := d.judge(t)
	e.want(t, verdict.ExitConformant)
	evidence, err := os.ReadFile(filepath.Join(e.out, "evidence.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"The connection was reset before a response began.",
		`"attempt": 2`} {
		if !strings.Contains(string(evidence), text) {
			t.Errorf("the evidence does not hold %s", text)
		}
	}
}

// forever is a limit that is never lifted.
const forever = time.Hour

// limits answers with the status for so long after the first request.
func limits(lasts time.Duration, status int, retryAfter func() string) func(http.ResponseWriter,
	*http.Request) bool {
	var once sync.Once
	var first time.Time
	return func(w http.ResponseWriter, _ *http.Request) bool {
		once.Do(func() { first = time.Now() })
		if time.Since(first) > lasts {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		if value := retryAfter(); value != "" {
			w.Header().Set("Retry-After", value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"message": "slow down"}`)
		return true
	}
}

func saying(value string) func() string { return func() string { return value } }

func inTwoSeconds() string { return time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat) }

func TestRateLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit func(http.ResponseWriter, *http.Request) bool
		exit  int
		most  time.Duration
	}{
		"a while, and says how long": {limits(time.Second, http.StatusTooManyRequests,
			saying("2")), verdict.ExitConformant, 30 * time.Second},
		"a while, 503": {limits(time.Second, http.StatusServiceUnavailable,
			saying("2")), verdict.ExitConformant, 30 * time.Second},
		"a while, until a time": {limits(500*time.Millisecond,
			http.StatusTooManyRequests, inTwoSeconds), verdict.ExitConformant, 30 * time.Second},
		"always": {limits(forever, http.StatusTooManyRequests,
			saying("")), verdict.ExitIncomplete, 20 * time.Second},
		"always, and promises otherwise": {limits(forever, http.StatusTooManyRequests,
			saying("1")), verdict.ExitIncomplete, 20 * time.Second},
		"always, 503": {limits(forever, http.StatusServiceUnavailable,
			saying("1")), verdict.ExitIncomplete, 20 * time.Second},
		"longer than anybody waits": {limits(forever, http.StatusTooManyRequests,
			saying("86400")), verdict.ExitIncomplete, 20 * time.Second},
		"a Retry-After that means nothing": {limits(forever, http.StatusTooManyRequests,
			saying("-5")), verdict.ExitIncomplete, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url = before(t, d.URL, c.limit).URL
			e := d.judge(t)
			e.want(t, c.exit, "limits the rate of requests")
			if failed := e.with(verdict.Failed); len(failed) > 0 {
				t.Errorf("accused of %v\n%s", failed, e.said())
			}
			if e.took > c.most {
				t.Errorf("it took %v", e.took)
			}
		})
	}
}

// certificate issues one for 127.0.0.1 by itself, as PEM and for a server.
func certificate(t *testing.T, from, until time.Time) (file string, pair tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "deployment"}, NotBefore: from,
		NotAfter:    until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		0o600); err != nil {
		t.Fatal(err)
	}
	return file, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// secure puts TLS before a right deployment; http2 offers HTTP/2 as well.
func secure(t *testing.T, address string, pair tls.Certificate, http2 bool) string {
	t.Helper()
	server := httptest.NewUnstartedServer((&front{spoil: nothing}).handler(t, address))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	file, good := certificate(t, time.Now().Add(-hour), time.Now().Add(hour))
	expiredFile, expired := certificate(t, time.Now().Add(-2*hour), time.Now().Add(-hour))
	otherFile, _ := certificate(t, time.Now().Add(-hour), time.Now().Add(hour))
	for name, c := range map[string]struct {
		pair tls.Certificate
		args []string
		exit int
		says string
	}{
		"of nobody known": {good, nil, verdict.ExitIncomplete,
			"an authority that is not trusted here (declare it as caFile)"},
		"of another authority": {good, []string{"--ca-file", otherFile},
			verdict.ExitIncomplete, "The certificate"},
		"of a declared authority": {good, []string{"--ca-file", file},
			verdict.ExitConformant, ""},
		"not verified": {good, []string{"--insecure"}, verdict.ExitConformant, ""},
		"expired": {expired, []string{"--ca-file", expiredFile},
			verdict.ExitIncomplete, "The certificate expired at"},
		"expired, but not verified": {expired, []string{"--insecure"}, verdict.ExitConformant, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, sandbox.Options{})
			d.url, d.args = secure(t, d.URL, c.pair, false), c.args
			e := d.judge(t)
			if c.exit == verdict.ExitIncomplete {
				e.wantUntestable(t, c.says)
			}
			e.want(t, c.exit)
		})
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	file, pair := certificate(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	d := start(t, sandbox.Options{})
	d.url, d.args = secure(t, d.URL, pair, true), []string{"--ca-file", file}
	e := d.judge(t)
	e.want(t, verdict.ExitConformant)
	if evidence, err := os.ReadFile(filepath.Join(e.out, "evidence.har")); err != nil ||
		!strings.Contains(string(evidence), "HTTP/2.0") {
		t.Errorf("HTTP/2 was not spoken (%v)", err)
	}
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this host has no IPv6")
	}
	l.Close()
	start(t, sandbox.Options{Addr: "[::1]:0"}).judge(t).want(t, verdict.ExitConformant)
}

func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	proxy := before(t, d.URL, nothing)
	d.url = "http://deployment.example"
	d.env = []string{"HTTP_PROXY=" + proxy.URL}
	d.judge(t).want(t, verdict.ExitConformant)
	if proxy.requests.Load() == 0 {
		t.Error("nothing went through the proxy")
	}
}

func TestTLSBeyondThisHostIsReported(t *testing.T) {
	t.Parallel()
	expires := time.Now().Add(time.Hour)
	_, pair := certificate(t, time.Now().Add(-time.Hour), expires)
	d := start(t, sandbox.Options{})
	proxy := tunnel(t, secure(t, d.URL, pair, false))
	d.url, d.args = "https://deployment.example",
		[]string{"--insecure", "--profile", "core,hardening"}
	d.env = []string{"HTTPS_PROXY=" + proxy}
	e := d.judge(t)
	e.want(t, verdict.ExitConformant,
		"The deployment speaks TLS 1.3, its certificate is valid until "+
			expires.UTC().Format(time.DateOnly)+".")
	if got := e.report.Requirements[slices.IndexFunc(e.report.Requirements,
		func(q verdict.Requirement) bool {
			return q.ID == "HARD-8"
		})]; got.Verdict != verdict.Passed {
		t.Errorf("HARD-8 is %s: %s", got.Verdict, got.Reason)
	}
}

// tunnel starts an HTTP proxy that connects everybody to the address.
func tunnel(t *testing.T, address string) string {
	t.Helper()
	_, host, _ := strings.Cut(address, "://")
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up, err := net.Dial("tcp", host)
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer up.Close()
		down, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer down.Close()
		_, _ = io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(up, down); up.Close() }()
		_, _ = io.Copy(down, up)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func TestDeadProxyIsUntestable(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{})
	d.url = "http://deployment.example"
	d.env = []string{"HTTP_PROXY=http://" + closedPort(t)}
	d.judge(t).wantUntestable(t,
		"the deployment can't be reached: There is no connection: connection refused.")
}
