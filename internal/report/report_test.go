package report

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/etna-conformance/conformance/internal/golden"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// render renders and fails the test on an error.
func render(t testing.TB, r Renderer, v View) string {
	t.Helper()
	var b bytes.Buffer
	if err := r(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEachFormatIsAsInItsGoldenFile(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			golden.Check(t, f.File, render(t, f.Render, sampleView()))
		})
	}
}

func TestConsoleVariants(t *testing.T) {
	for name, options := range map[string]ConsoleOptions{
		"quiet.txt":   {Quiet: true},
		"verbose.txt": {Verbose: true},
		"wide.txt":    {Columns: 200, Reports: "reports/latest"},
		"colour.txt":  {Colour: true, Reports: "reports/latest"},
	} {
		t.Run(name, func(t *testing.T) {
			console := func(w *bytes.Buffer) error { return Console(w, sampleView(), options) }
			var b bytes.Buffer
			if err := console(&b); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name, b.String())
		})
	}
}

func TestColourChangesNoWord(t *testing.T) {
	var coloured bytes.Buffer
	if err := Console(&coloured, sampleView(), ConsoleOptions{Colour: true}); err != nil {
		t.Fatal(err)
	}
	plain := coloured.String()
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m",
		"\x1b[1;31m"} {
		plain = strings.ReplaceAll(plain, code, "")
	}
	if diff := cmp.Diff(render(t, Text, sampleView()), plain); diff != "" {
		t.Errorf("coloured output without its colours differs (-plain +coloured):\n%s", diff)
	}
}

func TestConsoleKeepsTo80ColumnsExceptForShellWords(t *testing.T) {
	for line := range strings.Lines(render(t, Text, sampleView())) {
		line = strings.TrimSuffix(line, "\n")
		word := strings.TrimSuffix(strings.TrimSpace(line), ` \`)
		if columns(line) > consoleColumns && len(shellParts(shellWords(word))) > 1 {
			t.Errorf("%d columns: %s", columns(line), line)
		}
	}
}

// TestATypicalFailureFitsOneScreen looks at the last lines that a terminal of 80×24 shows above its
// prompt.
func TestATypicalFailureFitsOneScreen(t *testing.T) {
	v := sampleView()
	v.Report.Requirements = append(v.Report.Requirements[:3:3], v.Report.Requirements[4:6]...)
	failed := &v.Report.Requirements[2]
	failed.Reading = ""
	second := failed.Findings[0]
	second.Subject = "emma.lane"
	failed.Findings = []verdict.Finding{failed.Findings[0], second}
	v.Report.Counts = countsOf(v.Report.Requirements)
	var b bytes.Buffer
	if err := Console(&b, v, ConsoleOptions{Reports: "reports/latest"}); err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	screen := strings.Join(all[len(all)-23:], "\n") + "\n"
	for _, want := range []string{"FAIL RESET-6", "expected |", "^^^^^", "curl -i",
		"also     | RESET-6 reset with a wrong answer", "NOT CONFORMANT", "Failed:     RESET-6\n",
		"reports/latest/report.html", "Exit code 1: RESET-6 failed."} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
}

func TestConsoleGroupsFindingsByCause(t *testing.T) {
	r := sampleFailure()
	same := func(subject, expected, got string) verdict.Finding {
		return verdict.Finding{Subject: subject, Expected: expected, Got: got}
	}
	r.Findings = []verdict.Finding{
		same("robert.zak/no code", "no code for robert.zak@example.com", "code ‹code 1› in mail 3"),
		same("emma.lane/no code", "no code for emma.lane@example.com", "code ‹code 2› in mail 7"),
		same("robert.zak", "a status below 500", "status 503"),
	}
	other := sampleFailure()
	other.ID, other.Findings = "RESET-9",
		[]verdict.Finding{same("no.question", "a status below 500", "status 500"),
			same("no.question", "Model is text", "Model is null")}
	var got [][]string
	for _, group := range causes([]verdict.Requirement{r, other}) {
		var subjects []string
		for _, o := range group {
			subjects = append(subjects, o.Requirement.ID+" "+o.Finding.Subject)
		}
		got = append(got, subjects)
	}
	want := [][]string{
		{"RESET-6 robert.zak/no code", "RESET-6 emma.lane/no code"},
		{"RESET-6 robert.zak", "RESET-9 no.question"},
		{"RESET-9 no.question"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
}

func TestReportsSayWhenTheReferenceWasJudged(t *testing.T) {
	v := sampleView()
	v.Report.Deployment.Embedded = true
	for _, name := range []string{"text", "html", "markdown", "junit"} {
		format, _ := find(name)
		if text := render(t, format.Render, v); !strings.Contains(text,
			"embedded reference deployment") {
			t.Errorf("%s does not say that the embedded reference was judged", name)
		}
	}
	if text := render(t, Badge, v); !strings.Contains(text, "ETNA reference") {
		t.Error("the badge does not say that the embedded reference was judged")
	}
}

func TestHeadlineNeverCallsTheUnjudgedKept(t *testing.T) {
	for _, o := range []verdict.Overall{verdict.Conformant, verdict.PartlyJudged,
		verdict.Incomplete, verdict.NotConformant} {
		v := sampleView()
		v.Report.Verdict = o
		text := render(t, Text, v)
		if !strings.Contains(text, "\n\n"+strings.ToUpper(string(o))+"\n") {
			t.Errorf("the console has no paragraph that begins with %q", o)
		}
		if headline(v.Report) == "" {
			t.Errorf("%q has no headline", o)
		}
	}
}

func TestWriteAllWritesTheFilesWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports", "latest")
	if err := WriteAll(dir, Names(), sampleView()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(Formats()) {
		t.Errorf("%d files in %s, want %d and no temporary ones: %v", len(entries), dir,
			len(Formats()), entries)
	}
	for _, f := range Formats() {
		text, err := os.ReadFile(filepath.Join(dir, f.File))
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != render(t, f.Render, sampleView()) {
			t.Errorf("%s is not what its renderer writes", f.File)
		}
	}
}

func TestWriteAllLeavesTheOldReportWhenItCannotWriteTheNew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	failing := func(io.Writer) error { return os.ErrClosed }
	if err := WriteFile(path, failing); err == nil {
		t.Error("no error from a renderer that fails")
	}
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("the old report became %q", text)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestUnknownFormatIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	err := WriteAll(dir, []string{"json", "junitt"}, sampleView())
	if err == nil || !strings.Contains(err.Error(), `did you mean "junit"?`) {
		t.Errorf("error is %v, want one that names junit", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("the directory was made all the same")
	}
}

func TestPageStaysBelowAMegabyte(t *testing.T) {
	const megabyte = 1 << 20
	for name, v := range map[string]View{"20 large failures": bigView(20, 1<<20),
		"2000 failures": bigView(2000, 1<<10)} {
		page := render(t, HTML, v)
		if name == "20 large failures" && len(page) >= megabyte {
			t.Errorf("%s: %d bytes", name, len(page))
		}
		if !strings.Contains(page, "left out here; evidence.json has them") {
			t.Errorf("%s: the page does not say that something is left out", name)
		}
	}
}
