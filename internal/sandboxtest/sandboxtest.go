// Package sandboxtest starts sandboxes for tests.
package sandboxtest

import (
	"testing"

	"github.com/etna-conformance/conformance/internal/sandbox"
)

// Start starts a sandbox that ends with the test.
func Start(t testing.TB, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
