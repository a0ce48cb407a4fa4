package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/extensions/globals"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// samples are the figures of single runs; their median is told, which one slow run does not move.
type samples []float64

func (s *samples) add(value float64) { *s = append(*s, value) }

func (s samples) median() float64 {
	slices.Sort(s)
	if len(s) == 0 {
		return 0
	}
	return s[len(s)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// process is what one process of the tool took.
type process struct {
	wall, cpu time.Duration
	peakMB    float64
}

// tool runs the binary that CONFORMANCE names; a verdict's exit code is no error.
func tool(b *testing.B, arguments ...string) process {
	b.Helper()
	binary := os.Getenv("CONFORMANCE")
	if binary == "" {
		b.Skip("CONFORMANCE names no binary: see make bench")
	}
	command := exec.Command(binary, arguments...)
	started := time.Now()
	err := command.Run()
	wall := time.Since(started)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > verdict.ExitIncomplete || err != nil &&
		exit == nil {
		b.Fatalf("conformance %s: %v", arguments, err)
	}
	state := command.ProcessState
	return process{wall, state.UserTime() + state.SystemTime(), peak(state)}
}

// configure writes the configuration of the deployment; JSON is YAML as well.
func configure(b *testing.B, s *sandbox.Sandbox) string {
	b.Helper()
	declared := s.Declaration(false)
	declared["appKey"] = s.AppKey
	text, err := json.Marshal(declared)
	check(b, err)
	path := filepath.Join(b.TempDir(), "conformance.yaml")
	check(b, os.WriteFile(path, text, 0o600))
	return path
}

// measure judges a deployment again and again and reports what a run takes.
func measure(b *testing.B, s settings, arguments ...string) {
	b.Helper()
	deployment := start(b, s)
	dir := b.TempDir()
	arguments = append([]string{"run", "--quiet", "--config", configure(b, deployment), "--out",
		dir}, arguments...)
	var wall, path, formula, cpu, peaks samples
	for b.Loop() {
		p := tool(b, arguments...)
		r := readReport(b, dir)
		if r.Verdict != verdict.Conformant && r.Verdict != verdict.PartlyJudged && s.Bytes == 0 {
			b.Fatalf("the deployment is %s", r.Verdict)
		}
		wall.add(milliseconds(p.wall))
		path.add(milliseconds(p.wall) / r.path())
		formula.add(milliseconds(p.wall) / max(1, milliseconds(s.criticalPath())))
		cpu.add(milliseconds(p.cpu) / float64(exchanges(b, dir)))
		peaks.add(p.peakMB)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(wall.median(), "wall-ms")
	b.ReportMetric(path.median(), "wall/path")
	if s.Response > 0 && s.Traders <= 3 {
		b.ReportMetric(formula.median(), "wall/formula")
	}
	b.ReportMetric(cpu.median(), "cpu-ms/exchange")
	b.ReportMetric(peaks.median(), "peak-MB")
	b.ReportMetric(float64(exchanges(b, dir)), "exchanges")
}

type report struct{ verdict.Report }

func readReport(b *testing.B, dir string) report {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	check(b, err)
	var r report
	check(b, json.Unmarshal(text, &r))
	return r
}

// path is the length of the report's critical path in milliseconds.
func (r report) path() float64 {
	sum := 0.0
	for _, link := range r.CriticalPath {
		sum += link.DurationMs
	}
	return sum
}

func exchanges(b *testing.B, dir string) int {
	b.Helper()
	file, err := os.Open(filepath.Join(dir, "evidence.json"))
	check(b, err)
	defer file.Close()
	// Line by line: what this process holds at its peak would count as the tool's.
	n := 0
	for r := bufio.NewReader(file); ; {
		line, more, err := r.ReadLine()
		if errors.Is(err, io.EOF) {
			return n
		}
		check(b, err)
		if !more && bytes.HasPrefix(bytes.TrimSpace(line), []byte(`"attempt":`)) {
			n++
		}
	}
}

// criticalPath is the shortest time in which one trader, or the demonstration's three, can be
// asked; see docs/performance.md.
func (s settings) criticalPath() time.Duration {
	if s.Traders == 1 {
		return 6*s.Response + 2*s.Mail
	}
	return 8*s.Response + 3*s.Mail + max(s.Mail, s.Response)
}

func BenchmarkRun(b *testing.B) {
	for _, traders := range []int{1, 3} {
		for _, response := range []time.Duration{0, 50 * time.Millisecond, 200 * time.Millisecond} {
			for _, mail := range []time.Duration{0, 500 * time.Millisecond} {
				s := settings{Response: response, Mail: mail, Traders: traders}
				b.Run(fmt.Sprintf("traders=%d/L=%s/D=%s", traders, response, mail),
					func(b *testing.B) { measure(b, s) })
			}
		}
	}
}

// BenchmarkSlots is a run whose requests never wait for each other's slot.
func BenchmarkSlots(b *testing.B) {
	for _, traders := range []int{1, 3} {
		s := settings{Response: 200 * time.Millisecond, Traders: traders}
		b.Run(fmt.Sprintf("concurrency=32/traders=%d/L=%s/D=0s", traders, s.Response),
			func(b *testing.B) { measure(b, s, "--concurrency", "32") })
	}
}

func BenchmarkTraders(b *testing.B) {
	for _, traders := range []int{2, 8, 32, 200, 2400} {
		b.Run(fmt.Sprintf("traders=%d", traders), func(b *testing.B) {
			measure(b, settings{Traders: traders})
		})
	}
}

func BenchmarkResponses(b *testing.B) {
	for _, megabytes := range []float64{0, 0.9, 10} {
		b.Run(fmt.Sprintf("MB=%g", megabytes), func(b *testing.B) {
			measure(b, settings{Traders: 3, Bytes: int(megabytes * (1 << 20))})
		})
	}
}

func BenchmarkOldMails(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("mails=%d", n), func(b *testing.B) {
			measure(b, settings{Traders: 3, OldMails: n})
		})
	}
}

// BenchmarkList is the start of the process and little more.
func BenchmarkList(b *testing.B) {
	var wall, cpu samples
	for b.Loop() {
		p := tool(b, "list")
		wall.add(milliseconds(p.wall))
		cpu.add(milliseconds(p.cpu))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(wall.median(), "wall-ms")
	b.ReportMetric(cpu.median(), "cpu-ms")
}

// BenchmarkJudge judges the evidence of one run again and again: no network, no files, no start.
func BenchmarkJudge(b *testing.B) {
	// The tool collects its heap as seldom; this process must stay small for the other benchmarks.
	defer debug.SetGCPercent(debug.SetGCPercent(300))
	for _, traders := range []int{3, 2400} {
		b.Run(fmt.Sprintf("traders=%d", traders), func(b *testing.B) {
			dir := b.TempDir()
			tool(b, "run", "--quiet", "--config",
				configure(b, start(b, settings{Traders: traders})), "--out", dir)
			found, err := evidence.Read(dir)
			check(b, err)
			var took samples
			for b.Loop() {
				suite, err := app.Again(found, "")
				check(b, err)
				globals.Reset()
				started := time.Now()
				_, err = app.JudgeBySpecs(suite, &found, "bench", false)
				check(b, err)
				took.add(milliseconds(time.Since(started)))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(took.median(), "wall-ms")
			b.ReportMetric(float64(len(found.Exchanges)), "exchanges")
		})
	}
}
