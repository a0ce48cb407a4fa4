package certificate

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// The bounds of a bundle that is read.
const (
	mostFiles = 1024
	// mostBytes bounds all files together, in bytes.
	mostBytes = 64 << 20
	// mostWindow bounds the memory that unpacking takes, in bytes.
	mostWindow = 8 << 20
)

// member is the name of a file that a bundle may hold: in its root, or a mail.
var member = regexp.MustCompile(`^(mails/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// Pack writes the certificate and all that it speaks of as a tar archive compressed with zstd.
// Equal content makes equal bytes.
func Pack(dir string, w io.Writer) error {
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	s, err := parseStatement(text)
	if err != nil {
		return err
	}
	names := []string{FileName, SignatureName, BundleName}
	for _, subject := range s.Subject {
		if subject.Name != junitName { // It says what the report says.
			names = append(names, subject.Name)
		}
	}
	for _, optional := range []string{WitnessName, WitnessSignatureName} {
		if _, err := os.Stat(filepath.Join(dir, optional)); err == nil {
			names = append(names, optional)
		}
	}
	slices.Sort(names)
	zipped, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, name := range names {
		if err := add(archive, dir, name); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}

func add(archive *tar.Writer, dir, name string) error {
	if !member.MatchString(name) {
		return fmt.Errorf("the certificate speaks of %.120q, which no run leaves", name)
	}
	text, err := readMember(dir, name)
	if err != nil {
		return err
	}
	err = archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)),
		Mode: 0o644, Format: tar.FormatUSTAR})
	if err != nil {
		return err
	}
	_, err = archive.Write(text)
	return err
}

// Unpack writes the files of a bundle into the directory and nothing anywhere else: a name that
// leads elsewhere, a link, a second file of a name, more or larger files than a run leaves are
// errors.
func Unpack(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	zipped, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(mostWindow),
		zstd.WithDecoderConcurrency(1))
	if err != nil {
		return errNoBundle
	}
	defer zipped.Close()
	// What is read is bounded, the headers between the files included.
	bounded := &io.LimitedReader{R: zipped, N: mostBytes + 1}
	archive := tar.NewReader(bounded)
	seen := map[string]bool{}
	for {
		h, err := archive.Next()
		if bounded.N <= 0 {
			return errTooLarge
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			if errors.Is(err, zstd.ErrMagicMismatch) {
				return errNoBundle
			}
			return errors.New("it is no bundle: the archive can't be read to its end")
		}
		err = extract(root, archive, h, seen)
		if bounded.N <= 0 {
			return errTooLarge
		}
		if err != nil {
			return err
		}
	}
}

var errNoBundle = errors.New("it is no bundle: expected a .tar.zst")

var errTooLarge = fmt.Errorf("its files are larger than %d MiB together", mostBytes>>20)

func extract(root *os.Root, content io.Reader, h *tar.Header, seen map[string]bool) error {
	switch {
	case h.Typeflag != tar.TypeReg || !member.MatchString(h.Name) || path.Clean(h.Name) != h.Name:
		return fmt.Errorf("it holds %.120q, which no run leaves", h.Name)
	case seen[h.Name]:
		return fmt.Errorf("it holds %s twice", h.Name)
	case len(seen) == mostFiles:
		return fmt.Errorf("it holds more than %d files", mostFiles)
	case h.Size > mostBytes:
		return errTooLarge
	}
	seen[h.Name] = true
	if err := root.MkdirAll(path.Dir(h.Name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(h.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("%s can't be unpacked", h.Name)
	}
	_, err = io.Copy(file, content)
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.New("it is no bundle: the archive can't be read to its end")
	}
	return nil
}
