package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"
)

// TLS returns how the deployment's certificate is verified and which one the
// client shows, nil where nothing was configured. Files that can't be read or
// hold no certificate are a *Error.
func (c Config) TLS() (*tls.Config, error) {
	if c.CAFile == "" && !c.Insecure && c.ClientCert == (ClientCert{}) {
		return nil, nil
	}
	t := &tls.Config{InsecureSkipVerify: c.Insecure}
	if c.CAFile != "" {
		pool, err := authorities(c.CAFile)
		if err != nil {
			return nil, err
		}
		t.RootCAs = pool
	}
	if c.ClientCert != (ClientCert{}) {
		pair, err := keyPair(c.ClientCert)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

// authorities returns the system's certificate authorities and those of the file.
func authorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, unreadable(file, "caFile", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(textOf(text)) {
		return nil, &Error{"caFile", "expected certificates (PEM) in " + file + ", found " +
			contents(textOf(text))}
	}
	return pool, nil
}

// keyPair reads the client's certificate and key; its error says which of the files is not what it
// should be.
func keyPair(c ClientCert) (tls.Certificate, error) {
	cert, err := os.ReadFile(c.Cert)
	if err != nil {
		return tls.Certificate{}, unreadable(c.Cert, "clientCert", err)
	}
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return tls.Certificate{}, unreadable(c.Key, "clientCert", err)
	}
	cert, key = textOf(cert), textOf(key)
	if found := contents(cert); found != certificateInside {
		return tls.Certificate{}, &Error{"clientCert", "cert: expected a certificate (PEM) in " +
			c.Cert + ", found " + found}
	}
	if found := contents(key); found != keyInside {
		return tls.Certificate{}, &Error{"clientCert", "key: expected a private key (PEM) in " +
			c.Key + ", found " + found}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return pair, &Error{"clientCert", "the key in " + c.Key +
			" is not that of the certificate in " + c.Cert}
	}
	return pair, nil
}

// What a file holds by its first PEM block.
const (
	certificateInside  = "a certificate"
	keyInside          = "a private key"
	encryptedKeyInside = "a key with a passphrase, which nobody could type here"
)

func contents(text []byte) string {
	block, _ := pem.Decode(text)
	switch {
	case block == nil:
		return "no PEM"
	case block.Type == "CERTIFICATE":
		return certificateInside
	case strings.HasPrefix(block.Type, "ENCRYPTED"), block.Headers["DEK-Info"] != "":
		return encryptedKeyInside
	case strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return keyInside
	}
	return "something else"
}
