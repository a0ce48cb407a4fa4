package suites

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// badKey is one way in which a key is missing or wrong.
type badKey struct {
	requirement, kind, name, value string
}

// appKey reads "Failing to Specify the Et-App-Key Parameter", which stands on every page: each
// operation of the contract is asked with a key that is missing or wrong, everything else right.
func appKey(b *builder) {
	noKey := "no app key is declared (appKey or CONFORMANCE_APP_KEY)"
	b.missing(noKey, "KEY-4", "KEY-7", "KEY-8")
	b.missing("no operation is secured", "KEY-1", "KEY-2", "KEY-3", "KEY-5")
	for _, o := range b.contract.Operations {
		if !o.Secured || !b.mayAsk(o) {
			continue
		}
		for i, trader := range b.representatives(o) {
			for _, bad := range b.badKeys() {
				b.askWithBadKey(o, trader, bad)
			}
			if o.ID == opQuestion && trader != nil {
				b.askByEmailWithBadKey(o, trader)
			}
			if i == 0 && trader != nil {
				b.askRefusableWithBadKey(o, trader)
			}
		}
		if b.target.HasKey {
			b.askWithLowerCaseName(o)
		}
	}
}

func (b *builder) badKeys() []badKey {
	name := b.contract.KeyHeader
	list := []badKey{
		{"KEY-1", "missing", "", ""},
		{"KEY-2", "empty", name, ""},
		{"KEY-3", "wrong", name, b.decoys.Key},
	}
	for _, near := range b.target.NearKeys {
		list = append(list, badKey{"KEY-4", kindOf(near), name, string(near)})
	}
	return list
}

// kindOf turns the derivation "cut short" into "cut-short".
func kindOf(p placeholder.Placeholder) string { return strings.ReplaceAll(p.Derivation(), " ", "-") }

func (b *builder) askWithBadKey(o contract.Operation, trader *evidence.Trader, bad badKey) {
	ask := b.ask(o.ID, trader)
	if bad.kind == "missing" {
		ask.Conn = connOf(o.ID, trader)
	}
	subject := fmt.Sprintf("%s with the key %s", o, strings.ReplaceAll(bad.kind, "-", " "))
	if trader != nil {
		subject += ", " + trader.Login
	}
	b.checkBadKey(join("key", o.ID, bad.kind, login(trader)), subject, ask, trader, bad)
}

// askByEmailWithBadKey asks the question the other way that is documented.
func (b *builder) askByEmailWithBadKey(o contract.Operation, trader *evidence.Trader) {
	for _, bad := range b.badKeys() {
		if bad.requirement == "KEY-1" || bad.requirement == "KEY-3" {
			ask := b.questionOf(*trader, trader.Email)
			subject := fmt.Sprintf("%s with the key %s, by email", o, bad.kind)
			b.checkBadKey(join("key", o.ID, bad.kind+"-by-email", trader.Login), subject, ask, trader, bad)
		}
	}
}

// askRefusableWithBadKey asks what may be refused with the right key, too: the key's error comes
// before any other, else users can be found out and answers tried without a key. A missing answer
// tries none. None of it can bring a code that others with a bad key would not, so that no accepted
// reset needs to wait for it.
func (b *builder) askRefusableWithBadKey(o contract.Operation, trader *evidence.Trader) {
	for _, key := range append(looseTexts(), looseValue{kind: "star", value: "*"}) {
		b.askNobodyWithLooseKey(o, key)
	}
	ask := func(kind, what string, ask *plan.Ask) {
		ask.Conn, ask.Key = "", b.decoys.Key
		id := b.step(plan.Step{ID: wrongKeyed(o.ID, kind), Ask: ask, After: b.offTheWay(o.ID)})
		subject := fmt.Sprintf("%s with the key wrong, %s", o, what)
		b.check("KEY-3", subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
		b.check("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
	}
	switch {
	case o.ID == opReset && trader.Answer != "":
		ask("without-answer", "without the answer, "+trader.Login, b.reset(*trader, nil))
		fallthrough
	case o.ID == opReset:
		ask("of-nobody", "of an unknown user", b.reset(b.nobody(), nil))
	case o.ID == opQuestion:
		ask("of-nobody", "of an unknown user", b.questionOf(b.nobody(), b.nobody().Login))
	}
}

// askNobodyWithLooseKey asks what reveals and changes nothing with a text that a careless look-up
// takes for any key.
func (b *builder) askNobodyWithLooseKey(o contract.Operation, key looseValue) {
	if o.ID != opReset && o.ID != opQuestion {
		return
	}
	ask := b.reset(b.nobody(), nil)
	if o.ID == opQuestion {
		ask = b.questionOf(b.nobody(), b.nobody().Login)
	}
	ask.Conn, ask.Key, ask.Blockable = "", key.value.(string), key.blockable
	id := b.step(plan.Step{ID: join("key", o.ID, key.kind), Ask: ask, After: b.offTheWay(o.ID)})
	b.check("KEY-3", fmt.Sprintf("%s with the key %s", o, ask.Key), []string{id}, func(l *Look) { l.demandKeptOut(id) })
}

func wrongKeyed(operation, kind string) string { return join("key", operation, "wrong-"+kind) }

func (b *builder) checkBadKey(id, subject string, ask *plan.Ask, trader *evidence.Trader, bad badKey) {
	ask.KeyName, ask.Key, ask.Refusable = bad.name, bad.value, true
	s := plan.Step{ID: id, Lane: login(trader), Ask: ask}
	// The reset shows how keys are compared before a right one was seen, every other operation
	// after it.
	if ask.Operation != opReset || bad.requirement != "KEY-4" {
		s.After = b.keyedBefore(ask.Operation, trader)
	}
	b.step(b.guarded(s, trader))
	b.check(bad.requirement, subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
	b.check("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
}

// connOf names the connection that carries the right key first and then none.
func connOf(operation string, trader *evidence.Trader) string {
	if operation == opReset && (trader == nil || trader.Answer == "") {
		return join("keyed", operation)
	}
	return join("keyed", operation, login(trader))
}

// keyedBefore are the steps with the right key that go out before the bad ones, so that
// what is remembered from the request before shows.
func (b *builder) keyedBefore(operation string, trader *evidence.Trader) []string {
	switch {
	case operation == opReset && trader != nil && trader.Answer != "":
		return []string{join("reset/missing-answer", trader.Login)}
	case operation == opReset:
		return []string{"reset/no-user"}
	case operation == opQuestion && trader != nil:
		return []string{join("question/login", trader.Login)}
	}
	return []string{join("ask", operation)}
}

func (b *builder) askWithLowerCaseName(o contract.Operation) {
	var trader *evidence.Trader
	if list := b.representatives(o); o.ID != opReset {
		trader = list[0]
	}
	ask := b.ask(o.ID, trader)
	ask.KeyName = strings.ToLower(ask.KeyName)
	if o.ID == opReset {
		// A reset of a known trader would send a mail; without User it changes nothing.
		ask.Values = withoutMember(ask.Values, "User", "SecretQuestionAnswer")
		ask.Breaks = "User is missing"
	}
	id := b.step(b.guarded(plan.Step{ID: lowerCaseName(o.ID), Ask: ask, After: b.offTheWay(o.ID)}, trader))
	b.check("KEY-7", o.String(), []string{id}, func(l *Look) {
		if a, ok := l.Sent(id); ok && a.keyError() {
			l.Fail(id, "the response that "+b.contract.KeyHeader+" with the right key gets", "the key error, when the header is spelled "+ask.KeyName)
		}
	})
}

func lowerCaseName(operation string) string { return join("key", operation, "lower-case-name") }

// offTheWay is what requests wait for that no accepted reset waits for, so as to take no slot from
// those that one does. They go beside it, before further wrong answers, which may lock the trader.
func (b *builder) offTheWay(operation string) []string {
	if operation != opReset && operation != opQuestion || len(b.order) == 0 {
		return nil
	}
	return []string{refused(b.order[min(b.first, len(b.order)-1)])}
}

// beside are the requests that are off the way.
func beside() []string {
	return []string{
		lowerCaseName(opReset), lowerCaseName(opQuestion), questionOfNobody,
		wrongKeyed(opReset, "without-answer"), wrongKeyed(opReset, "of-nobody"), wrongKeyed(opQuestion, "of-nobody"),
	}
}

// guarded puts a request that could change a password between finding out which one is valid and
// the way back.
func (b *builder) guarded(s plan.Step, trader *evidence.Trader) plan.Step {
	if s.Ask.Operation == opPassword && trader != nil {
		s.Lane, s.Needs, s.Cost.Changes = trader.Login, append(s.Needs, settled(*trader)), 1
	}
	return s
}

func withoutMember(values map[string]any, names ...string) map[string]any {
	rest := map[string]any{}
	for name, value := range values {
		rest[name] = value
	}
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// demandKeyError demands the documented error object; further members are allowed.
func (l *Look) demandKeyError(step string) {
	a, ok := l.Readable(step)
	if !ok {
		return
	}
	if shape := l.suite.Contract.KeyError; len(shape.Check(a.doc.Value)) > 0 {
		l.FailAt(shape.Line, step, shape.Sample(), a.describe())
	}
}

// shortestFound is the length from which a question is not found by chance in a response that does
// not tell it.
const shortestFound = 4

// foundByChance reports whether a question is so short that any response may hold it, or stands in
// the documented error itself: a Model would tell it all the same.
func (l *Look) foundByChance(question string) bool {
	return utf8.RuneCountInString(question) < shortestFound || strings.Contains(l.suite.Contract.KeyError.Sample(), question)
}

// demandNothingRevealed demands that beside the error there is nothing that only the right key may
// see.
func (l *Look) demandNothingRevealed(step string) {
	a, ok := l.Readable(step)
	if !ok {
		return
	}
	if !a.outcome.HasError {
		l.Untestable("the response is no key error", "KEY-1", "KEY-2", "KEY-3", "KEY-4")
		return
	}
	for _, member := range []struct{ name, text string }{{"Model", a.outcome.Model}, {"token", a.outcome.Token}} {
		if member.text != "" {
			l.Fail(step, "the error alone", "the error and a "+member.name+": "+contract.Describe(member.text))
			return
		}
	}
	if bytes.Contains(a.whole(), []byte(KeyPlaceholder)) {
		l.Fail(step, "the error alone", "the error and the right key")
		return
	}
	for _, t := range l.suite.Target.Traders {
		if t.Question != "" && !l.foundByChance(t.Question) && a.holds(t.Question) {
			l.Fail(step, "the error alone", "the error and the secret question of "+t.Login)
			return
		}
	}
}
