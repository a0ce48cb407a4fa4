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

// planAppKey covers "Failing to Specify the Et-App-Key Parameter", a section of every page. Each
// operation is sent with a missing or wrong key, everything else right.
func planAppKey(b *builder) {
	noKey := "no app key is declared (appKey or CONFORMANCE_APP_KEY)"
	b.setMissing(noKey, "KEY-4", "KEY-7", "KEY-8")
	b.setMissing("no operation is secured", "KEY-1", "KEY-2", "KEY-3", "KEY-5")
	for _, o := range b.contract.Operations {
		if !o.Secured || !b.canRequest(o) {
			continue
		}
		for i, trader := range b.representatives(o) {
			for _, bad := range b.badKeys() {
				b.planBadKey(o, trader, bad)
			}
			if o.ID == opQuestion && trader != nil {
				b.planBadKeyByEmail(o, trader)
			}
			if i == 0 && trader != nil {
				b.planRefusableBadKey(o, trader)
			}
		}
		if b.target.HasKey {
			b.planLowerCaseKeyName(o)
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
		list = append(list, badKey{"KEY-4", derivationLabel(near), name, string(near)})
	}
	return list
}

// derivationLabel turns the derivation "cut short" into "cut-short".
func derivationLabel(p placeholder.Placeholder) string {
	return strings.ReplaceAll(p.Derivation(), " ", "-")
}

func (b *builder) planBadKey(o contract.Operation, trader *evidence.Trader, bad badKey) {
	ask := b.newRequest(o.ID, trader)
	if bad.kind == "missing" {
		ask.Conn = connectionName(o.ID, trader)
	}
	subject := fmt.Sprintf("%s with the key %s", o, strings.ReplaceAll(bad.kind, "-", " "))
	if trader != nil {
		subject += ", " + trader.Login
	}
	b.checkBadKey(joinID("key", o.ID, bad.kind, loginOf(trader)), subject, ask, trader, bad)
}

// planBadKeyByEmail requests the question by email, the other documented way.
func (b *builder) planBadKeyByEmail(o contract.Operation, trader *evidence.Trader) {
	for _, bad := range b.badKeys() {
		if bad.requirement == "KEY-1" || bad.requirement == "KEY-3" {
			ask := b.newQuestion(*trader, trader.Email)
			subject := fmt.Sprintf("%s with the key %s, by email", o, bad.kind)
			b.checkBadKey(joinID("key", o.ID, bad.kind+"-by-email", trader.Login), subject, ask,
				trader, bad)
		}
	}
}

// planRefusableBadKey sends requests that the deployment may refuse with the right key, too. The
// key error must come first, or users and answers could be probed without a key. None of these
// requests can bring a code that other bad keys would not, so no accepted reset waits for them.
func (b *builder) planRefusableBadKey(o contract.Operation, trader *evidence.Trader) {
	for _, key := range append(looseTexts(), looseValue{kind: "star", value: "*"}) {
		b.planLooseKey(o, key)
	}
	ask := func(kind, what string, ask *plan.Request) {
		ask.Conn, ask.Key = "", b.decoys.Key
		id := b.addStep(plan.Step{ID: wrongKeyStep(o.ID, kind), Request: ask,
			After: b.lowPriorityAfter(o.ID)})
		subject := fmt.Sprintf("%s with the key wrong, %s", o, what)
		b.addCheck("KEY-3", subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
		b.addCheck("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
	}
	switch {
	case o.ID == opReset && trader.Answer != "":
		ask("without-answer", "without the answer, "+trader.Login, b.newReset(*trader, nil))
		fallthrough
	case o.ID == opReset:
		ask("of-nobody", "of an unknown user", b.newReset(b.unknownTrader(), nil))
	case o.ID == opQuestion:
		ask("of-nobody", "of an unknown user",
			b.newQuestion(b.unknownTrader(), b.unknownTrader().Login))
	}
}

// planLooseKey sends a text that a careless look-up takes for any key. The request reveals and
// changes nothing.
func (b *builder) planLooseKey(o contract.Operation, key looseValue) {
	if o.ID != opReset && o.ID != opQuestion {
		return
	}
	ask := b.newReset(b.unknownTrader(), nil)
	if o.ID == opQuestion {
		ask = b.newQuestion(b.unknownTrader(), b.unknownTrader().Login)
	}
	ask.Conn, ask.Key, ask.FirewallMayBlock = "", key.value.(string), key.blockable
	id := b.addStep(plan.Step{ID: joinID("key", o.ID, key.kind), Request: ask,
		After: b.lowPriorityAfter(o.ID)})
	b.addCheck("KEY-3", fmt.Sprintf("%s with the key %s", o, ask.Key), []string{id},
		func(l *Look) { l.demandKeptOut(id) })
}

func wrongKeyStep(operation, kind string) string { return joinID("key", operation, "wrong-"+kind) }

func (b *builder) checkBadKey(id, subject string, ask *plan.Request, trader *evidence.Trader,
	bad badKey) {
	ask.KeyName, ask.Key, ask.MustBeRefused = bad.name, bad.value, true
	s := plan.Step{ID: id, Trader: loginOf(trader), Request: ask}
	// For the reset, near keys are sent before the first right one; for other operations, after it.
	if ask.Operation != opReset || bad.requirement != "KEY-4" {
		s.After = b.rightKeySteps(ask.Operation, trader)
	}
	b.addStep(b.guardPasswordChange(s, trader))
	b.addCheck(bad.requirement, subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
	b.addCheck("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
}

// connectionName names the connection that carries the right key first and then none.
func connectionName(operation string, trader *evidence.Trader) string {
	if operation == opReset && (trader == nil || trader.Answer == "") {
		return joinID("keyed", operation)
	}
	return joinID("keyed", operation, loginOf(trader))
}

// rightKeySteps are the steps with the right key before the bad ones, so that a remembered key
// shows.
func (b *builder) rightKeySteps(operation string, trader *evidence.Trader) []string {
	switch {
	case operation == opReset && trader != nil && trader.Answer != "":
		return []string{joinID("reset/missing-answer", trader.Login)}
	case operation == opReset:
		return []string{"reset/no-user"}
	case operation == opQuestion && trader != nil:
		return []string{joinID("question/login", trader.Login)}
	}
	return []string{joinID("ask", operation)}
}

func (b *builder) planLowerCaseKeyName(o contract.Operation) {
	var trader *evidence.Trader
	if list := b.representatives(o); o.ID != opReset {
		trader = list[0]
	}
	ask := b.newRequest(o.ID, trader)
	ask.KeyName = strings.ToLower(ask.KeyName)
	if o.ID == opReset {
		// A reset of a known trader would send a mail; without User it changes nothing.
		ask.Values = withoutMember(ask.Values, "User", "SecretQuestionAnswer")
		ask.Breaks = "User is missing"
	}
	id := b.addStep(b.guardPasswordChange(plan.Step{ID: lowerCaseNameStep(o.ID), Request: ask,
		After: b.lowPriorityAfter(o.ID)}, trader))
	b.addCheck("KEY-7", o.String(), []string{id}, func(l *Look) {
		if a, ok := l.Sent(id); ok && a.isKeyError() {
			l.Fail(id, "the response that "+b.contract.KeyHeader+" with the right key gets",
				"the key error, when the header is spelled "+ask.KeyName)
		}
	})
}

func lowerCaseNameStep(operation string) string {
	return joinID("key", operation, "lower-case-name")
}

// lowPriorityAfter lists what low-priority requests wait for. No accepted reset waits for them, so
// they must not take slots from those it does wait for. They come before further wrong answers,
// which may lock the trader.
func (b *builder) lowPriorityAfter(operation string) []string {
	if operation != opReset && operation != opQuestion || len(b.order) == 0 {
		return nil
	}
	return []string{refusedStep(b.order[min(b.first, len(b.order)-1)])}
}

// lowPrioritySteps are the requests sent after [builder.lowPriorityAfter].
func lowPrioritySteps() []string {
	return []string{
		lowerCaseNameStep(opReset), lowerCaseNameStep(opQuestion), questionOfNobody,
		wrongKeyStep(opReset, "without-answer"), wrongKeyStep(opReset, "of-nobody"),
		wrongKeyStep(opQuestion, "of-nobody"),
	}
}

// guardPasswordChange places a request that could change a password after the valid password is
// known and before cleanup.
func (b *builder) guardPasswordChange(s plan.Step, trader *evidence.Trader) plan.Step {
	if s.Request.Operation == opPassword && trader != nil {
		s.Trader, s.Needs, s.Cost.Changes = trader.Login,
			append(s.Needs, passwordKnownStep(*trader)), 1
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

// minQuestionLength is the shortest question that does not occur in a response by chance.
const minQuestionLength = 4

// mayOccurByChance reports whether a question is very short or part of the documented error. A
// Model would still reveal it.
func (l *Look) mayOccurByChance(question string) bool {
	return utf8.RuneCountInString(question) < minQuestionLength ||
		strings.Contains(l.suite.Contract.KeyError.Sample(), question)
}

// demandNothingRevealed demands an error without anything reserved for the right key.
func (l *Look) demandNothingRevealed(step string) {
	a, ok := l.Readable(step)
	if !ok {
		return
	}
	if !a.outcome.HasError {
		l.Untestable("the response is no key error", "KEY-1", "KEY-2", "KEY-3", "KEY-4")
		return
	}
	for _, member := range []struct{ name, text string }{{"Model", a.outcome.Model},
		{"token", a.outcome.Token}} {
		if member.text != "" {
			l.Fail(step, "the error alone", "the error and a "+member.name+": "+
				contract.Describe(member.text))
			return
		}
	}
	if bytes.Contains(a.headerAndBody(), []byte(KeyPlaceholder)) {
		l.Fail(step, "the error alone", "the error and the right key")
		return
	}
	for _, t := range l.suite.Target.Traders {
		if t.Question != "" && !l.mayOccurByChance(t.Question) && a.containsText(t.Question) {
			l.Fail(step, "the error alone", "the error and the secret question of "+t.Login)
			return
		}
	}
}
