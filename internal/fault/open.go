package fault

import (
	"net/http"

	"github.com/etna-conformance/conformance/internal/reference"
)

// Deployment is a reference deployment with faults and variants on it: an
// [http.Handler] that is safe for concurrent use.
type Deployment struct {
	// Traders are the accounts as the variants made them.
	Traders []reference.Trader
	// BasePath is the path of the base URL, "" for none.
	BasePath string

	handler http.Handler
	inner   *reference.Deployment
	cleanup func()
}

// Open opens a reference deployment and wraps it; emptyInbox may be nil. Errors are those of
// [reference.Open] and of variants that put mail into the inbox before.
func Open(config reference.Config, faults []Fault, variants []Variant, emptyInbox func()) (*Deployment, error) {
	config.Traders = Traders(variants, config.Traders)
	d := &Deployment{Traders: config.Traders, BasePath: BasePath(variants)}
	world := World{AppKey: config.AppKey, Traders: config.Traders, EmptyInbox: emptyInbox}
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.inner.ServeHTTP(w, r) })
	var err error
	d.handler, config.Mailer, d.cleanup, err = Wrap(world, faults, variants, inner, config.Mailer)
	if err == nil {
		d.inner, err = reference.Open(config)
	}
	if err != nil {
		d.cleanup()
		return nil, err
	}
	return d, nil
}

// ServeHTTP answers one request.
func (d *Deployment) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// Close closes the deployment, which sends what waits, and then ends what the
// wrappers do in the background.
func (d *Deployment) Close() error {
	err := d.inner.Close()
	d.cleanup()
	return err
}
