package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// Checks say for each format what makes a report of the view well-formed.
func checks() map[string]func(testing.TB, View, string) {
	return map[string]func(testing.TB, View, string){
		"json": checkJSON, "junit": checkJUnit, "html": checkHTML, "markdown": checkMarkdown, "badge": checkXML,
		"text": checkText, "github": checkGitHub, "gitlab": checkCodeQuality, "sarif": checkSARIF, "tap": checkTAP,
	}
}

func TestEachFormatIsWellFormedWhateverADeploymentSays(t *testing.T) {
	views := map[string]View{
		"sample": sampleView(), "hostile": hostileView(hostileText), "empty": {},
		"every byte": hostileView(everyByte()), "long word": hostileView(strings.Repeat("x", 100_000)),
		"::": hostileView("::error::x"), "one newline": hostileView("\n"), "many": bigView(200, 64),
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

func FuzzJSON(f *testing.F)        { fuzzFormat(f, "json") }
func FuzzJUnit(f *testing.F)       { fuzzFormat(f, "junit") }
func FuzzHTML(f *testing.F)        { fuzzFormat(f, "html") }
func FuzzMarkdown(f *testing.F)    { fuzzFormat(f, "markdown") }
func FuzzBadge(f *testing.F)       { fuzzFormat(f, "badge") }
func FuzzText(f *testing.F)        { fuzzFormat(f, "text") }
func FuzzGitHub(f *testing.F)      { fuzzFormat(f, "github") }
func FuzzCodeQuality(f *testing.F) { fuzzFormat(f, "gitlab") }
func FuzzSARIF(f *testing.F)       { fuzzFormat(f, "sarif") }
func FuzzTAP(f *testing.F)         { fuzzFormat(f, "tap") }

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
	if counted != want || got.junitCounts != want {
		t.Errorf("counted %+v, said %+v, want %+v", counted, got.junitCounts, want)
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
	for _, foreign := range []string{"img", "iframe", "object", "link", "base", "foreignobject", "video"} {
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

// Markdown is checked for its shape: with foreign text it has the lines that
// it has without, and no character of it but ours means anything.
func checkMarkdown(t testing.TB, v View, text string) {
	ours := regexp.MustCompile(`</?(code|pre|details|summary)>`)
	for line := range strings.Lines(ours.ReplaceAllString(text, "")) {
		line = strings.NewReplacer("openapi.yaml:", "").Replace(line)
		if strings.ContainsAny(line, "<>`@[]\\\"_") {
			t.Errorf("raw markup in %q", line)
		}
		if pipes := strings.Count(line, "|"); pipes != 0 && pipes != 3 && pipes != 6 {
			t.Errorf("a broken table row: %q", line)
		}
	}
	for _, tag := range []string{"code", "pre", "details", "summary"} {
		if strings.Count(text, "<"+tag+">") != strings.Count(text, "</"+tag+">") {
			t.Errorf("<%s> is not closed everywhere", tag)
		}
	}
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
	command := regexp.MustCompile(`^::(error|warning|notice) file=openapi\.yaml,line=[1-9]\d*,title=[^:,\n]*::[^\n]+\n$`)
	want := countsOf(v.Report.Requirements)
	lines := slices.Collect(strings.Lines(text))
	if n := want.Failed + want.Musts.Untestable + len(caveats(v.Report)); len(lines) != n {
		t.Errorf("%d annotations, want %d", len(lines), n)
	}
	for _, line := range lines {
		if !command.MatchString(line) {
			t.Errorf("not a workflow command: %q", line)
		}
	}
}

func checkCodeQuality(t testing.TB, v View, text string) {
	var issues []codeQualityIssue
	if err := json.Unmarshal([]byte(text), &issues); err != nil {
		t.Fatal(err)
	}
	var prints []string
	for _, issue := range issues {
		prints = append(prints, issue.Fingerprint)
		if issue.Description == "" || issue.Location.Lines.Begin < 1 {
			t.Errorf("an incomplete issue: %+v", issue)
		}
	}
	checkPrints(t, v, prints[len(caveats(v.Report)):])
}

func checkPrints(t testing.TB, v View, prints []string) {
	findings := 0
	for _, r := range having(v.Report.Requirements, verdict.Failed) {
		findings += len(r.Findings)
	}
	if len(prints) != findings {
		t.Errorf("%d results, want one for each of %d findings", len(prints), findings)
	}
	slices.Sort(prints)
	if len(slices.Compact(prints)) != findings {
		t.Error("two findings have the same fingerprint")
	}
}

func checkSARIF(t testing.TB, v View, text string) {
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 {
		t.Fatalf("version %q, %d runs", log.Version, len(log.Runs))
	}
	rules := log.Runs[0].Tool.Driver.Rules
	if len(rules) != len(v.Report.Requirements) {
		t.Errorf("%d rules, want %d", len(rules), len(v.Report.Requirements))
	}
	placeholder := regexp.MustCompile(`(^|[^{])(\{\{)*\{[^{]|[^\\]?\]\(`)
	var prints []string
	for _, result := range log.Runs[0].Results {
		prints = append(prints, result.Fingerprints["conformance/v1"])
		if rules[result.RuleIndex].ID != result.RuleID {
			t.Errorf("result of %s points at rule %s", result.RuleID, rules[result.RuleIndex].ID)
		}
		if bad := placeholder.FindString(strings.ReplaceAll(result.Message.Text, `\](`, "")); bad != "" {
			t.Errorf("the message has a placeholder or a link: %q", bad)
		}
	}
	checkPrints(t, v, prints)
}

var tapPointLine = regexp.MustCompile(`^(not )?ok (\d+) - (?:[^#\\]|\\.)*( # SKIP .+)?$`)

func checkTAP(t testing.TB, v View, text string) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "TAP version 14" || lines[1] != "1.."+strconv.Itoa(len(v.Report.Requirements)) {
		t.Fatalf("begins %q", lines[:2])
	}
	point := 0
	for i := 3 + len(caveats(v.Report)); i < len(lines); i++ {
		if lines[i] == "  ---" {
			i += checkYAML(t, lines[i+1:]) + 1
			continue
		}
		checkPoint(t, lines[i], point+1, v.Report.Requirements[point])
		point++
	}
	if point != len(v.Report.Requirements) {
		t.Errorf("%d test points, want %d", point, len(v.Report.Requirements))
	}
}

// CheckYAML parses a block of diagnostics and returns how many lines it has.
func checkYAML(t testing.TB, lines []string) int {
	n := slices.Index(lines, "  ...")
	if n < 0 {
		t.Fatal("diagnostics without an end")
	}
	var data map[string]any
	if err := yaml.Unmarshal([]byte(strings.Join(lines[:n], "\n")), &data); err != nil {
		t.Errorf("%v in %q", err, lines[:n])
	}
	return n
}

func checkPoint(t testing.TB, line string, number int, r verdict.Requirement) {
	match := tapPointLine.FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("not a test point: %q", line)
	}
	ok := match[1] == ""
	skipped := match[3] != ""
	if match[2] != strconv.Itoa(number) ||
		ok != (r.Verdict == verdict.Passed || r.Verdict == verdict.NotApplicable) ||
		skipped != (r.Verdict == verdict.NotApplicable) {
		t.Errorf("point %d, which is %s, says %q", number, r.Verdict, line)
	}
}

func TestFingerprintsStayWhenAnswersAndLinesChange(t *testing.T) {
	before := sampleView()
	after := sampleView()
	for i := range after.Report.Requirements {
		r := &after.Report.Requirements[i]
		r.Source.Line += 10
		for j := range r.Findings {
			r.Findings[j].Got += " at another time"
		}
	}
	for i := range before.Report.Requirements {
		if diff := cmp.Diff(fingerprints(before.Report.Requirements[i]), fingerprints(after.Report.Requirements[i])); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
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
