package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
)

// tap watches the requests and responses of a deployment.
type tap struct {
	mu        sync.Mutex
	passwords []string
	// confirmations are those of all updates with one.
	confirmations []string
	responses     []string
	// updated is called after each successful update.
	updated func()
}

func (p *tap) fault() faults.Fault {
	return faults.Fault{Name: "tap", HTTP: func(_ faults.World, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			response := httptest.NewRecorder()
			next.ServeHTTP(response, r)
			p.note(r, body, response.Body.Bytes())
			for name, values := range response.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(response.Code)
			_, _ = w.Write(response.Body.Bytes())
			if r.Method == http.MethodPut && response.Code == http.StatusOK && p.updated != nil {
				p.updated()
			}
		})
	}}
}

func (p *tap) note(r *http.Request, body, response []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var update struct{ Password, PasswordConfirmation string }
	if r.Method == http.MethodPut && json.Unmarshal(body, &update) == nil {
		p.passwords = append(p.passwords, update.Password)
		if update.PasswordConfirmation != "" {
			p.confirmations = append(p.confirmations, update.PasswordConfirmation)
		}
	}
	var tokens struct{ Model, Token string }
	if r.Method == http.MethodPost && json.Unmarshal(response, &tokens) == nil {
		p.responses = append(p.responses, tokens.Model, tokens.Token)
	}
}

func start(t *testing.T, o sandbox.Options) (*sandbox.Sandbox, config.Config) {
	t.Helper()
	s := sandboxtest.Start(t, o)
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"profile": "core,flow"}})
	if err != nil {
		t.Fatal(err)
	}
	app.Point(&cfg, s)
	return s, cfg
}

func collected(ctx context.Context, t *testing.T, cfg config.Config) *evidence.Run {
	t.Helper()
	planned, err := app.Plan(cfg)
	if err != nil {
		t.Fatal(err)
	}
	found, err := planned.Collect(ctx, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// signsIn asks the deployment itself.
func signsIn(t *testing.T, s *sandbox.Sandbox, login, password string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/token", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Et-App-Key", s.AppKey)
	r.Header.Set("Username", login)
	r.Header.Set("Password", password)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func declared(cfg config.Config) []string {
	var list []string
	for _, t := range cfg.Traders {
		list = append(list, t.Password, t.NewPassword)
	}
	return list
}

func TestOnlyDeclaredPasswordsAreSentAndTheFirstIsBack(t *testing.T) {
	var p tap
	s, cfg := start(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{p.fault()}}})
	found := collected(t.Context(), t, cfg)
	if len(p.passwords) == 0 {
		t.Fatal("no password was sent")
	}
	for _, password := range p.passwords {
		if !slices.Contains(declared(cfg), password) {
			t.Errorf("an update carried %q, which nobody declared", password)
		}
	}
	for _, confirmation := range p.confirmations {
		if !slices.ContainsFunc(declared(cfg), func(d string) bool {
			return strings.EqualFold(d, confirmation)
		}) {
			t.Errorf("an update was confirmed by %q, which nobody declared", confirmation)
		}
	}
	for _, trader := range cfg.Traders {
		if !signsIn(t, s, trader.Login, trader.Password) ||
			signsIn(t, s, trader.Login, trader.NewPassword) {
			t.Errorf("%s does not sign in with the first declared password alone", trader.Login)
		}
		if want := trader.Login + " signs in with ‹password " + trader.Login +
			"›"; !strings.Contains(found.LastLine, want) {
			t.Errorf("the last line is %q, want it to say %q", found.LastLine, want)
		}
	}
}

func TestNothingThatOpensReachesEvidence(t *testing.T) {
	var p tap
	_, cfg := start(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{p.fault()}}})
	found := collected(t.Context(), t, cfg)
	text, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range found.Exchanges {
		text = append(text, x.Body...)
		if x.Response != nil {
			text = append(text, x.Response.Body...)
		}
	}
	secrets := slices.DeleteFunc(append(declared(cfg), p.responses...), func(s string) bool {
		return s == ""
	})
	if len(secrets) < 20 {
		t.Fatalf("only %d secrets to look for", len(secrets))
	}
	for _, secret := range secrets {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("evidence holds %q", secret)
		}
	}
}

func TestPasswordsAreBackAfterAnInterruption(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	p := tap{updated: interrupt}
	s, cfg := start(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{p.fault()}}})
	found := collected(ctx, t, cfg)
	if !found.Interrupted {
		t.Error("the run does not say that it was interrupted")
	}
	for _, trader := range cfg.Traders {
		if !signsIn(t, s, trader.Login, trader.Password) {
			t.Errorf("%s does not sign in with the first declared password; the last line says %q",
				trader.Login, found.LastLine)
		}
	}
}

func TestAnUnwillingWayBackIsToldAndTheNextRunStartsThere(t *testing.T) {
	history, found := faults.FindVariant("password-history")
	if !found {
		t.Fatal("there is no such variant")
	}
	s, cfg := start(t, sandbox.Options{Around: faults.Set{Variants: []faults.Variant{history}}})
	for range 2 {
		run := collected(t.Context(), t, cfg)
		for _, trader := range cfg.Traders {
			if !signsIn(t, s, trader.Login, trader.NewPassword) {
				t.Errorf("%s does not sign in with the second declared password", trader.Login)
			}
			if want := trader.Login + " signs in with ‹new password " + trader.Login +
				"›"; !strings.Contains(run.LastLine, want) {
				t.Errorf("the last line is %q, want it to say %q", run.LastLine, want)
			}
		}
	}
}
