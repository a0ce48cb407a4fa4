package certificate_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/etna-conformance/conformance/internal/certificate"
)

// archive is a compressed tar archive of these headers, each with as many bytes as it says.
func archive(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(zipped)
	for _, h := range headers {
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := io.CopyN(w, zeros{}, h.Size); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func hostileBundles(t testing.TB) map[string][]byte {
	many := make([]tar.Header, 1100)
	for i := range many {
		many[i] = tar.Header{Typeflag: tar.TypeReg, Name: fmt.Sprintf("mails/%05d.eml", i)}
	}
	file := func(name string, size int64) tar.Header {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size}
	}
	return map[string][]byte{
		"which no run leaves":  archive(t, file("../outside", 3)),
		"which no run leaves ": archive(t, file("/outside", 3)),
		"which no run leaves  ": archive(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "mails",
			Linkname: "/tmp"}, file("mails/001.eml", 3)),
		"which no run leaves   ": archive(t,
			tar.Header{Typeflag: tar.TypeLink, Name: "report.json", Linkname: "/etc/passwd"}),
		"which no run leaves    ": archive(t, tar.Header{Typeflag: tar.TypeChar, Name: "zero"}),
		"which no run leaves\t":   archive(t, file("mails/../../outside", 3)),
		"holds report.json twice": archive(t, file("report.json", 1), file("report.json", 1)),
		"more than 1024 files":    archive(t, many...),
		"larger than 64 MiB":      archive(t, file("report.json", 80<<20)),
		"larger than 64 MiB ":     archive(t, file("a", 40<<20), file("b", 40<<20)),
		"expected a .tar.zst":     []byte("no archive"),
		"read to its end":         archive(t, file("report.json", 1000))[:60],
	}
}

func TestHostileBundlesAreRefused(t *testing.T) {
	for want, text := range hostileBundles(t) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "into")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		err := certificate.Unpack(bytes.NewReader(text), dir)
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("got %v, want %q", err, want)
		}
		nothingOutside(t, parent)
	}
}

func nothingOutside(t testing.TB, parent string) {
	t.Helper()
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 {
		t.Errorf("something was written outside: %v, %v", entries, err)
	}
}

// FuzzBundle unpacks and verifies any bytes: no crash, nothing outside the directory, at most the
// bounded bytes in it.
func FuzzBundle(f *testing.F) {
	key, _ := newKey(f)
	dir := write(f, nil)
	certify(f, dir, options(key))
	honest, err := os.ReadFile(bundle(f, dir))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(honest)
	for _, text := range hostileBundles(f) {
		if len(text) < 1<<16 {
			f.Add(text)
		}
	}
	d := demand(f, signers(f, line(vendorName, "", key.PublicKey())))
	f.Fuzz(func(t *testing.T, text []byte) {
		parent := t.TempDir()
		into := filepath.Join(parent, "into")
		if err := os.Mkdir(into, 0o755); err != nil {
			t.Fatal(err)
		}
		_ = certificate.Unpack(bytes.NewReader(text), into)
		nothingOutside(t, parent)
		path := filepath.Join(into, "bundle.tar.zst")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := verify(path, d); r.Holds && !bytes.Equal(text, honest) {
			t.Logf("holds: %+v", r)
		}
	})
}

// FuzzCertificate changes the files of a certificate that are read before anybody is trusted.
func FuzzCertificate(f *testing.F) {
	key, _ := newKey(f)
	dir := write(f, nil)
	certify(f, dir, options(key))
	names := []string{certificate.FileName, certificate.SignatureName, certificate.BundleName}
	for i, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, text)
	}
	f.Add(3, []byte("SSHKRL\n\x00\x00\x00\x00\x01"))
	f.Add(4, []byte("acme@example.com namespaces=\"x\" ssh-ed25519 AAAA\n"))
	d := demand(f, signers(f, line(vendorName, "", key.PublicKey())))
	f.Fuzz(func(t *testing.T, which int, text []byte) {
		_, _ = certificate.ParseRevoked(text)
		_, _ = certificate.ParseSigners(text)
		if which < 0 || which >= len(names) {
			return
		}
		empty := t.TempDir()
		for i, name := range names {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if i == which {
				content = text
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(empty, name), content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if verify(empty, d).Holds {
			t.Error("a certificate without evidence holds")
		}
	})
}

// BenchmarkVerify checks a hundred bundles as a certifier's pull-request check does.
func BenchmarkVerify(b *testing.B) {
	key, _ := newKey(b)
	dir := write(b, nil)
	certify(b, dir, options(key))
	path := bundle(b, dir)
	paths := make([]string, 100)
	for i := range paths {
		paths[i] = path
	}
	d := demand(b, signers(b, line(vendorName, "", key.PublicKey())))
	for b.Loop() {
		for _, r := range certificate.Verify(paths, d) {
			if !r.Holds {
				b.Fatalf("%+v", r)
			}
		}
	}
}
