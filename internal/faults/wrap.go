package faults

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/reference"
)

// Wrap puts the faults, and around them the variants, on a deployment. All
// state of the wrappers is made here, so that two calls share nothing.
//
// The mailer that is returned belongs into [reference.Config], so the handler
// is usually one that finds the deployment when it is called; [Open] does all
// that. The world's traders must be those of the deployment (see [Traders]).
// The cleanup ends what the wrappers do in the background; mails that are still
// delayed are lost. The error is that of a variant's earlier mail.
func Wrap(w World, faults []Fault, variants []Variant, handler http.Handler,
	mailer reference.Mailer) (http.Handler, reference.Mailer, func(), error) {
	w.run = newRun()
	if w.EmptyInbox == nil {
		w.EmptyInbox = func() {}
	}
	mailer = w.run.record(mailer)
	w.run.outbox = mailer
	for _, v := range slices.Backward(variants) {
		if v.Mail != nil {
			mailer = v.Mail(w, mailer)
		}
	}
	for _, f := range slices.Backward(faults) {
		if f.Mail != nil {
			mailer = f.Mail(w, mailer)
		}
	}
	handler = through(redeemAlias)(w, handler)
	for _, f := range faults {
		if f.HTTP != nil {
			handler = f.HTTP(w, handler)
		}
	}
	for _, v := range variants {
		if v.HTTP != nil {
			handler = v.HTTP(w, handler)
		}
	}
	if path := BasePath(variants); path != "" {
		handler = http.StripPrefix(path, handler)
	}
	err := w.startNoise(variants)
	return handler, mailer, w.run.stop, err
}

func (w World) startNoise(variants []Variant) error {
	var problems error
	for _, v := range variants {
		if v.Before != nil {
			problems = errors.Join(problems, v.Before(w.run.life, w, w.run.outbox))
		}
		if v.Noise != nil {
			w.run.background(func(ctx context.Context) { v.Noise(ctx, w, w.run.outbox) })
		}
	}
	return problems
}
