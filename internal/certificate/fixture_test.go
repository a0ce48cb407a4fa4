package certificate_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/certificate"
	"github.com/etna-conformance/conformance/internal/challenge"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

const (
	vendorName  = "acme@example.com"
	witnessName = "lab@example.org"
)

// observed is one run of three traders that responded to a challenge, made once.
type observed struct {
	run       evidence.Run
	challenge challenge.Challenge
	secrets   []string
	err       error
}

var observe = sync.OnceValue(func() (o observed) { //nolint:gochecknoglobals // one run for all tests
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		return observed{err: err}
	}
	defer func() { _ = s.Close() }()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"profile": "core,flow"}})
	if err != nil {
		return observed{err: err}
	}
	app.Point(&cfg, s)
	cfg.Deployment = config.Label{Name: "Acme Trader", Version: "4.2.1"}
	o.challenge = challenge.New("Acme Trader", []string{"core", "flow"}, time.Now(), time.Hour)
	file, err := os.CreateTemp("", "challenge-*.json")
	if err != nil {
		return observed{err: err}
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if _, err := file.Write(o.challenge.Bytes()); err != nil {
		return observed{err: err}
	}
	cfg.Challenge = file.Name()
	planned, err := app.Plan(cfg)
	if err != nil {
		return observed{err: err}
	}
	found, err := planned.Collect(testContext(), "test", nil)
	if err != nil {
		return observed{err: err}
	}
	o.run, o.secrets = *found, []string{s.AppKey}
	for _, t := range cfg.Traders {
		o.secrets = append(o.secrets, t.Answer, t.Password, t.NewPassword)
	}
	return o
})

// write writes the run as conformance run does, changed before by change, and returns the
// directory.
func write(t testing.TB, change func(*evidence.Run)) string {
	t.Helper()
	o := observe()
	if o.err != nil {
		t.Fatal(o.err)
	}
	found := o.run
	found.Exchanges = append([]evidence.Exchange{}, found.Exchanges...)
	if change != nil {
		change(&found)
	}
	dir := t.TempDir()
	if _, err := evidence.Write(dir, found); err != nil {
		t.Fatal(err)
	}
	suite, err := app.Again(found, "")
	if err != nil {
		t.Fatal(err)
	}
	judged, err := app.Judge(suite, &found, "test")
	if err != nil {
		t.Fatal(err)
	}
	digest := evidence.Check(dir)
	judged.JudgedBy(verdict.Evidence{SHA256: digest.SHA256, Problem: digest.Problem})
	if err := report.WriteAll(dir, []string{"json", "junit"},
		report.View{Report: *judged, Run: found}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newKey returns an Ed25519 key and the path of its OpenSSH file.
func newKey(t testing.TB) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "test")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := certificate.OpenKey(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".pub", ssh.MarshalAuthorizedKey(key.PublicKey()),
		0o600); err != nil {
		t.Fatal(err)
	}
	return key, path
}

// line is one of an allowed_signers file.
func line(principal, options string, key ssh.PublicKey) string {
	return strings.Join(strings.Fields(principal+" "+options+" "+
		string(ssh.MarshalAuthorizedKey(key))), " ") + "\n"
}

func signers(t testing.TB, lines ...string) certificate.Signers {
	t.Helper()
	s, err := certificate.ParseSigners([]byte(strings.Join(lines, "")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(key ssh.Signer) certificate.Options {
	return certificate.Options{Key: key, As: certificate.Vendor, Now: time.Now(),
		Expires: 365 * 24 * time.Hour, Version: "test"}
}

func certify(t testing.TB, dir string, o certificate.Options) {
	t.Helper()
	if _, err := certificate.Certify(dir, o); err != nil {
		t.Fatal(err)
	}
}

func demand(t testing.TB, s certificate.Signers) certificate.Demand {
	t.Helper()
	j, err := certificate.NewJudge("")
	if err != nil {
		t.Fatal(err)
	}
	return certificate.Demand{Signers: s, Now: time.Now(), Judge: j}
}

func verify(path string, d certificate.Demand) certificate.Result {
	return certificate.Verify([]string{path}, d)[0]
}

// states are the lines of a result by name.
func states(r certificate.Result) map[string]certificate.State {
	m := map[string]certificate.State{}
	for _, l := range r.Lines {
		if m[l.Name] != certificate.Fails {
			m[l.Name] = l.State
		}
	}
	return m
}

// wantFailing demands that these lines fail, that each says one of the texts, and that no other
// line fails.
func wantFailing(t *testing.T, r certificate.Result, want map[string]string) {
	t.Helper()
	if r.Holds != (len(want) == 0) {
		t.Errorf("holds is %t: %+v", r.Holds, r.Lines)
	}
	failed := map[string]string{}
	for _, l := range r.Lines {
		if l.State == certificate.Fails {
			failed[l.Name] += l.Text
		}
	}
	for name, text := range want {
		if !strings.Contains(failed[name], text) || failed[name] == "" {
			t.Errorf("the line %s says %q, want %q", name, failed[name], text)
		}
		delete(failed, name)
	}
	for name, text := range failed {
		t.Errorf("the line %s fails, too: %s", name, text)
	}
}

func put(t testing.TB, dir, name string, change func(string) string) {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := change(string(text))
	if changed == string(text) {
		t.Fatalf("the change of %s changes nothing", name)
	}
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

func replacing(old, with string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, with, 1) }
}

// resign signs a statement that was edited, as somebody with the vendor's key can.
func resign(t testing.TB, dir string, key ssh.Signer, change func(string) string) {
	t.Helper()
	put(t, dir, certificate.FileName, change)
	text, err := os.ReadFile(filepath.Join(dir, certificate.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := certificate.WriteSigned(dir, key, text); err != nil {
		t.Fatal(err)
	}
}

func bundle(t testing.TB, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle.tar.zst")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := certificate.Pack(dir, file); err != nil {
		t.Fatal(fmt.Errorf("packing: %w", err))
	}
	return path
}
