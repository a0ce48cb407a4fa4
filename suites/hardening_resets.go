package suites

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// minCodes is the fewest codes that show a pattern beyond chance.
const minCodes = 4

// furtherResetStep is the id of one more accepted reset, furtherMailStep of its mail,
// unknownUserResetStep of the same for an unknown user.
func furtherResetStep(name string) string { return joinID("hardening/reset", name) }
func furtherMailStep(name string) string  { return joinID("hardening/mail", name) }
func unknownUserResetStep(before string) string {
	return joinID("hardening/reset-of-nobody", before)
}

// furtherResets are one trader's further resets, in order. The last one, plain, tells whether the
// others were refused for their header.
func furtherResets() []string { return []string{"forwarded-host", "host", "plain"} }

// foreignHeader names a host that is nobody's: no mail of a deployment can lead there by itself.
func foreignHeader(name, host string) map[string]string {
	switch name {
	case "forwarded-host":
		return map[string]string{"X-Forwarded-Host": host, "X-Host": host,
			"Forwarded": "host=" + host}
	case "host":
		return map[string]string{"Host": host}
	}
	return nil
}

// planFurtherResets repeats one trader's reset, each beside one for an unknown user, after all
// other requests. Their mails then disturb no other requirement.
func (b *builder) planFurtherResets() {
	if len(b.order) == 0 {
		return
	}
	t := b.order[0]
	before := append(b.listRequestsAndMails(), bisectStep)
	var unknown []string
	for _, name := range furtherResets() {
		if t.Answer == "" {
			id := b.addStep(plan.Step{ID: unknownUserResetStep(name),
				Request: b.newReset(b.unknownTrader(), nil), After: slices.Clone(before)})
			unknown, before = append(unknown, id), append(before, id)
		}
		ask := b.newRightReset(t)
		ask.Header = foreignHeader(name, b.decoys.Host)
		id := b.addStep(plan.Step{ID: furtherResetStep(name), Trader: t.Login, Request: ask,
			After: slices.Clone(before), Cost: plan.Cost{Mails: 1}})
		before = append(before, id)
		if b.target.Inbox != "" {
			before = append(before, b.planFurtherMail(t, name))
		}
	}
	b.checkFurther(t, unknown)
}

func (b *builder) planFurtherMail(t evidence.Trader, name string) string {
	wait := &plan.Await{Trader: t.Login, For: furtherResetStep(name)}
	if traderIndex(b.tradersChangingPassword(), t) >= 0 {
		wait.EarlierCode = codeOf("", t)
	}
	return b.addStep(plan.Step{ID: furtherMailStep(name), Trader: t.Login,
		Needs: []string{furtherResetStep(name)}, Await: wait})
}

func (b *builder) checkFurther(t evidence.Trader, unknown []string) {
	last := furtherResetStep("plain")
	var resets, mails []string
	for _, name := range furtherResets() {
		resets, mails = append(resets, furtherResetStep(name)), append(mails, furtherMailStep(name))
	}
	if len(unknown) > 0 {
		b.checkAlike("reset", t, []string{acceptedResetStep(t), last}, unknown)
		b.comparisons = append(b.comparisons, comparison{"reset", resets, unknown})
	}
	if b.target.Inbox == "" {
		return
	}
	for _, name := range furtherResets() {
		if foreignHeader(name, b.decoys.Host) == nil {
			continue
		}
		b.addCheck("HARD-10", name, []string{furtherResetStep(name), furtherMailStep(name), last},
			func(l *Look) { l.demandOwnHost(t, name) })
	}
	b.addCheck("HARD-9", "all codes", append([]string{mailStep(t)}, mails...),
		func(l *Look) { l.demandNoPattern() })
	if traderIndex(b.tradersChangingPassword(), t) >= 0 {
		b.addCheck("HARD-9", t.Login, append(mails, usedCodeStep(t)),
			func(l *Look) { l.demandFreshCodes(t, mails) })
	}
}

// demandOwnHost demands a mail without the host of the request's header. A deployment may also
// refuse the request.
func (l *Look) demandOwnHost(t evidence.Trader, name string) {
	reset, last := furtherResetStep(name), furtherResetStep("plain")
	if x := l.record.responses[reset]; x != nil && x.Failure != nil && !x.Failure.Unreachable {
		return // To close the connection is to refuse.
	}
	a, sent := l.Sent(reset)
	plain, both := l.Sent(last)
	switch {
	case !sent || !both:
		return
	case plain.outcome.TurnedDown():
		l.Untestable("the deployment accepts no further reset of " + t.Login)
		return
	case a.outcome.TurnedDown() || !a.outcome.StatesOutcome:
		return
	}
	mails := l.record.furtherMails(t, name)
	if len(mails) == 0 {
		l.Untestable("no mail came after the reset with a foreign host")
	}
	host := decoysFor(l.suite.Target).Host
	for _, m := range mails {
		if strings.Contains(strings.ToLower(string(readableText(m))), host) {
			l.FailMail(m.ID, reset, "a mail that does not mention the request's host",
				"a mail that leads to "+host)
			return
		}
	}
}

// furtherMails are the trader's mails between the further reset and the next.
func (r *Record) furtherMails(t evidence.Trader, name string) []evidence.Mail {
	next := furtherResetStep(furtherResets()[slices.Index(furtherResets(), name)+1])
	return slices.DeleteFunc(slices.Clone(r.Run.Mails), func(m evidence.Mail) bool {
		return !slices.Contains(m.Traders, t.Login) || r.seenBefore(m, furtherResetStep(name)) ||
			!r.seenBefore(m, next)
	})
}

// demandNoPattern demands that seen codes do not predict the next one.
func (l *Look) demandNoPattern() {
	enough := false
	for _, s := range l.record.Run.Sequences {
		if s.Codes < minCodes {
			continue
		}
		enough = true
		if pattern := describePattern(s); pattern != "" {
			got := fmt.Sprintf("%d codes%s, %s", s.Codes, describeTrader(s), pattern)
			l.Fail(furtherResetStep("plain"), "codes that don't tell the next one", got)
			return
		}
	}
	if !enough {
		l.Untestable(fmt.Sprintf("fewer than %d different codes came", minCodes))
	}
}

func describeTrader(s evidence.Sequence) string {
	if s.Trader == "" {
		return ""
	}
	return " of " + s.Trader
}

// describePattern says how the next code can be predicted, "" if it can't. Each pattern occurs by
// chance at most once in a hundred thousand runs.
func describePattern(s evidence.Sequence) string {
	const fewSymbols, fewVarying, few = 4, 4, 1e6
	switch {
	case s.Step == evidence.StepConstant:
		return "each a constant step after the one before"
	case s.Step == evidence.StepSmall:
		return "all close to each other"
	case s.Step == evidence.StepRising:
		return "each shortly after the one before"
	case s.Varying < min(fewVarying, s.Length-2):
		return fmt.Sprintf("of whose %d characters only %d change", s.Length, s.Varying)
	case s.Length >= minUnguessableLength && s.Symbols <= fewSymbols &&
		math.Pow(float64(s.Symbols), float64(s.Length)) < few:
		return fmt.Sprintf("made of only %d different characters", s.Symbols)
	}
	return ""
}

// demandFreshCodes demands that a code that has been used is not given out again.
func (l *Look) demandFreshCodes(t evidence.Trader, mails []string) {
	used := l.record.usedCodes()
	again, came := 0, 0
	last := ""
	for _, step := range mails {
		for _, w := range l.record.waits[step] {
			m, found := l.record.findMail(w.Mail)
			if !found || len(m.Codes) == 0 {
				continue
			}
			came++
			if used[m.Codes[0]] {
				again, last = again+1, m.ID
			}
		}
	}
	switch {
	case len(used) == 0 || came == 0:
		l.Untestable("no code was used and then another asked for")
	case again > 1: // One alone may be an earlier mail that comes twice.
		l.FailMail(last, furtherResetStep("plain"), "a new code for "+t.Login,
			fmt.Sprintf("a code that has given a token, %d times of %d", again, came))
	}
}

// usedCodes are the placeholders of the codes that gave a token.
func (r *Record) usedCodes() map[placeholder.Placeholder]bool {
	used := map[placeholder.Placeholder]bool{}
	for _, a := range r.responses {
		if a.Operation != opToken || a.Response == nil || !a.givesToken() {
			continue
		}
		for _, m := range r.Run.Mails {
			if len(m.Codes) > 0 && strings.Contains(string(a.Body), string(m.Codes[0])) {
				used[m.Codes[0]] = true
			}
		}
	}
	return used
}

func (r *Record) findMail(id string) (evidence.Mail, bool) {
	i := slices.IndexFunc(r.Run.Mails, func(m evidence.Mail) bool { return m.ID == id })
	if id == "" || i < 0 {
		return evidence.Mail{}, false
	}
	return r.Run.Mails[i], true
}
