package runner

import (
	"errors"
	"fmt"
	"time"
)

// longestOutage is how long the inbox may be unreachable before it is given up: a dead one must not
// cost the mail deadline for each trader.
const longestOutage = 10 * time.Second

// errDead is the error of a poll after the inbox was given up.
var errDead = errors.New("the inbox was given up")

// failureReason says why the inbox can't be read, "" if it can.
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

// recordPoll notes the result of a poll started at began.
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
		b.problem = fmt.Sprintf("it was lost during the run, for more than %s: %s", longestOutage,
			b.cause)
	}
}

// outageSince describes an outage after the given time, "" without one. A mail may be lost with it,
// and the deployment is not to blame.
func (b *mailboxes) outageSince(since time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.outage.Before(since) || b.outage.IsZero() {
		return ""
	}
	return "it was out of reach for a while, and a mail may have been lost with it: " + b.cause
}
