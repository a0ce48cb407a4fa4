package faults

import (
	"net/http"

	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// Set makes another deployment of the reference; it is a [sandbox.Around].
type Set struct {
	Faults   []Fault
	Variants []Variant
}

// Open opens a reference deployment and wraps it; emptyInbox may be nil. Errors are those of
// [reference.Open] and of variants that put mail into the inbox before.
func (s Set) Open(config reference.Config, emptyInbox func()) (*sandbox.Deployment, error) {
	w, err := s.wrap(config, emptyInbox)
	if err != nil {
		return nil, err
	}
	return &sandbox.Deployment{Handler: w.handler, Traders: w.traders,
		BasePath: BasePath(s.Variants), Close: w.close}, nil
}

// wrapped is an open reference deployment with faults and variants on it.
type wrapped struct {
	inner   *reference.Deployment
	handler http.Handler
	traders []reference.Trader
	cleanup func()
}

func (s Set) wrap(config reference.Config, emptyInbox func()) (*wrapped, error) {
	config.Traders = Traders(s.Variants, config.Traders)
	w := &wrapped{traders: config.Traders}
	world := World{AppKey: config.AppKey, Traders: config.Traders, EmptyInbox: emptyInbox}
	serve := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.inner.ServeHTTP(rw, r)
	})
	var err error
	w.handler, config.Mailer, w.cleanup, err = Wrap(world, s.Faults, s.Variants, serve,
		config.Mailer)
	if err == nil {
		w.inner, err = reference.Open(config)
	}
	if err != nil {
		w.cleanup()
		return nil, err
	}
	return w, nil
}

// close sends what waits, and then ends what the wrappers do in the background.
func (w *wrapped) close() error {
	err := w.inner.Close()
	w.cleanup()
	return err
}
