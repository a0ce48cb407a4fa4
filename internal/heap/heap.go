// Package heap says how the heap of the process is collected.
package heap

import (
	"os"
	"runtime/debug"
)

// most is what a hostile deployment may make the heap grow to before it is collected more often, in
// bytes.
const most = 384 << 20

// init comes before the other packages fill the heap: what they make at their start would be
// collected in vain.
func init() {
	// The heap of a run is small and its life short: collecting it seldom saves more than it holds.
	debug.SetGCPercent(300)
	Limit(most)
}

// Limit sets from how many bytes on the heap is collected more often; GOMEMLIMIT, where it is set,
// knows better.
func Limit(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(min(bytes, most))
	}
}
