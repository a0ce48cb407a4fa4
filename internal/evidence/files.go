package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// FileName is the file of a run's evidence. The sources of its mails are beside it: mails/001.eml
// and so on.
const FileName = "evidence.json"

const (
	mailDir = "mails"
	// maxFileSize is the limit of each file, in bytes.
	maxFileSize = 1 << 30
)

// Write writes a run's evidence into a directory, new if necessary: evidence.json, mails/001.eml, …
// and the sums of all. It replaces an earlier run's. All files are complete under another name
// before the first gets its own.
func Write(dir string, r Run) (Digest, error) {
	s := staged{dir: dir}
	defer s.discard()
	for i, mail := range r.Mails {
		if err := s.stage(mailFile(i), func(w io.Writer) error {
			_, err := w.Write(mail.Source)
			return err
		}); err != nil {
			return Digest{}, err
		}
	}
	if err := s.stage(FileName, func(w io.Writer) error { return encode(w, r) }); err != nil {
		return Digest{}, fmt.Errorf("the evidence can't be written: %w", err)
	}
	sums := writeSums(s.sums)
	if err := s.stage(SumsName, func(w io.Writer) error {
		_, err := w.Write(sums)
		return err
	}); err != nil {
		return Digest{}, err
	}
	if err := s.commit(); err != nil {
		return Digest{}, err
	}
	return Digest{SHA256: digestOf(sums)}, removeMails(dir, len(r.Mails))
}

// Read reads the evidence written by Write, given the directory or the path of evidence.json. Empty
// bodies are nil. An error is one sentence with the name of the file. No file may exceed 1 GiB.
func Read(path string) (Run, error) {
	dir, name := splitPath(path)
	// A root keeps links in a stranger's evidence from leading elsewhere.
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Run{}, fmt.Errorf("there is no evidence in %s: %w", path, withoutPath(err))
	}
	defer root.Close()
	text, err := readFile(root, name)
	if err != nil {
		return Run{}, err
	}
	r, err := decode(text)
	if err != nil {
		return Run{}, fmt.Errorf("%s %w", filepath.Join(dir, name), err)
	}
	for i := range r.Mails {
		if r.Mails[i].Source, err = readFile(root, mailFile(i)); err != nil {
			return Run{}, err
		}
	}
	return r, nil
}

// splitPath returns the directory of the evidence and the name of its file, given either.
func splitPath(path string) (dir, name string) {
	dir, name = path, FileName
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		dir, name = filepath.Split(path)
	}
	if dir == "" {
		dir = "."
	}
	return dir, name
}

func readFile(root *os.Root, name string) ([]byte, error) {
	path := filepath.Join(root.Name(), name)
	info, err := root.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s can't be read: %w", path, withoutPath(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s can't be read: it is not a regular file", path)
	case info.Size() > maxFileSize:
		return nil, tooLarge(path)
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, withoutPath(err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s can't be read: %w", path, withoutPath(err))
	case len(text) > maxFileSize:
		return nil, tooLarge(path)
	case len(text) == 0:
		return nil, nil
	}
	return text, nil
}

func tooLarge(path string) error {
	return fmt.Errorf("%s can't be read: it is larger than 1 GiB", path)
}

// withoutPath is an error without its path, for messages with the path in them.
func withoutPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

func mailFile(i int) string { return filepath.Join(mailDir, fmt.Sprintf("%03d.eml", i+1)) }

var numberedMail = regexp.MustCompile(`^[0-9]{3,}\.eml$`)

// removeMails removes the surplus mails of an earlier run.
func removeMails(dir string, keep int) error {
	entries, err := os.ReadDir(filepath.Join(dir, mailDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for i := range keep {
		ours[filepath.Base(mailFile(i))] = true
	}
	for _, e := range entries {
		if e.Type().IsRegular() && numberedMail.MatchString(e.Name()) && !ours[e.Name()] {
			if err := os.Remove(filepath.Join(dir, mailDir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// staged are complete files of a directory, under temporary names.
type staged struct {
	dir   string
	files []stagedFile
	sums  []sum
}

type stagedFile struct{ temporary, path string }

func (s *staged) stage(name string, write func(io.Writer) error) error {
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	s.files = append(s.files, stagedFile{file.Name(), path})
	digest := sha256.New()
	err = errors.Join(write(io.MultiWriter(file, digest)), file.Chmod(0o644), file.Close())
	s.sums = append(s.sums, sum{hex.EncodeToString(digest.Sum(nil)), filepath.ToSlash(name)})
	return err
}

func (s *staged) commit() error {
	for len(s.files) > 0 {
		if err := os.Rename(s.files[0].temporary, s.files[0].path); err != nil {
			return err
		}
		s.files = s.files[1:]
	}
	return nil
}

// discard removes the uncommitted files.
func (s *staged) discard() {
	for _, f := range s.files {
		_ = os.Remove(f.temporary)
	}
}
