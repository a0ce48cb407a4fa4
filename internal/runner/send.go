package runner

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

const (
	// maxRetryAfter bounds a pause requested by the deployment.
	maxRetryAfter = 30 * time.Second
	// defaultPause is the pause after a limit without a stated one.
	defaultPause = time.Second
)

// send sends the request at the current pace, and adapts the pace to the response.
func (r *run) send(ctx context.Context, s plan.Step,
	request httpclient.Request) httpclient.Exchange {
	leave, _ := r.pacer.waitForSlot(ctx, s.Cost.WrongAnswers > 0)
	defer leave()
	x := r.Client.Do(ctx, request)
	switch outcome := r.classify(s, x); {
	case outcome.OfTheAPI():
		r.pacer.recordSuccess()
		r.availability.recordResponse(s.Request.Operation)
	case outcome.MayBeLimit() && !r.availability.isGivenUp(s.Request.Operation):
		pause, _, known := r.pauseAfterLimit(s, x, outcome, 1)
		if known && (!mayBeTraderLimit(s, outcome) || r.pacer.hasMetLimit()) {
			r.pacer.slowDown(x.Started, pause)
		}
	}
	return x
}

// mayBeTraderLimit reports whether a limit may be the trader's alone, caused by deliberate wrong
// values. No deployment reports such a limit by an HTML page.
func mayBeTraderLimit(s plan.Step, outcome contract.Outcome) bool {
	wrong := s.Cost.WrongCodes > 0 || s.Cost.FailedSignIns > 0 && outcome.LockedInWords()
	return s.Cost.WrongAnswers > 0 && !outcome.HTML || isAPILimit(outcome) && wrong
}

// isAPILimit reports whether the API itself states the limit in words.
func isAPILimit(outcome contract.Outcome) bool { return outcome.LimitedInWords() && !outcome.Page }

// retryAfter reads the Retry-After field (RFC 9110, section 10.2.3).
func retryAfter(x httpclient.Exchange, now time.Time) (time.Duration, bool) {
	text := header(x, "Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return defaultPause, text == ""
}

func header(x httpclient.Exchange, name string) string {
	for _, f := range x.Response.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
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
