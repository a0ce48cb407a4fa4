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
	// maxBisectTraders bounds the traders whose requests are repeated and whose mailboxes are
	// watched.
	maxBisectTraders = 8
	// minWatchTime is the shortest wait for the first code of a trial. A slow deployment gets three
	// times its longest delay so far.
	minWatchTime = 2 * time.Second
	// minQuietTime is the shortest silence to end a trial, and the shortest duration of a control.
	// A slow deployment gets twice its longest delay so far.
	minQuietTime = 400 * time.Millisecond
	// minNoiseTime is how long codes may keep coming before the first trial; a slow deployment gets
	// more.
	minNoiseTime = 6 * time.Second
	// maxCodesPerRequest bounds the codes of a trial for each of its requests; more must be
	// foreign.
	maxCodesPerRequest = 4
)

// bisection is one search for refused requests with a mailed code: see [plan.Bisect].
// [evidence.Bisect.Brings] judges its trials later; here they only decide the next trial.
type bisection struct {
	*run
	plan plan.Bisect
	// traders have watched mailboxes; resets are the accepted resets to send again.
	traders []evidence.Trader
	resets  []plan.Step
	found   evidence.Bisect
	// delay is the longest delay of a mail before the search, slowest that of a trial's first code.
	delay, slowest time.Duration
	resetsLeft     int
	attempts       map[string]int
}

// suspects are requests of one requirement, any of which may have brought a code.
type suspects []plan.Step

// bisect searches for the refused requests behind surplus codes, if there are any.
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
	b := &bisection{run: r, plan: s, delay: r.longestDelay(), resetsLeft: s.Resets,
		attempts: map[string]int{}}
	others := slices.DeleteFunc(slices.Clone(r.Target.Traders), func(t evidence.Trader) bool {
		return hasTrader(surplus, t.Login)
	})
	b.traders = slices.Concat(surplus, others)
	b.traders = b.traders[:min(len(b.traders), maxBisectTraders)]
	for _, id := range s.Accepted {
		if state, planned := r.states[id]; planned && hasTrader(surplus, state.step.Trader) &&
			hasTrader(b.traders, state.step.Trader) {
			b.resets = append(b.resets, state.step)
		}
	}
	return b
}

func hasTrader(list []evidence.Trader, login string) bool {
	return slices.ContainsFunc(list, func(t evidence.Trader) bool { return t.Login == login })
}

// searchAll starts with requests without wrong answers. Those with wrong answers follow, since they
// may lock a trader; the last trials add accepted resets to both.
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

// groupsForResets selects the suspects of the traders with these resets. For other traders no reset
// would release a withheld code.
func (b *bisection) groupsForResets(resets []plan.Step) []suspects {
	groups := b.selectGroups(true, false)
	for i, g := range groups {
		groups[i] = slices.DeleteFunc(g, func(s plan.Step) bool {
			return s.Trader != "" &&
				!slices.ContainsFunc(resets, func(r plan.Step) bool { return r.Trader == s.Trader })
		})
	}
	return slices.DeleteFunc(groups, func(g suspects) bool { return len(g) == 0 })
}

// selectGroups groups the suspects by requirement: those with wrong answers (true), without (false)
// or both.
func (b *bisection) selectGroups(wrong ...bool) []suspects {
	var groups []suspects
	for _, g := range b.plan.Groups {
		var list suspects
		for _, id := range g.Steps {
			if s, ok := b.findSuspect(id, g.EvenIfAccepted); ok &&
				slices.Contains(wrong, s.Cost.WrongAnswers > 0) {
				list = append(list, s)
			}
		}
		if len(list) > 0 {
			groups = append(groups, list)
		}
	}
	return groups
}

// findSuspect returns the step if it was sent and its response does not explain a code.
func (b *bisection) findSuspect(id string, always bool) (plan.Step, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state, planned := b.states[id]
	if !planned || !b.sent[id] || b.explained[id] && !always {
		return plan.Step{}, false
	}
	return state.step, state.step.Trader == "" || hasTrader(b.traders, state.step.Trader)
}

// searchGroups looks for groups with codes; it is false once the trials rule out a result.
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

// searchEachGroup tries the groups one by one, after all together brought codes. After the first
// success it tries the rest together before each of them.
func (b *bisection) searchEachGroup(ctx context.Context, groups []suspects,
	resets []plan.Step) bool {
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

// compareAll reports whether all suspects together bring codes. Accepted resets bring codes of
// their own, so with them it takes two comparisons.
func (b *bisection) compareAll(ctx context.Context, all suspects, resets []plan.Step) (brings,
	ok bool) {
	if len(resets) == 0 {
		return b.runTrial(ctx, all, nil)
	}
	// The first accepted resets release codes withheld since the requests were repeated.
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

// confirmGroup runs trials and controls in random order until there are enough of both. Brings is
// false once a trial brings no code; ok is false once a control brings one, or no further trial is
// possible.
func (b *bisection) confirmGroup(ctx context.Context, s suspects, resets []plan.Step, trials,
	controls int) (brings, ok bool) {
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

// narrowGroup halves a group with codes until one request is left; with accepted resets it stops at
// the group, since they are scarce. Alone says the group was tried already.
func (b *bisection) narrowGroup(ctx context.Context, group suspects, alone bool,
	resets []plan.Step) (brings, ok bool) {
	if !alone {
		if brings, ok := b.runTrial(ctx, group, resets); !ok || !brings {
			return false, ok
		}
		controls := b.found.Controls(len(resets) > 0, b.slowest)
		if len(resets) == 0 {
			controls++
		}
		if brings, ok := b.confirmGroup(ctx, group, resets, evidence.Confirms, controls); !ok ||
			!brings {
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

// findHalf returns the half of the suspects with codes, nil if neither brings any alone.
func (b *bisection) findHalf(ctx context.Context, s suspects, resets []plan.Step) (half suspects,
	ok bool) {
	for _, half := range []suspects{s[:len(s)/2], s[len(s)/2:]} {
		if brings, ok := b.runTrial(ctx, half, resets); !ok || brings {
			return half, ok
		}
	}
	return nil, true
}

// filterFound returns a filter for suspects whose requirement already has a request with codes in
// these groups.
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

// foundAny reports whether some request was shown to bring codes.
func (b *bisection) foundAny() bool {
	return slices.ContainsFunc(b.plan.Groups, func(g plan.Group) bool {
		return slices.ContainsFunc(b.found.Trials, func(t evidence.Trial) bool {
			return !slices.ContainsFunc(t.Requests, func(id string) bool {
				return !slices.Contains(g.Steps, id)
			}) && b.found.Brings(t.Requests)
		})
	})
}

// runControl repeats no refused request. It is false if codes come without resets, or if controls
// with resets differ.
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

// runTrial repeats the suspects, then the resets, and reports whether more codes came than in a
// control. It is not ok once the budget is spent or the inbox can't be read.
func (b *bisection) runTrial(ctx context.Context, s suspects, resets []plan.Step) (brings,
	ok bool) {
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

// sendResets sends the accepted resets alone, outside the recorded trials.
func (b *bisection) sendResets(ctx context.Context, resets []plan.Step) bool {
	_, ok := b.sendAndCount(ctx, nil, resets)
	return ok
}

func (b *bisection) sendAndCount(ctx context.Context, s suspects,
	resets []plan.Step) (evidence.Trial, bool) {
	if b.budgetSpent(ctx, resets) {
		return evidence.Trial{}, false
	}
	known := b.mailIDs()
	t := evidence.Trial{Requests: stepIDs(s), Resets: stepIDs(resets), Started: time.Now(),
		Watched: b.watchTime()}
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
	for t.First > 0 && len(b.newCodeMails(known)) <= maxCodesPerRequest*sent &&
		b.waitForCodes(ctx, b.quietTime(), known, len(b.newCodeMails(known))+1) {
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

// hasForeignCodes reports whether a trader got more codes than this run sent requests for the
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

// waitUntilQuiet waits for a pause between codes; it is false if they never pause.
func (b *bisection) waitUntilQuiet(ctx context.Context) bool {
	began, known := time.Now(), b.mailIDs()
	most := max(minNoiseTime, 2*b.quietTime())
	for b.waitForCodes(ctx, b.quietTime(), known, len(b.newCodeMails(known))+1) {
		if lasted := time.Since(began); lasted > most {
			b.reportForeign(fmt.Sprintf("codes went on coming for %s after the last request",
				lasted.Round(time.Second)))
			return false
		}
	}
	return !b.budgetSpent(ctx, nil)
}

// watchTime is how long a trial waits for its first code, quietTime the silence to end it.
func (b *bisection) watchTime() time.Duration { return max(minWatchTime, 3*b.delay, 3*b.slowest) }
func (b *bisection) quietTime() time.Duration { return max(minQuietTime, 2*b.delay, 2*b.slowest) }

// sendAll sends the requests concurrently and waits for the responses.
func (b *bisection) sendAll(ctx context.Context, steps []plan.Step) {
	var group errgroup.Group
	group.SetLimit(b.Client.Concurrency())
	for _, s := range steps {
		b.attempts[s.ID]++
		attempt := b.attempts[s.ID]
		group.Go(func() error {
			b.recoverPanic(func() { b.sendRepeat(ctx, s, attempt) })
			return nil
		})
	}
	_ = group.Wait()
}

func (b *bisection) sendRepeat(ctx context.Context, s plan.Step, attempt int) {
	request, err := b.build(s)
	if err != nil {
		b.recordFault(err)
		return
	}
	b.recordExchange(s, plan.RepeatID(s.ID), attempt, b.run.send(ctx, s, request), "")
}

// waitForCodes waits for this many new codes; it is false after the time is over.
func (b *bisection) waitForCodes(ctx context.Context, atMost time.Duration, known map[string]bool,
	codes int) bool {
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

// newCodeMails returns the ids of the watched traders' mails with a code, without the known ones.
func (b *bisection) newCodeMails(known map[string]bool) []string {
	b.mailboxes.mu.Lock()
	defer b.mailboxes.mu.Unlock()
	var list []string
	for _, m := range b.mailboxes.mails {
		if len(m.codes) > 0 && !known[m.ID] &&
			slices.ContainsFunc(m.traders, func(login string) bool {
				return hasTrader(b.traders, login)
			}) {
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

// longestDelay is the longest delay of an awaited mail.
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

// redactBisect returns the bisection for the evidence.
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
