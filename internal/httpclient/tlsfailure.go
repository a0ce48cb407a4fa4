package httpclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// certificateProblem says in one sentence what is wrong with a certificate, ""
// where the error is about something else.
func certificateProblem(err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return invalidCertificate(invalid)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "The certificate was issued by an authority that is not trusted here (declare it as caFile)."
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("The certificate is not for %s.", wrong.Host)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "The certificate can't be verified."
	}
	return ""
}

func invalidCertificate(invalid x509.CertificateInvalidError) string {
	if invalid.Reason != x509.Expired {
		return "The certificate is not one for this purpose."
	}
	if time.Now().Before(invalid.Cert.NotBefore) {
		return fmt.Sprintf("The certificate is valid only from %s on.",
			invalid.Cert.NotBefore.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("The certificate expired at %s.",
		invalid.Cert.NotAfter.UTC().Format(time.RFC3339))
}

// handshakeProblem says in one sentence why the handshake ended.
func handshakeProblem(err error) string {
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		if strings.HasPrefix(string(record.RecordHeader[:]), "HTTP") {
			return "The port speaks plain HTTP, not TLS (a URL with http:// reaches it)."
		}
		return "The port does not speak TLS."
	}
	if isAlert(err) && strings.Contains(err.Error(), "certificate") {
		return "The deployment refused the TLS handshake: " + networkCause(err) +
			" (it demands a client certificate; declare clientCert)."
	}
	if isAlert(err) {
		return "The deployment refused the TLS handshake: " + networkCause(err) + "."
	}
	if isClosed(err) {
		return "The connection was closed during the TLS handshake."
	}
	return "The TLS handshake failed: " + networkCause(err) + "."
}

// isAlert is true where the other side ended TLS with a reason; it may come as
// late as the first read, for a client certificate that it misses.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

// speaksTLS is true where plain HTTP was met by TLS: its alert is read as a malformed status line.
func speaksTLS(err error) bool {
	return strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`)
}
