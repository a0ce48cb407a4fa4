package suites

import (
	"fmt"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// bisectStep finds the requests that mailed surplus codes.
const bisectStep = "bisect"

// codelessGroups are the requirements that forbid a confirmation code. KEY-6 and QUESTION-9 do so
// for every response. Otherwise a wrongly accepted reset already breaks another requirement.
func codelessGroups() []plan.Group {
	return []plan.Group{
		{Requirement: "MAIL-3"}, {Requirement: "KEY-6", EvenIfAccepted: true},
		{Requirement: "QUESTION-9", EvenIfAccepted: true}, {Requirement: "RESET-10"},
	}
}

// checkNoCodes demands no code for questions and for requests that must be refused. The trader's
// accepted reset follows them, so earlier mails arrive before its own. Bisecting examines surplus
// codes.
func (b *builder) checkNoCodes() {
	groups := codelessGroups()
	for i, g := range groups {
		for _, t := range b.target.Traders {
			groups[i].Steps = appendNew(groups[i].Steps, b.codelessSteps(g.Requirement, t))
		}
	}
	for _, g := range groups {
		for _, t := range b.target.Traders {
			b.checkNoCode(g, t, b.codelessSteps(g.Requirement, t))
		}
	}
	step := plan.Step{ID: bisectStep, After: []string{allAsked}, Bisect: &plan.Bisect{
		Groups: groups, Time: b.target.BisectTime, Resets: b.target.BisectResets,
	}}
	for _, t := range b.target.Traders {
		step.Bisect.Accepted = append(step.Bisect.Accepted, acceptedResetStep(t))
	}
	step.Cost = b.bisectCost(*step.Bisect)
	b.addStep(step)
}

// codelessSteps are the steps that must not mail the trader a code, by the requirement.
func (b *builder) codelessSteps(requirement string, t evidence.Trader) []string {
	return b.selectRequests(func(s plan.Step) bool {
		return b.codelessRequirement(s, t) == requirement
	})
}

func (b *builder) checkNoCode(g plan.Group, t evidence.Trader, steps []string) {
	if len(steps) == 0 {
		return
	}
	looked := append(slices.Clone(steps), mailStep(t), bisectStep)
	b.addCheck(g.Requirement, joinID(t.Login, "no code"), looked, func(l *Look) {
		l.demandNoCode(g, t, steps)
	})
}

// bisectCost bounds the cost of bisecting: all suspects are repeated five times alone and as often
// with accepted resets, each group of them twice, and the halves of each group.
func (b *builder) bisectCost(s plan.Bisect) plan.Cost {
	const times = 2 * (evidence.Repeats + 1 + evidence.Confirms + 2)
	cost := plan.Cost{Mails: s.Resets * min(len(s.Accepted), maxTurns)}
	for _, g := range s.Groups {
		for _, id := range g.Steps {
			cost.Requests += times
			cost.WrongAnswers += times * b.findStep(id).Cost.WrongAnswers
		}
	}
	cost.Requests += cost.Mails
	return cost
}

func (b *builder) findStep(id string) plan.Step {
	i := slices.IndexFunc(b.steps, func(s plan.Step) bool { return s.ID == id })
	return b.steps[i]
}

// codelessRequirement returns the requirement that forbids a code for the step and trader, "" if
// none does.
func (b *builder) codelessRequirement(s plan.Step, t evidence.Trader) string {
	if s.Request == nil || s.Trader != "" && s.Trader != t.Login {
		return ""
	}
	switch {
	case strings.HasPrefix(s.ID, "reset/no-"):
		return "RESET-10"
	case s.Trader == "":
		return ""
	case strings.HasPrefix(s.ID, "key/") &&
		(s.Request.Operation == opReset || s.Request.Operation == opQuestion):
		return "KEY-6"
	case strings.HasPrefix(s.ID, "question/") && len(b.tradersWithQuestion()) > 0:
		return "QUESTION-9"
	case strings.HasPrefix(s.ID, "reset/") && s.Request.MustBeRefused:
		return "MAIL-3"
	}
	return ""
}

func appendNew(list, more []string) []string {
	for _, id := range more {
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// demandNoCode demands that none of the steps mailed the trader a code.
func (l *Look) demandNoCode(g plan.Group, t evidence.Trader, steps []string) {
	for _, step := range steps {
		if a := l.record.responses[step]; a == nil || a.Response == nil && !l.wasBlocked(step) {
			l.Sent(step)
		}
	}
	if _, ok := l.acceptedWait(mailStep(t), acceptedResetStep(t)); !ok {
		return
	}
	if guilty := l.record.findCodeSenders(g, t, steps); guilty != nil {
		l.failForCode(t, steps, guilty)
		return
	}
	if l.checkPurged() {
		return
	}
	if len(l.record.codeMailsAfter(t, acceptedResetStep(t))) == 0 {
		l.Untestable("without the mail of an accepted reset nobody can tell that no other came",
			"MAIL-1", "MAIL-2")
		return
	}
	if reason, because := l.explainSurplus(g, t, steps); reason != "" {
		l.Untestable(reason, because...)
	}
}

// findCodeSenders returns the smallest set of the group's requests shown to bring codes, with one
// of the steps among them. Several requests must have brought the trader one. It is nil if none
// were.
func (r *Record) findCodeSenders(g plan.Group, t evidence.Trader, steps []string) []string {
	if r.Run.Bisect == nil {
		return nil
	}
	var fewest []string
	for _, trial := range r.Run.Bisect.Trials {
		switch requests := trial.Requests; {
		case fewest != nil && len(requests) >= len(fewest):
		case !containsOnly(requests, g.Steps) || !overlaps(requests, steps):
		case len(requests) > 1 && !r.reachedTrader(trial.Mails, t):
		case r.Run.Bisect.Brings(requests):
			fewest = requests
		}
	}
	return fewest
}

func containsOnly(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(id string) bool { return !slices.Contains(whole, id) })
}

func overlaps(a, b []string) bool {
	return slices.ContainsFunc(a, func(id string) bool { return slices.Contains(b, id) })
}

// reachedTrader reports whether one of the mails is the trader's.
func (r *Record) reachedTrader(mails []string, t evidence.Trader) bool {
	return slices.ContainsFunc(mails, func(id string) bool {
		m, found := r.findMail(id)
		return found && slices.Contains(m.Traders, t.Login)
	})
}

func (l *Look) failForCode(t evidence.Trader, steps, guilty []string) {
	step := guilty[slices.IndexFunc(guilty, func(id string) bool {
		return slices.Contains(steps, id)
	})]
	mail, got := l.record.describeBisect(guilty)
	l.FailMail(mail, step, "no confirmation code for "+t.MailTo, got)
}

// describeBisect returns a mail brought by the repeated requests, and the counts of the trials.
func (r *Record) describeBisect(guilty []string) (mail, got string) {
	b := r.Run.Bisect
	withResets := !slices.ContainsFunc(b.Of(guilty, false), func(t evidence.Trial) bool {
		return len(t.Mails) > 0
	})
	trials := b.Of(guilty, withResets)
	what := "this request, repeated alone"
	if len(guilty) > 1 {
		var names []string
		for _, id := range guilty[:min(len(guilty), maxShownRequests)] {
			names = append(names, r.describeStep(id))
		}
		if len(guilty) > maxShownRequests {
			names = append(names, "…")
		}
		what = fmt.Sprintf("%d requests, repeated together (%s)", len(guilty),
			strings.Join(names, "; "))
	}
	controls := b.Controls(withResets, 0)
	got = fmt.Sprintf("a mail with a code after %s, %d times of %d; without any, none %d times of %d", what, len(trials), len(trials), controls, controls)
	if withResets {
		base, _ := b.Base(true)
		got = fmt.Sprintf("more mails with codes after %s and accepted resets, %d times of %d; after the accepted resets alone %d, %d times of %d",
			what, len(trials), len(trials), base, controls, controls)
	}
	mails := trials[0].Mails
	return mails[len(mails)-1], got
}

// maxShownRequests is the most requests named in one finding.
const maxShownRequests = 3

// explainSurplus says why the trader got more codes than accepted resets, as far as unexplained. It
// is "" without a surplus, or if the group's repeated requests brought none and another group's
// did.
func (l *Look) explainSurplus(g plan.Group, t evidence.Trader, steps []string) (reason string,
	because []string) {
	came, accepted, early := l.record.countCodes(t), l.countAccepted(t), l.record.gotEarlyCode(t)
	if came <= accepted && !early {
		return "", nil
	}
	surplus := fmt.Sprintf("%d mails with a code came for %s after %d accepted resets", came,
		t.Login, accepted)
	b := l.record.Run.Bisect
	switch {
	case !early && came <= accepted+l.countExplained(t):
		return surplus + ": resets that should have been refused were accepted",
			[]string{"RESET-4", "RESET-5", "RESET-7", "RESET-9", "RESET-10"}
	case b == nil:
		return surplus + ", and no request was repeated to find out why", nil
	case b.Stopped != "":
		return surplus + "; " + b.Stopped, nil
	case b.EachReset() > 1 && came <= b.EachReset()*accepted, l.foundCodeSenders() &&
		l.allAcquitted(steps):
		return "", nil
	}
	return surplus +
		", and no refused request brings one when it is repeated: mails come late, or somebody else resets the trader", nil
}

// flowProfile is the profile disturbed by other resets and password changes of the same traders.
const flowProfile = "flow"

// findForeignResets names a trader with more codes than the run explains, "" if there is none.
func (s *Suite) findForeignResets(record *Record) string {
	l := &Look{suite: s, record: record}
	for _, t := range s.Target.Traders {
		came, accepted, explained := record.countCodes(t), l.countAccepted(t), l.countExplained(t)
		early := record.gotEarlyCode(t) && explained == 0
		if came <= accepted+explained && !early {
			continue
		}
		if b := record.Run.Bisect; b != nil &&
			(b.EachReset() > 1 && came <= b.EachReset()*accepted || l.foundCodeSenders()) {
			continue
		}
		return fmt.Sprintf("%d mails with a code came for %s after %d accepted resets, and nothing explains the others: "+
			"somebody else may reset the same traders, and change their passwords", came, t.Login,
			accepted)
	}
	return ""
}

// countCodes counts the mails with a code that came for the trader before requests were repeated.
func (r *Record) countCodes(t evidence.Trader) int {
	count := 0
	for _, m := range r.mails[t.Login] {
		if len(m.Codes) > 0 {
			count++
		}
	}
	return count
}

// gotEarlyCode reports whether a code came before the trader's accepted reset was sent.
func (r *Record) gotEarlyCode(t evidence.Trader) bool {
	return slices.ContainsFunc(r.mails[t.Login], func(m evidence.Mail) bool {
		return len(m.Codes) > 0 && r.seenBefore(m, acceptedResetStep(t))
	})
}

// countAccepted counts the trader's accepted resets before further requests; a refused one brings
// no code.
func (l *Look) countAccepted(t evidence.Trader) int {
	further, begun := l.record.furtherStart()
	return l.countResponses(func(a *response) bool {
		return a.step.Trader == t.Login && a.step.Cost.Mails > 0 &&
			!(begun && !a.Started.Before(further)) &&
			!a.outcome.Refused()
	})
}

// countExplained counts the trader's wrongly accepted resets with the right key.
func (l *Look) countExplained(t evidence.Trader) int {
	return l.countResponses(func(a *response) bool {
		return a.step.Trader == t.Login && a.hasRightKey() && a.Operation == opReset &&
			a.step.Request.MustBeRefused && a.outcome.Accepted()
	})
}

func (l *Look) countResponses(pick func(*response) bool) int {
	count := 0
	for _, a := range l.record.responses {
		if pick(a) {
			count++
		}
	}
	return count
}

// foundCodeSenders reports whether bisecting found requests of one group that bring codes.
func (l *Look) foundCodeSenders() bool {
	for _, s := range l.suite.Plan.Steps {
		if s.Bisect == nil {
			continue
		}
		for _, g := range s.Bisect.Groups {
			if slices.ContainsFunc(l.record.Run.Bisect.Trials, func(t evidence.Trial) bool {
				return containsOnly(t.Requests, g.Steps) && l.record.Run.Bisect.Brings(t.Requests)
			}) {
				return true
			}
		}
	}
	return false
}

func (l *Look) allAcquitted(steps []string) bool {
	return !slices.ContainsFunc(steps, func(id string) bool {
		return !l.record.Run.Bisect.Acquits(id)
	})
}

// explainForeignMail says why a trader's mails can't be told from others', "" if they can.
func (l *Look) explainForeignMail(t evidence.Trader) string {
	b := l.record.Run.Bisect
	if b == nil || !b.Foreign || l.record.countCodes(t) <= l.countAccepted(t) {
		return ""
	}
	return b.Stopped
}
