//go:build linux

package hostile_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestEveryTestOfTheTableExists holds docs/reliability.md to its word.
func TestEveryTestOfTheTableExists(t *testing.T) {
	table, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(source, -1) {
			known[string(match[1])] = true
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllSubmatch(table, -1)
	if len(named) == 0 {
		t.Fatal("the table names no test")
	}
	for _, match := range named {
		if !known[string(match[1])] {
			t.Errorf("there is no %s", match[1])
		}
	}
}
