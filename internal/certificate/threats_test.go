package certificate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryThreatNamesItsTest holds the table of docs/certification.md to its word: each row names
// tests that exist, or says "no".
func TestEveryThreatNamesItsTest(t *testing.T) {
	text := string(read(t, "..", "..", "docs", "certification.md"))
	_, table, found := strings.Cut(text, "| threat | ")
	if !found {
		t.Fatal("there is no table of threats")
	}
	known := allTests(t)
	rows := 0
	for _, row := range strings.Split(table, "\n")[2:] {
		if !strings.HasPrefix(row, "|") {
			break
		}
		rows++
		cells := strings.Split(row, "|")
		test := strings.TrimSpace(cells[len(cells)-2])
		named := testName.FindAllStringSubmatch(test, -1)
		if len(named) == 0 && test != "no" {
			t.Errorf("a threat names neither a test nor says no: %s", row)
		}
		for _, match := range named {
			if !known[match[1]] {
				t.Errorf("there is no %s", match[1])
			}
		}
	}
	if rows < 15 {
		t.Errorf("the table has %d rows", rows)
	}
}

var testName = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")

// allTests are the names of the tests beside what they test.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	for _, pattern := range []string{"../*/*_test.go", "../../cmd/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range declared.FindAllSubmatch(source, -1) {
				known[string(match[1])] = true
			}
		}
	}
	return known
}
