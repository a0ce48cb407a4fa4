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

// Options are the inputs of a run.
type Options struct {
	// RunID is random; it becomes the evidence's ID.
	RunID    string
	Tool     string
	Contract *contract.Contract
	Plan     *plan.Plan
	Target   evidence.Target
	Redactor *redact.Redactor
	Client   *httpclient.Client
	// Inbox is nil if none was declared.
	Inbox       inbox.Inbox
	CodePattern *regexp.Regexp
	// Shuffle randomises the order of requests within the limits of the plan.
	Shuffle bool
	// Progress is called whenever a step begins or ends; it may be nil.
	Progress func(Progress)
	// Notes are observations from before the run.
	Notes []string
}

// Run carries out the plan. The evidence is complete in itself, even after an interruption. An
// error is a fault of this tool, never of the deployment.
func Run(ctx context.Context, o Options) (*evidence.Run, error) {
	r := &run{
		Options: o, started: time.Now(), states: map[string]*state{}, lastIndex: map[string]int{},
		explained: map[string]bool{}, accepted: map[string]int{},
		captures: findCaptures(o.Plan), sent: map[string]bool{}, unsent: map[string]string{},
		notes: slices.Clone(o.Notes),
		pacer: newPacer(), rendezvous: newRendezvous(o.Plan, o.Client.Concurrency()),
	}
	for _, s := range o.Plan.Steps {
		r.states[s.ID] = &state{step: s, done: make(chan struct{})}
		if s.Request != nil && s.Cost.Mails > 0 {
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
	// lastIndex is the index of each id's last exchange; explained holds the steps whose responses
	// explain a mail.
	lastIndex map[string]int
	explained map[string]bool
	waits     []evidence.Wait
	notes     []string
	// accepted holds each accepted reset's position in the order of sending, 0 if unsent;
	// resetsSent counts the sent ones.
	accepted   map[string]int
	resetsSent int
	// captures are the placeholders with values known only from responses and mails.
	captures map[placeholder.Placeholder]bool
	// sent holds the requests sent; unsent holds the reasons of steps not carried out.
	sent   map[string]bool
	unsent map[string]string
	// passwords says which declared password is valid at the end, one entry a trader.
	passwords []string
	finished  int
	// waiting lists the running steps, oldest first.
	waiting []waitingStep
	// stopped says why no more requests are sent, "" while they are.
	stopped string
	// silentSince is when cleanup first met silence.
	silentSince time.Time
	fault       error
	outcomes    outcomes
	// pacer slows the run down after a limit; availability remembers the failures of each
	// operation.
	pacer        *pacer
	availability availability
	// rendezvous holds the groups of simultaneous requests.
	rendezvous map[string]*rendezvous
	// probing makes steps probe in turns, so one probe serves all.
	probing sync.Mutex
	// older is true if operations with an older path were found there.
	older atomic.Bool
	// bisected is the result of the bisection, nil without surplus codes.
	bisected *evidence.Bisect
}

// state is the progress of one step.
type state struct {
	step plan.Step
	done chan struct{}
	// ok is true if the step was carried out; read it after done.
	ok bool
	// urgency is the number of steps on the longest path from here, place the position in the
	// order.
	urgency, place int
	// releaseSlot gives the request's slot to another, once.
	releaseSlot func()
}

// exchange is one attempt of a step.
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
	case s.step.Request != nil:
		s.ok = r.sendStep(ctx, s.step)
	case s.step.Await != nil:
		s.ok = r.waitForMail(ctx, s.step)
	case s.step.Barrier != nil:
		s.ok = true
	case s.step.Bisect != nil:
		s.ok = r.bisect(ctx, *s.step.Bisect)
	case s.step.Doubt != nil:
		s.ok = r.checkMixedUp(s.step)
	case s.step.PasswordChoice != nil:
		s.ok = r.determinePassword(s.step)
	default:
		s.ok = true
	}
}

// recoverPanic turns a panic into a fault of this tool: in a goroutine it would end the process
// without a report.
func (r *run) recoverPanic(do func()) {
	defer func() {
		if cause := recover(); cause != nil {
			r.recordFault(errors.New(r.Redactor.Text(mishap.Error(cause).Error())))
		}
	}()
	do()
}

// waitForPredecessors is false if the step can't be carried out.
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
		if s.Barrier != nil && limit == nil {
			if !r.waitForNeeds(ctx, before) {
				return false
			}
			timer := time.NewTimer(s.Barrier.AtMost)
			defer timer.Stop()
			limit = timer.C
		}
		if !waitForDone(ctx, before.done, limit) {
			return false
		}
	}
	return ctx.Err() == nil
}

// waitForNeeds waits for everything the step needs, so that it begins itself.
func (r *run) waitForNeeds(ctx context.Context, s *state) bool {
	for _, id := range s.step.Needs {
		if before, planned := r.states[id]; planned && !waitForDone(ctx, before.done, nil) {
			return false
		}
	}
	return true
}

// waitForDone returns true once done is closed or the limit is over, false if ctx ends first.
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
