package runner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

const (
	// maxBisectTraders bounds the traders whose requests are repeated and whose mailboxes are watched.
	maxBisectTraders = 8
	// minWatchTime is how long a repeated request is watched for a code, at least; a slow
	// deployment gets three times the longest time that a mail took before.
	minWatchTime = 2 * time.Second
	// minQuietTime is how long nothing may come before a trial is over, and how long a control is,
	// at least; a slow deployment gets a multiple of the longest time that a code took.
	minQuietTime = 400 * time.Millisecond
	// minNoiseTime is how long codes may go on coming before the first trial, at least.
	minNoiseTime = 6 * time.Second
	// maxCodesPerRequest bounds how many codes each request of a trial can bring.
	maxCodesPerRequest = 4
)

// bisection is one search for the refused requests that mail codes: see [plan.Bisect]. What its
// trials show is judged later, by [evidence.Bisect.Brings]; here they only decide which trial is
// next.
type bisection struct {
	*run
	plan plan.Bisect
	// traders are those whose mailboxes are watched, resets the accepted resets that may be sent
	// again.
	traders []evidence.Trader
	resets  []plan.Step
	found   evidence.Bisect
	// delay is how long the slowest mail took before, slowest how long the slowest first code of a
	// trial took.
	delay, slowest time.Duration
	resetsLeft     int
	attempts       map[string]int
}

// suspects are requests of one requirement that may have brought a code.
type suspects []plan.Step

// bisect looks for the refused requests that brought surplus codes, where there are any.
func (r *run) bisect(ctx context.Context, s plan.Bisect) bool {
	if r.Inbox == nil || r.mailboxes.failureReason() != "" || r.stopReason() != "" {
		return true
	}
	surplus := r.findSurplus(ctx, s)
	if len(surplus) == 0 {
		return true
	}
	limited, cancel := context.WithTimeout(ctx, s.Time)
	defer cancel()
	b := r.newBisection(s, surplus)
	b.searchAll(limited, surplus)
	r.bisected = &b.found
	return true
}

func (r *run) newBisection(s plan.Bisect, surplus []evidence.Trader) *bisection {
	b := &bisection{run: r, plan: s, delay: r.longestDelay(), resetsLeft: s.Resets, attempts: map[string]int{}}
	others := slices.DeleteFunc(slices.Clone(r.Target.Traders), func(t evidence.Trader) bool { return hasTrader(surplus, t.Login) })
	b.traders = slices.Concat(surplus, others)
	b.traders = b.traders[:min(len(b.traders), maxBisectTraders)]
	for _, id := range s.Accepted {
		if state, planned := r.states[id]; planned && hasTrader(surplus, state.step.Lane) && hasTrader(b.traders, state.step.Lane) {
			b.resets = append(b.resets, state.step)
		}
	}
	return b
}

func hasTrader(list []evidence.Trader, login string) bool {
	return slices.ContainsFunc(list, func(t evidence.Trader) bool { return t.Login == login })
}

// searchAll repeats requests without wrong answers first, then those with wrong answers, since these may
// lock a trader, and at last both with accepted resets after them.
func (b *bisection) searchAll(ctx context.Context, surplus []evidence.Trader) {
	if b.plan.Time <= 0 {
		b.giveUp("bisecting is turned off (bisectTime: 0)")
		return
	}
	if b.hasForeignCodes(surplus) || !b.waitUntilQuiet(ctx) {
		return
	}
	cheap, costly := b.selectGroups(false), b.selectGroups(true)
	clear := b.searchGroups(ctx, cheap, nil)
	clear = clear && b.searchGroups(ctx, slices.DeleteFunc(costly, b.filterFound(cheap)), nil)
	if clear && !b.foundAny() && len(b.resets) > 0 {
		b.searchGroups(ctx, b.groupsForResets(b.resets), b.resets)
	}
}

// groupsForResets are the suspects of nobody but those whose resets these are: what is repeated for others
// goes on waiting.
func (b *bisection) groupsForResets(resets []plan.Step) []suspects {
	groups := b.selectGroups(true, false)
	for i, g := range groups {
		groups[i] = slices.DeleteFunc(g, func(s plan.Step) bool {
			return s.Lane != "" && !slices.ContainsFunc(resets, func(r plan.Step) bool { return r.Lane == s.Lane })
		})
	}
	return slices.DeleteFunc(groups, func(g suspects) bool { return len(g) == 0 })
}

// selectGroups are the suspects with or without wrong answers, requirement by requirement.
func (b *bisection) selectGroups(wrong ...bool) []suspects {
	var groups []suspects
	for _, g := range b.plan.Groups {
		var list suspects
		for _, id := range g.Steps {
			if s, ok := b.findSuspect(id, g.Always); ok && slices.Contains(wrong, s.Cost.WrongAnswers > 0) {
				list = append(list, s)
			}
		}
		if len(list) > 0 {
			groups = append(groups, list)
		}
	}
	return groups
}

// findSuspect returns the step where it was sent and its response does not explain a code.
func (b *bisection) findSuspect(id string, always bool) (plan.Step, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state, planned := b.states[id]
	if !planned || !b.sent[id] || b.explained[id] && !always {
		return plan.Step{}, false
	}
	return state.step, state.step.Lane == "" || hasTrader(b.traders, state.step.Lane)
}

// searchGroups looks for the groups that bring codes; it is false where the trials show that nothing can
// be found.
func (b *bisection) searchGroups(ctx context.Context, groups []suspects, resets []plan.Step) bool {
	all := slices.Concat(groups...)
	if len(all) == 0 {
		return true
	}
	brings, ok := b.compareAll(ctx, all, resets)
	if !ok || !brings {
		return ok
	}
	brings, ok = b.confirmGroup(ctx, all, resets, evidence.Repeats, evidence.Repeats)
	if ok && !brings {
		b.giveUp("the requests that must be refused brought a code once, and none when they were repeated")
	}
	if !ok || !brings {
		return false
	}
	return b.searchEachGroup(ctx, groups, resets)
}

// searchEachGroup looks for the groups that bring codes where all together do; those that are left when
// one was found are tried together first.
func (b *bisection) searchEachGroup(ctx context.Context, groups []suspects, resets []plan.Step) bool {
	found := false
	for i, group := range groups {
		if found && len(groups)-i > 1 {
			if brings, ok := b.runTrial(ctx, slices.Concat(groups[i:]...), resets); !ok || !brings {
				return ok
			}
		}
		brings, ok := b.narrowGroup(ctx, group, len(groups) == 1, resets)
		if !ok {
			return false
		}
		found = found || brings
	}
	return true
}

// compareAll reports whether all suspects together bring codes at all. With accepted resets, which bring
// codes of their own, it takes two comparisons.
func (b *bisection) compareAll(ctx context.Context, all suspects, resets []plan.Step) (brings, ok bool) {
	if len(resets) == 0 {
		return b.runTrial(ctx, all, nil)
	}
	// The first accepted resets let out what waits since requests were repeated.
	if !b.sendResets(ctx, resets) {
		return false, false
	}
	each := true
	for range evidence.Confirms {
		if !b.runControl(ctx, resets) {
			return false, false
		}
		if brings, ok = b.runTrial(ctx, all, resets); !ok {
			return false, false
		}
		each = each && brings
	}
	return each, true
}

// confirmGroup repeats the suspects and controls in a random order until there are so many of both.
// Brings is false where the suspects bring no code one time, ok where a control brings one or
// nothing more can be tried.
func (b *bisection) confirmGroup(ctx context.Context, s suspects, resets []plan.Step, trials, controls int) (brings, ok bool) {
	for {
		open := max(trials-len(b.found.Of(stepIDs(s), len(resets) > 0)), 0)
		owed := max(controls-b.found.Controls(len(resets) > 0, b.slowest), 0)
		switch {
		case open+owed == 0:
			return true, true
		case rand.IntN(open+owed) < owed:
			if !b.runControl(ctx, resets) {
				return false, false
			}
		default:
			if brings, ok := b.runTrial(ctx, s, resets); !ok || !brings {
				return false, ok
			}
		}
	}
}

// narrowGroup looks, where the group brings codes, for one request in it that does, by halves; accepted
// resets are too dear for that. Alone is true where the group was tried already.
func (b *bisection) narrowGroup(ctx context.Context, group suspects, alone bool, resets []plan.Step) (brings, ok bool) {
	if !alone {
		if brings, ok := b.runTrial(ctx, group, resets); !ok || !brings {
			return false, ok
		}
		controls := b.found.Controls(len(resets) > 0, b.slowest)
		if len(resets) == 0 {
			controls++
		}
		if brings, ok := b.confirmGroup(ctx, group, resets, evidence.Confirms, controls); !ok || !brings {
			return false, ok
		}
	}
	for len(group) > 1 && len(resets) == 0 {
		half, ok := b.findHalf(ctx, group, resets)
		if !ok || half == nil {
			return true, ok
		}
		group = half
	}
	_, ok = b.confirmGroup(ctx, group, resets, evidence.Confirms, 0)
	return true, ok
}

// findHalf is the half of the suspects that brings codes, nil where neither does alone.
func (b *bisection) findHalf(ctx context.Context, s suspects, resets []plan.Step) (half suspects, ok bool) {
	for _, half := range []suspects{s[:len(s)/2], s[len(s)/2:]} {
		if brings, ok := b.runTrial(ctx, half, resets); !ok || brings {
			return half, ok
		}
	}
	return nil, true
}

// filterFound returns a filter for the suspects of requirements of which others bring codes already.
func (b *bisection) filterFound(groups []suspects) func(suspects) bool {
	return func(s suspects) bool {
		return slices.ContainsFunc(groups, func(g suspects) bool {
			return b.requirementOf(g) == b.requirementOf(s) && b.found.Brings(stepIDs(g))
		})
	}
}

func (b *bisection) requirementOf(s suspects) string {
	for _, g := range b.plan.Groups {
		if slices.Contains(g.Steps, s[0].ID) {
			return g.Requirement
		}
	}
	return ""
}

// foundAny reports whether requests of one requirement were shown to bring codes.
func (b *bisection) foundAny() bool {
	return slices.ContainsFunc(b.plan.Groups, func(g plan.Group) bool {
		return slices.ContainsFunc(b.found.Trials, func(t evidence.Trial) bool {
			return !slices.ContainsFunc(t.Requests, func(id string) bool { return !slices.Contains(g.Steps, id) }) && b.found.Brings(t.Requests)
		})
	})
}

// runControl repeats nothing; it is false where more codes come than the accepted resets bring each
// time.
func (b *bisection) runControl(ctx context.Context, resets []plan.Step) bool {
	if _, ok := b.runTrial(ctx, nil, resets); !ok {
		return false
	}
	if _, steady := b.found.Base(len(resets) > 0); steady {
		return true
	}
	if len(resets) == 0 {
		b.reportForeign("codes came while nothing was sent")
	} else {
		b.reportForeign("the same accepted resets brought more codes one time than another")
	}
	return false
}

// runTrial sends the suspects and then the resets, and reports whether more codes came than a control
// brings; ok is false where the budget is spent or the inbox can't be read.
func (b *bisection) runTrial(ctx context.Context, s suspects, resets []plan.Step) (brings, ok bool) {
	t, ok := b.sendAndCount(ctx, s, resets)
	if !ok {
		return false, false
	}
	if len(resets) == 0 && len(s) > 0 {
		b.slowest = max(b.slowest, t.First)
	}
	b.found.Trials = append(b.found.Trials, t)
	base, _ := b.found.Base(len(resets) > 0)
	return len(t.Mails) > base, true
}

// sendResets sends the accepted resets alone, and counts for nothing.
func (b *bisection) sendResets(ctx context.Context, resets []plan.Step) bool {
	_, ok := b.sendAndCount(ctx, nil, resets)
	return ok
}

func (b *bisection) sendAndCount(ctx context.Context, s suspects, resets []plan.Step) (evidence.Trial, bool) {
	if b.budgetSpent(ctx, resets) {
		return evidence.Trial{}, false
	}
	known := b.mailIDs()
	t := evidence.Trial{Requests: stepIDs(s), Resets: stepIDs(resets), Started: time.Now(), Watched: b.watchTime()}
	if len(s)+len(resets) == 0 {
		t.Watched = b.quietTime()
	}
	b.sendAll(ctx, s)
	b.sendAll(ctx, resets)
	b.resetsLeft -= min(len(resets), 1)
	if b.waitForCodes(ctx, t.Watched, known, max(len(resets), 1)) {
		t.First = time.Since(t.Started)
	}
	sent := len(s) + len(resets)
	for t.First > 0 && len(b.newCodeMails(known)) <= maxCodesPerRequest*sent && b.waitForCodes(ctx, b.quietTime(), known, len(b.newCodeMails(known))+1) {
	}
	t.Mails = b.newCodeMails(known)
	if sent > 0 && len(t.Mails) > maxCodesPerRequest*sent {
		b.reportForeign(fmt.Sprintf("%d codes came after %d requests", len(t.Mails), sent))
		return t, false
	}
	return t, !b.budgetSpent(ctx, nil)
}

// budgetSpent reports whether no further trial is possible.
func (b *bisection) budgetSpent(ctx context.Context, resets []plan.Step) bool {
	switch problem := b.mailboxes.failureReason(); {
	case problem != "":
		b.giveUp("the inbox could not be read: " + problem)
	case ctx.Err() != nil:
		b.giveUp(fmt.Sprintf("the time for finding out why was over (bisectTime: %s)", b.plan.Time))
	case len(resets) > 0 && b.resetsLeft <= 0:
		b.giveUp(fmt.Sprintf("the accepted resets for finding out why were used up (bisectResets: %d)", b.plan.Resets))
	default:
		return false
	}
	return true
}

// hasForeignCodes reports whether a trader got more codes than the run has sent requests that concern the
// trader.
func (b *bisection) hasForeignCodes(surplus []evidence.Trader) bool {
	for _, t := range surplus {
		if codes, requests := len(b.codeMails(t)), b.countRequests(t); codes > requests {
			b.reportForeign(fmt.Sprintf("%d codes came for %s, after %d requests of this run that concern the trader", codes, t.Login, requests))
			return true
		}
	}
	return false
}

// waitUntilQuiet waits until no code has come for a while; it is false where they do not end.
func (b *bisection) waitUntilQuiet(ctx context.Context) bool {
	began, known := time.Now(), b.mailIDs()
	most := max(minNoiseTime, 2*b.quietTime())
	for b.waitForCodes(ctx, b.quietTime(), known, len(b.newCodeMails(known))+1) {
		if lasted := time.Since(began); lasted > most {
			b.reportForeign(fmt.Sprintf("codes went on coming for %s after the last request", lasted.Round(time.Second)))
			return false
		}
	}
	return !b.budgetSpent(ctx, nil)
}

// watchTime is how long a trial waits for its first code, quiet how long nothing must come until it is
// over.
func (b *bisection) watchTime() time.Duration { return max(minWatchTime, 3*b.delay, 3*b.slowest) }
func (b *bisection) quietTime() time.Duration { return max(minQuietTime, 2*b.delay, 2*b.slowest) }

// sendAll sends the requests, several at once, and waits for the responses.
func (b *bisection) sendAll(ctx context.Context, steps []plan.Step) {
	var group errgroup.Group
	group.SetLimit(b.Client.Concurrency())
	for _, s := range steps {
		b.attempts[s.ID]++
		attempt := b.attempts[s.ID]
		group.Go(func() error { b.recoverPanic(func() { b.sendRepeat(ctx, s, attempt) }); return nil })
	}
	_ = group.Wait()
}

func (b *bisection) sendRepeat(ctx context.Context, s plan.Step, attempt int) {
	request, err := b.build(s)
	if err != nil {
		b.recordFault(err)
		return
	}
	b.recordExchange(s, plan.Repeated(s.ID), attempt, b.run.send(ctx, s, request), "")
}

// waitForCodes waits until so many codes have come that were not known; it is false where they did not in
// time.
func (b *bisection) waitForCodes(ctx context.Context, atMost time.Duration, known map[string]bool, codes int) bool {
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	for {
		woken := b.mailboxes.nextWake()
		b.pollTraders(ctx)
		if len(b.newCodeMails(known)) >= codes {
			return true
		}
		select {
		case <-woken:
		case <-time.After(pollEvery):
		case <-deadline.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

func (b *bisection) pollTraders(ctx context.Context) {
	for _, t := range b.traders {
		_ = b.pollMailbox(ctx, t.MailTo)
	}
}

// newCodeMails are the ids of the watched traders' mails with a code that are not known.
func (b *bisection) newCodeMails(known map[string]bool) []string {
	b.mailboxes.mu.Lock()
	defer b.mailboxes.mu.Unlock()
	var list []string
	for _, m := range b.mailboxes.mails {
		if len(m.codes) > 0 && !known[m.ID] && slices.ContainsFunc(m.traders, func(login string) bool { return hasTrader(b.traders, login) }) {
			list = append(list, m.ID)
		}
	}
	return list
}

func (b *bisection) giveUp(reason string) {
	if b.found.Stopped == "" {
		b.found.Stopped = reason
	}
}

func (b *bisection) reportForeign(what string) {
	b.found.Foreign = true
	b.giveUp(what + ": somebody else resets the same traders, or mails come late or several times")
}

func (r *run) mailIDs() map[string]bool {
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	ids := map[string]bool{}
	for _, m := range r.mailboxes.mails {
		ids[m.ID] = true
	}
	return ids
}

func stepIDs(steps []plan.Step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, s.ID)
	}
	return list
}

// longestDelay is how long the slowest mail took that was waited for.
func (r *run) longestDelay() time.Duration {
	r.mu.Lock()
	waits := slices.Clone(r.waits)
	r.mu.Unlock()
	longest := time.Duration(0)
	for _, w := range waits {
		if m, found := r.findMail(w.Mail); found {
			longest = max(longest, m.Seen.Sub(w.Started))
		}
	}
	return longest
}

// redactBisect is the bisection for the evidence.
func (r *run) redactBisect() *evidence.Bisect {
	if r.bisected == nil {
		return nil
	}
	redacted := *r.bisected
	redacted.Stopped = r.Redactor.Text(redacted.Stopped)
	for i, t := range redacted.Trials {
		redacted.Trials[i].Started = r.monotonicTime(t.Started)
	}
	return &redacted
}
