package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/runner"
)

// startProgress shows how far a run is. Where there is no terminal, a quiet run shows nothing.
func startProgress(cfg config.Config) *report.Progress {
	columns := report.TerminalColumns(os.Stderr)
	switch {
	case columns > 0:
		return report.NewProgress(os.Stderr, columns, report.ProgressTick)
	case cfg.Quiet:
		return report.NewProgress(io.Discard, 0, report.ProgressSilence)
	}
	return report.NewProgress(os.Stderr, 0, report.ProgressSilence)
}

// status says what the run waits for and for how long, how far it is, and how long it has taken,
// for example "waiting for no.question's mail, 6 s of 60 s · 48 of 68 steps · 9 s".
func status(p runner.Progress, started, now time.Time) string {
	var parts []string
	if text := waitingText(p.Waits, now); text != "" {
		parts = append(parts, text)
	}
	if p.Limited {
		parts = append(parts, "slowed down by a limit")
	}
	return strings.Join(append(parts, fmt.Sprintf("%d of %d steps", p.Done, p.All),
		whole(now.Sub(started))), " · ")
}

// waitingText names the longest wait: a mail's before a response's.
func waitingText(waits []runner.Waiting, now time.Time) string {
	if len(waits) == 0 {
		return ""
	}
	i := max(slices.IndexFunc(waits, func(w runner.Waiting) bool { return w.Mail }), 0)
	w := waits[i]
	text := "waiting for " + w.For + ", " + whole(now.Sub(w.Since))
	if w.AtMost > 0 {
		text += " of " + whole(w.AtMost)
	}
	return text
}

// whole is a duration in seconds, or minutes and seconds.
func whole(d time.Duration) string {
	if d < time.Minute || d == time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}
