//go:build linux

package hostile_test

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/proxytest"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// proxied is what a right deployment behind a real proxy is judged as.
type proxied struct {
	proxy interface {
		Start(t *testing.T, upstream string) string
	}
	// scheme and path are put before and behind the proxy's address.
	scheme, path string
	settings     map[string]any
	args         []string
	exit         int
	says         string
}

// judgeAll holds the verdicts against what is expected.
func judgeAll(t *testing.T, cases map[string]proxied, check func(*testing.T, ending)) {
	t.Helper()
	for name, p := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := p.start(t).judge(t)
			t.Logf("exit code %d after %v", e.exit, e.took)
			e.want(t, p.exit, p.says)
			if failed := e.with(verdict.Failed); len(failed) > 0 {
				t.Errorf("accused of %v\n%s", failed, e.said())
			}
			if check != nil {
				check(t, e)
			}
		})
	}
}

// start starts the deployment and the proxy before it.
func (p proxied) start(t *testing.T) *target {
	t.Helper()
	d := start(t, sandbox.Options{})
	d.url = cmp.Or(p.scheme, "http") + "://" + p.proxy.Start(t, d.URL) + p.path
	d.args = p.args
	for key, value := range p.settings {
		d.settings[key] = value
	}
	return d
}

// TestLimitsOfNginx meets limits by their default page of status 503.
func TestLimitsOfNginx(t *testing.T) {
	t.Parallel()
	zone := func(rate string) string {
		return "limit_req_zone $binary_remote_addr zone=z:1m rate=" + rate + ";"
	}
	const connections = "limit_conn_zone $binary_remote_addr zone=c:1m;"
	cases := map[string]proxied{}
	for name, nginx := range map[string]proxytest.Nginx{
		"8 a second": {HTTP: zone("8r/s"), Location: "limit_req zone=z;"},
		"10 a second, burst 5": {HTTP: zone("10r/s"),
			Location: "limit_req zone=z burst=5 nodelay;"},
		"20 a second, burst 10": {HTTP: zone("20r/s"),
			Location: "limit_req zone=z burst=10 nodelay;"},
		"one connection": {HTTP: connections, Location: "limit_conn c 1;"},
		"two connections and 20 a second": {HTTP: connections + zone("20r/s"),
			Location: "limit_conn c 2; limit_req zone=z burst=5 nodelay;"},
		"10 a second, connections are closed": {HTTP: zone("10r/s") + "limit_req_status 444;",
			Location: "limit_req zone=z burst=2 nodelay;"},
		"10 a second, forbidden": {HTTP: zone("10r/s") + "limit_req_status 403;",
			Location: "limit_req zone=z burst=2 nodelay;"},
		"20 a second, delayed": {HTTP: zone("20r/s"), Location: "limit_req zone=z burst=20;"},
	} {
		cases[name] = proxied{proxy: nginx, exit: verdict.ExitConformant}
	}
	cases["one reset a minute"] = proxied{
		proxy: proxytest.Nginx{
			HTTP: "map $uri $limited { default ''; ~reset$ $binary_remote_addr; } limit_req_zone $limited zone=r:1m rate=1r/m;", Location: "limit_req zone=r;",
		},
		exit: verdict.ExitIncomplete, says: "declare rate, in requests a second",
	}
	judgeAll(t, cases, nil)
}

// TestLimitsOfHAProxy meets limits of several kinds; the sum of requests in a window counts those
// that are refused, too.
func TestLimitsOfHAProxy(t *testing.T) {
	t.Parallel()
	const table = "	stick-table type ip size 1k expire 30s store http_req_rate(1s),conn_rate(1s),conn_cur\n"
	const track = table + "	http-request track-sc0 src\n"
	cases := map[string]proxied{}
	for name, frontend := range map[string]string{
		"429": track +
			"	http-request deny deny_status 429 if { sc_http_req_rate(0) gt 8 }",
		"429, Retry-After": track +
			"	http-request return status 429 content-type text/plain string slower hdr Retry-After 1 if { sc_http_req_rate(0) gt 8 }",
		"forbidden": track + "	http-request deny if { sc_http_req_rate(0) gt 8 }",
		"tarpit": track +
			"	timeout tarpit 300ms\n	http-request tarpit if { sc_http_req_rate(0) gt 8 }",
		"connections closed": table +
			"	tcp-request connection track-sc0 src\n	tcp-request connection reject if { sc_conn_rate(0) gt 40 }",
	} {
		cases[name] = proxied{proxy: proxytest.HAProxy{Frontend: frontend},
			exit: verdict.ExitConformant}
	}
	judgeAll(t, cases, nil)
}

// TestPagesOfProxies meets what proxies say to every request in the deployment's place.
func TestPagesOfProxies(t *testing.T) {
	t.Parallel()
	file, pair := certificate(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	cert, key, both := pemFiles(t, pair)
	secured := "ssl_certificate " + cert + "; ssl_certificate_key " + key + ";"
	verified := secured + "ssl_client_certificate " + file + "; ssl_verify_client on;"
	returns := func(text string) proxytest.Nginx {
		return proxytest.Nginx{Server: "location ~ . { " + text + " }"}
	}
	cases := map[string]proxied{
		"nginx, plain HTTP to a TLS port": {proxy: proxytest.Nginx{Listen: "ssl", Server: secured},
			says: "the port speaks TLS; declare the url with https://"},
		"nginx, no client certificate": {proxy: proxytest.Nginx{Listen: "ssl", Server: verified},
			scheme: "https", args: []string{"--insecure"},
			says: "it demands a client certificate; declare clientCert"},
		"nginx, to https": {proxy: proxytest.Nginx{Server: "return 301 https://$host$request_uri;"},
			says: "it redirects to https://; declare the url with https://"},
		"nginx, login": {proxy: proxytest.Nginx{Location: "auth_basic etna; auth_basic_user_file /dev/null;"}, says: "a page (status 401) came in place of the API's response"},
		"nginx, forbidden": {proxy: proxytest.Nginx{Location: "deny all;"},
			says: "a page (status 403) came in place of the API's response"},
		"nginx, not acceptable": {proxy: returns("return 406;"),
			says: "a page (status 406) came in place of the API's response"},
		"nginx, too large": {proxy: returns("return 413;"),
			says: "a page (status 413) came in place of the API's response"},
		"nginx, legal reasons": {proxy: returns("return 451 'no';"),
			says: "a page (status 451) came in place of the API's response"},
		"nginx, no such site": {proxy: returns("root /nonexistent;"),
			says: "no operation is there; is the base URL right?"},
		"nginx, an error": {proxy: returns("return 500;"),
			says: "a page (status 500) came in place of the API's response"},
		"nginx, nobody behind": {proxy: proxytest.Nginx{Server: "location ~ . { proxy_pass http://" + closedPort(t) + "; }"}, says: "a gateway does not reach the deployment behind it"},
		"nginx, maintenance": {proxy: returns("return 503;"),
			says: "a page (status 503) came in place of the API's response"},
		"HAProxy, nobody behind": {proxy: proxytest.HAProxy{Frontend: "	use_backend nobody if TRUE", Sections: "backend nobody\n	server nobody " + closedPort(t)}, says: "a page (status 503) came in place of the API's response"},
		"HAProxy, forbidden": {proxy: proxytest.HAProxy{Frontend: "	http-request deny"},
			says: "a page (status 403) came in place of the API's response"},
		"HAProxy, silence": {proxy: proxytest.HAProxy{Frontend: "	http-request silent-drop"},
			settings: map[string]any{"requestTimeout": "1s"},
			says:     "the deployment can't be reached"},
		"HAProxy, plain HTTP to TLS": {proxy: proxytest.HAProxy{Bind: "ssl crt " + both},
			says: "the deployment can't be reached"},
		"HAProxy, no client certificate": {proxy: proxytest.HAProxy{Bind: "ssl crt " + both +
			" ca-file " + file + " verify required"}, scheme: "https", args: []string{"--insecure"},
			says: "declare clientCert"},
		"a version too many": {proxy: proxytest.Nginx{}, path: "/v2",
			says: "the base URL ends in /v2 already"},
		"an operation too many": {proxy: proxytest.Nginx{}, path: "/v1.0/users/password/reset",
			says: "the base URL ends in /v1.0/users/password/reset already"},
	}
	for name, p := range cases {
		p.exit = verdict.ExitIncomplete
		cases[name] = p
	}
	judgeAll(t, cases, func(t *testing.T, e ending) {
		if passed := e.with(verdict.Passed); len(passed) > 0 {
			t.Errorf("%v passed although nothing of the API was there", passed)
		}
	})
}

// TestProxiesThatPassOn meets other ways of passing on the same responses.
func TestProxiesThatPassOn(t *testing.T) {
	t.Parallel()
	file, pair := certificate(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	cert, key, both := pemFiles(t, pair)
	secured := "ssl_certificate " + cert + "; ssl_certificate_key " + key + ";"
	clientCert := map[string]any{"clientCert": map[string]string{"cert": cert, "key": key}}
	cases := map[string]proxied{
		"nginx": {proxy: proxytest.Nginx{}},
		"nginx, HTTP/2": {proxy: proxytest.Nginx{Listen: "ssl http2", Server: secured},
			scheme: "https", args: []string{"--ca-file", file}},
		"nginx, client certificate": {proxy: proxytest.Nginx{Listen: "ssl", Server: secured +
			"ssl_client_certificate " + file + "; ssl_verify_client on;"}, scheme: "https",
			args: []string{"--ca-file", file}, settings: clientCert},
		"nginx, gzip":               {proxy: proxytest.Nginx{Location: "gzip on; gzip_types application/json; gzip_min_length 1; gzip_proxied any;"}},
		"nginx, one a connection":   {proxy: proxytest.Nginx{Location: "keepalive_timeout 0;"}},
		"nginx, three a connection": {proxy: proxytest.Nginx{Server: "keepalive_requests 3;"}},
		"nginx, unbuffered":         {proxy: proxytest.Nginx{Location: "proxy_buffering off; proxy_http_version 1.1;"}},
		"nginx, a path":             {proxy: proxytest.Nginx{Server: "location /api/ { rewrite ^/api(.*) $1 last; }"}, path: "/api"},
		"HAProxy":                   {proxy: proxytest.HAProxy{}},
		"HAProxy, HTTP/2": {proxy: proxytest.HAProxy{Bind: "ssl crt " + both +
			" alpn h2,http/1.1"}, scheme: "https", args: []string{"--ca-file", file}},
		"HAProxy, closing": {proxy: proxytest.HAProxy{Frontend: "	option httpclose"}},
		"HAProxy, gzip":    {proxy: proxytest.HAProxy{Frontend: "	compression algo gzip\n	compression type application/json"}},
		"HAProxy, slow":    {proxy: proxytest.HAProxy{Frontend: "	tcp-request inspect-delay 200ms\n	tcp-request content accept if WAIT_END"}},
	}
	judgeAll(t, cases, nil)
}

// pemFiles writes the certificate and its key, each alone and both together.
func pemFiles(t *testing.T, pair tls.Certificate) (cert, key, both string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certText := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE",
		Bytes: pair.Certificate[0]}))
	keyText := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", certText), write("key.pem", keyText),
		write("both.pem", strings.Join([]string{certText, keyText}, ""))
}
