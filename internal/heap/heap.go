// Package heap says how the heap of the process is collected; it is imported for that alone.
package heap

import "runtime/debug"

// init comes before the other packages fill the heap: what they make at their start would be
// collected in vain.
func init() {
	// The heap of a run is small and its life short: collecting it seldom saves more than it holds.
	debug.SetGCPercent(300)
	// Unless a hostile deployment makes it large.
	debug.SetMemoryLimit(384 << 20)
}
