package suites

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// maxTurns bounds how many accepted resets wait for each other's mail. With more traders some
// resets overlap, or the run would take the mail's delay once for each.
const maxTurns = 8

// maxTurnWait bounds how long one missing mail holds up the next trader's reset.
const maxTurnWait = 10 * time.Second

// planConfirmationMail covers page 1, Response: the trader receives the confirmation code via
// email.
func planConfirmationMail(b *builder) {
	all := []string{"MAIL-1", "MAIL-2", "MAIL-3", "MAIL-4", "MAIL-5", "MAIL-6", "MAIL-7", "MAIL-8",
		"KEY-6", "QUESTION-9"}
	b.setMissing("no trader is declared", "MAIL-1", "MAIL-2", "MAIL-5", "MAIL-8", "KEY-6")
	b.setMissing("fewer than two traders are declared", "MAIL-4", "MAIL-6", "MAIL-7")
	b.setMissing("no trader with a secret question is declared (traders: login, email, question, answer)", "MAIL-3", "QUESTION-9")
	b.ruleOutQuestions()
	if b.target.Inbox == "" {
		b.setMissing("no inbox is declared (inbox or CONFORMANCE_INBOX, for example mailhog=http://localhost:8025)", all...)
	}
	if !b.target.HasKey {
		b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", all...)
	}
	if b.target.Inbox == "" || !b.target.HasKey {
		return
	}
	b.addStep(plan.Step{ID: allAsked, After: b.listRequestsAndMails()})
	for _, t := range b.target.Traders {
		b.checkMail(t)
		b.checkOwnMail(t)
	}
	b.checkNoCodes()
}

// allAsked is the barrier after all requests and mail waits.
const allAsked = "all-asked"

func (b *builder) listRequestsAndMails() []string {
	ids := b.selectRequests(func(plan.Step) bool { return true })
	for _, t := range b.target.Traders {
		if b.target.Inbox != "" {
			ids = append(ids, mailStep(t))
		}
	}
	return slices.Concat(ids, b.finalPasswordSteps(), b.roundSteps())
}

// planMailWait waits for the mail of the trader's accepted reset before the next trader's goes out.
func (b *builder) planMailWait(t evidence.Trader, reset string) {
	if b.target.Inbox == "" {
		return
	}
	mail := b.addStep(plan.Step{
		ID: mailStep(t), Trader: t.Login, Needs: []string{reset}, Await: b.newCodeWait(t, reset),
	})
	turns := min(len(b.target.Traders), maxTurns)
	order := b.resetOrder()
	i := slices.IndexFunc(order, func(o evidence.Trader) bool { return o.Login == t.Login })
	if i >= turns {
		return
	}
	b.addStep(plan.Step{
		ID: joinID("turn", t.Login), Trader: t.Login,
		After: append([]string{mail}, b.codeSteps(t)...),
		Barrier: &plan.Barrier{Wait: mail, AtMost: min(b.target.MailDeadline/time.Duration(turns),
			maxTurnWait)},
	})
}

// newCodeWait waits for the mail of the reset. It captures the code if the trader changes the
// password.
func (b *builder) newCodeWait(t evidence.Trader, reset string) *plan.Await {
	a := &plan.Await{Trader: t.Login, For: reset}
	if first := b.order[0]; t.Login == first.Login && (t.Answer != "" || len(b.order) == 1) {
		// No other trader's mail comes between: the first mail may be that of a refused request.
		for _, s := range b.steps {
			if b.codelessRequirement(s, t) != "" {
				a.OtherCauses = append(a.OtherCauses, s.ID)
			}
		}
	}
	if traderIndex(b.tradersChangingPassword(), t) >= 0 {
		a.Capture, a.Tries = codeOf("", t), b.target.CodeTries
	}
	return a
}

// codeSteps are the steps after which the trader's code is used up: the next trader's wrong code
// can't count against it.
func (b *builder) codeSteps(t evidence.Trader) []string {
	n := &traderPlanner{builder: b, trader: t}
	var steps []string
	for k := range b.target.CodeTries {
		steps = append(steps, n.rightCodeStep("", k))
	}
	return append(steps, freshCodeStep("", "code", t))
}

// previousTurn is the barrier before the trader's accepted reset, nil if there is none.
func (b *builder) previousTurn(t evidence.Trader) []string {
	order := b.resetOrder()
	i := slices.IndexFunc(order, func(o evidence.Trader) bool { return o.Login == t.Login })
	turns := min(len(order), maxTurns)
	if i == 0 || b.target.Inbox == "" {
		return nil
	}
	return []string{joinID("turn", order[(i-1)%turns].Login)}
}

func mailStep(t evidence.Trader) string { return joinID("mail", t.Login) }

func (b *builder) checkMail(t evidence.Trader) {
	mail, reset := mailStep(t), acceptedResetStep(t)
	steps := []string{mail}
	b.addCheck("MAIL-1", t.Login, steps, func(l *Look) { l.demandMail(mail, reset, t) })
	b.addCheck("MAIL-2", t.Login, steps, func(l *Look) { l.demandCode(mail, reset, t) })
	if len(b.target.Traders) > 1 {
		b.addCheck("MAIL-4", t.Login, steps, func(l *Look) {
			l.demandCodeForNobodyElse(mail, reset, t)
		})
	}
}

// demandMail demands a mail for the trader within the deadline.
func (l *Look) demandMail(mail, reset string, t evidence.Trader) {
	wait, ok := l.acceptedWait(mail, reset)
	if !ok {
		return
	}
	if len(mailsInTime(l.record.mailsAfter(t, reset), wait)) > 0 {
		if foreign := l.explainForeignMail(t); foreign != "" {
			l.Untestable("a mail came, and nobody can tell whose reset brought it; " + foreign)
		}
		return
	}
	if l.checkPurged() {
		return
	}
	if !l.record.responses[reset].outcome.StatesOutcome {
		l.Untestable("nobody can tell from the response whether the reset was accepted", "ANSWER-2",
			"ANSWER-4")
		return
	}
	got := fmt.Sprintf("no mail for %s within %s", t.MailTo, wait.Deadline)
	if others := l.record.findOtherRecipients(t, reset, l.suite.Target.Traders); len(others) > 0 {
		got += "; a code meanwhile reached " + strings.Join(others, ", ")
	}
	l.Fail(reset, "a mail for "+t.MailTo+" after the accepted reset", got)
}

// demandCode demands that a mail of the accepted reset presents a code.
func (l *Look) demandCode(mail, reset string, t evidence.Trader) {
	wait, ok := l.acceptedWait(mail, reset)
	if !ok {
		return
	}
	mails := mailsInTime(l.record.mailsAfter(t, reset), wait)
	if len(mails) == 0 {
		l.Untestable("no mail came", "MAIL-1")
		return
	}
	for _, m := range mails {
		if slices.ContainsFunc(m.Codes, isCode) {
			return
		}
	}
	if m, shapes := l.record.findPossibleCodes(mails); shapes != "" {
		l.Untestable(fmt.Sprintf("no code is recognised in the mail %q, although it holds what could be one (%s): "+
			"set codePattern to a regular expression that matches it, and try it with conformance mail", m.Subject, shapes))
		return
	}
	if l.checkPurged() {
		return
	}
	last := mails[len(mails)-1]
	l.FailMail(last.ID, reset, "a mail that presents a confirmation code",
		fmt.Sprintf("a mail %q that presents none: %s", last.Subject,
			excerpt(strings.Join(strings.Fields(last.Text), " "))))
}

// findPossibleCodes returns the first mail with a possible code, and the shapes of all possible
// codes, never their texts.
func (r *Record) findPossibleCodes(mails []evidence.Mail) (evidence.Mail, string) {
	for _, m := range mails {
		var shapes []string
		for _, s := range r.Run.Secrets {
			if slices.Contains(m.Candidates, s.Placeholder) &&
				(isCode(s.Placeholder) || isCandidate(s.Placeholder)) {
				shapes = append(shapes, s.Shape())
			}
		}
		if len(shapes) > 0 {
			return m, strings.Join(shapes, ", ")
		}
	}
	return evidence.Mail{}, ""
}

func isCandidate(p placeholder.Placeholder) bool { return p.Is(placeholder.Candidate) }

// isCode reports whether the placeholder is that of a code, not of an app key, answer or password.
func isCode(p placeholder.Placeholder) bool { return p.Is(placeholder.Code) }

// demandCodeForNobodyElse demands that no other trader got the mail or the code of this reset.
// Several codes may come, as beside a newsletter to everybody: a code nobody else got is the
// reset's.
func (l *Look) demandCodeForNobodyElse(mail, reset string, t evidence.Trader) {
	if _, ok := l.acceptedWait(mail, reset); !ok {
		return
	}
	own := l.record.codeMailsAfter(t, reset)
	if len(own) == 0 {
		l.Untestable("the reset brought the trader no code", "MAIL-1", "MAIL-2")
		return
	}
	var first []leak
	for _, mails := range groupByCode(own) {
		leaks := l.record.findLeaks(t, mails, l.suite.Target.Traders)
		if len(leaks) == 0 {
			l.checkPurged() // Others' mails may have been deleted.
			return
		}
		if first == nil {
			first = leaks
		}
	}
	for _, k := range first {
		l.FailMail(k.mail.ID, reset, "the code of "+t.Login+" for "+t.MailTo+" alone",
			"the same code in a mail to "+k.to)
	}
}

// checkPurged reports whether mails vanished from the inbox during the run. A missing mail then
// proves nothing.
func (l *Look) checkPurged() bool {
	if l.record.Run.InboxPurged {
		l.Untestable("mails were deleted from the inbox during the run, perhaps by another job: others may have gone unseen")
	}
	return l.record.Run.InboxPurged
}

// acceptedWait returns the wait for the mail of an accepted reset with a readable inbox.
func (l *Look) acceptedWait(mail, reset string) (evidence.Wait, bool) {
	target := l.suite.Target
	if target.InboxProblem != "" {
		l.Untestable("the inbox could not be read: " + target.InboxProblem)
		return evidence.Wait{}, false
	}
	if a, ok := l.Sent(reset); !ok {
		return evidence.Wait{}, false
	} else if a.outcome.Refused() || a.Response.Status >= 500 || a.Response.Status >= 400 &&
		!a.outcome.StatesOutcome {
		l.Untestable("the reset that should bring the mail was not accepted", "ANSWER-1", "RESET-1",
			"RESET-2", "KEY-8")
		return evidence.Wait{}, false
	}
	waits := l.record.waits[mail]
	switch {
	case len(waits) == 0:
		l.markUnsent(mail)
	case waits[0].Problem != "":
		l.Untestable("the inbox could not be read: " + waits[0].Problem)
	default:
		return waits[0], true
	}
	return evidence.Wait{}, false
}
