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
	// maxRetryAfter bounds how long the deployment may make the run wait, once a request.
	maxRetryAfter = 30 * time.Second
	// defaultPause is how long to wait where a limit does not say so.
	defaultPause = time.Second
)

// send lets the request go out when the pace allows it, and learns from what comes back whether
// requests come too fast.
func (r *run) send(ctx context.Context, s plan.Step, request httpclient.Request) httpclient.Exchange {
	leave, _ := r.pacer.waitForSlot(ctx, s.Cost.WrongAnswers > 0)
	defer leave()
	x := r.Client.Do(ctx, request)
	switch outcome := r.classify(s, x); {
	case outcome.OfTheAPI():
		r.pacer.recordSuccess()
		r.availability.recordResponse(s.Ask.Operation)
	case outcome.MayBeLimit() && !r.availability.isGivenUp(s.Ask.Operation):
		pause, _, known := r.pauseAfterLimit(s, x, outcome, 1)
		if known && (!mayBeTraderLimit(s, outcome) || r.pacer.hasMetLimit()) {
			r.pacer.slowDown(x.Started, pause)
		}
	}
	return x
}

// mayBeTraderLimit reports whether a limit may be one of the trader alone, which what is wrong on
// purpose brought about. No deployment says so by a page in HTML.
func mayBeTraderLimit(s plan.Step, outcome contract.Outcome) bool {
	wrong := s.Cost.WrongCodes > 0 || s.Cost.FailedSignIns > 0 && outcome.LockedInWords()
	return s.Cost.WrongAnswers > 0 && !outcome.HTML || isAPILimit(outcome) && wrong
}

// isAPILimit reports whether a limit is told in the API's own words.
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
