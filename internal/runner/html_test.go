package runner

import (
	"testing"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/mailtext"
)

func TestCompareVersions(t *testing.T) {
	versions := func(plain, html string) mailtext.Versions {
		return mailtext.Versions{Plain: plain, HTML: html}
	}
	for name, c := range map[string]struct {
		versions mailtext.Versions
		codes    []string
		want     string
	}{
		"one form": {versions("", ""), []string{"231408"}, ""},
		"the same": {versions("Code: 231408", "Code\n231408"), []string{"231408"},
			evidence.HTMLSame},
		"in boxes": {versions("Code: 231408", "2\t3\t1\t4\t0\t8"), []string{"231408"},
			evidence.HTMLSame},
		"grouped": {versions("Code: 231408", "231 - 408"), []string{"231408"},
			evidence.HTMLSame},
		"one of several": {versions("No. 40713, code 231408", "231408"),
			[]string{"40713", "231408"}, evidence.HTMLSame},
		"text without a code": {versions("See the HTML.", "231408"), []string{"231408"}, ""},
		"HTML without the code": {versions("Code: 231408", "Code: {{code}}"), []string{"231408"},
			evidence.HTMLMissing},
		"empty HTML": {versions("Code: 231408", ""), []string{"231408"},
			evidence.HTMLMissing},
		"another in the HTML": {versions("Code: 231408", "Code: 774411"),
			[]string{"774411", "231408"}, evidence.HTMLOther},
		"no code at all": {versions("Hello", "Hello"), nil, ""},
	} {
		if got := compareVersions(c.versions, c.codes); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
