package suites_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/sandbox"
)

// options are the flags of `conformance run`, for `go test ./suites -args -url=…` and `ginkgo run
// ./suites -- -url=…`.
var options = declare(flag.CommandLine)

func declare(flags *flag.FlagSet) map[string]*string {
	values := map[string]*string{}
	for _, o := range config.Options() {
		if o.Kind == config.Switch {
			value := ""
			values[o.Flag] = &value
			flags.BoolFunc(o.Flag, o.Usage, func(text string) error { value = text; return nil })
			continue
		}
		values[o.Flag] = flags.String(o.Flag, "", o.Usage)
	}
	return values
}

func given() map[string]string {
	values := map[string]string{}
	// What was given empty is a mistake, and must reach the one who says so.
	flag.Visit(func(f *flag.Flag) {
		if value, ours := options[f.Name]; ours {
			values[f.Name] = *value
		}
	})
	if name, byEnvironment := os.LookupEnv("CONFORMANCE_CONFIG"); byEnvironment &&
		values["config"] == "" {
		values["config"] = name
	}
	for _, name := range []string{"config", "baseline", "contract", "ca-file", "challenge"} {
		if path, given := values[name]; given {
			values[name] = fromRoot(path)
		}
	}
	return values
}

// fromRoot takes a path as relative to the module's root where it is there: go test runs in the
// package's directory, and people call it at the root.
func fromRoot(path string) string {
	root := filepath.Join("..", path)
	if _, err := os.Stat(path); err == nil || path == "" || filepath.IsAbs(path) {
		return path
	}
	if _, err := os.Stat(root); err == nil {
		return root
	}
	return path
}

// TestConformance judges the deployment that the flags, the environment or the file name; without
// one, the embedded reference deployment. Under `ginkgo -p` the first process asks, and all judge.
func TestConformance(t *testing.T) {
	flags := given()
	specs, reporter := ginkgo.GinkgoConfiguration()
	// What Ginkgo is told to leave out is not sent either, and a filter that matches nothing passes
	// nothing.
	if specs.FailOnEmpty = true; specs.LabelFilter != "" && flags["label-filter"] == "" {
		flags["label-filter"] = specs.LabelFilter
	}
	cfg, err := config.Load(config.Sources{Flags: flags, Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.URL == "" {
		embed(t, &cfg)
	}
	planned, err := app.Plan(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var found evidence.Run
	ginkgo.SynchronizedBeforeSuite(func(ctx context.Context) []byte {
		unlock, unlocked := app.Lock(ctx, cfg, func() {})
		defer unlock()
		if unlocked != "" {
			ginkgo.GinkgoWriter.Println(unlocked)
		}
		collected, err := planned.Collect(ctx, "suites", nil)
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		data, err := json.Marshal(collected)
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		return data
	}, func(data []byte) {
		gomega.Expect(json.Unmarshal(data, &found)).To(gomega.Succeed())
	})
	planned.Suite.Register(cfg.Strict, func() *evidence.Run { return &found })
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "conformance of "+strings.TrimPrefix(cfg.URL, "http://"), specs, reporter)
}

func embed(t *testing.T, cfg *config.Config) {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	app.Point(cfg, s)
}
