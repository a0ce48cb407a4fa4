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
	// mostBisected bounds the traders whose requests are repeated and whose mailboxes are watched.
	mostBisected = 8
	// shortestWatch is how long a repeated request is watched for a code, at least; a slow
	// deployment gets three times the longest time that a mail took before.
	shortestWatch = 2 * time.Second
	// shortestQuiet is how long nothing may come before a trial is over, and how long a control is,
	// at least; a slow deployment gets a multiple of the longest time that a code took.
	shortestQuiet = 400 * time.Millisecond
	// longestNoise is how long codes may go on coming before the first trial, at least.
	longestNoise = 6 * time.Second
	// mostEach bounds how many codes each request of a trial can bring.
	mostEach = 4
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
	if r.Inbox == nil || r.boxes.dead() != "" || r.stop() != "" {
		return true
	}
	surplus := r.withSurplus(ctx, s)
	if len(surplus) == 0 {
		return true
	}
	limited, cancel := context.WithTimeout(ctx, s.Time)
	defer cancel()
	b := r.newBisection(s, surplus)
	b.find(limited, surplus)
	r.bisected = &b.found
	return true
}

func (r *run) newBisection(s plan.Bisect, surplus []evidence.Trader) *bisection {
	b := &bisection{run: r, plan: s, delay: r.longestDelay(), resetsLeft: s.Resets, attempts: map[string]int{}}
	others := slices.DeleteFunc(slices.Clone(r.Target.Traders), func(t evidence.Trader) bool { return hasTrader(surplus, t.Login) })
	b.traders = slices.Concat(surplus, others)
	b.traders = b.traders[:min(len(b.traders), mostBisected)]
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

// find repeats requests without wrong answers first, then those with wrong answers, since these may
// lock a trader, and at last both with accepted resets after them.
func (b *bisection) find(ctx context.Context, surplus []evidence.Trader) {
	if b.plan.Time <= 0 {
		b.giveUp("bisecting is turned off (bisectTime: 0)")
		return
	}
	if b.tooMany(surplus) || !b.calm(ctx) {
		return
	}
	cheap, costly := b.groups(false), b.groups(true)
	clear := b.search(ctx, cheap, nil)
	clear = clear && b.search(ctx, slices.DeleteFunc(costly, b.guilty(cheap)), nil)
	if clear && !b.anyGuilty() && len(b.resets) > 0 {
		b.search(ctx, b.groupsOf(b.resets), b.resets)
	}
}

// groupsOf are the suspects of nobody but those whose resets these are: what is repeated for others
// goes on waiting.
func (b *bisection) groupsOf(resets []plan.Step) []suspects {
	groups := b.groups(true, false)
	for i, g := range groups {
		groups[i] = slices.DeleteFunc(g, func(s plan.Step) bool {
			return s.Lane != "" && !slices.ContainsFunc(resets, func(r plan.Step) bool { return r.Lane == s.Lane })
		})
	}
	return slices.DeleteFunc(groups, func(g suspects) bool { return len(g) == 0 })
}

// groups are the suspects with or without wrong answers, requirement by requirement.
func (b *bisection) groups(wrong ...bool) []suspects {
	var groups []suspects
	for _, g := range b.plan.Groups {
		var list suspects
		for _, id := range g.Steps {
			if s, ok := b.suspect(id, g.Always); ok && slices.Contains(wrong, s.Cost.WrongAnswers > 0) {
				list = append(list, s)
			}
		}
		if len(list) > 0 {
			groups = append(groups, list)
		}
	}
	return groups
}

// suspect returns the step where it was sent and its response does not explain a code.
func (b *bisection) suspect(id string, always bool) (plan.Step, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state, planned := b.states[id]
	if !planned || !b.sent[id] || b.explained[id] && !always {
		return plan.Step{}, false
	}
	return state.step, state.step.Lane == "" || hasTrader(b.traders, state.step.Lane)
}

// search looks for the groups that bring codes; it is false where the trials show that nothing can
// be found.
func (b *bisection) search(ctx context.Context, groups []suspects, resets []plan.Step) bool {
	all := slices.Concat(groups...)
	if len(all) == 0 {
		return true
	}
	brings, ok := b.stirs(ctx, all, resets)
	if !ok || !brings {
		return ok
	}
	brings, ok = b.confirm(ctx, all, resets, evidence.Repeats, evidence.Repeats)
	if ok && !brings {
		b.giveUp("the requests that must be refused brought a code once, and none when they were repeated")
	}
	if !ok || !brings {
		return false
	}
	return b.searchEach(ctx, groups, resets)
}

// searchEach looks for the groups that bring codes where all together do; those that are left when
// one was found are tried together first.
func (b *bisection) searchEach(ctx context.Context, groups []suspects, resets []plan.Step) bool {
	found := false
	for i, group := range groups {
		if found && len(groups)-i > 1 {
			if brings, ok := b.trial(ctx, slices.Concat(groups[i:]...), resets); !ok || !brings {
				return ok
			}
		}
		brings, ok := b.narrow(ctx, group, len(groups) == 1, resets)
		if !ok {
			return false
		}
		found = found || brings
	}
	return true
}

// stirs reports whether all suspects together bring codes at all. With accepted resets, which bring
// codes of their own, it takes two comparisons.
func (b *bisection) stirs(ctx context.Context, all suspects, resets []plan.Step) (brings, ok bool) {
	if len(resets) == 0 {
		return b.trial(ctx, all, nil)
	}
	// The first accepted resets let out what waits since requests were repeated.
	if !b.reset(ctx, resets) {
		return false, false
	}
	each := true
	for range evidence.Confirms {
		if !b.control(ctx, resets) {
			return false, false
		}
		if brings, ok = b.trial(ctx, all, resets); !ok {
			return false, false
		}
		each = each && brings
	}
	return each, true
}

// confirm repeats the suspects and controls in a random order until there are so many of both.
// Brings is false where the suspects bring no code one time, ok where a control brings one or
// nothing more can be tried.
func (b *bisection) confirm(ctx context.Context, s suspects, resets []plan.Step, trials, controls int) (brings, ok bool) {
	for {
		open := max(trials-len(b.found.Of(ids(s), len(resets) > 0)), 0)
		owed := max(controls-b.found.Controls(len(resets) > 0, b.slowest), 0)
		switch {
		case open+owed == 0:
			return true, true
		case rand.IntN(open+owed) < owed:
			if !b.control(ctx, resets) {
				return false, false
			}
		default:
			if brings, ok := b.trial(ctx, s, resets); !ok || !brings {
				return false, ok
			}
		}
	}
}

// narrow looks, where the group brings codes, for one request in it that does, by halves; accepted
// resets are too dear for that. Alone is true where the group was tried already.
func (b *bisection) narrow(ctx context.Context, group suspects, alone bool, resets []plan.Step) (brings, ok bool) {
	if !alone {
		if brings, ok := b.trial(ctx, group, resets); !ok || !brings {
			return false, ok
		}
		controls := b.found.Controls(len(resets) > 0, b.slowest)
		if len(resets) == 0 {
			controls++
		}
		if brings, ok := b.confirm(ctx, group, resets, evidence.Confirms, controls); !ok || !brings {
			return false, ok
		}
	}
	for len(group) > 1 && len(resets) == 0 {
		half, ok := b.half(ctx, group, resets)
		if !ok || half == nil {
			return true, ok
		}
		group = half
	}
	_, ok = b.confirm(ctx, group, resets, evidence.Confirms, 0)
	return true, ok
}

// half is the half of the suspects that brings codes, nil where neither does alone.
func (b *bisection) half(ctx context.Context, s suspects, resets []plan.Step) (half suspects, ok bool) {
	for _, half := range []suspects{s[:len(s)/2], s[len(s)/2:]} {
		if brings, ok := b.trial(ctx, half, resets); !ok || brings {
			return half, ok
		}
	}
	return nil, true
}

// guilty returns a filter for the suspects of requirements of which others bring codes already.
func (b *bisection) guilty(groups []suspects) func(suspects) bool {
	return func(s suspects) bool {
		return slices.ContainsFunc(groups, func(g suspects) bool {
			return b.requirement(g) == b.requirement(s) && b.found.Brings(ids(g))
		})
	}
}

func (b *bisection) requirement(s suspects) string {
	for _, g := range b.plan.Groups {
		if slices.Contains(g.Steps, s[0].ID) {
			return g.Requirement
		}
	}
	return ""
}

// anyGuilty reports whether requests of one requirement were shown to bring codes.
func (b *bisection) anyGuilty() bool {
	return slices.ContainsFunc(b.plan.Groups, func(g plan.Group) bool {
		return slices.ContainsFunc(b.found.Trials, func(t evidence.Trial) bool {
			return !slices.ContainsFunc(t.Requests, func(id string) bool { return !slices.Contains(g.Steps, id) }) && b.found.Brings(t.Requests)
		})
	})
}

// control repeats nothing; it is false where more codes come than the accepted resets bring each
// time.
func (b *bisection) control(ctx context.Context, resets []plan.Step) bool {
	if _, ok := b.trial(ctx, nil, resets); !ok {
		return false
	}
	if _, steady := b.found.Base(len(resets) > 0); steady {
		return true
	}
	if len(resets) == 0 {
		b.foreign("codes came while nothing was sent")
	} else {
		b.foreign("the same accepted resets brought more codes one time than another")
	}
	return false
}

// trial sends the suspects and then the resets, and reports whether more codes came than a control
// brings; ok is false where the budget is spent or the inbox can't be read.
func (b *bisection) trial(ctx context.Context, s suspects, resets []plan.Step) (brings, ok bool) {
	t, ok := b.try(ctx, s, resets)
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

// reset sends the accepted resets alone, and counts for nothing.
func (b *bisection) reset(ctx context.Context, resets []plan.Step) bool {
	_, ok := b.try(ctx, nil, resets)
	return ok
}

func (b *bisection) try(ctx context.Context, s suspects, resets []plan.Step) (evidence.Trial, bool) {
	if b.overspent(ctx, resets) {
		return evidence.Trial{}, false
	}
	known := b.ids()
	t := evidence.Trial{Requests: ids(s), Resets: ids(resets), Started: time.Now(), Watched: b.watch()}
	if len(s)+len(resets) == 0 {
		t.Watched = b.quiet()
	}
	b.sendAll(ctx, s)
	b.sendAll(ctx, resets)
	b.resetsLeft -= min(len(resets), 1)
	if b.await(ctx, t.Watched, known, max(len(resets), 1)) {
		t.First = time.Since(t.Started)
	}
	sent := len(s) + len(resets)
	for t.First > 0 && len(b.news(known)) <= mostEach*sent && b.await(ctx, b.quiet(), known, len(b.news(known))+1) {
	}
	t.Mails = b.news(known)
	if sent > 0 && len(t.Mails) > mostEach*sent {
		b.foreign(fmt.Sprintf("%d codes came after %d requests", len(t.Mails), sent))
		return t, false
	}
	return t, !b.overspent(ctx, nil)
}

// overspent reports whether no further trial is possible.
func (b *bisection) overspent(ctx context.Context, resets []plan.Step) bool {
	switch problem := b.boxes.dead(); {
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

// tooMany reports whether a trader got more codes than the run has sent requests that concern the
// trader.
func (b *bisection) tooMany(surplus []evidence.Trader) bool {
	for _, t := range surplus {
		if codes, requests := len(b.codesOf(t)), b.requestsFor(t); codes > requests {
			b.foreign(fmt.Sprintf("%d codes came for %s, after %d requests of this run that concern the trader", codes, t.Login, requests))
			return true
		}
	}
	return false
}

// calm waits until no code has come for a while; it is false where they do not end.
func (b *bisection) calm(ctx context.Context) bool {
	began, known := time.Now(), b.ids()
	most := max(longestNoise, 2*b.quiet())
	for b.await(ctx, b.quiet(), known, len(b.news(known))+1) {
		if lasted := time.Since(began); lasted > most {
			b.foreign(fmt.Sprintf("codes went on coming for %s after the last request", lasted.Round(time.Second)))
			return false
		}
	}
	return !b.overspent(ctx, nil)
}

// watch is how long a trial waits for its first code, quiet how long nothing must come until it is
// over.
func (b *bisection) watch() time.Duration { return max(shortestWatch, 3*b.delay, 3*b.slowest) }
func (b *bisection) quiet() time.Duration { return max(shortestQuiet, 2*b.delay, 2*b.slowest) }

// sendAll sends the requests, several at once, and waits for the responses.
func (b *bisection) sendAll(ctx context.Context, steps []plan.Step) {
	var group errgroup.Group
	group.SetLimit(b.Client.Concurrency())
	for _, s := range steps {
		b.attempts[s.ID]++
		attempt := b.attempts[s.ID]
		group.Go(func() error { b.guard(func() { b.send(ctx, s, attempt) }); return nil })
	}
	_ = group.Wait()
}

func (b *bisection) send(ctx context.Context, s plan.Step, attempt int) {
	request, err := b.build(s)
	if err != nil {
		b.fail(err)
		return
	}
	b.keep(s, plan.Repeated(s.ID), attempt, b.run.send(ctx, s, request), "")
}

// await waits until so many codes have come that were not known; it is false where they did not in
// time.
func (b *bisection) await(ctx context.Context, atMost time.Duration, known map[string]bool, codes int) bool {
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	for {
		woken := b.boxes.wake()
		b.lookAll(ctx)
		if len(b.news(known)) >= codes {
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

func (b *bisection) lookAll(ctx context.Context) {
	for _, t := range b.traders {
		_ = b.look(ctx, t.MailTo)
	}
}

// news are the ids of the watched traders' mails with a code that are not known.
func (b *bisection) news(known map[string]bool) []string {
	b.boxes.mu.Lock()
	defer b.boxes.mu.Unlock()
	var list []string
	for _, m := range b.boxes.mails {
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

func (b *bisection) foreign(what string) {
	b.found.Foreign = true
	b.giveUp(what + ": somebody else resets the same traders, or mails come late or several times")
}

func (r *run) ids() map[string]bool {
	r.boxes.mu.Lock()
	defer r.boxes.mu.Unlock()
	ids := map[string]bool{}
	for _, m := range r.boxes.mails {
		ids[m.ID] = true
	}
	return ids
}

func ids(steps []plan.Step) []string {
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
		if m, found := r.mail(w.Mail); found {
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
		redacted.Trials[i].Started = r.steady(t.Started)
	}
	return &redacted
}
