package collect

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/plan"
)

// longestRetryAfter bounds how long the deployment may make the run wait, once a request.
const longestRetryAfter = 30 * time.Second

// timeToSettle is how long a deployment may take until all of it knows of a new password, timeToReturn how long what
// puts things back waits for a deployment that is away.
const (
	timeToSettle = time.Second
	timeToReturn = 20 * time.Second
)

// askAgain says whether and after which pause to ask once more what was let go then.
func (r *run) askAgain(s plan.Step, x deployment.Exchange, let time.Time, attempt int) (time.Duration, bool) {
	if r.away(s, x) {
		return 0, attempt == 1
	}
	if r.unsettled(s, x) {
		return timeToSettle, attempt == 1
	}
	outcome := r.classify(s, x)
	if outcome.Kind != contract.RateLimited {
		return 0, false
	}
	pause, known := retryAfter(x, time.Now())
	r.note("The deployment limits the rate of requests: it answers with status %d.", x.Answer.Status)
	again := known && pause <= longestRetryAfter && attempt < mostAttempts && s.Cost.WrongAnswers == 0 && !r.impatient.Load()
	if outcome.LimitedInWords() && s.Cost.WrongCodes+s.Cost.FailedSignIns > 0 {
		again = false // What is wrong on purpose may be what the limit counts.
	}
	if again {
		r.pacer.slow(let, pause)
	}
	return pause, again
}

// learn notices that the deployment does not keep its word about when to come back, while it answers nobody else
// either: no other request waits for that again, or a run would take as many pauses as its longest chain has requests.
// Others is how many answers had met no limit when the request was sent before, 0 the first time; so is the result.
func (r *run) learn(s plan.Step, x deployment.Exchange, others int) int {
	if r.classify(s, x).Kind != contract.RateLimited {
		return r.pacer.answered(1)
	}
	now := r.pacer.answered(0)
	if others > 0 && others == now+1 {
		r.impatient.Store(true)
		r.pacer.free()
	}
	return now + 1
}

// patience waits, where the step puts things back and met silence, until the deployment answers again. All such steps
// share the time.
func (r *run) patience(ctx context.Context, s plan.Step, x deployment.Exchange) bool {
	if !s.Finally || !r.away(s, x) {
		return true
	}
	r.mu.Lock()
	if r.gone.IsZero() {
		r.gone = time.Now()
	}
	until := r.gone.Add(timeToReturn)
	r.mu.Unlock()
	for time.Now().Before(until) && !r.answers(ctx, s.Ask.Operation) {
		if !sleep(ctx, timeToSettle/2) {
			return false
		}
	}
	return true
}

// away reports whether nobody answered, or (what puts things back asks again then, too) only what stands in front.
func (r *run) away(s plan.Step, x deployment.Exchange) bool {
	return silent(x) || s.Finally && r.page(s, x)
}

// silent reports whether not even the first byte of an answer came.
func silent(x deployment.Exchange) bool {
	return x.Answer == nil && x.Failure != nil && !x.Failure.AnswerBegun && x.Failure.Kind != deployment.FailureInterrupted
}

// retryAfter reads the Retry-After field (RFC 9110, section 10.2.3).
func retryAfter(x deployment.Exchange, now time.Time) (time.Duration, bool) {
	text := header(x, "Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return unsaidPause, text == ""
}

func header(x deployment.Exchange, name string) string {
	for _, f := range x.Answer.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// pause lets others ask in the meantime.
func (r *run) pause(ctx context.Context, s plan.Step, d time.Duration) bool {
	if d > 0 {
		r.states[s.ID].leave()
	}
	return sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
