package contract_test

import (
	"strings"
	"testing"
	"time"

	conformance "github.com/etna-conformance/conformance"
	"github.com/etna-conformance/conformance/internal/contract"
)

// Words of a limit in a refused sign-in are a limit, and may say how long it lasts.
func TestLimitsOfSigningInAreReadInWords(t *testing.T) {
	o, _ := load(t).Operation("signIn")
	for reason, want := range map[string]struct {
		kind contract.Kind
		last time.Duration
	}{
		"Too many sign-in attempts. Please try again later.": {contract.RateLimited, 0},
		"Rate limit exceeded, try again in 3 seconds.": {contract.RateLimited,
			3 * time.Second},
		"Too many requests; retry after 1 minute":       {contract.RateLimited, time.Minute},
		"You have exceeded your login limit. Wait 30s.": {contract.RateLimited, 30 * time.Second},
		"API calls quota exceeded":                      {contract.RateLimited, 0},
		"Try again in 2 hours.":                         {contract.RateLimited, 2 * time.Hour},
		"Account is locked":                             {contract.Locked, 0},
		"Account is locked for 15 minutes":              {contract.Locked, 15 * time.Minute},
		"Invalid credentials":                           {contract.WrongCredentials, 0},
		"Wrong user name or password":                   {contract.Refused, 0},
		"Invalid credentials, 2 attempts left":          {contract.Refused, 0},
	} {
		body := `{"State":"Failed","Step":"BaseAuthentication","Reason":"` + reason + `"}`
		out := contract.Classify(o, contract.ReadResponse(401, nil, []byte(body), false))
		last, told := out.RetryIn()
		if out.Kind != want.kind || last != want.last || told != (want.last > 0) {
			t.Errorf("%s: %s that lasts %v, want %s and %v", reason, out.Kind, last, want.kind,
				want.last)
		}
	}
}

func TestTheWindowOfALimitStandsInTheContract(t *testing.T) {
	if o, _ := load(t).Operation("signIn"); o.LimitWindow != time.Minute {
		t.Errorf("the window is %v", o.LimitWindow)
	}
	if o, _ := load(t).Operation("resetPassword"); o.LimitWindow != 0 {
		t.Errorf("a reset has a window of %v", o.LimitWindow)
	}
	for _, window := range []string{"0", "-1", "601", "a minute", "[60]"} {
		text := strings.Replace(string(conformance.OpenAPI), "x-limit-window: 60",
			"x-limit-window: "+window, 1)
		if _, err := contract.Load("openapi.yaml", []byte(text)); err == nil ||
			!strings.Contains(err.Error(), "x-limit-window: expected seconds") {
			t.Errorf("%s: %v", window, err)
		}
	}
}
