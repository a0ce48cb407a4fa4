package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// FleetSuite is one deployment of many.
type FleetSuite struct {
	Name string
	// Report is nil where the deployment was not judged; then Reason says why.
	Report *verdict.Report
	Reason string
}

// FleetJUnit writes a suite for each of n deployments and in it a test case for each requirement,
// as [JUnit] does for one deployment. It asks for one suite after another, so that no more than one
// need be in memory: what is written waits in body, since the head has sums of all.
func FleetJUnit(w io.Writer, body io.ReadWriteSeeker, n int,
	suite func(i int) (FleetSuite, error)) error {
	suites := xml.NewEncoder(body)
	suites.Indent("  ", "  ")
	var sum junitCounts
	var took time.Duration
	for i := range n {
		s, err := suite(i)
		if err != nil {
			return err
		}
		rendered := fleetSuite(s)
		sum.add(rendered.junitCounts)
		if s.Report != nil {
			took += time.Duration(s.Report.DurationMs) * time.Millisecond
		}
		if err := suites.EncodeElement(rendered,
			xml.StartElement{Name: xml.Name{Local: "testsuite"}}); err != nil {
			return err
		}
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_,
		err := fmt.Fprintf(w,
		"%s<testsuites name=\"ETNA conformance: %s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" time=\"%s\">\n",
		xml.Header, count(n, "deployment"), sum.Tests, sum.Failures, sum.Errors, seconds(took))
	if err == nil {
		_, err = io.Copy(w, body)
	}
	if err == nil {
		_, err = io.WriteString(w, "\n</testsuites>\n")
	}
	return err
}

func fleetSuite(s FleetSuite) junitSuite {
	suite := junitSuite{Name: Visible(s.Name), Time: "0.000"}
	if s.Report == nil {
		suite.junitCounts = junitCounts{Tests: 1, Errors: 1}
		suite.Cases = []junitCase{{
			ClassName: Visible(s.Name), Name: "judged", Time: "0.000",
			Error: &junitResult{Message: Visible(s.Reason), Text: Visible(s.Reason)},
		}}
		return suite
	}
	suite.Time, suite.Timestamp = seconds(took(*s.Report)), timestamp(*s.Report)
	suite.Properties = junitProperties(*s.Report)
	for _, requirement := range s.Report.Requirements {
		c := newJUnitCase(View{}, requirement, 0)
		c.ClassName = Visible(s.Name) + "/" + c.ClassName
		suite.Cases = append(suite.Cases, c)
		suite.count(requirement)
	}
	return suite
}
