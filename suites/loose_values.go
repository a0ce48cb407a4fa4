package suites

import (
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// wildcard matches everything in a database's LIKE.
const wildcard = "%"

// looseValue is not the secret, but a loosely typed or interpolating back end takes it for the
// right one.
type looseValue struct {
	// kind is a part of the step's id.
	kind  string
	value any
	// breaks describes how the value breaks the contract, "" if it is an ordinary text.
	breaks string
	// blockable is true if a firewall may block the value.
	blockable bool
}

// looseTexts are texts that match everything in a query, a pattern or a directory's filter.
func looseTexts() []looseValue {
	return []looseValue{
		{kind: "wildcard", value: wildcard},
		{kind: "injection", value: "' OR '1'='1", blockable: true},
		{kind: "pattern", value: ".*"},
	}
}

// looseValues are the texts, and values of other types that are compared as equal: by PHP and by a
// database that reads texts as numbers (0, true), where only what is given is looked at (null), by
// a document database (operators), and where a list stands for its items. The most natural mistakes
// come first. A list of the right secret alone is not sent: who sends it knows the secret.
func looseValues(member string, wrong, right any) []looseValue {
	no := func(what string) string { return member + " is " + what }
	texts := looseTexts()
	return []looseValue{
		{kind: "operators", value: map[string]any{"$ne": nil, "$gt": ""}, breaks: no("an object")},
		{kind: "zero", value: 0, breaks: no("a number")},
		texts[0],
		{kind: "null", value: nil, breaks: no("null")},
		texts[1],
		{kind: "list", value: []any{wrong, right}, breaks: no("a list")},
		texts[2],
		{kind: "boolean", value: true, breaks: no("a boolean")},
	}
}

// maxWrongAnswers bounds a trader's wrong answers, the one before the right answer included: each
// may count for a lock-out.
const maxWrongAnswers = 9

// wrongAnswers are the wrong answers after the accepted one: near misses and loose values in turn,
// spread over all traders with a question.
func (b *builder) wrongAnswers(t evidence.Trader) []looseValue {
	traders := b.tradersWithQuestion()
	i, many := traderIndex(traders, t), len(traders)
	var near, loose []looseValue
	for k, answer := range t.NearAnswers {
		if k%many == i {
			near = append(near, looseValue{kind: derivationLabel(answer), value: answer})
		}
	}
	for k, value := range looseValues("SecretQuestionAnswer", b.decoys.Answer, t.Answer) {
		if k%many == (i+1)%many {
			loose = append(loose, value)
		}
	}
	list := interleave(near, loose)
	return list[:min(len(list), maxWrongAnswers-wrongBefore-wrongEmpty)]
}

// Each trader gives one wrong answer before the right one, and the first an empty one after it.
const wrongBefore, wrongEmpty = 1, 1

// interleave takes from each list in turn.
func interleave(a, b []looseValue) []looseValue {
	var list []looseValue
	for k := range max(len(a), len(b)) {
		if k < len(a) {
			list = append(list, a[k])
		}
		if k < len(b) {
			list = append(list, b[k])
		}
	}
	return list
}

// wasBlocked reports whether a firewall refused a request that looks like an attack: in words
// unlike the API's, or by closing the connection. Some firewalls use a page with status 200.
func (l *Look) wasBlocked(step string) bool {
	a := l.record.responses[step]
	switch {
	case a == nil || !a.step.Request.FirewallMayBlock:
		return false
	case a.Response == nil:
		return a.Failure != nil && !a.Failure.Unreachable && a.Failure.Kind != timeout
	}
	return !a.doc.Read && a.Response.Status < 500 && (a.Response.Status >= 400 || a.outcome.HTML)
}

// demandKeptOut demands the key error or a firewall's refusal.
func (l *Look) demandKeptOut(step string) {
	if l.wasBlocked(step) {
		return
	}
	a, ok := l.Sent(step)
	if !ok || a.step.Request.FirewallMayBlock && a.Response.Status >= 400 &&
		a.Response.Status < 500 && !a.outcome.StatesOutcome {
		return
	}
	if a.step.Request.FirewallMayBlock && !a.doc.Read {
		l.Fail(step, l.suite.Contract.KeyError.Sample(), a.describe())
		return
	}
	l.demandKeyError(step)
}

// putInto puts the loose value into the request in the member's place.
func (v looseValue) putInto(ask *plan.Request, member string) *plan.Request {
	ask.Values[member], ask.Breaks, ask.FirewallMayBlock = v.value, v.breaks, v.blockable
	return ask
}
