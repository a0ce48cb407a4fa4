package fleet

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// findShards replaces a directory without a run of its own by the shards of the latest run below
// it.
func findShards(dirs []string) ([]string, error) {
	var all []string
	for _, dir := range dirs {
		if hasFile(dir, stateFile) || hasFile(dir, resultFile) {
			all = append(all, dir)
			continue
		}
		found, err := latestBelow(dir)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// latestBelow returns the shards in the directory or, if there are none, those in the subdirectory
// with the latest run.
func latestBelow(dir string) ([]string, error) {
	below, err := subdirectories(dir)
	if err != nil {
		return nil, refuseDirectory(dir, err.Error())
	}
	if shards := filterShards(below); len(shards) > 0 {
		return shards, nil
	}
	var latest []string
	var began time.Time
	for _, run := range below {
		inside, _ := subdirectories(run) // Others' directories, such as lost+found, may be closed.
		shards := filterShards(inside)
		when, err := lastBegin(shards)
		if err != nil {
			return nil, err
		}
		if when.After(began) {
			latest, began = shards, when
		}
	}
	if len(latest) == 0 {
		return nil, refuseDirectory(dir,
			"expected a directory that conformance fleet run has left, or one of such")
	}
	return latest, nil
}

// filterShards leaves out merged results: they have no state.
func filterShards(dirs []string) []string {
	return slices.DeleteFunc(slices.Clone(dirs), func(dir string) bool {
		return !hasFile(dir, stateFile)
	})
}

func lastBegin(shards []string) (last time.Time, err error) {
	for _, dir := range shards {
		p, err := readPart(dir)
		if err != nil {
			return last, err
		}
		if p.Started.After(last) {
			last = p.Started
		}
	}
	return last, nil
}

func subdirectories(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	var all []string
	for _, e := range entries {
		if e.IsDir() {
			all = append(all, filepath.Join(dir, e.Name()))
		}
	}
	return all, err
}

func hasFile(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}
