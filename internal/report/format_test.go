package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// checks say for each format what makes a report of the view well-formed.
func checks() map[string]func(testing.TB, View, string) {
	return map[string]func(testing.TB, View, string){
		"json": checkJSON, "junit": checkJUnit, "html": checkHTML, "markdown": checkMarkdown,
		"badge": checkXML, "har": checkHAR,
		"text": checkText, "github": checkGitHub,
	}
}

func TestEachFormatIsWellFormedWhateverADeploymentSays(t *testing.T) {
	views := map[string]View{
		"sample": sampleView(), "hostile": hostileView(hostileText), "empty": {},
		"every byte": hostileView(everyByte()),
		"long word":  hostileView(strings.Repeat("x", 100_000)),
		"::":         hostileView("::error::x"), "one newline": hostileView("\n"),
		"many": bigView(200, 64),
	}
	for _, f := range Formats() {
		for name, v := range views {
			t.Run(f.Name+"/"+name, func(t *testing.T) { checkFormat(t, f, v) })
		}
	}
}

func everyByte() string {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	return string(all)
}

func checkFormat(t testing.TB, f Format, v View) {
	t.Helper()
	text := render(t, f.Render, v)
	if !utf8.ValidString(text) {
		t.Error("not UTF-8")
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && !strconv.IsPrint(r) {
			t.Fatalf("%U stands in the report raw", r)
		}
	}
	checks()[f.Name](t, v, text)
}

func fuzzFormat(f *testing.F, name string) {
	f.Add(hostileText)
	f.Add("")
	f.Add("\\](x) {0} #\r\x85")
	format, _ := find(name)
	f.Fuzz(func(t *testing.T, text string) { checkFormat(t, format, hostileView(text)) })
}

func FuzzJSON(f *testing.F)     { fuzzFormat(f, "json") }
func FuzzJUnit(f *testing.F)    { fuzzFormat(f, "junit") }
func FuzzHTML(f *testing.F)     { fuzzFormat(f, "html") }
func FuzzMarkdown(f *testing.F) { fuzzFormat(f, "markdown") }
func FuzzHAR(f *testing.F)      { fuzzFormat(f, "har") }
func FuzzBadge(f *testing.F)    { fuzzFormat(f, "badge") }
func FuzzText(f *testing.F)     { fuzzFormat(f, "text") }
func FuzzGitHub(f *testing.F)   { fuzzFormat(f, "github") }

func checkJSON(t testing.TB, v View, text string) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var got verdict.Report
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, ": null") {
		t.Error("a list is null")
	}
	// JSON has no bytes that are no UTF-8, so the wanted report goes through JSON too.
	raw, err := json.Marshal(withLists(v.Report))
	if err != nil {
		t.Fatal(err)
	}
	var want verdict.Report
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the JSON is not the report (-want +got):\n%s", diff)
	}
}

func checkHAR(t testing.TB, v View, text string) {
	var archive struct {
		Log struct{ Entries []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(text), &archive); err != nil ||
		len(archive.Log.Entries) != len(v.Run.Exchanges) {
		t.Errorf("%d entries of %d exchanges: %v", len(archive.Log.Entries),
			len(v.Run.Exchanges), err)
	}
}

func checkXML(t testing.TB, _ View, text string) {
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func checkJUnit(t testing.TB, v View, text string) {
	checkXML(t, v, text)
	var got junitSuites
	if err := xml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	var counted junitCounts
	for _, suite := range got.Suites {
		var inSuite junitCounts
		for _, c := range suite.Cases {
			inSuite.add(junitCounts{1, present(c.Failure), present(c.Error), present(c.Skipped)})
		}
		if inSuite != suite.junitCounts {
			t.Errorf("suite %q says %+v and has %+v", suite.Name, suite.junitCounts, inSuite)
		}
		counted.add(inSuite)
	}
	n := countsOf(v.Report.Requirements)
	want := junitCounts{len(v.Report.Requirements), n.Failed, n.Untestable, n.NotApplicable}
	if said := (junitCounts{got.Tests, got.Failures, got.Errors, want.Skipped}); counted != want ||
		said != want {
		t.Errorf("counted %+v, said %+v, want %+v", counted, said, want)
	}
	checkXUnit(t, text)
}

// checkXUnit holds the elements and their attributes to what Jenkins' xUnit plugin allows
// (junit-10.xsd).
func checkXUnit(t testing.TB, text string) {
	allowed := map[string][]string{
		"testsuites": {"name", "time", "tests", "failures", "errors"},
		"testsuite":  {"name", "tests", "failures", "errors", "time", "skipped", "timestamp"},
		"testcase":   {"name", "time", "classname"},
		"properties": {}, "property": {"name", "value"},
		"failure": {"type", "message"}, "error": {"type", "message"},
		"skipped": {"type", "message"},
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		element, starts := token.(xml.StartElement)
		if !starts {
			continue
		}
		attributes, known := allowed[element.Name.Local]
		if !known {
			t.Errorf("an element <%s>", element.Name.Local)
		}
		for _, a := range element.Attr {
			if !slices.Contains(attributes, a.Name.Local) {
				t.Errorf("<%s> has an attribute %s", element.Name.Local, a.Name.Local)
			}
		}
	}
}

func present(r *junitResult) int {
	if r == nil {
		return 0
	}
	return 1
}

func checkHTML(t testing.TB, v View, text string) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int{}
	requirements := 0
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		counted[node.Data]++
		for _, a := range node.Attr {
			checkAttribute(t, a)
			if a.Key == "data-profile" {
				requirements++
			}
		}
	}
	for _, foreign := range []string{"img", "iframe", "object", "link", "base", "foreignobject",
		"video"} {
		if counted[foreign] > 0 {
			t.Errorf("the page has a <%s>", foreign)
		}
	}
	if counted["script"] != 1 || counted["style"] != 1 {
		t.Errorf("%d scripts and %d styles, want one each", counted["script"], counted["style"])
	}
	if requirements != len(v.Report.Requirements) {
		t.Errorf("%d requirements in the page, want %d", requirements, len(v.Report.Requirements))
	}
}

func checkAttribute(t testing.TB, a html.Attribute) {
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "src", a.Key == "style", a.Key == "srcdoc":
		t.Errorf("the page has an attribute %s", a.Key)
	case a.Key == "href" && !strings.HasPrefix(a.Val, "#"):
		t.Errorf("the page links to %q", a.Val)
	}
}

// Markdown is checked for its shape: outside of code spans and fenced blocks no character of
// foreign text means anything, and each span and block is closed.
func checkMarkdown(t testing.TB, v View, text string) {
	outside := fencedBlock.ReplaceAllStringFunc(text, func(block string) string {
		m := fencedBlock.FindStringSubmatch(block)
		if m[1] != m[3] || strings.Contains(m[2], m[1]) {
			t.Errorf("a block that its content closes: %q", block)
		}
		return ""
	})
	for line := range strings.Lines(outside) {
		line = withoutSpans(strings.TrimSuffix(line, "\n"))
		if strings.ContainsAny(strings.TrimSuffix(strings.TrimPrefix(line, "**"), "**"),
			"<>`@[]\\_*~$&") || strings.Contains(line, "://") {
			t.Errorf("raw markup in %q", line)
		}
		if pipes := strings.Count(line, "|"); pipes != 0 && pipes != 6 {
			t.Errorf("a broken table row: %q", line)
		}
	}
}

// fencedBlock is a block whose fences stand on lines of their own.
var fencedBlock = regexp.MustCompile("(?ms)^(`{3,})sh\n(.*?)\n(`{3,})$")

// withoutSpans leaves out code spans as CommonMark reads them: from a run of backticks to the next that is as long.
func withoutSpans(line string) string {
	runs := regexp.MustCompile("`+").FindAllStringIndex(line, -1)
	var b strings.Builder
	at := 0
	for i := 0; i < len(runs); i++ {
		for j := i + 1; j < len(runs); j++ {
			if runs[j][1]-runs[j][0] == runs[i][1]-runs[i][0] {
				b.WriteString(line[at:runs[i][0]])
				at, i = runs[j][1], j
				break
			}
		}
	}
	return b.String() + line[at:]
}

func checkText(t testing.TB, v View, text string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line that CI takes for a command: %q", line)
		}
	}
	// A curl line is our own text, and stays as it is so that it can be pasted.
	for line := range strings.Lines(text) {
		if strings.Contains(line, "##[") && !strings.Contains(curls(v), "##[") {
			t.Errorf("a line with a CI command: %q", line)
		}
	}
}

func curls(v View) string {
	var all strings.Builder
	for _, r := range v.Report.Requirements {
		for _, f := range r.Findings {
			all.WriteString(f.Curl)
		}
	}
	return all.String()
}

func checkGitHub(t testing.TB, v View, text string) {
	command := regexp.MustCompile(`^::(error|warning|notice) (file=[^:,\n]*,line=[1-9]\d*,)?title=[^:,\n]*::[^\n]+\n$`)
	want := countsOf(v.Report.Requirements)
	lines := slices.Collect(strings.Lines(text))
	all := want.Failed + want.Musts.Untestable + len(caveats(v.Report))
	if len(lines) != min(all, 10) {
		t.Errorf("%d annotations, want %d", len(lines), min(all, 10))
	}
	for _, line := range lines {
		if !command.MatchString(line) {
			t.Errorf("not a workflow command: %q", line)
		}
	}
	if more := fmt.Sprintf("::%d more; ", all-9); all > 10 && !strings.Contains(lines[9], more) {
		t.Errorf("the tenth annotation does not say %q: %s", more, lines[9])
	}
}

func TestRenderersReturnTheWritersError(t *testing.T) {
	for _, f := range Formats() {
		if f.Render(brokenWriter{}, sampleView()) == nil {
			t.Errorf("%s says nothing of a writer that fails", f.Name)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }
