// Package reference is the documented service for real: the password reset of
// the documents with its storage, its mail and its rules, to try clients and
// conformance checks against. It responds exactly as documented and knows of no
// faults; wrong deployments are made by wrapping its ServeHTTP and its Mailer.
//
// It is a sandbox: hashing is cheap (see [Config]), mail goes out unencrypted
// and nobody is ever locked out.
package reference

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"sync"
	"time"
)

// DefaultIterations is the PBKDF2 work factor of a deployment that sets none:
// about a fifth of a millisecond a hash, so that the sandbox stays quick. A
// service with real accounts needs 600000 (OWASP Password Storage).
const DefaultIterations = 1000

const (
	defaultVersion = "1.0"
	defaultFrom    = "ETNA Trader <no-reply@etna.example>"
)

// Config is what a deployment is made of. Path, AppKey and Mailer are required.
type Config struct {
	// Path is the bbolt file; it is made when it is not there.
	Path string
	// Fleeting is true where nobody opens the file again: nothing waits for the disk.
	Fleeting bool
	// AppKey is what the header Et-App-Key must hold.
	AppKey string
	// APIVersion is the version in the path, without the "v". Default "1.0".
	APIVersion string
	// Mailer takes the mails, one after another, in the order of the resets.
	Mailer Mailer
	// From is the sender, an RFC 5322 address with or without a name.
	From string
	// Traders are inserted when no trader of that login is stored yet; stored
	// ones are left as they are, so that a changed password survives a restart.
	Traders []Trader
	// Iterations is the PBKDF2-HMAC-SHA-256 work factor (RFC 8018) of new
	// hashes. Default DefaultIterations. Stored hashes keep the factor they
	// were made with.
	Iterations int
	// CodeTries is how many wrong codes a live code outlives, less one: the
	// body of step 3 names no trader, so a wrong code counts against every live
	// code. Default 10.
	CodeTries int
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Log is told, in one sentence without secrets, what could not be done
	// (a mail not sent, storage failing). It is called from several
	// goroutines. Default: silence.
	Log func(string)
}

// withDefaults checks the configuration and fills in what was left out.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Path == "":
		return c, errors.New("reference: Path is required")
	case c.AppKey == "":
		return c, errors.New("reference: AppKey is required")
	case c.Mailer == nil:
		return c, errors.New("reference: Mailer is required")
	case c.Iterations < 0 || c.CodeTries < 0:
		return c, errors.New("reference: Iterations and CodeTries must not be negative")
	}
	setDefault(&c.APIVersion, defaultVersion)
	setDefault(&c.From, defaultFrom)
	setDefault(&c.Iterations, DefaultIterations)
	setDefault(&c.CodeTries, defaultCodeTries)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = func(string) {}
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Deployment is a running service: an [http.Handler] that is safe for
// concurrent use. It serves below "/"; use [http.StripPrefix] where the base
// URL carries a path.
type Deployment struct {
	config Config
	appKey [sha256.Size]byte
	store  *store
	post   *postOffice
	routes routes
	// decoy is hashed against where a trader has nothing to compare with, so
	// that the time of a response does not tell who exists.
	decoy sealed
	// inOrder makes mails leave in the order in which their codes were issued.
	inOrder sync.Mutex
}

// Open opens or makes the storage and starts the service. It fails when the
// configuration is incomplete, a trader is not valid, or the file cannot be
// opened, for example because another process holds it.
func Open(config Config) (*Deployment, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(config.From)
	if err != nil {
		return nil, fmt.Errorf("reference: From %q is not a mail address: %w", config.From, err)
	}
	if err := checkTraders(config.Traders); err != nil {
		return nil, err
	}
	decoy, err := seal(newToken(), config.Iterations)
	if err != nil {
		return nil, err
	}
	store, err := openStore(config)
	if err != nil {
		return nil, err
	}
	if err := store.insert(config.Traders, config.Iterations); err != nil {
		return nil, errors.Join(err, store.close())
	}
	d := &Deployment{
		config: config,
		appKey: sha256.Sum256([]byte(config.AppKey)),
		store:  store,
		post:   openPostOffice(*from, config.Mailer, config.Log),
		decoy:  decoy,
	}
	d.routes = d.operations()
	return d, nil
}

// Close sends the mails that are still waiting, for ten seconds at most, and
// closes the storage. Requests that come later get status 500.
// Closing twice is harmless.
func (d *Deployment) Close() error {
	d.post.close()
	return d.store.close()
}

// ServeHTTP responds to one request. Whatever a client sends, the response is JSON.
func (d *Deployment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limited := r.WithContext(r.Context())
	limited.Body = http.MaxBytesReader(w, r.Body, maxBody)
	d.response(limited).write(w)
}
