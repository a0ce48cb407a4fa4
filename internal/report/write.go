package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/nearest"
)

// Pick returns the formats of these names, in this order, each once. An
// unknown name is an error that lists the known ones.
func Pick(names []string) ([]Format, error) {
	var picked []Format
	seen := map[string]bool{}
	for _, name := range names {
		format, ok := find(name)
		if !ok {
			return nil, fmt.Errorf("unknown report format %q: known are %s%s",
				name, strings.Join(Names(), ", "), nearest.Hint(name, Names()))
		}
		if !seen[name] {
			picked = append(picked, format)
		}
		seen[name] = true
	}
	return picked, nil
}

// Names returns the names of all formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

func find(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// WriteAll writes the view in each of the formats to its file in dir, which is made where it is
// missing. A file is replaced whole or not at all, so that a reader never sees half a report; one
// that can't be written does not keep the others from being. Unknown formats are refused before
// anything is written.
func WriteAll(dir string, formats []string, v View) error {
	picked, err := Pick(formats)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	var writing errgroup.Group
	for _, f := range picked {
		writing.Go(func() error {
			if err := WriteFile(filepath.Join(dir, f.File), func(w io.Writer) error {
				return f.Render(w, v)
			}); err != nil {
				return fmt.Errorf("report %s: %w", f.Name, err)
			}
			return nil
		})
	}
	return writing.Wait()
}

// WriteFile replaces a file whole or not at all.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = mishap.Error(cause)
		}
	}()
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // After the rename there is nothing left to remove.
	if err := fill(temp, write); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// fill writes the file and closes it, readable for everybody: reports hold no secrets.
func fill(file *os.File, write func(io.Writer) error) error {
	buffer := bufio.NewWriterSize(file, 16<<10)
	err := write(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = file.Chmod(0o644)
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}

// lines writes text and keeps the first error, so that renderers need not
// look at each line's.
type lines struct {
	w   io.Writer
	err error
}

func (l *lines) printf(format string, args ...any) {
	if l.err == nil {
		_, l.err = fmt.Fprintf(l.w, format, args...)
	}
}
