package mishap_test

import (
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/mishap"
)

func TestErrorTellsWhatAndWhere(t *testing.T) {
	defer func() {
		err := mishap.Error(recover())
		if text := err.Error(); !strings.Contains(text, "index out of range") ||
			!strings.Contains(text, "mishap_test.go") {
			t.Errorf("got %q", text)
		}
	}()
	var empty []int
	_ = empty[len(t.Name())]
}
