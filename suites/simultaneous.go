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

// maxSimultaneous bounds the number of simultaneous resets.
const maxSimultaneous = 8

// The steps of the resets at the same time: a first round and, where its mails seem to be mixed up,
// a second.
const (
	firstRound  = "together"
	secondRound = "together-again"
	// doubtStep decides about the second round.
	doubtStep = "together/doubt"
	// readyStep is the barrier after every trader's reset alone and restored password.
	readyStep = "together/ready"
)

func roundResetStep(round string, t evidence.Trader) string {
	return joinID(round, "reset", t.Login)
}
func roundMailStep(round string, t evidence.Trader) string { return joinID(round, "mail", t.Login) }
func roundCodeStep(t evidence.Trader) string {
	return joinID(firstRound, "code", t.Login)
}

// simultaneousTraders are the traders of simultaneous resets.
func (b *builder) simultaneousTraders() []evidence.Trader {
	if b.target.Inbox == "" || !b.target.HasKey {
		return nil
	}
	return b.order[:min(len(b.order), maxSimultaneous)]
}

// roundSteps are the resets at the same time and the waits for their mails.
func (b *builder) roundSteps() []string {
	var ids []string
	for _, t := range b.simultaneousTraders() {
		for _, name := range []string{firstRound, secondRound} {
			ids = append(ids, roundResetStep(name, t), roundMailStep(name, t))
		}
	}
	return ids
}

// planSimultaneousResets plans simultaneous questions and then simultaneous resets. They expose
// state shared between concurrent requests. They come before further wrong answers, which may lock
// traders.
func (b *builder) planSimultaneousResets() {
	parties := b.simultaneousTraders()
	if len(parties) == 0 {
		return
	}
	ready := plan.Step{ID: readyStep, After: b.finalPasswordSteps()}
	var resets []string
	for _, t := range b.order {
		resets = append(resets, acceptedResetStep(t))
		ready.After = append(ready.After, mailStep(t), freshCodeStep("", "code", t))
	}
	ready.After = slices.Concat(ready.After, resets, b.planSimultaneousQuestions(parties, resets))
	b.addStep(ready)
	mails := b.planRound(firstRound, parties, []string{readyStep}, nil)
	if len(parties) > 1 {
		b.addStep(plan.Step{ID: doubtStep, Needs: mails, Doubt: &plan.Doubt{Waits: mails}})
		b.planRound(secondRound, parties, nil, []string{doubtStep})
	}
	b.checkRounds(parties, b.planRoundCodes(parties))
}

// planRound plans one simultaneous reset of each trader and returns the mail waits.
func (b *builder) planRound(name string, parties []evidence.Trader, after,
	needs []string) []string {
	var mails, logins []string
	for _, t := range parties {
		logins = append(logins, t.Login)
	}
	for _, t := range parties {
		ask := b.newRightReset(t)
		ask.Together = name
		reset := b.addStep(plan.Step{ID: roundResetStep(name, t), Trader: t.Login, Request: ask,
			After: after, Needs: needs, OnlyInDoubt: name == secondRound,
			Cost: plan.Cost{Mails: 1}})
		wait := &plan.Await{Trader: t.Login, For: reset, OtherTraders: logins,
			Brief: name == secondRound}
		if name == firstRound && traderIndex(b.tradersChangingPassword(), t) >= 0 {
			wait.Capture, wait.Tries, wait.EarlierCode = codeOf(firstRound, t), 1,
				codeOf(restoreLeg, t)
		}
		mails = append(mails, b.addStep(plan.Step{ID: roundMailStep(name, t), Trader: t.Login,
			Needs: []string{reset}, OnlyInDoubt: name == secondRound, Await: wait}))
	}
	return mails
}

// planRoundCodes sends each trader's own code of the first round, except for the last trader: loose
// values are sent while that code is unused. It returns the traders whose code is tried.
func (b *builder) planRoundCodes(parties []evidence.Trader) []evidence.Trader {
	var list []evidence.Trader
	for _, t := range parties {
		if traderIndex(b.tradersChangingPassword(), t) >= 0 {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil
	}
	tried, last := list[:len(list)-1], list[len(list)-1]
	var before []string
	for _, t := range tried {
		s := b.newCodeStep(roundCodeStep(t), codeOf(firstRound, t), tokenOf(firstRound, t))
		s.Trader, s.Needs, s.After = t.Login, []string{roundMailStep(firstRound, t)},
			[]string{doubtStep}
		before = append(before, b.addStep(s))
	}
	b.planLooseCodes(last, append(before, doubtStep))
	return tried
}

// planLooseCodes sends values that a loosely typed or interpolating back end takes for the unused
// code.
func (b *builder) planLooseCodes(t evidence.Trader, after []string) {
	code := codeOf(firstRound, t)
	lettered := code.Near(plan.LetterBehind)
	kinds := append([]looseValue{{kind: derivationLabel(lettered), value: lettered}},
		looseValues("Code", code.Near("first character changed"), code)...)
	for _, kind := range kinds {
		if kind.kind == "zero" || kind.kind == "pattern" {
			continue // Nobody's code is 0, and few look for codes by a pattern: each try may use up others.
		}
		id := joinID(firstRound, kind.kind+"-code", t.Login)
		s := b.newCodeStep(id, "", placeholder.Token.Of(id))
		kind.putInto(s.Request, "Code")
		s.Trader, s.Needs, s.After, s.Cost.WrongCodes = t.Login,
			[]string{roundMailStep(firstRound, t)}, after, 1
		b.addStep(s)
		b.addCheck("CODE-3", joinID(t.Login, strings.ReplaceAll(kind.kind, "-", " ")), []string{id},
			func(l *Look) { l.demandLooseCodeRefused(id) })
	}
}

// demandLooseCodeRefused demands anything but a token; a limit after several wrong codes refuses as
// well.
func (l *Look) demandLooseCodeRefused(step string) {
	if a := l.record.responses[step]; a != nil && a.isRateLimited() || l.wasBlocked(step) {
		return
	}
	a, ok := l.Sent(step)
	switch {
	case !ok:
	case a.step.Request.Breaks == "":
		l.demandNoToken(step)
	case a.givesToken() || a.outcome.Succeeded:
		l.Fail(step, "no token and no success", a.describe())
	}
}

// planSimultaneousQuestions plans simultaneous questions of all traders, after those alone. Among
// them are one with a wrong key and one without. It returns the requests.
func (b *builder) planSimultaneousQuestions(parties []evidence.Trader, after []string) []string {
	const group = "questions-together"
	var ids []string
	add := func(s plan.Step) string {
		s.Request.Conn, s.Request.Together, s.After = "", group, after
		ids = append(ids, b.addStep(s))
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
		id := add(plan.Step{ID: joinID(firstRound, "question", t.Login), Trader: t.Login,
			Request: b.newQuestion(t, t.Login)})
		b.checkOwnQuestion(id, t)
		if t.Question != "" {
			b.addCheck("QUESTION-3", joinID(t.Login, "at the same time as others"), []string{id},
				func(l *Look) { l.demandDeclaredQuestion(id, t) })
		}
	}
	o, _ := b.contract.Operation(opQuestion)
	for _, bad := range []badKey{{"KEY-1", "missing", "", ""},
		{"KEY-3", "wrong", b.contract.KeyHeader, b.decoys.Key}} {
		ask := b.newQuestion(asking[0], asking[0].Login)
		ask.KeyName, ask.Key = bad.name, bad.value
		id := add(plan.Step{ID: joinID("key", o.ID, bad.kind+"-beside-right-ones"), Request: ask})
		subject := fmt.Sprintf("%s with the key %s, beside right ones", o, bad.kind)
		b.addCheck(bad.requirement, subject, []string{id}, func(l *Look) { l.demandKeyError(id) })
		b.addCheck("KEY-5", subject, []string{id}, func(l *Look) { l.demandNothingRevealed(id) })
	}
	return ids
}

// checkRounds adds the rounds to their requirements; tried are the traders whose code was tried.
func (b *builder) checkRounds(parties, tried []evidence.Trader) {
	for _, t := range parties {
		steps := []string{mailStep(t), roundResetStep(firstRound, t), roundMailStep(firstRound, t)}
		b.addCheck("MAIL-8", t.Login, steps, func(l *Look) { l.demandFurtherMail(t) })
	}
	if len(parties) < 2 {
		return
	}
	var steps []string
	for _, t := range parties {
		steps = append(steps, mailStep(t))
		for _, name := range []string{firstRound, secondRound} {
			steps = append(steps, roundResetStep(name, t), roundMailStep(name, t))
		}
	}
	b.addCheck("MAIL-7", fmt.Sprintf("%d traders", len(parties)), steps,
		func(l *Look) { l.demandNoMixUp(parties) })
	for _, t := range tried {
		b.addCheck("MAIL-7", joinID(t.Login, "the code gives a token"),
			[]string{roundMailStep(firstRound, t), roundCodeStep(t)},
			func(l *Look) { l.demandRoundToken(t) })
	}
}

// demandFurtherMail demands a mail with a code for the trader's further reset, unless that is
// refused.
func (l *Look) demandFurtherMail(t evidence.Trader) {
	reset := roundResetStep(firstRound, t)
	if first, ok := l.acceptedWait(mailStep(t), acceptedResetStep(t)); !ok {
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
	w, ok := l.acceptedWait(roundMailStep(firstRound, t), reset)
	if ok && w.Mail == "" && !l.checkPurged() {
		l.Fail(reset, "a mail for "+t.MailTo+" after the further reset",
			fmt.Sprintf("no mail with a code within %s, although the reset was accepted",
				w.Deadline))
	}
}

// demandRoundToken demands that the mailed code gives a token, as after a reset alone.
func (l *Look) demandRoundToken(t evidence.Trader) {
	w, ok := l.acceptedWait(roundMailStep(firstRound, t), roundResetStep(firstRound, t))
	if !ok {
		return
	}
	a, sent := l.record.responses[roundCodeStep(t)]
	switch {
	case w.Mail == "":
		l.Untestable("no mail with a code came", "MAIL-1", "MAIL-2")
	case !sent:
		l.markUnsent(roundCodeStep(t))
	case l.countCodesSince(t, w) > 1:
		l.Untestable("several mails with codes came, of which a later one may have replaced the earlier")
	case a.isRateLimited() || a.outcome.HintsAtLimit():
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
	for _, step := range []string{joinID("code/right", t.Login), freshCodeStep("", "code", t)} {
		if alone := l.record.responses[step]; alone != nil && alone.givesToken() {
			l.Fail(a.Step,
				"a token for the code of a reset at the same time as others, as for that of one alone", a.describe())
			return
		}
	}
	l.Untestable("no code of "+t.Login+" gave a token", "CODE-1")
}

// countCodesSince counts the trader's different codes since the wait's reset.
func (l *Look) countCodesSince(t evidence.Trader, w evidence.Wait) int {
	codes := map[string]bool{}
	for _, m := range l.record.mails[t.Login] {
		if len(m.Codes) > 0 && !l.record.seenBefore(m, w.For) {
			codes[strings.ToLower(string(m.Codes[0]))] = true
		}
	}
	return len(codes)
}

// acceptedInRound are the traders whose reset in the round was accepted.
func (l *Look) acceptedInRound(name string, parties []evidence.Trader) []evidence.Trader {
	return slices.DeleteFunc(slices.Clone(parties), func(t evidence.Trader) bool {
		a := l.record.responses[roundResetStep(name, t)]
		return a == nil || a.Response == nil || a.outcome.Kind != contract.Accepted
	})
}
