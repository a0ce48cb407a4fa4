package runner

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// longestRendezvous bounds how long a connected request waits for the others of its group.
const longestRendezvous = 2 * time.Second

// rendezvous lets the requests of one group go out at the same moment.
type rendezvous struct {
	opened chan struct{}
	// traders are those whose requests they are; prepare looks into their mailboxes before the
	// first request goes out.
	traders []string
	prepare sync.Once

	mu sync.Mutex
	// missing counts those that have neither arrived nor will not come, arrived are the steps that
	// have.
	missing int
	arrived map[string]bool
}

// newRendezvous are the plan's groups of requests that go out together, by name. Never more meet than
// may be under way at once.
func newRendezvous(p *plan.Plan, atOnce int) map[string]*rendezvous {
	groups := map[string]*rendezvous{}
	for _, s := range p.Steps {
		if s.Ask == nil || s.Ask.Together == "" {
			continue
		}
		if groups[s.Ask.Together] == nil {
			groups[s.Ask.Together] = &rendezvous{opened: make(chan struct{}), arrived: map[string]bool{}}
		}
		groups[s.Ask.Together].missing++
		groups[s.Ask.Together].traders = append(groups[s.Ask.Together].traders, s.Lane)
	}
	for _, g := range groups {
		g.missing = min(g.missing, atOnce)
	}
	return groups
}

// pollGroup looks, before the group's first request goes out, into the mailboxes of all its traders:
// what is there already has another cause.
func (r *run) pollGroup(ctx context.Context, s plan.Step) {
	if g := r.rendezvous[s.Ask.Together]; g != nil && s.Cost.Mails > 0 {
		g.prepare.Do(func() { r.pollMailboxes(ctx, g.traders) })
	}
}

// joinRendezvous returns what a connected request waits for before it goes out, nil where requests must keep
// apart.
func (r *run) joinRendezvous(s plan.Step) func(context.Context) {
	g := r.rendezvous[s.Ask.Together]
	switch {
	case g == nil:
		return nil
	case r.Client.Paced() || r.pacer.isPacing() || r.Client.Concurrency() < 2:
		r.addNote("Requests that should go out at the same time went out one after another: rate, concurrency or a limit keeps them apart.")
		return nil
	}
	return func(ctx context.Context) { g.waitForAll(ctx, s.ID) }
}

// waitForAll waits until all have arrived, or for a while.
func (g *rendezvous) waitForAll(ctx context.Context, step string) {
	g.arrive(step)
	timer := time.NewTimer(longestRendezvous)
	defer timer.Stop()
	select {
	case <-g.opened:
	case <-timer.C:
		g.release()
	case <-ctx.Done():
	}
}

// arrive counts a step once: when its request is connected or, without one, when it is over.
func (g *rendezvous) arrive(step string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.arrived[step] {
		return
	}
	g.arrived[step] = true
	if g.missing--; g.missing == 0 {
		close(g.opened)
	}
}

// release lets those go that have arrived, although others have not.
func (g *rendezvous) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.missing > 0 {
		g.missing = 0
		close(g.opened)
	}
}

// leaveRendezvous tells those who wait for the step that it will not come any more.
func (r *run) leaveRendezvous(s plan.Step) {
	if s.Ask != nil && r.rendezvous[s.Ask.Together] != nil {
		r.rendezvous[s.Ask.Together].arrive(s.ID)
	}
}

// pollMailboxes looks into the mailboxes of the traders.
func (r *run) pollMailboxes(ctx context.Context, logins []string) {
	for _, login := range logins {
		if t, found := r.findTrader(login); found {
			_ = r.pollMailbox(ctx, t.MailTo)
		}
	}
}

// checkMixedUp lets what needs the step go on where the mails seem to be mixed up.
func (r *run) checkMixedUp(s plan.Step) bool {
	if r.areMixedUp(*s.Doubt) {
		return true
	}
	r.recordUnsent(s.ID, "not needed: no mail seems to be mixed up")
	return false
}

// areMixedUp reports whether the mails that the waits were for seem to be mixed up: two traders got
// one code, one got two mails while another got none, or one mail reached two traders.
func (r *run) areMixedUp(d plan.Doubt) bool {
	var came [][]mail
	for _, id := range d.Waits {
		if state, planned := r.states[id]; planned && r.mayBringMail(state.step.Await.For) {
			came = append(came, r.mailsAfterReset(*state.step.Await))
		}
	}
	lost := slices.ContainsFunc(came, func(mails []mail) bool { return len(mails) == 0 })
	for i, mails := range came {
		if lost && len(mails) > 1 {
			return true
		}
		for _, others := range came[i+1:] {
			if shareCode(mails, others) {
				return true
			}
		}
	}
	return false
}

// mailsAfterReset are the mails with a code that came for the trader since the reset was sent.
func (r *run) mailsAfterReset(a plan.Await) []mail {
	place := r.resetNumber(a.For)
	return slices.DeleteFunc(r.codeMails(evidence.Trader{Login: a.Trader}), func(m mail) bool { return m.resetsSent < place })
}

func shareCode(mails, others []mail) bool {
	return slices.ContainsFunc(mails, func(m mail) bool {
		return slices.ContainsFunc(others, func(o mail) bool { return m.ID == o.ID || strings.EqualFold(m.codes[0], o.codes[0]) })
	})
}
