package faults

import (
	"context"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/reference"
)

// Variant is an unusual deployment that the documents allow: it breaks nothing.
type Variant struct {
	// Name is permanent, in kebab-case.
	Name string
	// Profile is the profile under which the variant is right; "" is core.
	Profile string
	// Why says what in the documents, HTTP, JSON or mail allows it.
	Why string
	// Untestable is true where the variant is right, and leaves requirements of its profile
	// untestable.
	Untestable bool
	// HTTP wraps the handler; nil leaves it as it is.
	HTTP func(World, http.Handler) http.Handler
	// Mail wraps the mailer; nil leaves it as it is.
	Mail func(World, reference.Mailer) reference.Mailer
	// Traders changes the accounts before the deployment is opened; nil
	// leaves them as they are.
	Traders func([]reference.Trader) []reference.Trader
	// BasePath is where the deployment serves, for example "/api"; "" is the root.
	BasePath string
	// Before puts mail into the inbox before the first request; nil puts none.
	Before func(context.Context, World, reference.Mailer) error
	// Noise sends mail of other people, or other mail, until the context ends; nil
	// sends none.
	Noise func(context.Context, World, reference.Mailer)
}

// Variants returns all variants.
func Variants() []Variant {
	return slices.Concat(
		jsonVariants(), furtherVariants(), labelVariants(), statusVariants(), transportVariants(),
		lenientVariants(), strangerVariants(), limitVariants(), traderVariants(), loginVariants(),
		mimeVariants(), layoutVariants(), unclearVariants(), wordingVariants(), codeVariants(),
		deliveryVariants(), noticeVariants(), noiseVariants(), surplusVariants(),
		flowVariants(), envelopeVariants(), expiredVariants(), hardeningVariants(),
		looseVariants(), confirmationVariants(), renderingVariants(),
		editionVariants(), signInLimitVariants(),
	)
}

// FindVariant returns the variant of that name.
func FindVariant(name string) (Variant, bool) {
	all := Variants()
	i := slices.IndexFunc(all, func(v Variant) bool { return v.Name == name })
	if i < 0 {
		return Variant{}, false
	}
	return all[i], true
}

// Traders returns the accounts as the variants change them, one after another.
func Traders(variants []Variant, traders []reference.Trader) []reference.Trader {
	traders = slices.Clone(traders)
	for _, v := range variants {
		if v.Traders != nil {
			traders = v.Traders(traders)
		}
	}
	return traders
}

// BasePath returns the path that the variants put the deployment under.
func BasePath(variants []Variant) string {
	path := ""
	for _, v := range variants {
		path = v.BasePath + path
	}
	return path
}
