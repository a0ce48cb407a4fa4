package report

import (
	"fmt"
	"strings"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// caveats are what a reader must know beside the verdict, whatever it is: each format shows them.
func caveats(r verdict.Report) []string {
	var all []string
	if s := r.Selection; s != nil {
		all = append(all,
			fmt.Sprintf("Partly judged: %s. The selection (%s) leaves out %s of the profiles, %s among them.",
				coverage(r), selected(*s), count(s.Unselected, "requirement"),
				count(s.UnselectedMusts, "must")))
	}
	if c := r.Contract; c.File != "" {
		all = append(all,
			fmt.Sprintf("Judged by another contract than the built-in one: %s (version %s, SHA-256 %s).%s",
				short(c.File, 200), short(c.Version, 100),
				Visible(c.SHA256[:min(12, len(c.SHA256))]), weakened(c.Weaker)))
	}
	if r.Evidence != nil && r.Evidence.Problem != "" {
		all = append(all, "The evidence is not whole: "+short(r.Evidence.Problem, 500)+".")
	}
	return all
}

// selected says how the part was chosen.
func selected(s verdict.Selection) string {
	var parts []string
	if len(s.Only) > 0 {
		parts = append(parts, "only "+short(strings.Join(s.Only, ", "), 500))
	}
	if s.Labels != "" {
		parts = append(parts, "labels "+short(s.Labels, 500))
	}
	return strings.Join(parts, ", ")
}

// weakened says what another contract demands less, requirement by requirement.
func weakened(list []verdict.Weaker) string {
	if len(list) == 0 {
		return " It lowers and leaves out no requirement."
	}
	var out, lowered []string
	for _, w := range list {
		switch {
		case w.NowLevel == "":
			out = append(out, Visible(w.ID))
		case w.NowLevel != w.Level:
			lowered = append(lowered, fmt.Sprintf("%s (%s, was %s)", Visible(w.ID),
				Visible(w.NowLevel), Visible(w.Level)))
		default:
			lowered = append(lowered, fmt.Sprintf("%s (profile %s, was %s)", Visible(w.ID),
				Visible(w.NowProfile), Visible(w.Profile)))
		}
	}
	text := ""
	if len(lowered) > 0 {
		text += " It lowers " + strings.Join(lowered, ", ") + "."
	}
	if len(out) > 0 {
		text += " It leaves out " + strings.Join(out, ", ") + "."
	}
	return text
}

// coverage is "8 of 32 musts judged".
func coverage(r verdict.Report) string {
	judged, all := r.Musts()
	return fmt.Sprintf("%d of %s judged", judged, count(all, "must"))
}

// partial reports whether some must of the profiles was not judged.
func partial(r verdict.Report) bool {
	judged, all := r.Musts()
	return judged < all
}

// restricted is what stands behind a name where there is room for little.
func restricted(r verdict.Report) string {
	if len(caveats(r)) == 0 {
		return ""
	}
	return " (" + badgeValue(r) + ")"
}
