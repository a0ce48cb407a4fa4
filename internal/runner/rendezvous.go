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

// longestRendezvous bounds how long a connected request waits for the rest of its group.
const longestRendezvous = 2 * time.Second

// rendezvous sends the requests of one group at the same moment.
type rendezvous struct {
	opened chan struct{}
	// traders own the requests; prepare polls their mailboxes before the first request goes out.
	traders []string
	prepare sync.Once

	mu sync.Mutex
	// missing counts the steps neither arrived nor known to be over; arrived holds the others.
	missing int
	arrived map[string]bool
}

// newRendezvous returns the plan's groups of simultaneous requests, by name. A group waits for no
// more requests than the concurrency allows.
func newRendezvous(p *plan.Plan, atOnce int) map[string]*rendezvous {
	groups := map[string]*rendezvous{}
	for _, s := range p.Steps {
		if s.Request == nil || s.Request.Together == "" {
			continue
		}
		if groups[s.Request.Together] == nil {
			groups[s.Request.Together] = &rendezvous{opened: make(chan struct{}),
				arrived: map[string]bool{}}
		}
		groups[s.Request.Together].missing++
		groups[s.Request.Together].traders = append(groups[s.Request.Together].traders, s.Trader)
	}
	for _, g := range groups {
		g.missing = min(g.missing, atOnce)
	}
	return groups
}

// pollGroup polls the mailboxes of all the group's traders before its first request goes out: a
// code already there has another cause.
func (r *run) pollGroup(ctx context.Context, s plan.Step) {
	if g := r.rendezvous[s.Request.Together]; g != nil && s.Cost.Mails > 0 {
		g.prepare.Do(func() { r.pollMailboxes(ctx, g.traders) })
	}
}

// joinRendezvous returns the wait of a connected request before it goes out, nil if requests must
// keep apart.
func (r *run) joinRendezvous(s plan.Step) func(context.Context) {
	g := r.rendezvous[s.Request.Together]
	switch {
	case g == nil:
		return nil
	case r.Client.Paced() || r.pacer.isPacing() || r.Client.Concurrency() < 2:
		r.addNote("Requests that should go out at the same time went out one after another: rate, concurrency or a limit keeps them apart.")
		return nil
	}
	return func(ctx context.Context) { g.waitForAll(ctx, s.ID) }
}

// waitForAll waits until all have arrived, or for a limited time.
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

// release lets the arrived requests go without the rest.
func (g *rendezvous) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.missing > 0 {
		g.missing = 0
		close(g.opened)
	}
}

// leaveRendezvous tells the rest of the group not to wait for the step.
func (r *run) leaveRendezvous(s plan.Step) {
	if s.Request != nil && r.rendezvous[s.Request.Together] != nil {
		r.rendezvous[s.Request.Together].arrive(s.ID)
	}
}

// pollMailboxes polls the mailboxes of the traders.
func (r *run) pollMailboxes(ctx context.Context, logins []string) {
	for _, login := range logins {
		if t, found := r.findTrader(login); found {
			_ = r.pollMailbox(ctx, t.MailTo)
		}
	}
}

// checkMixedUp lets dependent steps run if the mails seem to be mixed up.
func (r *run) checkMixedUp(s plan.Step) bool {
	if r.areMixedUp(*s.Doubt) {
		return true
	}
	r.recordUnsent(s.ID, "not needed: no mail seems to be mixed up")
	return false
}

// areMixedUp reports whether the awaited mails seem to be mixed up: two traders got one code, one
// got two mails while another got none, or one mail reached two traders.
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

// mailsAfterReset lists the trader's mails with a code since the reset was sent.
func (r *run) mailsAfterReset(a plan.Await) []mail {
	place := r.resetNumber(a.For)
	return slices.DeleteFunc(r.codeMails(evidence.Trader{Login: a.Trader}),
		func(m mail) bool { return m.resetsSent < place })
}

func shareCode(mails, others []mail) bool {
	return slices.ContainsFunc(mails, func(m mail) bool {
		return slices.ContainsFunc(others, func(o mail) bool {
			return m.ID == o.ID || strings.EqualFold(m.codes[0], o.codes[0])
		})
	})
}
