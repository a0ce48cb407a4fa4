// Package runner carries out a plan: it sends the requests, waits for the mails, and returns
// redacted evidence. It decides no verdict.
package runner

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/redact"
)

// Options are what a plan is carried out with.
type Options struct {
	// RunID is random; ID of the evidence.
	RunID    string
	Tool     string
	Contract *contract.Contract
	Plan     *plan.Plan
	Target   evidence.Target
	Redactor *redact.Redactor
	Client   *httpclient.Client
	// Inbox is nil where none was declared.
	Inbox       inbox.Inbox
	CodePattern *regexp.Regexp
	// Shuffle lets requests go out in another order in each run, where the plan leaves it open.
	Shuffle bool
	// Progress is told how far the run is whenever a step begins or ends; it may be nil.
	Progress func(Progress)
	// Notes are observations from before the run.
	Notes []string
}

// Run carries out the plan. The evidence is complete in itself also when ctx ends before the plan
// does; an error is a fault of this tool, never of the deployment.
func Run(ctx context.Context, o Options) (*evidence.Run, error) {
	r := &run{
		Options: o, started: time.Now(), states: map[string]*state{}, lastIndex: map[string]int{}, explained: map[string]bool{}, accepted: map[string]int{},
		captures: findCaptures(o.Plan), sent: map[string]bool{}, unsent: map[string]string{}, notes: slices.Clone(o.Notes),
		pacer: newPacer(), rendezvous: newRendezvous(o.Plan, o.Client.Concurrency()),
	}
	for _, s := range o.Plan.Steps {
		r.states[s.ID] = &state{step: s, done: make(chan struct{})}
		if s.Ask != nil && s.Cost.Mails > 0 {
			r.accepted[s.ID] = 0
		}
	}
	r.openMailboxes(ctx)
	lasting, cancel := r.cleanupContext(ctx)
	defer cancel()
	r.newScheduler(ctx, lasting).runAll()
	r.closeMailboxes(ctx)
	return r.redactRun(ctx.Err() != nil), r.fault
}

// run is one plan being carried out.
type run struct {
	Options
	started   time.Time
	states    map[string]*state
	mailboxes *mailboxes

	mu        sync.Mutex
	exchanges []exchange
	// lastIndex are the indexes of the last exchange of each id, explained the steps whose responses
	// explain a mail.
	lastIndex map[string]int
	explained map[string]bool
	waits     []evidence.Wait
	notes     []string
	// accepted tells of each accepted reset as which of them it was sent, 0 while it was not;
	// resetsSent is how many were.
	accepted   map[string]int
	resetsSent int
	// captures are the placeholders that responses and mails make known.
	captures map[placeholder.Placeholder]bool
	// sent are the requests that went out; unsent says of steps that were not carried out why.
	sent   map[string]bool
	unsent map[string]string
	// passwords says which declared password is valid in the end, trader by trader.
	passwords []string
	finished  int
	// waiting are the steps that have begun, in that order.
	waiting []waitingStep
	// stopped says why nothing more is sent, "" while something is.
	stopped string
	// silentSince is when what puts things back first met silence.
	silentSince time.Time
	fault       error
	outcomes    outcomes
	// pacer slows the run down where requests meet a limit; front remembers what came in the API's
	// place.
	pacer        *pacer
	availability availability
	// rendezvous are the groups of requests that go out together.
	rendezvous map[string]*rendezvous
	// probing lets one known-good request speak for all that wait for it.
	probing sync.Mutex
	// older is true where operations with an older path are there.
	older atomic.Bool
	// bisected is what was found out about surplus codes, nil where there were none.
	bisected *evidence.Bisect
}

// state is one step on its way.
type state struct {
	step plan.Step
	done chan struct{}
	// ok is true when the step was carried out; it is read after done.
	ok bool
	// urgency is how much is waited for one after another from the step on, place where it stands
	// in the plan.
	urgency, place int
	// releaseSlot gives a request's place to another, once.
	releaseSlot func()
}

// exchange is what a step received, with its attempt.
type exchange struct {
	httpclient.Exchange
	step        plan.Step
	id          string
	attempt     int
	unreachable string
	outcome     contract.Outcome
}

func (r *run) executeStep(ctx context.Context, s *state) {
	defer close(s.done)
	defer func() { r.leaveRendezvous(s.step); r.reportEnd(s.step) }()
	if !r.waitForPredecessors(ctx, s.step) || !r.isNeeded(s.step) {
		return
	}
	r.reportBegin(s.step)
	switch {
	case s.step.Ask != nil:
		s.ok = r.sendStep(ctx, s.step)
	case s.step.Await != nil:
		s.ok = r.waitForMail(ctx, s.step)
	case s.step.Turn != nil:
		s.ok = true
	case s.step.Bisect != nil:
		s.ok = r.bisect(ctx, *s.step.Bisect)
	case s.step.Doubt != nil:
		s.ok = r.checkMixedUp(s.step)
	case s.step.Settle != nil:
		s.ok = r.determinePassword(s.step)
	default:
		s.ok = true
	}
}

// recoverPanic makes a fault of this tool of a panic: in a goroutine it would end the process without a
// report.
func (r *run) recoverPanic(do func()) {
	defer func() {
		if cause := recover(); cause != nil {
			r.recordFault(errors.New(r.Redactor.Text(mishap.Error(cause).Error())))
		}
	}()
	do()
}

// waitForPredecessors waits for what comes before the step; false when the step can't be carried out.
func (r *run) waitForPredecessors(ctx context.Context, s plan.Step) bool {
	for _, id := range s.Needs {
		before, planned := r.states[id]
		if !planned || !waitForDone(ctx, before.done, nil) || !before.ok {
			r.recordUnsent(s.ID, r.unsentReason(id))
			return false
		}
	}
	var limit <-chan time.Time
	for _, id := range s.After {
		before, planned := r.states[id]
		if !planned {
			continue
		}
		if s.Turn != nil && limit == nil {
			if !r.waitForNeeds(ctx, before) {
				return false
			}
			timer := time.NewTimer(s.Turn.AtMost)
			defer timer.Stop()
			limit = timer.C
		}
		if !waitForDone(ctx, before.done, limit) {
			return false
		}
	}
	return ctx.Err() == nil
}

// waitForNeeds waits until all that the step needs is done, so that it begins itself.
func (r *run) waitForNeeds(ctx context.Context, s *state) bool {
	for _, id := range s.step.Needs {
		if before, planned := r.states[id]; planned && !waitForDone(ctx, before.done, nil) {
			return false
		}
	}
	return true
}

// waitForDone returns true when done is closed or the limit has come, false when ctx ends first.
func waitForDone(ctx context.Context, done <-chan struct{}, limit <-chan time.Time) bool {
	select {
	case <-done:
		return true
	case <-limit:
		return true
	case <-ctx.Done():
		return false
	}
}

// addNote adds an observation, once.
func (r *run) addNote(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, known := range r.notes {
		if known == text {
			return
		}
	}
	r.notes = append(r.notes, text)
}

func (r *run) recordFault(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil {
		r.fault = err
	}
}
