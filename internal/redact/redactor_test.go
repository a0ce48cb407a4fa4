package redact_test

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/inbox"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/redact"
)

func TestVaultOpensWhatItSealed(t *testing.T) {
	v := redact.New(nil)
	for _, add := range []struct {
		placeholder placeholder.Placeholder
		secret      string
		want        placeholder.Placeholder
	}{
		{"‹app-key›", "key-1", "‹app-key›"},
		{"‹code 1›", "231408", "‹code 1›"},
		{"‹code 2›", "231408", "‹code 1›"},
		{"‹code 1›", "999999", "‹code 1 (2)›"},
		{"‹answer x›", "", "‹answer x›"},
	} {
		if got := v.Add(add.placeholder, add.secret); got != add.want {
			t.Errorf("Add(%q, %q) = %q, want %q", add.placeholder, add.secret, got, add.want)
		}
	}
	got := v.Fill("‹app-key› ‹‹code 1› ‹code 2›‹code 1 (2)›[‹answer x›] ‹other› ‹")
	if want := "key-1 ‹231408 231408999999[] ‹other› ‹"; got != want {
		t.Errorf("Open = %q, want %q", got, want)
	}
	if got := v.Text("key-1 231408, 999999"); got != "‹app-key› ‹code 1›, ‹code 1 (2)›" {
		t.Errorf("Text = %q", got)
	}
}

func TestVaultWithDerivedSecrets(t *testing.T) {
	v := redact.New(nil)
	v.Add("‹app-key›", "abcdefgh")
	v.Add("‹app-key, last character changed›", "abcdefgi")
	v.Add("‹app-key, longer›", "abcdefgh1")
	got := v.Text("abcdefgi abcdefgh abcdefgh1 ABCDEFGI")
	want := "‹app-key, last character changed› ‹app-key› ‹app-key, longer› ‹app-key, last character changed›"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLegend(t *testing.T) {
	v := redact.New(nil)
	want := []evidence.Secret{
		{Placeholder: "‹0›", Length: 6, Alphabet: "digits"},
		{Placeholder: "‹1›", Length: 4, Alphabet: "hex"},
		{Placeholder: "‹2›", Length: 6, Alphabet: "letters"},
		{Placeholder: "‹3›", Length: 3, Alphabet: "letters and digits"},
		{Placeholder: "‹4›", Length: 3, Alphabet: "any"},
		{Placeholder: "‹5›", Length: 0, Alphabet: "any"},
	}
	for i, secret := range []string{"231408", "1aBf", "Straße", "xy1", "a b", ""} {
		v.Add(want[i].Placeholder, secret)
	}
	if got := v.Legend(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestVaultIsSafeForConcurrentUse(t *testing.T) {
	v := redact.New(nil)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			secret := strings.Repeat(string(rune('a'+i)), 8)
			name := string(v.Add(placeholder.Code.For(secret[:1]), secret))
			if got := v.Text("x " + secret); got != "x "+name {
				t.Errorf("got %q", got)
			}
			v.Fill(name)
			v.Legend()
		})
	}
	group.Wait()
}

func TestExchange(t *testing.T) {
	v := vault(t, "key-123", "Peterson", "token-0123456789")
	started := time.Date(2024, 5, 6, 7, 8, 9, 10, time.UTC)
	got := v.Exchange("reset/x", 2, "lane", "resetPassword", httpclient.Exchange{
		Request: httpclient.Request{
			Method: "POST", Path: "/reset?k=key%2D123",
			Header: []httpclient.Field{{Name: "Et-App-Key", Value: "key-123"},
				{Name: "X", Value: "\xe9 Peterson"}},
			Body: []byte(`{"SecretQuestionAnswer":"\u0050eterson"}`),
		},
		URL: "https://example.org/reset?k=key%2D123",
		Response: &httpclient.Response{
			Proto: "HTTP/1.1", Status: 200,
			Header:    []httpclient.Field{{Name: "X-Peterson", Value: "Basic a2V5LTEyMzp4"}},
			Body:      []byte(`{"Model":"x token-01234`),
			Truncated: true,
		},
		Failure: &httpclient.Failure{Kind: httpclient.FailureClosed, Text: "after Peterson",
			ResponseBegun: true},
		Started: started, Timing: httpclient.Timing{Total: time.Second, Reused: true},
	})
	want := evidence.Exchange{
		Step: "reset/x", Attempt: 2, Lane: "lane", Operation: "resetPassword", Method: "POST",
		URL:    "https://example.org/reset?k=‹s0›",
		Header: []evidence.Field{{Name: "Et-App-Key", Value: "‹s0›"}, {Name: "X", Value: "é ‹s1›"}},
		Body:   []byte(`{"SecretQuestionAnswer":"‹s1›"}`),
		Response: &evidence.Response{
			Proto: "HTTP/1.1", Status: 200,
			Header: []evidence.Field{{Name: "X-‹s1›", Value: "Basic ‹s0›p4"}},
			Body:   []byte(`{"Model":"x ‹s2›`), Truncated: true,
		},
		Failure: &evidence.Failure{Kind: "connection closed", Text: "after ‹s1›",
			ResponseBegun: true},
		Started: started, Timing: evidence.Timing{Total: time.Second, Reused: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\n%+v, want\n%+v\n%+v", got, got.Response, want, want.Response)
	}
}

func TestExchangeWithoutResponse(t *testing.T) {
	got := vault(t, "x1y2").Exchange("s", 1, "", "op",
		httpclient.Exchange{Failure: &httpclient.Failure{Kind: httpclient.FailureDNS}})
	if got.Response != nil || got.Body != nil || got.Failure.Kind != "name not resolved" {
		t.Errorf("%+v", got)
	}
}

func TestMail(t *testing.T) {
	v := vault(t, "231408")
	got := v.Mail(inbox.Mail{ID: "1", Source: []byte("\n231408")}, []string{"x"}, "Code 231408",
		"it is 231 408", []placeholder.Placeholder{"‹s0›"})
	want := evidence.Mail{
		ID: "1", Traders: []string{"x"}, Source: []byte("\n‹s0›"),
		Subject: "Code ‹s0›", Text: "it is ‹s0›", Codes: []placeholder.Placeholder{"‹s0›"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
