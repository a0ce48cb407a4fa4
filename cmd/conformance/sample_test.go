package main_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
)

var sample = flag.Bool("sample", false, "write reports/sample anew")

// sampleRun is one run of which reports/sample holds the reports.
type sampleRun struct {
	faults []string
	// only keeps what is sent, and so the reports, small.
	only string
	code int
	// files are what the sample holds; nil is all.
	files []string
}

// samples are the runs by the directories of their reports.
func samples() map[string]sampleRun {
	return map[string]sampleRun{
		"reference": {files: []string{"report.json", "report.txt", "junit.xml", "summary.md",
			"badge.svg"}},
		"failures": {
			faults: []string{"wrong-key-reworded-on-question", "question-with-failure-by-email",
				"wrong-answer-reworded", "empty-answer-reworded"},
			only: "KEY-3,RESET-1,RESET-2,RESET-4,RESET-5,RESET-8,QUESTION-*,MAIL-1,MAIL-2",
			code: 1,
		},
	}
}

// TestSamplesAreUpToDate runs what reports/sample shows; with -sample it writes them anew. Two of
// the demo traders are enough to see all there is to a report.
func TestSamplesAreUpToDate(t *testing.T) {
	demo := reference.DemoTraders()
	for name, c := range samples() {
		t.Run(name, func(t *testing.T) {
			s := sandboxtest.Start(t, sandbox.Options{Traders: []reference.Trader{demo[0], demo[2]},
				Around: faults.Set{Faults: catalogued(t, c.faults)}})
			args := []string{"--format", strings.Join(report.Names(), ",")}
			if c.only != "" {
				args = append(args, "--only", c.only)
			}
			r, out := judge(t, s, args...)
			r.wantExit(t, c.code)
			dir := filepath.Join("..", "..", "reports", "sample", name)
			if *sample {
				c.replace(t, dir, out)
			}
			if diff := cmp.Diff(verdicts(reportOf(t, out)),
				verdicts(reportOf(t, dir))); diff != "" {
				t.Errorf("%s shows other verdicts than a run has (-run +sample); make sample writes it anew:\n%s", dir, diff)
			}
		})
	}
}

// replace puts the reports of a run in the place of an older sample.
func (c sampleRun) replace(t *testing.T, dir, with string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(with)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if c.files != nil && !slices.Contains(c.files, entry.Name()) {
			if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSamplesAreSmall keeps the repository small.
func TestSamplesAreSmall(t *testing.T) {
	const most = 600 << 10
	size := int64(0)
	err := filepath.WalkDir(filepath.Join("..", "..", "reports", "sample"),
		func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err == nil {
				size += info.Size()
			}
			return err
		})
	if err != nil || size == 0 || size > most {
		t.Errorf("%d bytes, want at most %d: %v", size, most, err)
	}
}
