package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPages reads the man pages and completions that packages install.
func TestPages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the tool with its man pages")
	}
	dir := t.TempDir()
	writer := filepath.Join(t.TempDir(), "pages.exe")
	runIn(t, ".", nil, "go", "build", "-trimpath", "-tags", "pages", "-o", writer, ".")
	runIn(t, ".", nil, writer, "pages", dir)
	for _, name := range append(commands(t), "") {
		page := filepath.Join(dir, "man", strings.TrimSuffix("conformance-"+name, "-")+".1")
		text, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(text), `.TH "CONFORMANCE`) {
			t.Errorf("%s is no man page:\n%s", page, text)
		}
		if strings.Contains(string(text), "conformance-pages") {
			t.Errorf("%s names the hidden command", page)
		}
		lint(t, page)
	}
	main, err := os.ReadFile(filepath.Join(dir, "man", "conformance.1"))
	if err != nil || !strings.Contains(string(main), ".SH EXIT STATUS") {
		t.Errorf("conformance.1 tells no exit codes: %v\n%s", err, main)
	}
	for _, name := range []string{"conformance.bash", "_conformance", "conformance.fish",
		"conformance.ps1"} {
		if text, err := os.ReadFile(filepath.Join(dir, "completions", name)); err != nil ||
			len(text) < 1000 {
			t.Errorf("%s has %d bytes, %v", name, len(text), err)
		}
	}
	conformance(t, "pages", dir).wantExit(t, 2).wantErr(t, `there is no command "pages"`)
}

// commands are those of the help.
func commands(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) {2,}`).FindAllStringSubmatch(conformance(t, "--help").stdout, -1) {
		if m[1] != "help" && m[1] != "conformance" {
			names = append(names, m[1])
		}
	}
	if len(names) < 10 {
		t.Fatalf("the help names the commands %q only", names)
	}
	return names
}

// lint has the page formatted by the programs that people read it with, where they are installed.
func lint(t *testing.T, page string) {
	t.Helper()
	for _, reader := range [][]string{{"mandoc", "-Tlint", "-Werror"}, {"groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-z"}} {
		if _, err := exec.LookPath(reader[0]); err != nil {
			continue
		}
		out, err := exec.Command(reader[0], append(reader[1:], page)...).CombinedOutput()
		if err != nil || (reader[0] == "groff" && len(out) > 0) {
			t.Errorf("%s: %v\n%s", strings.Join(reader, " "), err, out)
		}
	}
}
