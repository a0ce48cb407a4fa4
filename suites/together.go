package suites

import (
	"fmt"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// mostTogether bounds how many traders reset at the same time.
const mostTogether = 8

// The steps of the resets at the same time: a first round and, where its mails seem to be mixed up,
// a second.
const (
	round       = "together"
	secondRound = "together-again"
	// doubt is whether there is a second round.
	doubt = "together/doubt"
	// readyTogether is the point at which every trader has reset alone and every password is back.
	readyTogether = "together/ready"
)

func roundReset(round string, t evidence.Trader) string { return join(round, "reset", t.Login) }
func roundMail(round string, t evidence.Trader) string  { return join(round, "mail", t.Login) }
func roundCode(t evidence.Trader) string                { return join(round, "code", t.Login) }

// parties are the traders who reset at the same time.
func (b *builder) parties() []evidence.Trader {
	if b.target.Inbox == "" || !b.target.HasKey {
		return nil
	}
	return b.order[:min(len(b.order), mostTogether)]
}

// roundSteps are the resets at the same time and the waits for their mails.
func (b *builder) roundSteps() []string {
	var ids []string
	for _, t := range b.parties() {
		for _, name := range []string{round, secondRound} {
			ids = append(ids, roundReset(name, t), roundMail(name, t))
		}
	}
	return ids
}

// askTogether plans that all traders ask for their questions and then reset at the same time. What
// the deployment remembers of one request while it works on another shows only then. It comes
// before further wrong answers, which may lock traders.
func (b *builder) askTogether() {
	parties := b.parties()
	if len(parties) == 0 {
		return
	}
	ready := plan.Step{ID: readyTogether, After: b.homes()}
	var resets []string
	for _, t := range b.order {
		resets = append(resets, acceptedReset(t))
		ready.After = append(ready.After, mailOf(t), again("", "code", t))
	}
	ready.After = slices.Concat(ready.After, resets, b.askQuestionsTogether(parties, resets))
	b.step(ready)
	mails := b.askRound(round, parties, []string{readyTogether}, nil)
	if len(parties) > 1 {
		b.step(plan.Step{ID: doubt, Needs: mails, Doubt: &plan.Doubt{Waits: mails}})
		b.askRound(secondRound, parties, nil, []string{doubt})
	}
	b.checkTogether(parties, b.askRoundCodes(parties))
}

// askRound plans one reset of each trader, at the same time, and returns the waits for the mails.
func (b *builder) askRound(name string, parties []evidence.Trader, after, needs []string) []string {
	var mails, logins []string
	for _, t := range parties {
		logins = append(logins, t.Login)
	}
	for _, t := range parties {
		ask := b.rightReset(t)
		ask.Together = name
		reset := b.step(plan.Step{ID: roundReset(name, t), Lane: t.Login, Ask: ask, After: after, Needs: needs, Doubted: name == secondRound, Cost: plan.Cost{Mails: 1}})
		wait := &plan.Await{Trader: t.Login, For: reset, Others: logins, Brief: name == secondRound}
		if name == round && at(b.travellers(), t) >= 0 {
			wait.Learns, wait.Tries, wait.Unlike = codeOf(round, t), 1, codeOf(wayBack, t)
		}
		mails = append(mails, b.step(plan.Step{ID: roundMail(name, t), Lane: t.Login, Needs: []string{reset}, Doubted: name == secondRound, Await: wait}))
	}
	return mails
}

// askRoundCodes asks with the codes of the first round, each trader's own; while the last one's
// waits, it asks with what must not be taken for it. It returns the traders whose code is tried.
func (b *builder) askRoundCodes(parties []evidence.Trader) []evidence.Trader {
	var list []evidence.Trader
	for _, t := range parties {
		if at(b.travellers(), t) >= 0 {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil
	}
	tried, last := list[:len(list)-1], list[len(list)-1]
	var before []string
	for _, t := range tried {
		s := b.codeStep(roundCode(t), codeOf(round, t), tokenOf(round, t))
		s.Lane, s.Needs, s.After = t.Login, []string{roundMail(round, t)}, []string{doubt}
		before = append(before, b.step(s))
	}
	b.askLooseCodes(last, append(before, doubt))
	return tried
}

// askLooseCodes asks with what a loosely typed or interpolating back end takes for the code that
// waits.
func (b *builder) askLooseCodes(t evidence.Trader, after []string) {
	code := codeOf(round, t)
	lettered := code.Near(plan.LetterBehind)
	kinds := append([]looseValue{{kind: kindOf(lettered), value: lettered}}, looseValues("Code", code.Near("first character changed"), code)...)
	for _, kind := range kinds {
		if kind.kind == "zero" || kind.kind == "pattern" {
			continue // Nobody's code is 0, and few look for codes by a pattern: each try may use up others.
		}
		id := join(round, kind.kind+"-code", t.Login)
		s := b.codeStep(id, "", placeholder.Token.Of(id))
		kind.in(s.Ask, "Code")
		s.Lane, s.Needs, s.After, s.Cost.WrongCodes = t.Login, []string{roundMail(round, t)}, after, 1
		b.step(s)
		b.check("CODE-3", join(t.Login, strings.ReplaceAll(kind.kind, "-", " ")), []string{id}, func(l *Look) { l.demandLooseCodeRefused(id) })
	}
}

// demandLooseCodeRefused demands anything but a token; a limit after several wrong codes refuses as
// well.
func (l *Look) demandLooseCodeRefused(step string) {
	if a := l.record.responses[step]; a != nil && a.limited() || l.blocked(step) {
		return
	}
	a, ok := l.Sent(step)
	switch {
	case !ok:
	case a.step.Ask.Breaks == "":
		l.demandNoToken(step)
	case a.givesToken() || a.outcome.Succeeded:
		l.Fail(step, "no token and no success", a.describe())
	}
}

// askQuestionsTogether plans the questions of all traders at the same time, when all have been
// asked alone, and among them one with a wrong key and one without. It returns the requests.
func (b *builder) askQuestionsTogether(parties []evidence.Trader, after []string) []string {
	const group = "questions-together"
	var ids []string
	add := func(s plan.Step) string {
		s.Ask.Conn, s.Ask.Together, s.After = "", group, after
		ids = append(ids, b.step(s))
		return s.ID
	}
	var asking []evidence.Trader
	for _, t := range parties {
		if t.Answer != "" {
			asking = append(asking, t)
		}
	}
	if len(parties) < 2 || len(asking) == 0 {
		return nil
	}
	for _, t := range asking {
		id := add(plan.Step{ID: join(round, "question", t.Login), Lane: t.Login, Ask: b.questionOf(t, t.Login)})
		b.demandOwnQuestion(id, t)
		if t.Question != "" {
			b.check("QUESTION-3", join(t.Login, "at the same time as others"), []string{id}, func(l *Look) { l.demandDeclaredQuestion(id, t) })
		}
	}
	o, _ := b.contract.Operation(opQuestion)
	for _, bad := range []badKey{{"KEY-1", "missing", "", ""}, {"KEY-3", "wrong", b.contract.KeyHeader, b.decoys.Key}} {
		ask := b.questionOf(asking[0], asking[0].Login)
		ask.KeyName, ask.Key = bad.name, bad.value
		id := add(plan.Step{ID: join("key", o.ID, bad.kind+"-beside-right-ones"), Ask: ask})
		subject := fmt.Sprintf("%s with the key %s, beside right ones", o, bad.kind)
		b.check(bad.requirement, subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
		b.check("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
	}
	return ids
}

// checkTogether puts the rounds under their requirements; tried are the traders whose code was
// tried.
func (b *builder) checkTogether(parties, tried []evidence.Trader) {
	for _, t := range parties {
		steps := []string{mailOf(t), roundReset(round, t), roundMail(round, t)}
		b.check("MAIL-8", t.Login, steps, func(l *Look) { l.demandFurtherMail(t) })
	}
	if len(parties) < 2 {
		return
	}
	var steps []string
	for _, t := range parties {
		steps = append(steps, mailOf(t))
		for _, name := range []string{round, secondRound} {
			steps = append(steps, roundReset(name, t), roundMail(name, t))
		}
	}
	b.check("MAIL-7", fmt.Sprintf("%d traders", len(parties)), steps, func(l *Look) { l.demandApart(parties) })
	for _, t := range tried {
		b.check("MAIL-7", join(t.Login, "the code gives a token"), []string{roundMail(round, t), roundCode(t)}, func(l *Look) { l.demandRoundToken(t) })
	}
}

// demandFurtherMail demands a mail with a code for the trader's further reset, where that is not
// refused.
func (l *Look) demandFurtherMail(t evidence.Trader) {
	reset := roundReset(round, t)
	if first, ok := l.wait(mailOf(t), acceptedReset(t)); !ok {
		return
	} else if first.Mail == "" {
		l.Untestable("the first reset brought no mail", "MAIL-1", "MAIL-2")
		return
	}
	a, ok := l.Keyed(reset)
	if !ok {
		return
	}
	if a.outcome.Refused() {
		l.Untestable("the deployment accepts no further reset so soon: " + a.describeBody())
		return
	}
	w, ok := l.wait(roundMail(round, t), reset)
	if ok && w.Mail == "" && !l.purged() {
		l.Fail(reset, "a mail for "+t.MailTo+" after the further reset", fmt.Sprintf("no mail with a code within %s, although the reset was accepted", w.Deadline))
	}
}

// demandRoundToken demands that the code of the trader's mail gives a token, as that of a reset
// alone does.
func (l *Look) demandRoundToken(t evidence.Trader) {
	w, ok := l.wait(roundMail(round, t), roundReset(round, t))
	if !ok {
		return
	}
	a, sent := l.record.responses[roundCode(t)]
	switch {
	case w.Mail == "":
		l.Untestable("no mail with a code came", "MAIL-1", "MAIL-2")
	case !sent:
		l.unsent(roundCode(t))
	case l.codesSince(t, w) > 1:
		l.Untestable("several mails with codes came, of which a later one may have replaced the earlier")
	case a.limited() || a.outcome.HintsAtLimit():
		l.Untestable("the deployment limits how often codes are tried: " + a.describeBody())
	default:
		l.demandTokenOf(a, t)
	}
}

func (l *Look) demandTokenOf(a *response, t evidence.Trader) {
	if _, ok := l.Keyed(a.Step); !ok || a.givesToken() {
		return
	}
	if a.Attempt > 1 {
		l.Untestable("the code was sent twice, since the first request met silence", "ANSWER-1")
		return
	}
	for _, step := range []string{join("code/right", t.Login), again("", "code", t)} {
		if alone := l.record.responses[step]; alone != nil && alone.givesToken() {
			l.Fail(a.Step, "a token for the code of a reset at the same time as others, as for that of one alone", a.describe())
			return
		}
	}
	l.Untestable("no code of "+t.Login+" gave a token", "CODE-1")
}

// codesSince counts the different codes that came for the trader since the reset that the wait was
// for.
func (l *Look) codesSince(t evidence.Trader, w evidence.Wait) int {
	codes := map[string]bool{}
	for _, m := range l.record.mails[t.Login] {
		if len(m.Codes) > 0 && !l.record.seenBefore(m, w.For) {
			codes[strings.ToLower(string(m.Codes[0]))] = true
		}
	}
	return len(codes)
}

// accepted are the traders whose reset in the round was accepted.
func (l *Look) acceptedIn(name string, parties []evidence.Trader) []evidence.Trader {
	return slices.DeleteFunc(slices.Clone(parties), func(t evidence.Trader) bool {
		a := l.record.responses[roundReset(name, t)]
		return a == nil || a.Response == nil || a.outcome.Kind != contract.Accepted
	})
}
