package runner

import (
	"errors"
	"fmt"
	"time"
)

// longestOutage is how long the inbox may be out of reach before nobody waits for it any more: a
// dead one must not cost the mail deadline for each trader.
const longestOutage = 10 * time.Second

// errDead is a look into an inbox that was given up.
var errDead = errors.New("the inbox was given up")

// failureReason says why the inbox can't be read, "" where it can.
func (b *mailboxes) failureReason() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.problem
}

// giveUp keeps the first reason.
func (b *mailboxes) giveUp(reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.problem == "" {
		b.problem = reason
	}
}

// recordPoll remembers whether a look that began then succeeded.
func (b *mailboxes) recordPoll(began time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.failing = time.Time{}
		return
	}
	if b.failing.IsZero() {
		b.failing = began
	}
	b.outage, b.cause = time.Now(), err.Error()
	if lasted := b.outage.Sub(b.failing); lasted > longestOutage && b.problem == "" {
		b.problem = fmt.Sprintf("it was lost during the run, for more than %s: %s", longestOutage, b.cause)
	}
}

// outageSince says why the inbox could not be read at some time since then, "" where it always
// could: a mail that was sent meanwhile may be lost, and that is not the deployment's fault.
func (b *mailboxes) outageSince(since time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.outage.Before(since) || b.outage.IsZero() {
		return ""
	}
	return "it was out of reach for a while, and a mail may have been lost with it: " + b.cause
}
