package report

import (
	"html"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/verdict"
)

// TestEachFormatNamesWhatRestrictsTheVerdict looks for the selection and for another contract in
// every format.
func TestEachFormatNamesWhatRestrictsTheVerdict(t *testing.T) {
	selected := func(r *verdict.Report) {
		r.Verdict = verdict.PartlyJudged
		r.Selection = &verdict.Selection{Only: []string{"KEY-1", "RESET-*"}, Labels: "must",
			Unselected: 40, UnselectedMusts: 24}
	}
	changed := func(r *verdict.Report) {
		r.Contract.File = "ours.yaml"
		r.Contract.Weaker = []verdict.Weaker{
			{ID: "RESET-4", Level: "must", Profile: "core", NowLevel: "should", NowProfile: "core"},
			{ID: "KEY-6", Level: "must", Profile: "core"},
			{ID: "MAIL-3", Level: "must", Profile: "core", NowLevel: "must",
				NowProfile: "hardening"},
		}
	}
	for _, f := range Formats() {
		for name, c := range map[string]struct {
			change        func(*verdict.Report)
			says, briefly []string
		}{
			"selection": {selected, []string{"artly judged", "3 of 30 musts judged",
				"KEY-1, RESET-*"}, []string{"partly judged 2/30, a selection"}},
			"contract": {changed, []string{"ours.yaml", "RESET-4 (should, was must)",
				"leaves out KEY-6", "MAIL-3 (profile hardening, was core)"},
				[]string{"another contract"}},
		} {
			v := sampleView()
			c.change(&v.Report)
			says := c.says
			if f.Name == "badge" {
				says = c.briefly
			}
			text := plainly(f.Name, render(t, f.Render, v))
			for _, want := range says {
				if f.Name != "json" && !strings.Contains(text, want) {
					t.Errorf("%s does not say %q of a %s", f.Name, want, name)
				}
			}
			for _, absent := range append(c.briefly, "ours.yaml", "KEY-1, RESET-*") {
				if strings.Contains(plainly(f.Name, render(t, f.Render, sampleView())), absent) {
					t.Errorf("%s says %q without any: this test can't fail", f.Name, absent)
				}
			}
			checkFormat(t, f, v)
		}
	}
}

// plainly is what a reader sees of a format: lines joined, escapes undone.
func plainly(format, text string) string {
	switch format {
	case "markdown", "html", "junit", "badge":
		text = html.UnescapeString(text)
	case "github":
		text = strings.ReplaceAll(text, "%2C", ",")
	}
	return strings.Join(strings.Fields(text), " ")
}

func TestHeadlineCountsTheMustsOfTheProfiles(t *testing.T) {
	for _, c := range []struct {
		change func(*verdict.Report)
		want   string
	}{
		{func(r *verdict.Report) { r.Verdict = verdict.NotConformant },
			"It breaks 1 of 3 judged must requirements. 3 of 6 musts judged."},
		{func(r *verdict.Report) { r.Verdict = verdict.Incomplete },
			"Nothing failed that decides, but 1 must requirement was not observable. 3 of 6 musts judged."},
		{func(r *verdict.Report) { r.Verdict = verdict.PartlyJudged },
			"3 of 6 musts judged, all kept; 2 not judged for want of configuration."},
		{func(r *verdict.Report) {
			r.Verdict, r.Selection = verdict.PartlyJudged, &verdict.Selection{UnselectedMusts: 24}
		},
			"3 of 30 musts judged, all kept; 24 not selected, 2 not judged for want of configuration."},
	} {
		v := sampleView()
		c.change(&v.Report)
		if got := headline(v.Report); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
