package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/etna-conformance/conformance/internal/verdict"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	ClassName string       `xml:"classname,attr"`
	Name      string       `xml:"name,attr"`
	Time      string       `xml:"time,attr"`
	Failure   *junitResult `xml:"failure"`
	Error     *junitResult `xml:"error"`
	Skipped   *junitResult `xml:"skipped"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// JUnit writes one test case per requirement, in one suite for each first part of their ids, as the
// console and the page group them: failed is a failure, untestable an error, not applicable skipped.
// It keeps to the schema of Jenkins' xUnit plugin. Reasons stand in the message and in the body:
// GitLab shows only the body.
//
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
func JUnit(w io.Writer, v View) error {
	steps := stepTimes(v.Run)
	suites := junitSuites{Name: "ETNA conformance: " + subject(v.Report.Deployment) +
		restricted(v.Report), Time: seconds(took(v.Report))}
	for _, g := range groupBy(v.Report.Requirements, prefix) {
		suite := newJUnitSuite(g, v, steps)
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Errors += suite.Errors
		suites.Suites = append(suites.Suites, suite)
	}
	return writeXML(w, suites)
}

func writeXML(w io.Writer, value any) error {
	text, err := xml.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func newJUnitSuite(g group, v View, steps map[string]time.Duration) junitSuite {
	suite := junitSuite{
		Name:       Visible(g.Name),
		Time:       seconds(timeOf(steps, g.Requirements...)),
		Timestamp:  timestamp(v.Report),
		Properties: junitProperties(v.Report),
	}
	for _, requirement := range g.Requirements {
		suite.Cases = append(suite.Cases, newJUnitCase(v, requirement, timeOf(steps, requirement)))
		suite.count(requirement)
	}
	return suite
}

func timestamp(r verdict.Report) string { return r.Started.UTC().Format("2006-01-02T15:04:05") }

func junitProperties(r verdict.Report) []junitProperty {
	list := []junitProperty{
		{"deployment", subject(r.Deployment)},
		{"verdict", Visible(string(r.Verdict))},
		{"coverage", coverage(r)},
		{"contract", Visible(r.Contract.Version)},
		{"tool", Visible(r.Tool.Name + " " + r.Tool.Version)},
		{"run", Visible(r.RunID)},
	}
	for _, caveat := range caveats(r) {
		list = append(list, junitProperty{"caveat", caveat})
	}
	return list
}

func newJUnitCase(v View, r verdict.Requirement, spent time.Duration) junitCase {
	c := junitCase{
		ClassName: Visible(prefix(r)),
		Name:      Visible(r.ID + " " + r.Statement),
		Time:      seconds(spent),
	}
	switch r.Verdict {
	case verdict.Passed:
	case verdict.Failed:
		if r.Known != "" {
			c.Skipped = &junitResult{Message: "known failure: " + Visible(r.Known),
				Text: v.findingsText(r)}
			break
		}
		c.Failure = &junitResult{Message: v.brief(r), Type: Visible(r.Level),
			Text: v.findingsText(r)}
	case verdict.NotApplicable:
		c.Skipped = &junitResult{Message: "not applicable: " + why(r), Text: "not applicable: " +
			why(r)}
	case verdict.Untestable:
		if r.Known != "" {
			c.Skipped = &junitResult{Message: "known: " + Visible(r.Known), Text: why(r)}
			break
		}
		fallthrough
	default:
		c.Error = &junitResult{Message: "untestable: " + why(r), Type: Visible(r.Level),
			Text: "untestable: " + why(r)}
	}
	return c
}

func (n *junitCounts) count(r verdict.Requirement) {
	n.Tests++
	switch {
	case r.Verdict == verdict.Passed:
	case r.Verdict == verdict.NotApplicable, r.Known != "":
		n.Skipped++
	case r.Verdict == verdict.Failed:
		n.Failures++
	default:
		n.Errors++
	}
}

func (n *junitCounts) add(m junitCounts) {
	n.Tests += m.Tests
	n.Failures += m.Failures
	n.Errors += m.Errors
	n.Skipped += m.Skipped
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
