package runner

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/codefinder"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// redactRun turns all exchanges and mails into evidence. It runs once, at the end: a code becomes
// known only with its mail, and earlier responses may hold it.
func (r *run) redactRun(interrupted bool) *evidence.Run {
	mails := r.redactMails()
	redacted := &evidence.Run{
		ID: r.RunID, Tool: r.Tool, Started: r.started, Duration: time.Since(r.started),
		Interrupted: interrupted,
		Contract:    evidence.Contract{Version: r.Contract.Version, SHA256: r.Contract.SHA256},
		Target:      r.Target, Waits: r.waits, Mails: mails, Resets: r.acceptedResets(),
		Exchanges: r.redactExchanges(),
		Bisect:    r.redactBisect(), InboxPurged: r.mailboxes.purged,
	}
	if r.older.Load() {
		redacted.Target.StepThree = olderPath
	}
	if r.mailboxes.problem != "" {
		redacted.Target.InboxProblem = r.Redactor.Text(r.mailboxes.problem)
	}
	for i, w := range redacted.Waits {
		redacted.Waits[i].Started = r.monotonicTime(w.Started)
		redacted.Waits[i].Problem = r.Redactor.Text(w.Problem)
	}
	if line := r.lastLine(); line != "" {
		redacted.LastLine = r.Redactor.Text(line)
		r.notes = append(r.notes, line)
	}
	for id, reason := range r.unsent {
		if redacted.Unsent == nil {
			redacted.Unsent = map[string]string{}
		}
		redacted.Unsent[id] = r.Redactor.Text(reason)
	}
	for _, note := range r.notes {
		redacted.Observations = append(redacted.Observations, r.Redactor.Text(note))
	}
	redacted.Secrets, redacted.Sequences = r.Redactor.Legend(), r.codeSequences(mails)
	slices.SortStableFunc(redacted.Waits, func(a, b evidence.Wait) int {
		return a.Started.Compare(b.Started)
	})
	return redacted
}

// acceptedResets lists the accepted resets in the order of sending, unsent ones last.
func (r *run) acceptedResets() []string {
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

// monotonicTime converts a moment to the start of the run plus monotonic time. Wall-clock changes
// during the run could otherwise reverse the order of events.
func (r *run) monotonicTime(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return r.started.Round(0).Add(at.Sub(r.started))
}

func (r *run) redactExchanges() []evidence.Exchange {
	var list []evidence.Exchange
	for i, x := range r.exchanges {
		redacted := r.Redactor.Exchange(x.id, x.attempt, x.step.Trader, x.step.Request.Operation,
			x.Exchange)
		redacted.Requirements = x.step.Requirements
		redacted.Started = r.monotonicTime(redacted.Started)
		if x.unreachable != "" {
			if redacted.Failure == nil {
				redacted.Failure = &evidence.Failure{Kind: "not the API"}
			}
			redacted.Failure.Unreachable = true
			redacted.Failure.Text = r.Redactor.Text(x.unreachable)
		}
		list = append(list, redacted)
		r.exchanges[i].Response = nil // Or the bodies would be held twice.
	}
	slices.SortStableFunc(list, func(a, b evidence.Exchange) int {
		if c := a.Started.Compare(b.Started); c != 0 {
			return c
		}
		return strings.Compare(a.Step, b.Step)
	})
	return list
}

// redactMails registers every code and every candidate as a secret, before anything is redacted.
func (r *run) redactMails() []evidence.Mail {
	codes, candidates := make([][]placeholder.Placeholder, len(r.mailboxes.mails)),
		make([][]placeholder.Placeholder, len(r.mailboxes.mails))
	numbers := map[placeholder.Kind]int{}
	name := func(kind placeholder.Kind, texts []string) []placeholder.Placeholder {
		var placeholders []placeholder.Placeholder
		for _, text := range texts {
			numbers[kind]++
			placeholders = append(placeholders,
				r.Redactor.Add(kind.For(strconv.Itoa(numbers[kind])), text))
		}
		return placeholders
	}
	for i, m := range r.mailboxes.mails {
		codes[i] = name(placeholder.Code, m.codes)
	}
	for i, m := range r.mailboxes.mails {
		candidates[i] = name(placeholder.Candidate, r.otherCandidates(m))
	}
	var list []evidence.Mail
	for i, m := range r.mailboxes.mails {
		redacted := r.Redactor.Mail(m.Mail, m.traders, m.reading.Subject, m.reading.Text, codes[i])
		redacted.Candidates, redacted.HTML = candidates[i],
			compareVersions(m.reading.Versions, m.codes)
		redacted.ResetsSent, redacted.Seen = m.resetsSent, r.monotonicTime(redacted.Seen)
		list = append(list, redacted)
	}
	return list
}

// otherCandidates are the candidates not recognised as codes. A login is none: it must stay
// readable.
func (r *run) otherCandidates(m mail) []string {
	return slices.DeleteFunc(slices.Clone(m.candidates), func(text string) bool {
		return slices.Contains(m.codes, text) ||
			slices.ContainsFunc(r.Target.Traders, func(t evidence.Trader) bool {
				return strings.EqualFold(t.Login, text)
			})
	})
}

// codeSequences describes the most likely code of each mail, in the order of arrival.
func (r *run) codeSequences(mails []evidence.Mail) []evidence.Sequence {
	var all []placeholder.Placeholder
	own := map[string][]placeholder.Placeholder{}
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
	list := []evidence.Sequence{r.describeSequence(all)}
	for _, t := range r.Target.Traders {
		if len(own[t.Login]) > 0 {
			s := r.describeSequence(own[t.Login])
			s.Trader = t.Login
			list = append(list, s)
		}
	}
	return list
}

func (r *run) describeSequence(placeholders []placeholder.Placeholder) evidence.Sequence {
	var codes []string
	for _, p := range placeholders {
		codes = append(codes, r.Redactor.Fill(string(p)))
	}
	return codefinder.SequenceOf(codes)
}
