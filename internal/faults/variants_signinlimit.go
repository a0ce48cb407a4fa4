package faults

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// signInsInWindow is how many calls of /token a published limit allows in a minute; signInWindow is
// how long that minute takes here.
const (
	signInsInWindow = 10
	signInWindow    = 3 * time.Second
)

// signInLimitVariants limit how often one may sign in, and say so in the ways that are published.
func signInLimitVariants() []Variant {
	const why = "A white label documents a limit of 10 calls of /token a minute."
	const whyWords = "Words of a limit in a Failed response are a limit, never wrong credentials."
	failed := func(status int, reason string) func(time.Duration) *reply {
		return func(time.Duration) *reply {
			return jsonReply(status, `{"State":"Failed","Step":"BaseAuthentication","Reason":`+
				quote(reason)+`}`)
		}
	}
	list := []Variant{
		{Name: "ten-sign-ins-a-minute-429", Why: why, HTTP: perRun(limitsSignIns(tooManySignIns))},
		{Name: "ten-sign-ins-a-minute-in-words", Why: whyWords,
			HTTP: perRun(limitsSignIns(failed(http.StatusUnauthorized,
				"Too many sign-in attempts. Please try again later.")))},
		{Name: "ten-sign-ins-a-minute-in-seconds", Why: whyWords,
			HTTP: perRun(limitsSignIns(failed(http.StatusForbidden,
				"Rate limit exceeded, try again in 3 seconds.")))},
	}
	for i := range list {
		list[i].Profile = "flow"
	}
	return list
}

// tooManySignIns is 429 with the time until the window ends.
func tooManySignIns(left time.Duration) *reply {
	p := jsonReply(http.StatusTooManyRequests,
		`{"Message":"API calls quota exceeded! maximum admitted 10 per 1m."}`)
	p.header.Set("Retry-After", strconv.Itoa(int(left/time.Second)+1))
	return p
}

// limitsSignIns lets so many calls through in each window, and refuses the others without looking
// at them.
func limitsSignIns(refused func(left time.Duration) *reply) func(World) middleware {
	return func(World) middleware {
		var mu sync.Mutex
		var begun time.Time
		calls := 0
		return func(c *call, next asker) *reply {
			if !c.isSignIn() {
				return next(c)
			}
			mu.Lock()
			if time.Since(begun) >= signInWindow {
				begun, calls = time.Now(), 0
			}
			calls++
			over, left := calls > signInsInWindow, signInWindow-time.Since(begun)
			mu.Unlock()
			if over {
				return refused(left)
			}
			return next(c)
		}
	}
}
