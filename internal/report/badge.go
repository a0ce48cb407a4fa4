package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// Badge writes a small SVG for a README: the verdict, how many of the profiles' musts passed, and
// what restricts it.
func Badge(w io.Writer, v View) error {
	label, value := "ETNA conformance", badgeValue(v.Report)
	if v.Report.Deployment.Embedded {
		label = "ETNA reference"
	}
	left, right := badgeWidth(label), badgeWidth(value)
	_, err := fmt.Fprintf(w, badgeSVG, left+right, xmlText(label), xmlText(value),
		left, right, badgeColour(v.Report.Verdict), left/2, left+right/2)
	return err
}

// BadgeSVG takes the width, label, value, left width, right width, colour and the middles of both.
const badgeSVG = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="%[2]s: %[3]s">
<title>%[2]s: %[3]s</title>
<clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="%[4]d" height="20" fill="#3b4252"/><rect x="%[4]d" width="%[5]d" height="20" fill="%[6]s"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="%[7]d" y="14">%[2]s</text><text x="%[8]d" y="14">%[3]s</text></g>
</svg>
`

func badgeValue(r verdict.Report) string {
	_, all := r.Musts()
	value := fmt.Sprintf("%s %d/%d", fit(Visible(string(r.Verdict)), 40),
		r.Counts.Musts.Passed, all)
	if r.Selection != nil {
		value += ", a selection"
	}
	if r.Contract.File != "" {
		value += ", another contract"
	}
	if r.Evidence != nil && r.Evidence.Problem != "" {
		value += ", evidence not whole"
	}
	return value
}

// badgeColour has a contrast of at least 4.5 with the white text.
func badgeColour(o verdict.Overall) string {
	switch o {
	case verdict.Conformant:
		return "#1a7f37"
	case verdict.NotConformant:
		return "#b42318"
	}
	return "#8a5a00"
}

// badgeWidth is the width of the text in pixels, at about 6.6 for a character, with its margins.
func badgeWidth(s string) int { return columns(s)*66/10 + 14 }

func xmlText(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // A strings.Builder has no errors.
	return b.String()
}
