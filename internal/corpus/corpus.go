// Package corpus stores the evidence of many similar runs in little space, so that tests can judge
// the evidence of every fault and variant in one process.
//
// A corpus is a directory of zstd files, one for each group of cases, made by `make evidence`. The
// files hold JSON lines; a line that this version can't read is a stale entry, not an error, and is
// made again by the same command.
package corpus

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// extension is that of the files of a corpus.
const extension = ".jsonl.zst"

// Entry is the stored run of one case.
type Entry struct {
	// Name is the case's, for example "faults/reset-accepts-any-answer"; unique in a corpus.
	Name string `json:"name"`
	// Plan is the digest of what was asked, see [Digest].
	Plan string `json:"plan"`
	// Evidence is the lean run as JSON, see [Pack].
	Evidence jsontext.Value `json:"evidence"`
}

// Pack makes an entry of a run, without what judging does not need, see [Lean].
func Pack(name, plan string, run evidence.Run) (Entry, error) {
	text, err := encode(Lean(run))
	if err != nil {
		return Entry{}, fmt.Errorf("%s: %w", name, err)
	}
	return Entry{Name: name, Plan: plan,
		Evidence: jsontext.Value(settle(string(text), run.Target))}, nil
}

// Run returns the entry's evidence. An error says that it was stored by a version with another form
// of evidence.
func (e Entry) Run() (evidence.Run, error) {
	return decode(e.Evidence)
}

// Read reads all entries of the corpus in the directory, in the order of their names; there are
// none where there is no directory.
func Read(dir string) ([]Entry, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+extension))
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, file := range files {
		group, err := readGroup(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		entries = append(entries, group...)
	}
	slices.SortFunc(entries, byName)
	return entries, nil
}

// Write replaces the corpus in the directory by the entries. group names the file, without
// extension, that an entry goes into. Files whose entries did not change stay as they are, byte for
// byte.
func Write(dir string, entries []Entry, group func(name string) string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	groups := map[string][]Entry{}
	for _, e := range entries {
		groups[group(e.Name)] = append(groups[group(e.Name)], e)
	}
	for name, group := range groups {
		slices.SortFunc(group, byName)
		if err := writeGroup(filepath.Join(dir, name+extension), group); err != nil {
			return err
		}
	}
	return removeOthers(dir, groups)
}

// removeOthers removes the files of groups that have no entries any more.
func removeOthers(dir string, groups map[string][]Entry) error {
	files, err := filepath.Glob(filepath.Join(dir, "*"+extension))
	for _, file := range files {
		if groups[strings.TrimSuffix(filepath.Base(file), extension)] == nil {
			err = errors.Join(err, os.Remove(file))
		}
	}
	return err
}

func byName(a, b Entry) int { return strings.Compare(a.Name, b.Name) }
