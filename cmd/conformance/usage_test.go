package main_test

import (
	"fmt"
	"path/filepath"
	"testing"
)

// TestMistakesAreNamedBeforeAnythingIsSent has each mistake made in a call that would otherwise
// reach a server.
func TestMistakesAreNamedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	server := count(t)
	missing := filepath.Join(t.TempDir(), "missing")
	file := func(text string) string { return write(t, "conformance.yaml", text) }
	for name, m := range map[string]struct {
		args, env []string
		file      string
		says      []string
	}{
		"unset variable": {
			file: "deployment: {name: Acme}\nappKey: ${ETNA_UNSET_KEY}\n",
			says: []string{"conformance.yaml:2: ",
				"the environment variable ETNA_UNSET_KEY is not set"}},
		"unset variable in braces": {
			file: "traders:\n  - {login: ann.lee, email: ann.lee@example.com, answer: ${ETNA_UNSET_ANSWER}}\n",
			says: []string{"conformance.yaml:2: ", "ETNA_UNSET_ANSWER is not set"}},
		"key in the file": {
			file: "inboxx: {mailhog: 'http://127.0.0.1:1'}\n",
			says: []string{`conformance.yaml:1: unknown key "inboxx"; did you mean "inbox"?`}},
		"key of a trader": {
			file: "traders:\n  - login: ann.lee\n    email: ann.lee@example.com\n    anwser: Peterson\n",
			says: []string{`conformance.yaml:4: unknown key "anwser"; did you mean "answer"?`}},
		"YAML": {file: "traders: [\n",
			says: []string{"conformance.yaml:", "expected YAML"}},
		"file": {args: []string{"--config", missing},
			says: []string{"--config: ", "can't be read"}},
		"environment variable": {env: []string{"CONFORMANCE_ULR=x"},
			says: []string{"CONFORMANCE_ULR: ", `did you mean "CONFORMANCE_URL"?`}},
		"value in the environment": {env: []string{"CONFORMANCE_RATE=fast"},
			says: []string{"CONFORMANCE_RATE: expected a number"}},
		"requirement": {args: []string{"--only", "RESET-66"},
			says: []string{`no requirement "RESET-66"; did you mean "RESET-6"?`}},
		"requirement among others": {args: []string{"--only", "KEY-1,RESTE-6"},
			says: []string{`no requirement "RESTE-6"; did you mean "RESET-6"?`}},
		"pattern": {args: []string{"--only", "RSET-*"},
			says: []string{`no requirement "RSET-*"`}},
		"flag": {args: []string{"--onyl", "KEY-1"},
			says: []string{`no flag --onyl; did you mean "only"?`}},
		"profile": {args: []string{"--profile", "cor"},
			says: []string{`unknown profile "cor"; did you mean "core"?`}},
		"format": {args: []string{"--format", "junitt"},
			says: []string{`"junitt"`, `did you mean "junit"?`}},
		"label filter": {args: []string{"--label-filter", "must && ("},
			says: []string{"--label-filter: not a Ginkgo label filter"}},
		"requirement of a profile": {args: []string{"--only", "KEY-1,CODE-1"},
			says: []string{"--profile: CODE-1 belongs to profile flow, which is not selected"}},
		"pattern of a profile": {args: []string{"--only", "KEY-1,CODE-*"},
			says: []string{"--profile: CODE-* belongs to profile flow, which is not selected"}},
		"selection of nothing": {args: []string{"--only", "KEY-1", "--label-filter",
			"RESET"}, says: []string{"together they select no requirement"}},
		"selection of the undeclared": {args: []string{"--only", "RESET-1"}, says: nil},
		"inbox": {args: []string{"--inbox", "mailhgo=http://127.0.0.1:1"},
			says: []string{`did you mean "mailhog"?`}},
		"out": {args: []string{"--out",
			filepath.Join(write(t, "a-file", ""), "reports")},
			says: []string{"--out ", "reports can't be written there"}},
		"baseline": {args: []string{"--baseline", missing},
			says: []string{"the baseline can't be read"}},
		"contract": {args: []string{"--contract", missing},
			says: []string{"the contract can't be read"}},
		"fact in the contract": {args: []string{"--contract",
			changedContract(t, "x-fact: trader.login", "x-fact: trader.logn")},
			says: []string{`not a contract: `, `line `, `x-fact "trader.logn"`,
				`did you mean "trader.login"?`}},
		"key in the contract": {args: []string{"--contract",
			changedContract(t, "x-profile: flow", "x-profle: flow")},
			says: []string{`unknown key "x-profle"; did you mean "x-profile"?`}},
		"outcome in the contract": {args: []string{"--contract",
			changedContract(t, "x-outcome: question", "x-outcome: qestion")},
			says: []string{`did you mean "question"?`}},
		"level in the contract": {args: []string{"--contract",
			changedContract(t, "level: must", "level: shuold")},
			says: []string{`level "shuold"`, `did you mean "should"?`}},
		"profile in the contract": {args: []string{"--contract",
			changedContract(t, "    profile: flow", "    profile: flwo")},
			says: []string{`profile "flwo"`, `did you mean "flow"?`}},
		"contract of another kind": {args: []string{"--contract",
			write(t, "other.yaml", "openapi: 3.0.3\n")}, says: []string{"not a contract"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"run", "--url", server.URL, "--out", t.TempDir()}
			if m.file != "" {
				args = append(args, "--config", file(m.file))
			}
			env := append([]string{"CONFORMANCE_INBOX=mailhog=" + server.URL}, m.env...)
			call{args: append(args, m.args...), env: env}.run(t).wantExit(t, 2).wantErr(t,
				m.says...)
			if n := server.asked.Load(); n > 0 {
				t.Fatalf("%d requests were sent", n)
			}
		})
	}
	if conformance(t, "run", "--url", server.URL, "--out", t.TempDir()); server.asked.Load() == 0 {
		t.Error("a right call sends nothing either: this test can't fail")
	}
}

func TestMistakesInOtherCommands(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	for name, m := range map[string]struct {
		args []string
		env  []string
		says string
	}{
		"command": {args: []string{"rnu"},
			says: `there is no command "rnu"; did you mean "run"?`},
		"key, no deployment": {args: []string{"run", "--out", missing},
			env: []string{"CONFORMANCE_APP_KEY=some-key"}, says: "no deployment"},
		"plan of a typo": {args: []string{"plan", "--only", "RESTE-1"},
			says: `did you mean "RESET-1"?`},
		"explain nothing": {args: []string{"explain"}, says: "needs the id of a requirement"},
		"explain a typo": {args: []string{"explain", "RESET-66"},
			says: `did you mean "RESET-6"?`},
		"judge nothing": {args: []string{"judge"}, says: "needs one directory"},
		"judge the missing": {args: []string{"judge", missing},
			says: "evidence.json can't be read"},
		"diff one":         {args: []string{"diff", missing}, says: "needs two directories"},
		"diff the missing": {args: []string{"diff", missing, missing}, says: "no such file"},
		"list with a typo": {args: []string{"list", "--contarct", "x"},
			says: `did you mean "contract"?`},
		"diff with a flag": {args: []string{"diff", "--quite", "a", "b"},
			says: "there is no flag --quite"},
		"list of an argument": {args: []string{"list", "RESET-1"}, says: "takes no arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			call{args: m.args, env: m.env}.run(t).wantExit(t, 2).wantErr(t, m.says)
		})
	}
}

// TestFlagWinsOverEnvironmentOverFile sees which of three servers is asked.
func TestFlagWinsOverEnvironmentOverFile(t *testing.T) {
	t.Parallel()
	for winner := range 3 {
		t.Run([]string{"file", "environment", "flag"}[winner], func(t *testing.T) {
			file, env, flag := count(t), count(t), count(t)
			c := call{args: []string{"run", "--only", "KEY-1", "--out", t.TempDir(),
				"--config", write(t, "conformance.yaml", fmt.Sprintf("url: %s\n", file.URL))}}
			if winner >= 1 {
				c.env = []string{"CONFORMANCE_URL=" + env.URL}
			}
			if winner == 2 {
				c.args = append(c.args, "--url", flag.URL)
			}
			c.run(t).wantExit(t, 0)
			for i, server := range []*counter{file, env, flag} {
				if asked := server.asked.Load() > 0; asked != (i == winner) {
					t.Errorf("server %d was asked: %t", i, asked)
				}
			}
		})
	}
}

func TestConfigurationFileByEnvironment(t *testing.T) {
	t.Parallel()
	server := count(t)
	config := write(t, "conformance.yaml", "url: "+server.URL+"\n")
	call{
		args: []string{"run"},
		env: []string{"CONFORMANCE_CONFIG=" + config, "CONFORMANCE_ONLY=KEY-1,KEY-2",
			"CONFORMANCE_OUT=" + t.TempDir(), "CONFORMANCE_QUIET=true"},
	}.run(t).wantExit(t, 0).wantOut(t, " musts judged, all kept; ")
	if server.asked.Load() == 0 {
		t.Error("the file's deployment was not asked")
	}
}
