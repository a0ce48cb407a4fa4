package collect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// seal turns all that was received into evidence. Codes become known only when their mail is read, and
// may stand in what came before; therefore everything is sealed at the end, once.
func (r *run) seal(interrupted bool) *evidence.Run {
	mails := r.sealMails()
	sealed := &evidence.Run{
		ID: r.RunID, Tool: r.Tool, Started: r.started, Duration: time.Since(r.started), Interrupted: interrupted,
		Contract: evidence.Contract{Version: r.Contract.Version, SHA256: r.Contract.SHA256},
		Target:   r.Target, Waits: r.waits, Mails: mails, Resets: r.resets(), Exchanges: r.sealExchanges(),
	}
	if r.boxes.problem != "" {
		sealed.Target.InboxProblem = r.Vault.Text(r.boxes.problem)
	}
	for i, w := range sealed.Waits {
		sealed.Waits[i].Started = r.steady(w.Started)
		sealed.Waits[i].Problem = r.Vault.Text(w.Problem)
	}
	if line := r.lastLine(); line != "" {
		sealed.LastLine = r.Vault.Text(line)
		r.notes = append(r.notes, line)
	}
	for id, reason := range r.unsent {
		if sealed.Unsent == nil {
			sealed.Unsent = map[string]string{}
		}
		sealed.Unsent[id] = r.Vault.Text(reason)
	}
	for _, note := range r.notes {
		sealed.Observations = append(sealed.Observations, r.Vault.Text(note))
	}
	sealed.Secrets, sealed.Sequences = r.Vault.Legend(), r.sequences(mails)
	slices.SortStableFunc(sealed.Waits, func(a, b evidence.Wait) int { return a.Started.Compare(b.Started) })
	return sealed
}

// resets are the accepted resets in the order in which they were sent, and then those that were not.
func (r *run) resets() []string {
	var list []string
	for _, s := range r.Plan.Steps {
		if _, accepted := r.accepted[s.ID]; accepted {
			list = append(list, s.ID)
		}
	}
	place := func(id string) int { return cmp.Or(r.accepted[id], math.MaxInt) }
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return list
}

// steady counts a moment from the start of the run by the monotonic clock: a wall clock that is set in
// between would turn the order of things around.
func (r *run) steady(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return r.started.Round(0).Add(at.Sub(r.started))
}

func (r *run) sealExchanges() []evidence.Exchange {
	var list []evidence.Exchange
	for i, x := range r.exchanges {
		sealed := r.Vault.Exchange(x.id, x.attempt, x.step.Lane, x.step.Ask.Operation, x.Exchange)
		sealed.Requirements = x.step.Requirements
		sealed.Started = r.steady(sealed.Started)
		if x.unreachable != "" {
			if sealed.Failure == nil {
				sealed.Failure = &evidence.Failure{Kind: "not the API"}
			}
			sealed.Failure.Unreachable = true
			sealed.Failure.Text = r.Vault.Text(x.unreachable)
		}
		list = append(list, sealed)
		r.exchanges[i].Answer = nil // Or the bodies would be held twice.
	}
	slices.SortStableFunc(list, func(a, b evidence.Exchange) int {
		if c := a.Started.Compare(b.Started); c != 0 {
			return c
		}
		return strings.Compare(a.Step, b.Step)
	})
	return list
}

// sealMails makes every candidate for a code a secret before anything is sealed.
func (r *run) sealMails() []evidence.Mail {
	placeholders := make([][]string, len(r.boxes.mails))
	number := 0
	for i, m := range r.boxes.mails {
		for _, code := range m.codes {
			number++
			placeholders[i] = append(placeholders[i], r.Vault.Add(fmt.Sprintf("‹code %d›", number), code))
		}
	}
	var list []evidence.Mail
	for i, m := range r.boxes.mails {
		sealed := r.Vault.Mail(m.Mail, m.traders, m.reading.Subject, m.reading.Text, placeholders[i])
		sealed.ResetsSent, sealed.Seen = m.resetsSent, r.steady(sealed.Seen)
		list = append(list, sealed)
	}
	return list
}

// sequences describe the most likely code of each mail, in the order in which the mails came.
func (r *run) sequences(mails []evidence.Mail) []evidence.Sequence {
	var all []string
	own := map[string][]string{}
	for _, m := range mails {
		if len(m.Codes) == 0 {
			continue
		}
		all = append(all, m.Codes[0])
		for _, login := range m.Traders {
			own[login] = append(own[login], m.Codes[0])
		}
	}
	if len(all) == 0 {
		return nil
	}
	list := []evidence.Sequence{r.Vault.Sequence(all)}
	for _, t := range r.Target.Traders {
		if len(own[t.Login]) > 0 {
			s := r.Vault.Sequence(own[t.Login])
			s.Trader = t.Login
			list = append(list, s)
		}
	}
	return list
}
