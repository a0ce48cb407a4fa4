package app_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// TestALimitOfSignInsLeavesNoPasswordUnknown starts a stated limit at different sign-ins: no
// password may end unknown, and no check may fail for it.
func TestALimitOfSignInsLeavesNoPasswordUnknown(t *testing.T) {
	for _, most := range []int32{0, 14, 20, 24, 28} {
		var over atomic.Bool
		s, cfg := start(t, signInsUpTo(most, &over))
		cfg.Concurrency = 1
		planned, err := app.Plan(cfg)
		if err != nil {
			t.Fatal(err)
		}
		found, err := planned.Collect(t.Context(), "test", nil)
		if err != nil {
			t.Fatal(err)
		}
		over.Store(true)
		if strings.Contains(found.LastLine, "not known") || found.LastLine == "" {
			t.Errorf("after %d sign-ins: the last line says %q", most, found.LastLine)
		}
		for _, trader := range cfg.Traders {
			holdsLastLine(t, s, trader, found.LastLine)
		}
		report, err := app.Judge(planned.Suite, found, "test")
		if err != nil {
			t.Fatal(err)
		}
		if report.Verdict != verdict.Incomplete {
			t.Errorf("after %d sign-ins: the verdict is %s", most, report.Verdict)
		}
	}
}

// signInsUpTo limits signing in after this many calls, for longer than any wait, until the limit is
// lifted.
func signInsUpTo(most int32, over *atomic.Bool) sandbox.Options {
	var signIns atomic.Int32
	return wrapped(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.HasSuffix(r.URL.Path, "/token") || over.Load() || signIns.Add(1) <= most {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w,
			`{"State":"Failed","Step":"BaseAuthentication","Reason":"Too many sign-in attempts. Try again in 15 minutes."}`)
	})
}

// holdsLastLine demands a true statement about the trader in the last line.
func holdsLastLine(t *testing.T, s *sandbox.Sandbox, trader config.Trader, line string) {
	t.Helper()
	says := func(name string) bool { return strings.Contains(line, "‹"+name+" "+trader.Login+"›") }
	valid := ""
	switch {
	case says("password"), strings.Contains(line, "the password of "+trader.Login+
		" is the one before the run"):
		valid = trader.Password
	case says("new password"):
		valid = trader.NewPassword
	}
	if valid == "" || !signsIn(t, s, trader.Login, valid) {
		t.Errorf("of %s the last line says nothing, or not what is true: %q", trader.Login, line)
	}
}
