// Command image makes a container image of the tool for all platforms that it was built for,
// without Docker: an OCI layout in a tar file. The same binaries make the same bytes.
//
//	image -o conformance_image.tar dist/conformance_linux_amd64_v1/conformance dist/conformance_linux_arm64_v8.0/conformance
//
// Version, commit and date are those that the go command recorded in the binaries.
package main

import (
	"archive/tar"
	"bytes"
	"debug/buildinfo"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

const (
	// user is nobody in particular: an id that no other program of a host has, as in distroless
	// images.
	user   = 65532
	source = "https://github.com/etna-conformance/conformance"
)

func main() {
	out := flag.String("o", "conformance_image.tar", "the file to write")
	flag.Parse()
	digest, err := write(*out, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
	fmt.Println(digest)
}

// write writes an image of the binaries, one for each platform, and returns its digest.
func write(out string, binaries []string) (string, error) {
	if len(binaries) == 0 {
		return "", errors.New("expected the tool's binaries for Linux, one for each platform")
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, path := range binaries {
		made, about, err := imageOf(path)
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		index = mutate.AppendManifests(index,
			mutate.IndexAddendum{Add: made, Descriptor: v1.Descriptor{Platform: about.platform()}})
	}
	digest, err := index.Digest()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := writeLayout(dir, index); err != nil {
		return "", err
	}
	return digest.String(), archive(out, dir)
}

// writeLayout names the image, so that programs which load it have a name for it.
func writeLayout(dir string, index v1.ImageIndex) error {
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	return path.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"io.containerd.image.name":          "docker.io/etna-conformance/conformance:latest",
		"org.opencontainers.image.ref.name": "latest",
	}))
}

// recorded is what the go command has recorded in a binary.
type recorded struct{ os, arch, version, commit, date string }

func (r recorded) platform() *v1.Platform { return &v1.Platform{OS: r.os, Architecture: r.arch} }

func read(path string) (recorded, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return recorded{}, err
	}
	r := recorded{version: strings.TrimPrefix(info.Main.Version, "v")}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			r.os = s.Value
		case "GOARCH":
			r.arch = s.Value
		case "vcs.revision":
			r.commit = s.Value
		case "vcs.time":
			r.date = s.Value
		case "CGO_ENABLED":
			if s.Value != "0" {
				return r, errors.New("it was built with cgo: there is no C library in the image")
			}
		}
	}
	if r.os != "linux" {
		return r, fmt.Errorf("it was built for %s, not for linux", r.os)
	}
	return r, nil
}

func imageOf(path string) (v1.Image, recorded, error) {
	about, err := read(path)
	if err != nil {
		return nil, about, err
	}
	// A build that recorded no commit has no date either.
	created, _ := time.Parse(time.RFC3339, about.date)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, about, err
	}
	layers, err := layersOf(data, created)
	if err != nil {
		return nil, about, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1),
		types.OCIConfigJSON)
	for _, layer := range layers {
		if image, err = mutate.Append(image,
			mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: created},
				CreatedBy: "tools/image"}}); err != nil {
			return nil, about, err
		}
	}
	image, err = mutate.ConfigFile(image, configOf(image, about, created))
	return image, about, err
}

func configOf(image v1.Image, about recorded, created time.Time) *v1.ConfigFile {
	file, err := image.ConfigFile()
	if err != nil {
		file = &v1.ConfigFile{}
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = about.os, about.arch, v1.Time{Time: created}
	file.Config = v1.Config{
		Entrypoint: []string{"/conformance"},
		Cmd:        []string{"--help"},
		User:       fmt.Sprintf("%d:%d", user, user),
		WorkingDir: "/",
		Env:        []string{"PATH=/"},
		// The root may be read-only: reports are all that is written, by default in reports/latest.
		Volumes: map[string]struct{}{"/reports": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "conformance",
			"org.opencontainers.image.source":   source,
			"org.opencontainers.image.version":  about.version,
			"org.opencontainers.image.revision": about.commit,
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return file
}

// layersOf has what seldom changes below what always does.
func layersOf(binary []byte, created time.Time) ([]v1.Layer, error) {
	base, err := layerOf(created, []entry{
		{name: "etc/", mode: 0o755},
		{name: "etc/passwd", mode: 0o644, data: fmt.Appendf(nil, "conformance:x:%d:%d::/:/\n", user,
			user)},
		{name: "etc/group", mode: 0o644, data: fmt.Appendf(nil, "conformance:x:%d:\n", user)},
		{name: "etc/ssl/", mode: 0o755},
		{name: "etc/ssl/certs/", mode: 0o755},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, data: certificates()},
		{name: "reports/", mode: 0o755, owner: user},
	})
	if err != nil {
		return nil, err
	}
	tool, err := layerOf(created, []entry{{name: "conformance", mode: 0o755, data: binary}})
	return []v1.Layer{base, tool}, err
}

// certificates are Mozilla's roots, as the Go project publishes them: go.sum says which. Those that
// Mozilla trusts only up to a date are left out, since a PEM file can't say so.
func certificates() []byte {
	var all bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&all, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // A bytes.Buffer does not fail.
		}
	}
	return all.Bytes()
}

// entry is a file, or a folder where the name ends in a slash.
type entry struct {
	name  string
	mode  int64
	owner int
	data  []byte
}

func layerOf(created time.Time, entries []entry) (v1.Layer, error) {
	var all bytes.Buffer
	w := tar.NewWriter(&all)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Uid: e.owner, Gid: e.owner,
			Size: int64(len(e.data)), ModTime: created, Typeflag: tar.TypeReg}
		if strings.HasSuffix(e.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	opener := func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(all.Bytes())), nil
	}
	return tarball.LayerFromOpener(opener, tarball.WithMediaType(types.OCILayer),
		tarball.WithCompressedCaching)
}

// archive writes the folder as a tar file that says nothing about when and by whom it was written.
func archive(out, dir string) (err error) {
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := tar.NewWriter(file)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o644,
			Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	})
	return errors.Join(err, w.Close())
}
