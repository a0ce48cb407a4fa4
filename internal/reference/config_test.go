package reference_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/reference"
)

func TestOpenRefusesWhatCannotWork(t *testing.T) {
	trader := func(change func(*reference.Trader)) func(*reference.Config) {
		return func(c *reference.Config) { change(&c.Traders[0]) }
	}
	cases := map[string]func(*reference.Config){
		"no path":        func(c *reference.Config) { c.Path = "" },
		"no such folder": func(c *reference.Config) { c.Path += "/x/y" },
		"no key":         func(c *reference.Config) { c.AppKey = "" },
		"no mailer":      func(c *reference.Config) { c.Mailer = nil },
		"no sender":      func(c *reference.Config) { c.From = "nobody" },
		"negative":       func(c *reference.Config) { c.Iterations = -1 },
		"no login":       trader(func(t *reference.Trader) { t.Login = "" }),
		"long login": trader(func(t *reference.Trader) {
			t.Login = strings.Repeat("x", 300)
		}),
		"login of controls": trader(func(t *reference.Trader) { t.Login = "\x00" }),
		"no email":          trader(func(t *reference.Trader) { t.Email = "" }),
		"email with header": trader(func(t *reference.Trader) {
			t.Email = "a@example.com\r\nBcc: b@example.com"
		}),
		"email with name": trader(func(t *reference.Trader) { t.Email = "A <a@example.com>" }),
		"name of two lines": trader(func(t *reference.Trader) {
			t.Name = "A\r\nBcc: b@example.com"
		}),
		"no answer":       trader(func(t *reference.Trader) { t.Answer = "" }),
		"no question":     trader(func(t *reference.Trader) { t.Question = "" }),
		"question bytes":  trader(func(t *reference.Trader) { t.Question = "\xff" }),
		"padded password": trader(func(t *reference.Trader) { t.Password = " padded" }),
		"login twice":     trader(func(t *reference.Trader) { t.Login = "ANN.LEE" }),
		"email twice":     trader(func(t *reference.Trader) { t.Email = "Ann.Lee@example.com" }),
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			c := quietConfig(t)
			change(&c)
			d, err := reference.Open(c)
			if err == nil {
				_ = d.Close()
				t.Fatal("opened")
			}
			if strings.Contains(err.Error(), "Peterson") ||
				strings.Contains(err.Error(), oldPassword) {
				t.Errorf("a secret in %v", err)
			}
		})
	}
}

func TestOpenRefusesAFileThatIsInUse(t *testing.T) {
	c := quietConfig(t)
	open(t, c)
	if d, err := reference.Open(c); err == nil {
		_ = d.Close()
		t.Error("opened twice")
	}
}

func TestOpenRefusesAStoredEmailForAnotherTrader(t *testing.T) {
	c := quietConfig(t)
	if err := open(t, c).Close(); err != nil {
		t.Fatal(err)
	}
	c.Traders = []reference.Trader{{Login: "new", Email: "robert.zak@example.com"}}
	if d, err := reference.Open(c); err == nil {
		_ = d.Close()
		t.Error("opened")
	}
}

func TestAnotherVersionInThePath(t *testing.T) {
	c, inbox := config(t)
	c.APIVersion = "2.5"
	s := startWith(t, c, inbox)
	expect(t, s.ask(t, http.MethodPost, "/v2.5/users/password/reset", rightReset), http.StatusOK,
		acceptedJSON)
	refused(t, s.reset(t, rightReset), http.StatusNotFound)
}

// quietConfig is a configuration without a mail server.
func quietConfig(tb testing.TB) reference.Config {
	return reference.Config{
		Path: tb.TempDir() + "/reference.db", AppKey: appKey, Mailer: nowhere{},
		Traders: reference.DemoTraders(),
	}
}

type nowhere struct{}

func (nowhere) Send(context.Context, reference.Mail) error { return nil }

func open(tb testing.TB, c reference.Config) *reference.Deployment {
	tb.Helper()
	d, err := reference.Open(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	return d
}
