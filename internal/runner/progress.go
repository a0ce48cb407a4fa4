package runner

import (
	"time"

	"github.com/etna-conformance/conformance/internal/plan"
)

// Progress is how far a run is.
type Progress struct {
	// Done of All steps are over.
	Done, All int
	// Waits are the current waits, the longest first.
	Waits []Waiting
	// Limited is true while a limit of the deployment slows the requests down.
	Limited bool
}

// Waiting is one current wait of a run.
type Waiting struct {
	// For names the awaited thing, for example "no.question's mail"; Mail is true for a mail.
	For  string
	Mail bool
	// Since is its start, AtMost its longest duration, 0 if unknown.
	Since  time.Time
	AtMost time.Duration
}

// describeWait describes the step's wait, false if it waits for nothing.
func (r *run) describeWait(s plan.Step) (Waiting, bool) {
	w := Waiting{Since: time.Now()}
	switch {
	case s.Request != nil:
		w.For = "the response to " + s.ID
	case s.Await != nil && r.Inbox != nil:
		w.For, w.Mail = s.Await.Trader+"'s mail", true
		if !s.Await.Brief {
			w.AtMost = r.Target.MailDeadline
		}
	case s.Bisect != nil:
		w.For, w.AtMost = "what shows which requests mail surplus codes", s.Bisect.Time
	default:
		return w, false
	}
	return w, true
}

// reportBegin reports the start of the step.
func (r *run) reportBegin(s plan.Step) {
	w, waits := r.describeWait(s)
	if !waits || r.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, waitingStep{s.ID, w})
	r.reportProgress()
}

// reportEnd reports the end of the step, whether or not it began.
func (r *run) reportEnd(s plan.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.finished++
	for i, w := range r.waiting {
		if w.step == s.ID {
			r.waiting = append(r.waiting[:i:i], r.waiting[i+1:]...)
			break
		}
	}
	if r.Progress != nil {
		r.reportProgress()
	}
}

type waitingStep struct {
	step string
	Waiting
}

// reportProgress is called with the lock held, so reports arrive in order.
func (r *run) reportProgress() {
	p := Progress{Done: r.finished, All: len(r.states), Limited: r.pacer.isPacing()}
	for _, w := range r.waiting {
		p.Waits = append(p.Waits, w.Waiting)
	}
	r.Progress(p)
}
