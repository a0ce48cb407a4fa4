package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// SumsName is the name of the file with the SHA-256 of each file of the evidence, in the form of
// sha256sum.
const SumsName = "evidence.sha256"

// Digest says whether stored evidence is unchanged since the run. It reveals accidents and careless
// edits; a deceiver can write new sums.
type Digest struct {
	// SHA256 is that of the sums, in hexadecimal, and so of all of the evidence.
	SHA256 string
	// Problem describes the difference in one sentence, "" if the evidence is unchanged.
	Problem string
}

// sum is the SHA-256 of one file; its path is relative to the evidence and has forward slashes.
type sum struct{ digest, path string }

func writeSums(list []sum) []byte {
	var b bytes.Buffer
	for _, s := range list {
		fmt.Fprintf(&b, "%s  %s\n", s.digest, s.path)
	}
	return b.Bytes()
}

var sumLine = regexp.MustCompile(`^([0-9a-f]{64})  (.+)$`)

func readSums(text []byte) ([]sum, error) {
	var list []sum
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		match := sumLine.FindStringSubmatch(line)
		if match == nil {
			return nil, fmt.Errorf("line %d of %s is no SHA-256 with a file's name", i+1, SumsName)
		}
		list = append(list, sum{match[1], match[2]})
	}
	return list, nil
}

// Check compares the files of stored evidence with their sums, given the directory or the path of
// evidence.json.
func Check(path string) Digest {
	dir, name := splitPath(path)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Digest{Problem: fmt.Sprintf("%s can't be read: %v", path, withoutPath(err))}
	}
	defer root.Close()
	text, err := readFile(root, SumsName)
	if errors.Is(err, fs.ErrNotExist) {
		return Digest{Problem: SumsName +
			" is missing, so nobody can tell whether anything else is"}
	}
	if err != nil {
		return Digest{Problem: err.Error()}
	}
	d := Digest{SHA256: digestOf(text)}
	list, err := readSums(text)
	if err != nil {
		d.Problem = err.Error()
		return d
	}
	d.Problem = compareSums(root, name, list)
	return d
}

// compareSums describes the first difference between the files and their sums, "" if there is none.
func compareSums(root *os.Root, name string, list []sum) string {
	summed := map[string]bool{}
	for _, s := range list {
		summed[s.path] = true
		if s.path == FileName {
			s.path = name
		}
		text, err := readFile(root, filepath.FromSlash(s.path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return s.path + " is missing"
		case err != nil:
			return err.Error()
		case digestOf(text) != s.digest:
			return s.path + " was changed after the run"
		}
	}
	if !summed[FileName] {
		return SumsName + " has no sum of " + FileName
	}
	for _, path := range listMails(root) {
		if !summed[path] {
			return path + " was added after the run"
		}
	}
	return ""
}

// listMails lists the paths in the directory of the mails.
func listMails(root *os.Root) []string {
	entries, err := fs.ReadDir(root.FS(), mailDir)
	if err != nil {
		return nil // Without mails there is no directory.
	}
	var list []string
	for _, e := range entries {
		if numberedMail.MatchString(e.Name()) {
			list = append(list, mailDir+"/"+e.Name())
		}
	}
	slices.Sort(list)
	return list
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
