package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// wrapped makes a deployment of the handler around the right one.
func wrapped(serve func(w http.ResponseWriter, r *http.Request,
	next http.Handler)) sandbox.Options {
	return sandbox.Options{Around: faults.Set{Faults: []faults.Fault{{Name: "wrapped",
		HTTP: func(_ faults.World, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				serve(w, r, next)
			})
		}}}}}
}

// checkLastLine compares the last line with the deployment; known demands a statement about every
// trader.
func checkLastLine(t *testing.T, s *sandbox.Sandbox, cfg config.Config, found *evidence.Run,
	known bool) {
	t.Helper()
	for _, trader := range cfg.Traders {
		says := func(name string) bool {
			placeholder := "‹" + name + " " + trader.Login + "›"
			return strings.Contains(found.LastLine, trader.Login+" signs in with "+placeholder) ||
				strings.Contains(found.LastLine, trader.Login+" has "+placeholder+
					", as the update said (signing in is limited)")
		}
		switch {
		case says("password") && !signsIn(t, s, trader.Login, trader.Password):
			t.Errorf("%s does not sign in with the first password; the last line says %q",
				trader.Login, found.LastLine)
		case says("new password") && !signsIn(t, s, trader.Login, trader.NewPassword):
			t.Errorf("%s does not sign in with the second password; the last line says %q",
				trader.Login, found.LastLine)
		case !says("password") && !says("new password") &&
			(known || !strings.Contains(found.LastLine, "of "+trader.Login+
				" is valid is not known")):
			t.Errorf("the last line %q does not tell enough of %s", found.LastLine, trader.Login)
		}
	}
}

func TestTheLastLineGoesByNothingBeforeTheWayBack(t *testing.T) {
	var updates atomic.Int32
	var over atomic.Bool
	o := wrapped(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/token") && updates.Load() > 1 && !over.Load() {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w,
				`{"State":"Failed","Step":"BaseAuthentication","Reason":"Locked"}`)
			return
		}
		var p tap
		if strings.HasSuffix(r.URL.Path, "/reset/") {
			p.updated = func() { updates.Add(1) }
		}
		p.fault().HTTP(faults.World{}, next).ServeHTTP(w, r)
	})
	o.Around = faults.Set{Variants: []faults.Variant{{Traders: func(list []reference.Trader) []reference.Trader { return list[:1] }}}}
	s, cfg := start(t, o)
	found := collected(t.Context(), t, cfg)
	over.Store(true)
	checkLastLine(t, s, cfg, found, true)
}

func TestNoUpdateIsBrokenOff(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var given tap
	var key string
	s, cfg := start(t, wrapped(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		body, _ := io.ReadAll(r.Body)
		var update struct{ Token, Password, PasswordConfirmation string }
		if r.Method == http.MethodPut && json.Unmarshal(body, &update) == nil &&
			update.Password == update.PasswordConfirmation && given.gave(update.Token) &&
			r.Header.Get("Et-App-Key") == key {
			time.AfterFunc(100*time.Millisecond, interrupt)
			time.Sleep(300 * time.Millisecond)
			// It carries out what it has begun, whoever still waits for it.
			r = r.WithContext(context.WithoutCancel(r.Context()))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		given.fault().HTTP(faults.World{}, next).ServeHTTP(w, r)
	}))
	key = s.AppKey
	found := collected(ctx, t, cfg)
	time.Sleep(300 * time.Millisecond)
	checkLastLine(t, s, cfg, found, true)
}

// gave reports whether a response held the token.
func (p *tap) gave(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return token != "" && slices.Contains(p.responses, token)
}

func TestTheWayBackWaitsForADeploymentThatComesBack(t *testing.T) {
	var updates atomic.Int32
	var since atomic.Int64
	s, cfg := start(t, wrapped(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if at := since.Load(); at > 0 && time.Since(time.UnixMilli(at)) < time.Second {
			panic(http.ErrAbortHandler)
		}
		var p tap
		if r.Method == http.MethodPut {
			p.updated = func() {
				if updates.Add(1) == 2 {
					since.Store(time.Now().UnixMilli())
				}
			}
		}
		p.fault().HTTP(faults.World{}, next).ServeHTTP(w, r)
	}))
	found := collected(t.Context(), t, cfg)
	checkLastLine(t, s, cfg, found, true)
	for _, trader := range cfg.Traders {
		if !signsIn(t, s, trader.Login, trader.Password) {
			t.Errorf("%s has not got the first password back", trader.Login)
		}
	}
}

func TestTheLastLineNamesEachTradersOwnPassword(t *testing.T) {
	s,
		cfg := start(t,
		sandbox.Options{Around: faults.Set{Variants: []faults.Variant{{Traders: func(list []reference.Trader) []reference.Trader {
			for i := range list {
				list[i].Password = "the-password-of-all-0417"
			}
			return list
		}}}}})
	checkLastLine(t, s, cfg, collected(t.Context(), t, cfg), true)
}

func TestTradersWithoutPasswordsAreAskedAsEver(t *testing.T) {
	_, cfg := start(t, sandbox.Options{})
	cfg.Traders[0].Password, cfg.Traders[0].NewPassword = "", ""
	planned, err := app.Plan(cfg)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[any]bool{}
	for _, s := range planned.Suite.Plan.Steps {
		if s.Request != nil && s.Request.Operation == "resetPassword" && s.Cost.Mails > 0 {
			asked[s.Request.Values["User"]] = true
		}
	}
	for _, trader := range cfg.Traders {
		if !asked[trader.Login] {
			t.Errorf("no accepted reset is planned for %s: %v", trader.Login, asked)
		}
	}
}
