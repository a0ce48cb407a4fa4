package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// VerdictFile is the name of the file that [JSON] is written to.
const VerdictFile = "report.json"

// mostBytes bounds a report that is read.
const mostBytes = 64 << 20

// Read reads the report.json of a run's directory, or the file itself. An error names the file.
func Read(path string) (verdict.Report, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, VerdictFile)
		info, err = os.Stat(path)
	}
	if err == nil && info.Size() > mostBytes {
		err = fmt.Errorf("expected at most %d MiB", mostBytes>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	var r verdict.Report
	if err == nil {
		err = parse(text, &r)
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	if err != nil {
		return verdict.Report{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func parse(text []byte, r *verdict.Report) error {
	if err := json.Unmarshal(text, r); err != nil || r.SchemaVersion == 0 {
		return errors.New("expected the report.json of a run")
	}
	if r.SchemaVersion != verdict.SchemaVersion {
		return fmt.Errorf("expected a report of version %d, got %d", verdict.SchemaVersion,
			r.SchemaVersion)
	}
	return nil
}
