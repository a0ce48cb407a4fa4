package fleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/etna-conformance/conformance/internal/report"
)

// header is the first line of a journal: it identifies the run and the fleet.
type header struct {
	RunID   string    `json:"runId"`
	Tool    string    `json:"tool"`
	Shard   *Shard    `json:"shard,omitempty"`
	Asked   string    `json:"asked"`
	Names   []string  `json:"names"`
	Started time.Time `json:"started"`
}

// isSameRun reports whether both are of one fleet, asked in the same way.
func (h header) isSameRun(other header) bool {
	return h.Tool == other.Tool && h.Asked == other.Asked && slices.Equal(h.Names, other.Names) &&
		(h.Shard == nil) == (other.Shard == nil) && (h.Shard == nil || *h.Shard == *other.Shard)
}

// line is one of the lines after the header.
type line struct {
	Result *Result `json:"result,omitempty"`
	// Done is the last line of a run that has come to its end.
	Done bool `json:"done,omitempty"`
}

// journal is the file of a run's judged deployments, for going on after a killed run.
type journal struct{ file *os.File }

// readJournal reads the whole lines of the directory's journal. Of two results of a deployment the
// later counts.
func readJournal(dir string) (h header, results map[string]Result, done bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if err != nil {
		return h, nil, false, err
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	if err := json.Unmarshal(lines[0], &h); err != nil || h.RunID == "" {
		return h, nil, false, errors.New(filepath.Join(dir, stateFile) +
			": expected the state of a fleet's run")
	}
	results = map[string]Result{}
	for _, text := range lines[1:] {
		var l line
		if !bytes.HasSuffix(text, []byte("\n")) || json.Unmarshal(text, &l) != nil {
			break // The process was killed while it wrote.
		}
		if l.Result != nil {
			results[l.Result.Name] = *l.Result
		}
		done = done || l.Done
	}
	return h, results, done, nil
}

// dropUnfinished drops the results to be judged again, and those whose report is gone.
func dropUnfinished(dir string, results map[string]Result) {
	for name, r := range results {
		found, err := report.Read(filepath.Join(dir, r.Dir))
		if !r.isFinal() || err != nil || found.RunID != r.RunID {
			delete(results, name)
		}
	}
}

// openJournal begins a journal with the results kept of a killed run. It is written under another
// name first.
func openJournal(dir string, h header, kept map[string]Result) (*journal, error) {
	path := filepath.Join(dir, stateFile)
	err := report.WriteFile(path, func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		err := encoder.Encode(h)
		for _, name := range h.Names {
			if r, found := kept[name]; found {
				err = errors.Join(err, encoder.Encode(line{Result: &r}))
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	return &journal{file}, err
}

func (j *journal) add(l line) error { return json.NewEncoder(j.file).Encode(l) }
