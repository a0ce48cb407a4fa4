package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/etna-conformance/conformance/internal/fleet"
)

// configureAll writes the deployments' configurations and a fleet file of them.
func configureAll(b *testing.B, s settings) (file string, configs []string) {
	b.Helper()
	dir := b.TempDir()
	for i, deployment := range startAll(b, s) {
		declared := deployment.Declaration(false)
		declared["appKey"] = deployment.AppKey
		text, err := json.Marshal(declared)
		check(b, err)
		path := filepath.Join(dir, fmt.Sprintf("d%04d.yaml", i))
		check(b, os.WriteFile(path, text, 0o600))
		configs = append(configs, path)
	}
	file = filepath.Join(dir, "fleet")
	check(b, os.WriteFile(file, []byte("deployments: [d*.yaml]\n"), 0o600))
	return file, configs
}

// BenchmarkFleet judges many deployments in one process.
func BenchmarkFleet(b *testing.B) {
	for _, s := range []settings{
		{Traders: 3, Deployments: 40},
		{Traders: 3, Deployments: 1000, Response: 50 * time.Millisecond,
			Mail: 500 * time.Millisecond},
	} {
		b.Run(fmt.Sprintf("deployments=%d/L=%s/D=%s", s.Deployments, s.Response, s.Mail),
			func(b *testing.B) {
				file, configs := configureAll(b, s)
				dir := b.TempDir()
				var wall, cpu, peaks samples
				for b.Loop() {
					p := tool(b, "fleet", "run", file, "--fresh", "--quiet", "--out", dir)
					var r fleet.Report
					text, err := os.ReadFile(filepath.Join(dir, "fleet.json"))
					check(b, err)
					check(b, json.Unmarshal(text, &r))
					if n := r.Counts.Conformant; n != len(configs) {
						b.Fatalf("%d of %d deployments are conformant", n, len(configs))
					}
					wall.add(milliseconds(p.wall))
					cpu.add(milliseconds(p.cpu) / float64(len(configs)))
					peaks.add(p.peakMB)
				}
				tellFleet(b, wall, cpu, peaks, len(configs))
			})
	}
}

// BenchmarkProcesses judges as many deployments by a process each, two for each processor at once.
func BenchmarkProcesses(b *testing.B) {
	s := settings{Traders: 3, Deployments: 40}
	b.Run(fmt.Sprintf("deployments=%d/L=%s/D=%s", s.Deployments, s.Response, s.Mail),
		func(b *testing.B) {
			_, configs := configureAll(b, s)
			dir := b.TempDir()
			var wall, cpu, peaks samples
			for b.Loop() {
				started := time.Now()
				var running errgroup.Group
				running.SetLimit(2 * runtime.NumCPU())
				took := make([]process, len(configs))
				for i, config := range configs {
					running.Go(func() error {
						took[i] = tool(b, "run", "--quiet", "--config", config, "--out",
							filepath.Join(dir, filepath.Base(config)))
						return nil
					})
				}
				check(b, running.Wait())
				wall.add(milliseconds(time.Since(started)))
				for _, p := range took {
					cpu.add(milliseconds(p.cpu))
					peaks.add(p.peakMB)
				}
			}
			tellFleet(b, wall, cpu, peaks, len(configs))
		})
}

func tellFleet(b *testing.B, wall, cpu, peaks samples, deployments int) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(wall.median(), "wall-ms")
	b.ReportMetric(1000*float64(deployments)/wall.median(), "deployments/s")
	b.ReportMetric(cpu.median(), "cpu-ms/deployment")
	b.ReportMetric(peaks.median(), "peak-MB")
}
