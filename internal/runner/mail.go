package runner

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/etna-conformance/conformance/internal/codefinder"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mailtext"
	"github.com/etna-conformance/conformance/internal/plan"
)

// mailboxes holds the traders' mails of this run.
type mailboxes struct {
	inbox inbox.Inbox

	mu sync.Mutex
	// problem says why the inbox can't be read, "" if it can.
	problem string
	// failing is the start of the current outage, zero without one; outage is the last failed poll,
	// and cause its error.
	failing, outage time.Time
	cause           string

	// purged is true if mails vanished from the inbox during the run.
	purged bool

	marks map[string]inbox.Mark // by lower-case address
	mails []mail
	known map[string]bool // ids of mails
	// woken is closed and replaced whenever mail may have arrived.
	woken chan struct{}
	stop  chan struct{}
	ended chan struct{}
}

// mail is one mail with its reading.
type mail struct {
	inbox.Mail
	reading mailtext.Reading
	codes   []string
	// candidates are all possible codes, the recognised ones among them.
	candidates []string
	traders    []string
	// resetsSent is how many accepted resets had been sent when the mail was first seen.
	resetsSent int
}

func (r *run) openMailboxes(ctx context.Context) {
	r.mailboxes = &mailboxes{
		inbox: r.Inbox, marks: map[string]inbox.Mark{}, known: map[string]bool{},
		woken: make(chan struct{}), stop: make(chan struct{}), ended: make(chan struct{}),
	}
	if r.Inbox == nil {
		close(r.mailboxes.ended)
		return
	}
	go r.recoverPanic(r.mailboxes.relayWakes)
	r.markMailboxes(ctx)
}

// markMailboxes remembers the mail already there. If the inbox can't be read, all mail is
// untestable.
func (r *run) markMailboxes(ctx context.Context) {
	r.eachAddress(func(address string) { r.markMailbox(ctx, address) })
}

// maxPolls bounds the mailboxes polled at once.
const maxPolls = 8

func (r *run) eachAddress(look func(address string)) {
	var group errgroup.Group
	group.SetLimit(maxPolls)
	for _, address := range r.addresses() {
		group.Go(func() error { r.recoverPanic(func() { look(address) }); return nil })
	}
	_ = group.Wait()
}

func (r *run) markMailbox(ctx context.Context, address string) {
	mark, err := r.Inbox.Mark(ctx, address)
	if err != nil {
		r.mailboxes.giveUp(err.Error())
		return
	}
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	r.mailboxes.marks[address] = mark
}

func (r *run) addresses() []string {
	var list []string
	for _, t := range r.Target.Traders {
		list = append(list, strings.ToLower(t.MailTo))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// relayWakes hands each wake-up to all waiters.
func (b *mailboxes) relayWakes() {
	defer close(b.ended)
	wake := b.inbox.Wake()
	for {
		select {
		case <-wake:
			b.mu.Lock()
			close(b.woken)
			b.woken = make(chan struct{})
			b.mu.Unlock()
		case <-b.stop:
			return
		}
	}
}

// closeMailboxes polls every mailbox a last time, for late mails of earlier requests.
func (r *run) closeMailboxes(ctx context.Context) {
	if r.Inbox != nil {
		r.eachAddress(func(address string) { r.pollLast(ctx, address) })
	}
	close(r.mailboxes.stop)
	<-r.mailboxes.ended
}

// pollLast gives the inbox up on an error: without the last poll nothing proves the absence of
// mail.
func (r *run) pollLast(ctx context.Context, address string) {
	if err := r.pollMailbox(ctx, address); err != nil && ctx.Err() == nil {
		r.mailboxes.giveUp(err.Error())
	}
}

func (b *mailboxes) nextWake() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.woken
}

// pollMailbox adds the new mails of the address.
func (r *run) pollMailbox(ctx context.Context, address string) error {
	if r.mailboxes.failureReason() != "" {
		return errDead
	}
	address = strings.ToLower(address)
	r.mailboxes.mu.Lock()
	mark, marked := r.mailboxes.marks[address]
	r.mailboxes.mu.Unlock()
	if !marked {
		return nil
	}
	began := time.Now()
	mails, err := r.Inbox.Since(ctx, address, mark)
	if ctx.Err() == nil {
		r.mailboxes.recordPoll(began, err)
	}
	if err != nil {
		return err
	}
	// Count after the poll: only resets not sent by then are ruled out as the mail's cause.
	sent := r.countSentResets()
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	r.mailboxes.purged = r.mailboxes.purged || mark.Purged()
	for _, m := range mails {
		if !r.mailboxes.known[m.ID] {
			r.mailboxes.known[m.ID] = true
			r.mailboxes.mails = append(r.mailboxes.mails, r.readMail(m, sent))
			r.rereadMails()
		}
	}
	return nil
}

// maxComparedMails bounds the mails compared with a new one.
const maxComparedMails = 8

// rereadMails looks again for codes in the latest mails without one: comparison with more mails of
// the same template reveals the code.
func (r *run) rereadMails() {
	latest := r.mailboxes.mails[max(0, len(r.mailboxes.mails)-maxComparedMails):]
	for i := range latest {
		if m := &latest[i]; len(m.codes) == 0 && len(m.candidates) > 0 {
			found := codefinder.FindAmong(m.reading, otherReadings(latest, i), r.CodePattern)
			m.codes, m.candidates = found.Codes, found.Candidates
		}
	}
}

func otherReadings(mails []mail, i int) []mailtext.Reading {
	var list []mailtext.Reading
	for k, m := range mails {
		if k != i {
			list = append(list, m.reading)
		}
	}
	return list
}

func (r *run) readMail(m inbox.Mail, sent int) mail {
	reading := mailtext.Parse(m.Source)
	found := codefinder.Find(reading, r.CodePattern)
	read := mail{Mail: m, reading: reading, codes: found.Codes, candidates: found.Candidates,
		resetsSent: sent}
	for _, t := range r.Target.Traders {
		if slices.ContainsFunc(m.Recipients, func(a string) bool {
			return inbox.SameAddress(a, t.MailTo)
		}) {
			read.traders = append(read.traders, t.Login)
		}
	}
	return read
}

// countSentResets is how many accepted resets have been sent; resetNumber is the position of one
// among them.
func (r *run) countSentResets() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.resetsSent
}

func (r *run) resetNumber(reset string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accepted[reset]
}

// numberReset polls the trader's mailbox a last time before the accepted reset is sent, and numbers
// the reset. A code already there has another cause.
func (r *run) numberReset(ctx context.Context, s plan.Step) {
	if t, found := r.findTrader(s.Trader); found && r.Inbox != nil {
		_ = r.pollMailbox(ctx, t.MailTo)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resetsSent++
	r.accepted[s.ID] = r.resetsSent
}

func (r *run) findTrader(login string) (evidence.Trader, bool) {
	i := slices.IndexFunc(r.Target.Traders, func(t evidence.Trader) bool {
		return t.Login == login
	})
	if i < 0 {
		return evidence.Trader{}, false
	}
	return r.Target.Traders[i], true
}

// waitForMail waits for the first mail with a code the reset can have brought.
func (r *run) waitForMail(ctx context.Context, s plan.Step) bool {
	w := evidence.Wait{Step: s.ID, Trader: s.Await.Trader, For: s.Await.For, Started: time.Now(),
		Deadline: r.Target.MailDeadline}
	if s.Await.Brief {
		w.Deadline = min(w.Deadline, max(minWatchTime, 3*r.longestDelay()))
	}
	t, _ := r.findTrader(w.Trader)
	if w.Problem = r.mailboxes.failureReason(); w.Problem == "" && r.mayBringMail(w.For) {
		place := r.resetNumber(w.For)
		caused := func(m mail) bool { return m.resetsSent >= place }
		w.Mail, w.Problem = r.watchMailboxUnless(ctx, t, w.Deadline, caused,
			func() bool { return r.staysUnclear(t, w, caused) })
		if w.Mail == "" {
			w.Mail = r.findCandidateMail(t, caused).ID
		}
		w.Mail = r.preferDifferentCode(ctx, t, s, w)
		r.waitForOwnMail(ctx, t, s, w)
		if w.Mail == "" {
			r.pollMailboxes(ctx, s.Await.OtherTraders)
		}
	}
	w.Duration = time.Since(w.Started)
	r.addWait(w)
	r.captureCodes(s, w.Mail)
	return w.Problem == ""
}

// waitForOwnMail waits on after the first mail, since an earlier request may have brought it. It
// waits as long as the time between that request and the reset, or until another mail comes.
func (r *run) waitForOwnMail(ctx context.Context, t evidence.Trader, s plan.Step, w evidence.Wait) {
	reset, sent := r.lastExchange(w.For)
	first := reset.Started
	for _, id := range s.Await.OtherCauses {
		if x, asked := r.lastExchange(id); asked && x.Started.Before(first) {
			first = x.Started
		}
	}
	m, found := r.findMail(w.Mail)
	if rest := time.Until(m.Seen.Add(reset.Started.Sub(first))); sent && found && rest > 0 {
		place := r.resetNumber(w.For)
		_, _ = r.watchMailbox(ctx, t, rest, func(other mail) bool {
			return other.resetsSent >= place && other.ID != m.ID
		})
	}
}

// preferDifferentCode replaces a mail with the earlier code, or with another trader's, by one with
// a different code shortly after. An earlier mail may come twice, everybody may get a newsletter,
// and a deployment may send one code twice.
func (r *run) preferDifferentCode(ctx context.Context, t evidence.Trader, s plan.Step,
	w evidence.Wait) string {
	earlier := r.Redactor.Fill(string(s.Await.EarlierCode))
	m, found := r.findMail(w.Mail)
	switch {
	case !found || len(m.codes) == 0:
		return w.Mail
	case r.isCodeShared(m, t):
		earlier = m.codes[0]
	case s.Await.EarlierCode == "" || !slices.Contains(m.codes, earlier):
		return w.Mail
	}
	place := r.resetNumber(w.For)
	id, _ := r.watchMailbox(ctx, t, max(time.Second, 2*time.Since(w.Started)), func(m mail) bool {
		return m.resetsSent >= place && !slices.Contains(m.codes, earlier)
	})
	if id == "" {
		return w.Mail
	}
	return id
}

// isCodeShared reports whether another trader got the same code: it may be a newsletter's.
func (r *run) isCodeShared(m mail, t evidence.Trader) bool {
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	return slices.ContainsFunc(r.mailboxes.mails, func(o mail) bool {
		return len(o.codes) > 0 && o.codes[0] == m.codes[0] &&
			slices.ContainsFunc(o.traders, func(login string) bool { return login != t.Login })
	})
}

// mayBringMail reports whether the reset's response leaves room for a mail.
func (r *run) mayBringMail(step string) bool {
	_, found := r.lastExchange(step)
	outcome := r.lastOutcome(step)
	return found && !outcome.Refused() && outcome.Status < 500 &&
		(outcome.StatesOutcome || outcome.Status < 400)
}

func (r *run) addWait(w evidence.Wait) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waits = append(r.waits, w)
}

// watchMailbox waits for a mail with a code for the trader and for which pass is true. It returns
// the mail's id, "" if none came in time, and the reason if the mailbox could not be read at the
// end.
func (r *run) watchMailbox(ctx context.Context, t evidence.Trader, atMost time.Duration,
	pass func(mail) bool) (id, problem string) {
	return r.watchMailboxUnless(ctx, t, atMost, pass, func() bool { return false })
}

// watchMailboxUnless is watchMailbox with an early end once giveUp is true.
func (r *run) watchMailboxUnless(ctx context.Context, t evidence.Trader, atMost time.Duration,
	pass func(mail) bool, giveUp func() bool) (id, problem string) {
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	began := time.Now()
	for {
		woken := r.mailboxes.nextWake()
		_ = r.pollMailbox(ctx, t.MailTo)
		if m, found := r.findCodeMail(t, pass); found {
			return m.ID, ""
		}
		if problem := r.mailboxes.failureReason(); problem != "" || giveUp() {
			return "", problem
		}
		select {
		case <-woken:
		case <-time.After(pollEvery):
		case <-deadline.C:
			return "", r.mailboxes.outageSince(began.Add(-longestOutage))
		case <-ctx.Done():
			return "", "interrupted"
		}
	}
}

// pollEvery is how long a mail may lie unseen after a lost wake-up.
const pollEvery = 250 * time.Millisecond

func (r *run) findCodeMail(t evidence.Trader, pass func(mail) bool) (mail, bool) {
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	for _, m := range r.mailboxes.mails {
		if len(m.codes) > 0 && slices.Contains(m.traders, t.Login) && pass(m) {
			return m, true
		}
	}
	return mail{}, false
}

// findCandidateMail returns the trader's first mail with a possible code, an empty one if there is
// none.
func (r *run) findCandidateMail(t evidence.Trader, pass func(mail) bool) mail {
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	i := slices.IndexFunc(r.mailboxes.mails, func(m mail) bool {
		return len(m.candidates) > 0 && slices.Contains(m.traders, t.Login) && pass(m)
	})
	if i < 0 {
		return mail{}
	}
	return r.mailboxes.mails[i]
}

// minUnclearTime is the shortest wait for a mail with a recognised code after one with mere
// candidates.
const minUnclearTime = 3 * time.Second

// staysUnclear reports whether a mail with mere candidates came, and no clearer one for long.
func (r *run) staysUnclear(t evidence.Trader, w evidence.Wait, pass func(mail) bool) bool {
	m := r.findCandidateMail(t, pass)
	return m.ID != "" && time.Since(m.Seen) > max(minUnclearTime, 3*m.Seen.Sub(w.Started))
}
