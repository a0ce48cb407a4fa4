package suites_test

import (
	"fmt"
	"go/format"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/golden"
	"github.com/etna-conformance/conformance/suites"
)

// TestLabels keeps labels_test.go as the contract has them: ginkgo labels reads source, and sees no
// others.
func TestLabels(t *testing.T) {
	c, err := app.Ledger("")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range c.Requirements {
		all = append(all, suites.Labels(r)...)
	}
	slices.Sort(all)
	source := "// Written by go test ./suites -run TestLabels -update, for ginkgo labels, which reads source.\n\n" +
		"package suites_test\n\nimport \"github.com/onsi/ginkgo/v2\"\n\nvar _ = ginkgo.Label(\n"
	group := ""
	for _, label := range slices.Compact(all) {
		if now, _, _ := strings.Cut(label, "-"); now != group {
			group, source = now, source+"\n"
		}
		source += fmt.Sprintf("%q, ", label)
	}
	text, err := format.Source([]byte(source + "\n)\n"))
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "../labels_test.go", strings.ReplaceAll(string(text), "\n\n\t", "\n\t"))
}
