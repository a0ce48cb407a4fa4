package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
)

// Secrets that every encoding spells differently.
const (
	secretKey    = `Kq7"<&'>\z+/=%~Ww-key`
	secretAnswer = `Żółw "<b>&'\+/=% Qx9 answer`
	secretHeader = `Hv3"<&'>\+/=%-front`
	password     = `Pw4"<&'>\+/=%-old`
	newPassword  = `Nw5"<&'>\+/=%-new`
)

// TestNoSecretLeaves has a deployment judged that tells every secret it knows, in every encoding,
// wherever it can.
func TestNoSecretLeaves(t *testing.T) {
	for _, profiles := range []string{"core", "core,flow,hardening"} {
		t.Run(profiles, func(t *testing.T) {
			t.Parallel()
			noSecretLeaves(t, profiles)
		})
	}
}

func noSecretLeaves(t *testing.T, profiles string) {
	t.Helper()
	g := &gossip{secrets: []string{secretKey, secretAnswer, secretHeader, password, newPassword}}
	uuid, found := faults.FindVariant("code-uuid")
	if !found {
		t.Fatal("there is no variant code-uuid")
	}
	traders := reference.DemoTraders()
	traders[1].Answer = secretAnswer
	for i := range traders {
		traders[i].Password = password
	}
	s := sandboxtest.Start(t, sandbox.Options{AppKey: secretKey, Traders: traders,
		Around: faults.Set{Variants: []faults.Variant{
			uuid, {Name: "gossip", HTTP: g.responses, Mail: g.mails},
		}}})
	config := declare(t, s)
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	declared := strings.Replace(string(text), "url:", "headers: {X-Front: ${FRONT}}\nurl:", 1)
	declared = strings.ReplaceAll(declared, "@example.com\n",
		"@example.com\n      password: ${OLD}\n      newPassword: ${NEW}\n")
	config = write(t, "conformance.yaml", declared)
	out := t.TempDir()
	p := call{
		args: []string{"run", "--config", config, "--out", out, "--format",
			strings.Join(report.Names(), ","), "--profile", profiles},
		env: []string{"CONFORMANCE_APP_KEY=" + secretKey, "FRONT=" + secretHeader,
			"OLD=" + password, "NEW=" + newPassword},
	}.begin(t)
	arguments, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.Process.Pid))
	if err != nil {
		t.Logf("process arguments can't be read here: %v", err)
	}
	r := p.end(t)
	if r.code != 0 && r.code != 1 {
		t.Fatal(r)
	}
	again := call{args: []string{"judge", out, "--out", filepath.Join(out, "again"), "--format",
		"text"}}.run(t)
	secrets := g.known()
	if len(secrets) < 3+len(traders) {
		t.Fatalf("no code was mailed to somebody: %d secrets", len(secrets))
	}
	for _, place := range []string{"bodies", "header fields", "mails"} {
		if len(leaks(g.told()[place], secrets)) == 0 {
			t.Errorf("the deployment tells nothing in %s: this test can't fail", place)
		}
	}
	places := files(t, out)
	places["stdout"], places["stderr"], places["process arguments"] = []byte(r.stdout),
		[]byte(r.stderr), arguments
	places["stdout of judge"], places["stderr of judge"] = []byte(again.stdout),
		[]byte(again.stderr)
	for place, text := range places {
		for _, leak := range leaks(text, secrets) {
			t.Errorf("%s: %s", place, leak)
		}
	}
}

// TestNoSecretIsOnTheTerminalOfAMistake has a wrong configuration reported.
func TestNoSecretIsOnTheTerminalOfAMistake(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"key of a trader": "appKey: ${KEY}\ntraders:\n  - {login: a, email: a@example.com, anwser: '${KEY}'}\n",
		"wrong place":     "url: ${KEY}\nconcurrency: ${KEY}\n",
		"wrong inbox":     "inbox: {mailhog: '${KEY}'}\n",
		"wrong rate":      "rate: ${KEY}\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := call{
				args: []string{"run", "--out", t.TempDir(), "--config",
					write(t, "conformance.yaml", text)},
				env: []string{"KEY=" + secretKey},
			}.run(t).wantExit(t, 2)
			for _, leak := range leaks([]byte(r.stdout+r.stderr), []string{secretKey}) {
				t.Error(leak)
			}
		})
	}
}

// files reads all files below a directory.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < len(report.Formats())+2 {
		t.Fatalf("only %d files in %s", len(all), dir)
	}
	return all
}

// leaks says which secrets stand in the text, and in which encoding. It looks at the text as it is
// and as readers of its format would see it.
func leaks(text []byte, secrets []string) []string {
	var found []string
	for view, text := range decoded(text) {
		for _, secret := range secrets {
			for encoding, needle := range encodings(secret) {
				if i := bytes.Index(text, []byte(needle)); i >= 0 {
					around := text[max(0, i-40):min(len(text), i+len(needle)+20)]
					found = append(found, fmt.Sprintf("%q in %s (%s): %q", secret, encoding, view,
						around))
				}
			}
		}
	}
	return found
}
