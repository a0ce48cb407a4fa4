package runner

import (
	"context"
	"slices"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// findSurplus lists the traders with more codes than the run accounts for. It is empty if all
// traders together have none too many, since a misdirected mail is surplus for one trader only.
func (r *run) findSurplus(ctx context.Context, s plan.Bisect) []evidence.Trader {
	explained := r.explainedRequests(s)
	var list []evidence.Trader
	came, due := 0, 0
	early := false
	for _, t := range r.Target.Traders {
		if r.pollMailbox(ctx, t.MailTo) != nil {
			return nil
		}
		codes, accounted := r.codeMails(t), r.countExpectedCodes(t, explained)
		came, due = came+len(codes), due+accounted
		isEarly := r.cameEarly(t, codes, s.Accepted)
		early = early || isEarly
		if len(codes) > accounted || isEarly {
			list = append(list, t)
		}
	}
	if came <= due && !early {
		return nil
	}
	return list
}

// codeMails lists the trader's mails with a code.
func (r *run) codeMails(t evidence.Trader) []mail {
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.mailboxes.mails), func(m mail) bool {
		return len(m.codes) == 0 || !slices.Contains(m.traders, t.Login)
	})
}

// cameEarly reports whether a code came before the trader's accepted reset was sent.
func (r *run) cameEarly(t evidence.Trader, codes []mail, accepted []string) bool {
	i := slices.IndexFunc(accepted, func(id string) bool {
		state, planned := r.states[id]
		return planned && state.step.Trader == t.Login
	})
	if i < 0 {
		return false
	}
	place := r.resetNumber(accepted[i])
	return place > 0 && slices.ContainsFunc(codes, func(m mail) bool {
		return m.resetsSent < place
	})
}

// countExpectedCodes is how many codes the trader may have got: one for each accepted reset, and
// one for each wrongly accepted request with the right key.
func (r *run) countExpectedCodes(t evidence.Trader, explained []string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for _, id := range explained {
		if r.states[id].step.Trader == t.Login {
			count++
		}
	}
	for id, place := range r.accepted {
		if place > 0 && r.states[id].step.Trader == t.Login && !r.isRefused(id) {
			count++
		}
	}
	return count
}

// explainedRequests lists the requests whose wrong acceptance explains a code.
func (r *run) explainedRequests(s plan.Bisect) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, group := range s.Groups {
		for _, id := range group.Steps {
			if r.explained[id] && !group.EvenIfAccepted {
				list = append(list, id)
			}
		}
	}
	return list
}

// countRequests is how many requests of the run concern the trader.
func (r *run) countRequests(t evidence.Trader) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for _, x := range r.exchanges {
		if x.step.Trader == t.Login || x.step.Trader == "" {
			count++
		}
	}
	return count
}

// isRefused reports whether the step's last response refuses it; r.mu is held.
func (r *run) isRefused(id string) bool {
	i, found := r.lastIndex[id]
	return found && r.exchanges[i].outcome.Refused()
}
