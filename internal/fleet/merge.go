package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// part is the content of one directory.
type part struct {
	dir string
	Report
}

// Merge makes one result of the directories and writes it into out. A directory without a run of
// its own stands for the latest run below it. Deployments judged by a killed run count; the result
// names missing ones. An error is a *config.Error, or a failed write.
func Merge(dirs []string, out, version string) (Report, error) {
	if err := app.Writable(out); err != nil {
		return Report{}, err
	}
	dirs, err := findShards(dirs)
	if err != nil {
		return Report{}, err
	}
	var parts []part
	for _, dir := range dirs {
		if sameDirectory(dir, out) {
			return Report{}, refuseDirectory(dir,
				"is one of the directories to merge; expected another --out")
		}
		p, err := readPart(dir)
		if err != nil {
			return Report{}, err
		}
		if err := checkFits(parts, p); err != nil {
			return Report{}, err
		}
		parts = append(parts, p)
	}
	merged, err := mergeParts(parts, out)
	if err != nil {
		return merged, err
	}
	merged.Tool = verdict.Tool{Name: "conformance", Version: version}
	return merged, merged.writeFiles(out)
}

func refuseDirectory(where, text string) error { return &config.Error{Where: where, Text: text} }

func sameDirectory(a, b string) bool {
	first, err := os.Stat(a)
	second, alsoErr := os.Stat(b)
	return err == nil && alsoErr == nil && os.SameFile(first, second)
}

// readPart reads the result of a shard's run, or the judged deployments of a killed one.
func readPart(dir string) (part, error) {
	p := part{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, resultFile))
	if errors.Is(err, os.ErrNotExist) {
		return readKilledPart(dir)
	}
	if err == nil {
		err = json.Unmarshal(text, &p.Report)
	}
	switch {
	case err != nil:
		return p, refuseDirectory(dir, err.Error())
	case p.SchemaVersion != SchemaVersion:
		return p, refuseDirectory(dir,
			fmt.Sprintf("expected the result of a fleet of version %d, got %d", SchemaVersion,
				p.SchemaVersion))
	case len(p.Shards) > 0:
		return p, refuseDirectory(dir, "is merged already; expected the shards")
	}
	return p, nil
}

func readKilledPart(dir string) (part, error) {
	h, results, _, err := readJournal(dir)
	if err != nil {
		return part{}, refuseDirectory(dir,
			"expected a directory that conformance fleet run has left")
	}
	dropUnfinished(dir, results)
	p := part{dir, Report{RunID: h.RunID, Shard: h.Shard, Names: h.Names, Started: h.Started}}
	for _, r := range results {
		p.Deployments = append(p.Deployments, r)
	}
	return p, nil
}

// checkFits refuses parts of different fleets or divisions, and repeated runs.
func checkFits(parts []part, p part) error {
	for _, other := range parts {
		switch {
		case other.RunID == p.RunID && sameShard(other.Shard, p.Shard):
			return refuseDirectory(p.dir,
				fmt.Sprintf("holds the run %s, as %s does; expected each run once", p.RunID,
					other.dir))
		case !slices.Equal(other.Names, p.Names):
			return refuseDirectory(p.dir,
				fmt.Sprintf("is of another fleet than %s: its deployments are not the same",
					other.dir))
		case (other.Shard == nil) != (p.Shard == nil) || p.Shard != nil &&
			other.Shard.Of != p.Shard.Of:
			return refuseDirectory(p.dir,
				fmt.Sprintf("is of as many shards as %s is not; expected shards of one division",
					other.dir))
		}
	}
	return nil
}

func sameShard(a, b *Shard) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func mergeParts(parts []part, out string) (Report, error) {
	m := Report{SchemaVersion: SchemaVersion, Names: parts[0].Names, Started: parts[0].Started,
		Deployments: []Result{}}
	results, from, runs := map[string]Result{}, map[string]string{}, map[string]string{}
	var ended time.Time
	for _, p := range parts {
		m.Shards = append(m.Shards, ShardRun{p.RunID, p.Shard})
		if p.Started.Before(m.Started) {
			m.Started = p.Started
		}
		if end := p.Started.Add(time.Duration(p.DurationMs) * time.Millisecond); end.After(ended) {
			ended = end
		}
		for _, r := range p.Deployments {
			if other, twice := runs[r.RunID]; twice && r.RunID != "" {
				return m, refuseDirectory(p.dir,
					fmt.Sprintf("holds the run %s of %s, as %s does; expected each run once",
						r.RunID, r.Name, other))
			}
			runs[r.RunID] = p.dir
			was, known := results[r.Name]
			switch {
			case known && was.Verdict != "" && r.Verdict != "":
				return m, refuseDirectory(p.dir,
					fmt.Sprintf("%s was judged in %s, too; expected each deployment once", r.Name,
						from[r.Name]))
			case known && was.Verdict != "":
				continue
			}
			if r.Dir != "" {
				r.Dir = relativePath(out, filepath.Join(p.dir, r.Dir))
			}
			results[r.Name], from[r.Name] = r, p.dir
		}
	}
	m.DurationMs = ended.Sub(m.Started).Milliseconds()
	for i, name := range m.Names {
		r, found := results[name]
		if !found {
			r = Result{Name: name, ExitCode: verdict.ExitIncomplete, Reason: "not judged: " +
				explainMissing(parts, i)}
		}
		m.Deployments = append(m.Deployments, r)
	}
	m.sumUp()
	return m, nil
}

// explainMissing says where the result of the deployment at this place should be.
func explainMissing(parts []part, place int) string {
	for _, p := range parts {
		if p.Shard == nil || p.Shard.Holds(place) {
			return p.dir + " is of a run that did not come to its end"
		}
	}
	of := parts[0].Shard.Of
	return fmt.Sprintf("shard %s is missing", Shard{place%of + 1, of})
}

func relativePath(dir, path string) string {
	from, err := filepath.Abs(dir)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if relative, outside := filepath.Rel(from, path); err == nil && outside == nil {
		path = relative
	}
	return filepath.ToSlash(path)
}
