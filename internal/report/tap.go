package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// TAP writes the verdict in version 14 of the Test Anything Protocol: one test
// point per requirement. Untestable is "not ok", not applicable is skipped.
func TAP(w io.Writer, v View) error {
	l := &lines{w: w}
	l.printf("TAP version 14\n1..%d\n", len(v.Report.Requirements))
	l.printf("# %s\n", subject(v.Report.Deployment))
	for _, caveat := range caveats(v.Report) {
		l.printf("# %s\n", caveat)
	}
	for i, r := range v.Report.Requirements {
		tapPoint(l, i+1, r)
	}
	return l.err
}

func tapPoint(l *lines, number int, r verdict.Requirement) {
	description := tapText(r.ID + " " + r.Statement)
	switch r.Verdict {
	case verdict.Passed:
		l.printf("ok %d - %s\n", number, description)
	case verdict.NotApplicable:
		l.printf("ok %d - %s # SKIP %s\n", number, description, tapText("not applicable: "+why(r)))
	default:
		l.printf("not ok %d - %s\n", number, description)
		tapDiagnostics(l, r)
	}
}

func tapDiagnostics(l *lines, r verdict.Requirement) {
	l.printf("  ---\n  verdict: %s\n  level: %s\n  source: %s\n",
		yamlText(string(r.Verdict)), yamlText(r.Level), yamlText(source(r.Source)))
	if r.Reason != "" {
		l.printf("  reason: %s\n", yamlText(r.Reason))
	}
	if len(r.Findings) > 0 {
		l.printf("  findings:\n")
	}
	for _, f := range r.Findings[:min(len(r.Findings), maxFindings)] {
		l.printf("    - subject: %s\n      expected: %s\n      got: %s\n      curl: %s\n",
			yamlText(f.Subject), yamlText(f.Expected), yamlText(f.Got), yamlText(f.Curl))
	}
	l.printf("  ...\n")
}

// TapText escapes what TAP takes for the beginning of a directive.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `#`, `\#`).Replace(short(s, 2000))
}

// YamlText is a quoted YAML scalar: a JSON string of visible text is one.
func yamlText(s string) string {
	quoted, err := json.Marshal(passage(s, maxPassage))
	if err != nil {
		return fmt.Sprintf("%q", "unprintable") // No string fails to marshal.
	}
	return string(quoted)
}
