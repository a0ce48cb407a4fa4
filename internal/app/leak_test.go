package app_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/sandbox"
)

// TestARunLeavesNoGoroutine looks for leaked goroutines of network packages, also after an
// interruption.
func TestARunLeavesNoGoroutine(t *testing.T) {
	_, config := start(t, sandbox.Options{})
	collected(t.Context(), t, config)
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	collected(interrupted, t, config)

	deadline := time.Now().Add(10 * time.Second)
	for left := goroutines(); left != ""; left = goroutines() {
		if time.Now().After(deadline) {
			t.Fatalf("still there:\n%s", left)
		}
		runtime.Gosched()
	}
}

// goroutines are the stacks with functions started by a run; "" if there are none.
func goroutines() string {
	stacks := make([]byte, 1<<20)
	var left []string
	for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		for _, name := range []string{"internal/runner.", "internal/inbox.",
			"internal/httpclient."} {
			if strings.Contains(stack, name) {
				left = append(left, stack)
				break
			}
		}
	}
	return strings.Join(left, "\n\n")
}
