package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// binary is the tool for Linux, as releases have it.
func binary(t *testing.T, arch string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "conformance")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out,
		"./cmd/conformance")
	build.Dir = filepath.Join("..", "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	return out
}

// TestImage makes an image twice, reads it back, and runs what is in it as a hardened cluster
// would.
func TestImage(t *testing.T) {
	tool := binary(t, runtime.GOARCH)
	first, second := filepath.Join(t.TempDir(), "a.tar"), filepath.Join(t.TempDir(), "b.tar")
	digest := made(t, first, tool)
	if again := made(t, second, tool); again != digest {
		t.Errorf("made twice it is %s and %s", digest, again)
	}
	if !bytes.Equal(contents(t, first), contents(t, second)) {
		t.Error("made twice the files differ")
	}
	image := load(t, first)
	if err := validate.Image(image); err != nil {
		t.Error(err)
	}
	about, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if about.OS != "linux" || about.Architecture != runtime.GOARCH ||
		about.Config.User != "65532:65532" {
		t.Errorf("it is for %s/%s and user %s", about.OS, about.Architecture, about.Config.User)
	}
	root := unpack(t, image)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(contents(t, filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))) || len(roots.Subjects()) < 50 { //nolint:staticcheck // no system roots are in it
		t.Errorf("it has %d root certificates", len(roots.Subjects()))
	}
	if _, err := os.Stat(filepath.Join(root, "tmp")); !errors.Is(err, os.ErrNotExist) {
		t.Error("it has a /tmp")
	}
	t.Run("read-only", func(t *testing.T) { runReadOnly(t, root, about.Config.Entrypoint[0]) })
}

// runReadOnly has the embedded reference judged where nothing but /reports can be written to, as
// the image's user, without /tmp, /proc and /dev; and without /reports it says so in one line.
func runReadOnly(t *testing.T, root, entrypoint string) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to mount")
	}
	const mount = `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" || exit 99
if [ "$2" = reports ]; then mount -t tmpfs -o uid=65532,gid=65532 tmpfs reports || exit 99; fi
exec chroot --userspec=65532:65532 . "$3" run --profile core,flow`
	inside := func(reports string) (string, int) {
		c := exec.Command("unshare", "--mount", "sh", "-c", mount, "sh", root, reports, entrypoint)
		c.Env = []string{"PATH=" + os.Getenv("PATH")}
		out, err := c.CombinedOutput()
		if c.ProcessState == nil {
			t.Skip("no unshare:", err)
		}
		if c.ProcessState.ExitCode() == 99 || strings.HasPrefix(string(out), "unshare:") {
			t.Skipf("this machine lets nobody mount:\n%s", out)
		}
		return string(out), c.ProcessState.ExitCode()
	}
	if out, code := inside("reports"); code != 0 || !strings.Contains(out, "CONFORMANT") ||
		!strings.Contains(out, "reports/latest") {
		t.Errorf("the embedded reference: exit code %d\n%s", code, out)
	}
	out, code := inside("none")
	if code != 2 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "--out") {
		t.Errorf("with nowhere to write: exit code %d\n%s", code, out)
	}
}

func TestRefusals(t *testing.T) {
	for name, arguments := range map[string][]string{
		"nothing":    nil,
		"no program": {"main.go"},
		"another's":  {os.Args[0] + ".missing"},
	} {
		if _, err := write(filepath.Join(t.TempDir(), "image.tar"), arguments); err == nil {
			t.Errorf("%s makes an image", name)
		}
	}
}

func made(t *testing.T, out string, binaries ...string) string {
	t.Helper()
	digest, err := write(out, binaries)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// load reads the first image of the first index.
func load(t *testing.T, file string) v1.Image {
	t.Helper()
	dir := t.TempDir()
	extract(t, dir, bytes.NewReader(contents(t, file)))
	all, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	top, err := all.IndexManifest()
	if err != nil || len(top.Manifests) != 1 {
		t.Fatalf("it holds not one image: %+v, %v", top, err)
	}
	index, err := all.ImageIndex(top.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	image, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func unpack(t *testing.T, image v1.Image) string {
	t.Helper()
	// Another user goes through it: t.TempDir is the test's alone.
	dir, err := os.MkdirTemp("", "image-root-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(image)
	defer files.Close()
	extract(t, dir, files)
	return dir
}

func extract(t *testing.T, dir string, archive io.Reader) {
	t.Helper()
	files := tar.NewReader(archive)
	for {
		h, err := files.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
			var data []byte
			if data, err = io.ReadAll(files); err == nil {
				err = os.WriteFile(path, data, h.FileInfo().Mode())
			}
		}
		if err == nil && os.Getuid() == 0 {
			err = os.Chown(path, h.Uid, h.Gid)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
