package httpclient_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/httpclient"
)

// certificate makes a certificate of its own authority for a name.
func certificate(t *testing.T, name string, from, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from,
		NotAfter: until,
		IsCA:     true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// files puts a certificate and its key into files.
func files(t *testing.T, c tls.Certificate) (cert, key string) {
	t.Helper()
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE",
		Bytes: c.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// secure serves HTTP/2 and HTTP/1.1 with a certificate.
func secure(t *testing.T, cfg *tls.Config, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = cfg
	s.EnableHTTP2 = true
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func askConfig(t *testing.T, c config.Config) httpclient.Exchange {
	t.Helper()
	made, err := c.Client("test", "")
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	return made.Do(context.Background(), get("/"))
}

func hello(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }

func TestCertificatesThatAreWrong(t *testing.T) {
	now := time.Now()
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		certificate tls.Certificate
		trusted     bool
		text        string
	}{
		"expired": {certificate(t, "127.0.0.1", now.Add(-2*day), now.Add(-day)), true,
			"The certificate expired at " + now.Add(-day).UTC().Format(time.RFC3339)},
		"too early": {certificate(t, "127.0.0.1", now.Add(day), now.Add(2*day)), true,
			"The certificate is valid only from " + now.Add(day).UTC().Format(time.RFC3339)},
		"another host": {certificate(t, "other.example", now.Add(-day), now.Add(day)), true,
			"The certificate is not for 127.0.0.1."},
		"unknown authority": {certificate(t, "127.0.0.1", now.Add(-day), now.Add(day)), false,
			"an authority that is not trusted here"},
	} {
		t.Run(name, func(t *testing.T) {
			s := secure(t, &tls.Config{Certificates: []tls.Certificate{c.certificate}}, hello)
			cfg := config.Config{URL: s.URL}
			if c.trusted {
				cfg.CAFile, _ = files(t, c.certificate)
			}
			wantFailure(t, askConfig(t, cfg), httpclient.FailureTLS, false, c.text)
			cfg.Insecure = true
			wantBody(t, askConfig(t, cfg), "hello")
		})
	}
}

func TestTrustedCertificateAndHTTP2(t *testing.T) {
	good := certificate(t, "127.0.0.1", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	s := secure(t, &tls.Config{Certificates: []tls.Certificate{good}},
		func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RemoteAddr) })
	ca, _ := files(t, good)
	c, err := config.Config{URL: s.URL, CAFile: ca}.Client("test", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := httpclient.Request{Method: "POST", Path: "/", Conn: "a", Body: []byte("x")}
	first, second := c.Do(context.Background(), r), c.Do(context.Background(), r)
	wantBody(t, second, string(first.Response.Body))
	if first.Response.Proto != "HTTP/2.0" || !second.Timing.Reused || first.Timing.TLS <= 0 ||
		first.Timing.Connect <= 0 || second.Timing.TLS != 0 {
		t.Errorf("%s, %+v, %+v", first.Response.Proto, first.Timing, second.Timing)
	}
}

func TestHTTP2StreamsThatEnd(t *testing.T) {
	good := certificate(t, "127.0.0.1", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	s := secure(t, &tls.Config{Certificates: []tls.Certificate{good}},
		func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/in":
				io.WriteString(w, "12345")
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			case "/before":
				panic(http.ErrAbortHandler)
			default:
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}
		})
	c := client(t, httpclient.Options{BaseURL: s.URL, TLS: insecure()})
	wantFailure(t, c.Do(context.Background(), get("/before")), httpclient.FailureClosed, false,
		"before a response")
	wantFailure(t, c.Do(context.Background(), get("/in")), httpclient.FailureClosed, true,
		"after 5 bytes")

	hasty := client(t, httpclient.Options{BaseURL: s.URL, TLS: insecure(),
		Timeout: 3 * time.Second})
	wantFailure(t, hasty.Do(context.Background(), get("/hang")), httpclient.FailureTimeout, true,
		"had begun")
}

func TestClientCertificate(t *testing.T) {
	good := certificate(t, "127.0.0.1", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	s := secure(t, &tls.Config{Certificates: []tls.Certificate{good},
		ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, hello)
	ca, _ := files(t, good)
	wantFailure(t, askConfig(t, config.Config{URL: s.URL, CAFile: ca}), httpclient.FailureTLS,
		false, "refused the TLS handshake")
	cert, key := files(t, good)
	wantBody(t, askConfig(t, config.Config{URL: s.URL, CAFile: ca,
		ClientCert: config.ClientCert{Cert: cert, Key: key}}), "hello")
}

func TestPortsThatDoNotSpeakTLS(t *testing.T) {
	for text, handle := range map[string]func(*visit){
		"plain HTTP": func(v *visit) {
			io.WriteString(v, "HTTP/1.1 400 Bad Request\r\n\r\n")
			v.untilGone()
		},
		"does not speak TLS": func(v *visit) {
			io.WriteString(v, "220 mail.example ESMTP\r\n")
			v.untilGone()
		},
		"closed during the TLS handshake.": func(v *visit) {
			v.reader.Peek(1)
			v.reader.Discard(v.reader.Buffered())
		},
	} {
		w := serve(t, handle)
		wantFailure(t, ask(t, httpclient.Options{BaseURL: "https" + w.URL[len("http"):]}),
			httpclient.FailureTLS, false, text)
	}
}
