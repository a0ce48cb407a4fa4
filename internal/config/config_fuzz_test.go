package config_test

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/etna-conformance/conformance/internal/config"
)

// FuzzLoad reads hostile configuration files: each is refused in one visible line that tells no
// secret, or makes a configuration within its bounds, and always the same.
func FuzzLoad(f *testing.F) {
	const secret = "s3cr3t-0f-the-envir0nment"
	example, err := os.ReadFile("../../conformance.example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(example), "", "url: http://a.example", "url: [1]", "ulr: http://a.example",
		"appKey: ${SECRET}", "traders: ${SECRET}",
		"url: ${SECRET}", "rate: ${SECRET}", "inbox: {mailhog: 'http://u:${SECRET}@a.example'}",
		"inbox: {mailpit: ${SECRET}}",
		"traders: [{login: a, email: a@a.example, answer: ${SECRET}}, {login: A, email: ${SECRET}}]", "appKey: ${UNSET}", "appKey: $${SECRET}",
		"a: &a [*a]", "a: &a {<<: *a}", "url: !!binary aGVsbG8=", "---\nurl: x\n---\nurl: y",
		"? {a: b}\n: c", "headers: {X-A: \"a\\r\\nb\"}",
		"concurrency: 99999999999999999999", "mailDeadline: 1ns", "deployment: {name: \"\\e[31m\"}",
		"\xff\xfeu\x00", "codePattern: '('",
		"clientCert: {cert: a}", "profile: [core, [core]]", strings.Repeat("[", 10_000),
		strings.Repeat("a: {", 3_000),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		load := func() (config.Config, error) {
			return config.Load(config.Sources{
				Flags: map[string]string{"config": "conformance.yaml"},
				Env: []string{"SECRET=" + secret, "ETNA_APP_KEY=key",
					"ETNA_ROBERT_ANSWER=answer"},
				Open: func(name string) (io.ReadCloser, error) {
					if name != "conformance.yaml" {
						return nil, os.ErrNotExist
					}
					return io.NopCloser(strings.NewReader(file)), nil
				},
			})
		}
		c, err := load()
		if err != nil {
			checkRefusal(t, err, secret)
			return
		}
		again, err := load()
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Errorf("read again it is %+v, %v; before %+v", again, err, c)
		}
		if c.Concurrency < 1 || c.Concurrency > 256 || c.MailDeadline <= 0 ||
			c.RequestTimeout <= 0 || c.Rate < 0 || len(c.Profiles) == 0 {
			t.Errorf("out of bounds: %+v", c)
		}
	})
}

func checkRefusal(t *testing.T, err error, secret string) {
	t.Helper()
	if wrong := new(config.Error); !errors.As(err, &wrong) {
		t.Errorf("%T is no *Error: %v", err, err)
	}
	if text := err.Error(); strings.Contains(text, secret) ||
		strings.ContainsFunc(text, unicode.IsControl) {
		t.Errorf("the error tells too much: %q", text)
	}
}
