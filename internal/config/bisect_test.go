package config_test

import (
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/config"
)

func TestBisectBudget(t *testing.T) {
	c := mustLoad(t, config.Sources{})
	if c.BisectTime != 0 || c.BisectResets != 12 {
		t.Errorf("default: %s, %d resets", c.BisectTime, c.BisectResets)
	}
	c = mustLoad(t, config.Sources{Flags: map[string]string{"bisect-time": "90s"}})
	if c.BisectTime != 90*time.Second {
		t.Errorf("90s: %s", c.BisectTime)
	}
	for _, never := range []string{"0", "0s"} {
		if c = mustLoad(t,
			config.Sources{Flags: map[string]string{"bisect-time": never}}); c.BisectTime >= 0 {
			t.Errorf("%s: %s", never, c.BisectTime)
		}
	}
	for _, bad := range []string{"bisectTime: -1s\n", "bisectTime: soon\n", "bisectResets: -1\n",
		"bisectResets: 101\n", "bisectResets: many\n"} {
		if _, err := config.Load(config.Sources{Env: []string{"CONFORMANCE_CONFIG=" +
			written(t, bad)}}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
