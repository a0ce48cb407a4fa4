package evidence_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/evidence"
)

func TestCheckNamesWhatDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		change func(dir string) error
		says   string
	}{
		"nothing": {func(string) error { return nil }, ""},
		"another file": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "report.json"), []byte("{}"), 0o600)
		}, ""},
		"a file": {appendTo("evidence.json", " "),
			"evidence.json was changed after the run"},
		"a mail": {appendTo("mails/001.eml", "x"),
			"mails/001.eml was changed after the run"},
		"a mail less": {func(dir string) error {
			return os.Remove(filepath.Join(dir, "mails", "001.eml"))
		}, "mails/001.eml is missing"},
		"a mail more": {appendTo("mails/117.eml", "x"),
			"mails/117.eml was added after the run"},
		"no file": {func(dir string) error {
			return os.Remove(filepath.Join(dir, "evidence.json"))
		}, "evidence.json is missing"},
		"no sums": {func(dir string) error {
			return os.Remove(filepath.Join(dir, evidence.SumsName))
		}, "evidence.sha256 is missing"},
		"empty sums": {func(dir string) error {
			return os.Truncate(filepath.Join(dir, evidence.SumsName), 0)
		}, "line 1 of evidence.sha256"},
		"sums of nothing": {appendTo(evidence.SumsName, "nonsense\n"),
			"of evidence.sha256 is no SHA-256"},
		"a mail left out": {func(dir string) error {
			sums, err := os.ReadFile(filepath.Join(dir, evidence.SumsName))
			if err != nil {
				return err
			}
			_, rest, _ := strings.Cut(string(sums), "\n")
			return os.WriteFile(filepath.Join(dir, evidence.SumsName), []byte(rest), 0o600)
		}, "mails/001.eml was added after the run"},
		"sums that lead out": {appendTo(evidence.SumsName, strings.Repeat("0", 64)+"  ../secret\n"),
			"path escapes"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			written, err := evidence.Write(dir, sample())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			got := evidence.Check(dir)
			if (c.says == "") != (got.Problem == "") || !strings.Contains(got.Problem, c.says) {
				t.Errorf("%q, want %q", got.Problem, c.says)
			}
			if c.says == "" && got.SHA256 != written.SHA256 {
				t.Errorf("digest %s, written %s", got.SHA256, written.SHA256)
			}
		})
	}
}

func appendTo(name, text string) func(string) error {
	return func(dir string) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		before, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		return os.WriteFile(path, append(before, text...), 0o600)
	}
}

// TestSumsAreThoseOfSha256sum has the sums checked by sha256sum itself.
func TestSumsAreThoseOfSha256sum(t *testing.T) {
	program, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is not installed")
	}
	dir := t.TempDir()
	write(t, dir, sample())
	command := exec.Command(program, "--check", "--strict", evidence.SumsName)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
