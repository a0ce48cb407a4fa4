package deployment

import (
	"crypto/tls"
	"crypto/x509"
	"os"
)

// TLS returns how the deployment's certificate is verified and which one the
// client shows, nil where nothing was configured. Files that can't be read or
// hold no certificate are a *ConfigError.
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
			return nil, &ConfigError{"clientCert", "expected a certificate and its key (PEM) in " + c.ClientCert.Cert + " and " + c.ClientCert.Key}
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

// authorities returns the system's certificate authorities and those of the file.
func authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, unreadable(file, "caFile", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(textOf(pem)) {
		return nil, &ConfigError{"caFile", "expected certificates (PEM) in " + file}
	}
	return pool, nil
}

func keyPair(c ClientCert) (tls.Certificate, error) {
	cert, err := os.ReadFile(c.Cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := os.ReadFile(c.Key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(textOf(cert), textOf(key))
}
