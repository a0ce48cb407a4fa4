package evidence

import (
	"fmt"
	"os"
)

// File is one file of stored evidence.
type File struct {
	// Path is relative to the directory and has forward slashes.
	Path string
	// SHA256 is in hexadecimal.
	SHA256 string
}

// Files returns the files of the evidence in the directory as listed in their sums, and the file of
// the sums. Use [Check] to compare the files with their sums.
func Files(dir string) ([]File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("there is no evidence in %s: %w", dir, withoutPath(err))
	}
	defer root.Close()
	text, err := readFile(root, SumsName)
	if err != nil {
		return nil, err
	}
	sums, err := readSums(text)
	if err != nil {
		return nil, err
	}
	list := []File{{SumsName, digestOf(text)}}
	for _, s := range sums {
		list = append(list, File{s.path, s.digest})
	}
	return list, nil
}
