package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmbeddedReferenceIsNeverJudgedByMistake has calls that name a deployment badly: each is a 2,
// never the verdict of something else.
func TestEmbeddedReferenceIsNeverJudgedByMistake(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	empty, urlless := write(t, "empty.yaml", ""), write(t, "urlless.yaml", "profile: [core]\n")
	for name, c := range map[string]struct {
		args, env []string
		says      string
	}{
		"empty file": {args: []string{"--config", empty},
			says: "empty.yaml: is empty; expected a configuration with a url"},
		"file without url": {args: []string{"--config", urlless},
			says: "urlless.yaml: url is missing"},
		"file by environment": {env: []string{"CONFORMANCE_CONFIG=" + urlless},
			says: "urlless.yaml: url is missing"},
		"missing file":         {args: []string{"--config", missing}, says: "can't be read"},
		"empty name of a file": {args: []string{"--config", ""}, says: "--config: is empty"},
		"empty URL":            {args: []string{"--url", ""}, says: "--url: is empty"},
		"empty CONFORMANCE_URL": {env: []string{"CONFORMANCE_URL="},
			says: "CONFORMANCE_URL: is empty"},
		"empty config variable": {env: []string{"CONFORMANCE_CONFIG="},
			says: "CONFORMANCE_CONFIG: is empty"},
		"selection of nothing": {args: []string{"--only", ","}, says: "--only: expected ids"},
	} {
		for _, command := range []string{"run", "plan"} {
			t.Run(command+" with "+name, func(t *testing.T) {
				args := append([]string{command, "--out", t.TempDir()}, c.args...)
				call{args: args, env: c.env}.run(t).wantExit(t, 2).wantErr(t, c.says)
			})
		}
	}
}

// TestMakeHandsOnWhatWasGivenEmpty looks at what make would call.
func TestMakeHandsOnWhatWasGivenEmpty(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"URL=": "run --url ''", "CONFIG=": "--config ''", "INBOX=": "--inbox ''",
		"PROFILE=": "--profile ''", "ONLY=": "--only ''", "OUT=": "--out ''",
		"CONFIG=x": "--config 'x'", "OUT=y": "--out 'y'",
	} {
		out, err := exec.Command("make", "-s", "-n", "-C", filepath.Join("..", ".."), "conformance",
			given).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if !strings.Contains(string(out), want) {
			t.Errorf("make conformance %s calls %s, want one with %s", given, out, want)
		}
	}
}
