//go:build linux

package hostile_test

import (
	"testing"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// TestGuiltyBehindNoise lets wrong deployments mail codes while others reset the same traders, or
// empty the inbox: what is broken fails or is untestable, and nothing else fails.
func TestGuiltyBehindNoise(t *testing.T) {
	t.Parallel()
	for _, f := range []string{"code-before-answer", "performed-despite-missing-key",
		"question-mails-code"} {
		for _, v := range []string{"others-reset-all-the-time", "others-reset-now-and-then",
			"inbox-emptied-at-once", "inbox-emptied-before-accepted-resets", "mail-thrice-later"} {
			t.Run(f+" and "+v, func(t *testing.T) {
				t.Parallel()
				broken := findFault(t, f)
				d := start(t, sandbox.Options{Around: faults.Set{Faults: []faults.Fault{broken},
					Variants: findVariants(t, v)}})
				checkCrowded(t, d.judge(t), broken)
			})
		}
	}
}

// TestEmptiedInboxIsUntestable deletes each mail before anybody can look for it.
func TestEmptiedInboxIsUntestable(t *testing.T) {
	t.Parallel()
	d := start(t, sandbox.Options{Around: faults.Set{Variants: findVariants(t,
		"inbox-emptied-at-once")}})
	e := d.judge(t)
	e.want(t, 3, "mails were deleted from the inbox during the run")
	checkCrowded(t, e, faults.Fault{})
}
