package suites

import (
	"strings"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// KeyPlaceholder stands for the configured app key.
const KeyPlaceholder = string(placeholder.Key)

// The ids of the operations that the documents' two pages describe.
const (
	opReset    = "resetPassword"
	opQuestion = "getSecretQuestion"
)

// requestValues returns the values of a right request: the declared facts, else the contract's own
// examples. Facts the trader lacks are left out.
func (b *builder) requestValues(o contract.Operation, trader *evidence.Trader) map[string]any {
	values := map[string]any{}
	for _, v := range o.Values() {
		value, known := b.declaredFact(v.Fact, trader)
		if !known {
			value = v.Example
		}
		if value != nil && (known || v.Required || v.Fact == "") {
			values[v.Name] = value
		}
	}
	return values
}

// declaredFact returns a declared fact; nil, true means declared to be absent.
func (b *builder) declaredFact(name string, trader *evidence.Trader) (value any, known bool) {
	if name == "deployment.apiVersion" {
		return b.target.APIVersion, true
	}
	if trader == nil {
		return nil, false
	}
	switch name {
	case "trader.login":
		return trader.Login, true
	case "trader.email":
		return trader.Email, true
	case "trader.answer":
		if trader.Answer == "" {
			return nil, true
		}
		return trader.Answer, true
	case "trader.password":
		return trader.Password, trader.HasPasswords
	}
	return nil, false
}

// newRequest returns a right request of the operation, for the trader or (nil) with the contract's
// examples.
func (b *builder) newRequest(operation string, trader *evidence.Trader) *plan.Request {
	o, _ := b.contract.Operation(operation)
	return &plan.Request{
		Operation: operation, KeyName: b.contract.KeyHeader, Key: KeyPlaceholder,
		Values: b.requestValues(o, trader),
		// The example's token opens nothing.
		Invalid: operation == opPassword,
	}
}

// hasOperation reports whether the contract documents the operation and a selected profile includes it.
func (b *builder) hasOperation(operation string) bool {
	o, found := b.contract.Operation(operation)
	if !found {
		return false
	}
	for _, profile := range b.target.Profiles {
		if o.Profile == profile {
			return true
		}
	}
	return false
}

// canRequest reports whether the operation is used at all. Requests with a password need a trader
// with two declared passwords; a password change also needs an inbox to restore it.
func (b *builder) canRequest(o contract.Operation) bool {
	return b.hasOperation(o.ID) && (!b.carriesPassword(o) || o.ID == opPassword &&
		len(b.tradersChangingPassword()) > 0 || o.ID != opPassword && len(b.tradersSigningIn()) > 0)
}

// tradersWithQuestion and withoutQuestion return the declared traders that have a secret question, or
// none.
func (b *builder) tradersWithQuestion() []evidence.Trader    { return b.order[b.first:] }
func (b *builder) tradersWithoutQuestion() []evidence.Trader { return b.order[:b.first] }

// resetOrder puts traders without a question first: their mail then stands between the
// refused resets of the others and the others' accepted ones.
func (b *builder) resetOrder() []evidence.Trader { return b.order }

func (b *builder) sortTraders() {
	for _, question := range []bool{false, true} {
		for _, t := range b.target.Traders {
			if (t.Answer != "") == question {
				b.order = append(b.order, t)
			}
		}
		if !question {
			b.first = len(b.order)
		}
	}
	for _, t := range b.order {
		if t.HasPasswords {
			b.passworded = append(b.passworded, t)
		}
	}
}

// representatives are one trader of each kind, for requests that need no more.
func (b *builder) representatives(o contract.Operation) []*evidence.Trader {
	if b.carriesPassword(o) {
		signers := b.tradersSigningIn()
		if len(signers) == 0 {
			return []*evidence.Trader{nil}
		}
		return []*evidence.Trader{&signers[0]}
	}
	var list []*evidence.Trader
	for _, traders := range [][]evidence.Trader{b.tradersWithQuestion(),
		b.tradersWithoutQuestion()} {
		if len(traders) > 0 {
			list = append(list, &traders[0])
		}
	}
	switch {
	case len(list) == 0 || !usesTraders(o):
		return []*evidence.Trader{nil}
	case !usesAnswer(o):
		return list[:1]
	}
	return list
}

func usesTraders(o contract.Operation) bool {
	for _, v := range o.Values() {
		if strings.HasPrefix(v.Fact, "trader.") {
			return true
		}
	}
	return false
}

func usesAnswer(o contract.Operation) bool {
	for _, v := range o.Values() {
		if v.Fact == "trader.answer" {
			return true
		}
	}
	return false
}

func loginOf(t *evidence.Trader) string {
	if t == nil {
		return ""
	}
	return t.Login
}

// joinID makes a step's id of its parts, leaving out empty ones.
func joinID(parts ...string) string {
	var given []string
	for _, p := range parts {
		if p != "" {
			given = append(given, p)
		}
	}
	return strings.Join(given, "/")
}
