package collect

import (
	"context"
	"slices"
	"time"

	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// shortestWatch is how long a request that is asked again alone is watched for a mail, at least; a slow
// deployment gets three times the delay that its accepted reset's mail had.
const shortestWatch = 2 * time.Second

// recheck asks the refused requests again where more codes came than resets were accepted: all
// together, then by halves, until each that brings a code stands alone. One that brings a
// code alone, twice out of two, has sent it.
func (r *run) recheck(ctx context.Context, s plan.Recheck) bool {
	t, _ := r.trader(s.Trader)
	if r.Inbox == nil || r.boxes.dead() != "" || !r.suspicious(ctx, t) {
		return true
	}
	r.rechecking.Lock()
	defer r.rechecking.Unlock()
	w := watcher{run: r, trader: t, atMost: max(shortestWatch, 3*r.delay(t))}
	kinds := r.innocent(s.Kinds)
	guilty := w.guilty(ctx, kinds)
	guilty = w.guilty(ctx, r.innocent(s.Wrong)) || guilty
	guilty = guilty || w.guilty(ctx, r.innocent(s.Others))
	if next, planned := r.states[s.Next]; !guilty && planned {
		w.next = &next.step
		guilty = w.guilty(ctx, kinds)
	}
	if next, planned := r.states[s.Accepted]; !guilty && planned {
		guilty = w.queued(ctx, next.step, append(kinds, r.innocent(s.Wrong[:min(len(s.Wrong), 1)])...))
	}
	if !guilty {
		r.note("More mails with a code came for %s than resets were accepted, and no refused request brings one when asked again: late or doubled mails, or somebody else who resets the same trader.", t.Login)
	}
	return true
}

// innocent are the steps whose answers do not explain a mail already.
func (r *run) innocent(ids []string) []plan.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	var steps []plan.Step
	for _, id := range ids {
		if state, planned := r.states[id]; planned && !r.explained[id] {
			steps = append(steps, state.step)
		}
	}
	return steps
}

// suspicious compares the codes that came with the resets that were accepted: for the trader, and
// for all together, since a mail that went astray is surplus for one trader only.
func (r *run) suspicious(ctx context.Context, t evidence.Trader) bool {
	if r.look(ctx, t.MailTo) != nil {
		return false
	}
	own, all := r.accountedFor(t)
	r.boxes.mu.Lock()
	defer r.boxes.mu.Unlock()
	theirs, everybodys := 0, 0
	for _, m := range r.boxes.mails {
		if len(m.codes) == 0 {
			continue
		}
		everybodys++
		if slices.Contains(m.traders, t.Login) {
			theirs++
		}
	}
	return theirs > own && everybodys > all
}

// accountedFor is how many codes the trader, and all together, may have got by what was answered.
func (r *run) accountedFor(t evidence.Trader) (own, all int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := func(id string) {
		all++
		if r.states[id].step.Lane == t.Login {
			own++
		}
	}
	for id := range r.explained {
		count(id)
	}
	for id, place := range r.accepted {
		if place > 0 && !r.explained[id] {
			count(id)
		}
	}
	return own, all
}

// watcher watches one trader's box while requests are asked again.
type watcher struct {
	*run
	trader evidence.Trader
	atMost time.Duration
	// next follows each request where it is not nil, and brings so many codes of its own.
	next *plan.Step
	own  int
}

// queued reports whether one of the steps brings a code with that of the accepted reset that follows it. One such
// step is looked for: each look costs the trader a mail.
func (w watcher) queued(ctx context.Context, accepted plan.Step, steps []plan.Step) bool {
	w.next = &accepted
	// The first lets out what waits since requests were asked again.
	known := w.ids()
	w.follow(ctx)
	if w.came(ctx, known) == "" {
		return false
	}
	w.own = w.alone(ctx)
	// Where it is not the same each time, somebody else resets the trader as well.
	if w.own == 0 || w.alone(ctx) != w.own || len(steps) == 0 || !w.brings(ctx, steps) {
		return false
	}
	for len(steps) > 1 {
		half := steps[:len(steps)/2]
		if !w.brings(ctx, half) {
			half = steps[len(steps)/2:]
		}
		steps = half
	}
	return w.again(ctx, steps[0], 1) && w.alone(ctx) == w.own && w.again(ctx, steps[0], 2)
}

// alone is how many codes what follows each request brings without one.
func (w watcher) alone(ctx context.Context) int {
	w.quieten(ctx)
	w.own = 0
	count, known := 0, w.ids()
	w.follow(ctx)
	for w.came(ctx, known) != "" {
		count++
	}
	return count
}

// came waits for a mail with a code for the trader that is not known, and for as many more as belong to what follows each
// request; it returns the last.
func (w watcher) came(ctx context.Context, known map[string]bool) string {
	id := ""
	for range w.own + 1 {
		if id, _ = w.watch(ctx, w.trader, w.atMost, func(m mail) bool { return !known[m.ID] }); id == "" {
			return ""
		}
		known[id] = true
	}
	return id
}

// guilty reports whether one of the steps brings a code alone.
func (w watcher) guilty(ctx context.Context, steps []plan.Step) bool {
	return len(steps) > 0 && w.brings(ctx, steps) && w.silent(ctx) && w.single(ctx, steps) > 0
}

// single halves the steps, of which at least one brings a code, until each stands alone, and
// returns how many bring one alone, twice.
func (w watcher) single(ctx context.Context, steps []plan.Step) int {
	if len(steps) == 1 {
		if w.again(ctx, steps[0], 1) && w.again(ctx, steps[0], 2) {
			return 1
		}
		return 0
	}
	left, right := steps[:len(steps)/2], steps[len(steps)/2:]
	guilty := 0
	inLeft := w.brings(ctx, left)
	if inLeft {
		guilty += w.single(ctx, left)
	}
	if !inLeft || w.brings(ctx, right) {
		guilty += w.single(ctx, right)
	}
	return guilty
}

// brings asks the steps and reports whether a code came for the trader.
func (w watcher) brings(ctx context.Context, steps []plan.Step) bool {
	w.quieten(ctx)
	known := w.ids()
	for _, s := range steps {
		w.send(ctx, s, "recheck/together/"+s.ID, 1)
	}
	w.follow(ctx)
	return w.came(ctx, known) != ""
}

// again asks one request alone and reports whether it brought a code.
func (w watcher) again(ctx context.Context, s plan.Step, attempt int) bool {
	w.quieten(ctx)
	known := w.ids()
	wait := evidence.Wait{Step: "recheck/" + s.ID, Trader: w.trader.Login, For: s.ID, Started: time.Now(), Deadline: w.atMost}
	w.send(ctx, s, wait.Step, attempt)
	w.follow(ctx)
	wait.Mail, wait.Problem = w.came(ctx, known), w.boxes.dead()
	wait.Duration = time.Since(wait.Started)
	w.addWait(wait)
	return wait.Mail != ""
}

func (w watcher) follow(ctx context.Context) {
	if w.next != nil {
		w.send(ctx, *w.next, "recheck/next/"+w.next.ID, 1)
	}
}

func (w watcher) send(ctx context.Context, s plan.Step, id string, attempt int) {
	request, err := w.build(s)
	if err != nil {
		w.fail(err)
		return
	}
	w.keep(s, id, attempt, w.Client.Do(ctx, request), "")
}

// silent reports whether no code comes when nothing is asked: else somebody else may have brought the others.
func (w watcher) silent(ctx context.Context) bool {
	w.quieten(ctx)
	w.own = 0
	return w.came(ctx, w.ids()) == ""
}

// quieten waits until no mail has come for the trader for a while.
func (w watcher) quieten(ctx context.Context) {
	for ctx.Err() == nil {
		known := w.ids()
		if id, _ := w.watch(ctx, w.trader, w.atMost/4, func(m mail) bool { return !known[m.ID] }); id == "" {
			return
		}
	}
}

// last returns what the step received in the end.
func (r *run) last(step string) (deployment.Exchange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.lasts[step]
	if !found {
		return deployment.Exchange{}, false
	}
	return r.exchanges[i].Exchange, true
}

// delay is how long the accepted reset's mail took.
func (r *run) delay(t evidence.Trader) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.waits {
		if w.Trader == t.Login && w.Mail != "" {
			return w.Duration
		}
	}
	return 0
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
