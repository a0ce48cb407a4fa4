package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// JSON writes the verdict as it is, indented; docs/report.md describes it.
// Lists are never null. Characters that a terminal would act on are escaped,
// which leaves the values as they are.
func JSON(w io.Writer, v View) error {
	return WriteJSON(w, withLists(v.Report))
}

// WriteJSON writes a value as all reports write theirs.
func WriteJSON(w io.Writer, value any) error {
	text, err := jsonText(value, "")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// jsonText is the value's JSON, each line but the first behind the prefix.
func jsonText(value any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // So that curl lines stay readable; nothing embeds the file in a page.
	encoder.SetIndent(prefix, "  ")
	err := encoder.Encode(value)
	return bytes.TrimSuffix(escapeJSON(b.Bytes()), []byte("\n")), err
}

// escapeJSON escapes what does not show. Outside of strings JSON has only
// line breaks and visible characters, so every such character is in a string.
func escapeJSON(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for _, r := range string(data) {
		switch {
		case r == '\n' || strconv.IsPrint(r):
			out = utf8.AppendRune(out, r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
	}
	return out
}

// withLists returns the report with empty lists for missing ones.
func withLists(r verdict.Report) verdict.Report {
	r.Profiles = listed(r.Profiles)
	r.Observations = listed(r.Observations)
	r.Requirements = slices.Clone(listed(r.Requirements))
	for i := range r.Requirements {
		r.Requirements[i].Findings = listed(r.Requirements[i].Findings)
		r.Requirements[i].Checks = listed(r.Requirements[i].Checks)
	}
	return r
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
