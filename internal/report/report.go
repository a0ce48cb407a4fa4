// Package report renders the verdict of a run: one small renderer per format,
// verdicts in, an io.Writer out.
//
// Everything in a [View] that came from a deployment is hostile text. A
// renderer escapes it for its format, and shows with [Visible] what a reader
// would otherwise not see.
package report

import (
	"io"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// View is what a report shows: the verdict, and the evidence that it rests on.
type View struct {
	Report verdict.Report
	Run    evidence.Run
	// Titles name the steps for people, by their ids; a step without one is named by its id.
	Titles map[string]string
	// Config is where the deployment's configuration stands, "" where it was not in a file.
	Config Place
}

// Place is a line of a file.
type Place struct {
	File string
	Line int
}

// title names a step for people.
func (v View) title(step string) string {
	if title, known := v.Titles[step]; known {
		return title
	}
	return step
}

// PageFile is the file of the page for people.
const PageFile = "report.html"

// Renderer writes a view in one format. Its errors are those of the writer.
type Renderer func(io.Writer, View) error

// Format is one way in which a run can be reported.
type Format struct {
	// Name is what a person asks for on the command line.
	Name string
	// File is the name of the file that the report is written to.
	File string
	// About says in a few words whom the format is for.
	About  string
	Render Renderer
}

// Formats returns every format there is, in the order in which they are listed.
func Formats() []Format {
	return []Format{
		{"json", VerdictFile, "the verdict as data", JSON},
		{"junit", "junit.xml", "JUnit XML for CI systems", JUnit},
		{"html", PageFile, "one self-contained page for people", HTML},
		{"markdown", "summary.md", "summary for a CI job", Markdown},
		{"har", "evidence.har", "the exchanges for a browser's network panel (HAR)", HAR},
		{"badge", "badge.svg", "badge for a README", Badge},
		{"text", "report.txt", "what the console shows", Text},
		{"github", "annotations.txt", "GitHub workflow commands", GitHub},
	}
}

// Default returns the names of the formats that are written when none is asked for.
func Default() []string {
	return []string{"json", "junit", "html", "markdown", "har", "badge"}
}
