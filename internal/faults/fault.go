// Package faults makes wrong deployments, and unusual but right ones, out of the
// reference deployment, to try conformance checks against: each fault breaks one
// promise of the documents in one way, and each variant uses a freedom that they
// leave. Faults are made from outside, by wrapping the HTTP handler and the
// mailer; the reference knows nothing of them.
package faults

import (
	"net"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/reference"
)

// World is what a wrapper knows of the deployment that it wraps.
type World struct {
	// AppKey is the right application key.
	AppKey string
	// Traders are the deployment's accounts, with their secrets.
	Traders []reference.Trader

	// EmptyInbox deletes all mail, as another job might; it does nothing where the inbox is
	// somebody else's.
	EmptyInbox func()

	// run is what the wrappers of one deployment share; Wrap makes it.
	run *run
}

// Fault is one way in which a deployment breaks its documentation.
type Fault struct {
	// Name is permanent, in kebab-case.
	Name string
	// Profile is the profile that shows the fault; "" is core.
	Profile string
	// Breaks is the id of the requirement that must fail.
	Breaks string
	// Summary says in one line what is wrong.
	Summary string
	// Expected and Got are what a finding should say, in essence.
	Expected, Got string
	// Also are ids of requirements that may fail besides, because the fault
	// touches them as well or hides what they need.
	Also []string
	// HTTP wraps the handler; nil leaves it as it is.
	HTTP func(World, http.Handler) http.Handler
	// Mail wraps the mailer; nil leaves it as it is.
	Mail func(World, reference.Mailer) reference.Mailer
	// Listen wraps the listener, for the few faults that no handler can have
	// (how header names are spelled); nil leaves it as it is.
	Listen func(net.Listener) net.Listener
	// Elsewhere is the name of a host under which the deployment is reached, through itself as an
	// HTTP proxy; "" is its own address on this host.
	Elsewhere string
}

// Faults returns all faults, in the order of the ledger's groups.
func Faults() []Fault {
	return slices.Concat(
		transportFaults(), statusFaults(), bodyFaults(), encodingFaults(), labelFaults(),
		shapeFaults(), memberFaults(), repeatFaults(), fittingFaults(),
		keyTakenFaults(), keyTextFaults(), errorTextFaults(), keyLeakFaults(), keyRightFaults(),
		acceptFaults(), refusalFaults(), carelessFaults(), againFaults(), requestFaults(),
		questionFaults(), questionTextFaults(), foreignQuestionFaults(),
		deliveryFaults(), codeFaults(), recipientFaults(), earlyMailFaults(), surplusFaults(),
		tokenFaults(), passwordFaults(), signInFaults(), flowPlaceFaults(), hardeningFaults(),
		looseFaults(), confirmationFaults(), renderingFaults(), togetherFaults(),
		olderPathFaults(),
	)
}

// Find returns the fault of that name.
func Find(name string) (Fault, bool) {
	all := Faults()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.Name == name })
	if i < 0 {
		return Fault{}, false
	}
	return all[i], true
}

// Listen wraps the listener of a deployment as the faults want it.
func (s Set) Listen(listener net.Listener) net.Listener {
	for _, f := range s.Faults {
		if f.Listen != nil {
			listener = f.Listen(listener)
		}
	}
	return listener
}
