package main_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	modzip "golang.org/x/mod/zip"

	"golang.org/x/mod/module"

	conformance_module "github.com/etna-conformance/conformance"
)

const modulePath = "github.com/etna-conformance/conformance"

// told is what conformance version --json says.
type told struct {
	Version, Commit, Date, Sum, Go, OS, Arch string
	Modified                                 bool
	Contract                                 struct{ Version, SHA256 string }
}

// TestVersionOfACheckout builds a tagged commit as people do, then with a change that is not
// committed.
func TestVersionOfACheckout(t *testing.T) {
	t.Parallel()
	dir := taggedCheckout(t)
	commit := runIn(t, dir, nil, "git", "rev-parse", "HEAD")
	runIn(t, dir, []string{"GOFLAGS=-buildvcs=false"}, "make", "build")
	got := versionOf(t, filepath.Join(dir, "bin", "conformance"))
	if got.Version != "1.2.3" || got.Commit != commit || got.Date != "2026-01-02T03:04:05Z" ||
		got.Modified {
		t.Errorf("of v1.2.3, commit %s: %+v", commit, got)
	}
	sum := sha256.Sum256(conformance_module.OpenAPI)
	if got.Contract.SHA256 != hex.EncodeToString(sum[:]) || got.Contract.Version == "" {
		t.Errorf("of openapi.yaml with the digest %x: %+v", sum, got.Contract)
	}
	said := runIn(t, dir, nil, filepath.Join(dir, "bin", "conformance"), "version")
	wantIn(t, "conformance version", said,
		[]string{"conformance 1.2.3", commit, "2026-01-02T03:04:05Z",
			"sha256:" + got.Contract.SHA256})

	readme := filepath.Join(dir, "README.md")
	if err := os.WriteFile(readme, []byte("changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runIn(t, dir, nil, "make", "build")
	if got := versionOf(t, filepath.Join(dir, "bin", "conformance")); !got.Modified ||
		got.Version != "1.2.3+dirty" {
		t.Errorf("of a changed checkout: %+v", got)
	}
}

// TestVersionOfAModule installs the tagged commit as go install does, from a proxy.
func TestVersionOfAModule(t *testing.T) {
	t.Parallel()
	dir := taggedCheckout(t)
	proxy, modules, bin := moduleProxy(t, dir, "v1.2.3"), t.TempDir(), t.TempDir()
	cache := runIn(t, dir, nil, "go", "env", "GOMODCACHE")
	runIn(t, t.TempDir(), []string{
		"GOBIN=" + bin, "GOMODCACHE=" + modules, "GONOSUMDB=" + modulePath,
		"GOFLAGS=-modcacherw -trimpath",
		"GOPROXY=" + fileURL(proxy) + "," + fileURL(filepath.Join(cache, "cache", "download")) +
			",https://proxy.golang.org",
	}, "go", "install", modulePath+"/cmd/conformance@v1.2.3")
	got := versionOf(t, filepath.Join(bin, "conformance"))
	if got.Version != "1.2.3" || !strings.HasPrefix(got.Sum, "h1:") || got.Commit != "" ||
		got.Modified {
		t.Errorf("of the module v1.2.3: %+v", got)
	}
	said := runIn(t, dir, nil, filepath.Join(bin, "conformance"), "version")
	wantIn(t, "conformance version", said,
		[]string{"conformance 1.2.3", "the source's checksum is " + got.Sum,
			"date not recorded by this build"})
}

// TestVersionOfAnUnknownSource says that it does not know.
func TestVersionOfAnUnknownSource(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "conformance.exe")
	runIn(t, ".", nil, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, ".")
	if got := versionOf(t, program); got.Version != "dev" || got.Commit != "" || got.Date != "" {
		t.Errorf("without version control: %+v", got)
	}
	said := runIn(t, ".", nil, program, "version")
	wantIn(t, "conformance version", said,
		[]string{"conformance dev", "commit not recorded by this build",
			"date not recorded by this build"})
}

func versionOf(t *testing.T, program string) (v told) {
	t.Helper()
	out := runIn(t, ".", nil, program, "version", "--json")
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return v
}

// taggedCheckout is a repository of its own, with the files of this one, committed and tagged
// v1.2.3.
func taggedCheckout(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the tool anew")
	}
	root := filepath.Join("..", "..")
	dir := t.TempDir()
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		t.Skip("not in a git checkout:", err)
	}
	for _, name := range strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		copyFile(t, filepath.Join(root, name), filepath.Join(dir, name))
	}
	identity := []string{
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a",
		"GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "--all", "--force"},
		{"commit", "-q", "-m", "all"}, {"tag", "v1.2.3"}} {
		runIn(t, dir, identity, "git", args...)
	}
	return dir
}

// copyFile leaves out what was removed from the work tree.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// moduleProxy is a folder in the form of a module proxy with the one version, as its tag has it.
func moduleProxy(t *testing.T, repository, version string) string {
	t.Helper()
	proxy := t.TempDir()
	dir := filepath.Join(proxy, filepath.FromSlash(modulePath), "@v")
	copyFile(t, filepath.Join(repository, "go.mod"), filepath.Join(dir, version+".mod"))
	archive, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	at := module.Version{Path: modulePath, Version: version}
	err = errors.Join(
		modzip.CreateFromVCS(archive, at, repository, version, ""),
		os.WriteFile(filepath.Join(dir, version+".info"), []byte(`{"Version": "`+version+`"}`),
			0o600),
		os.WriteFile(filepath.Join(dir, "list"), []byte(version+"\n"), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	if z, err := zip.OpenReader(archive.Name()); err != nil || len(z.File) < 100 {
		t.Fatalf("not a module: %v", err)
	}
	return proxy
}

func fileURL(path string) string { return "file://" + filepath.ToSlash(path) }

// runIn runs a program to its end, and returns what it prints.
func runIn(t *testing.T, dir string, env []string, program string, args ...string) string {
	t.Helper()
	var stderr strings.Builder
	c := exec.Command(program, args...)
	c.Dir, c.Env, c.Stderr = dir, append(plainEnvironment(), env...), &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}
