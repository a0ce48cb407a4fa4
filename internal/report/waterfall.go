package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// WaterfallWidth is the width of the whole run in the drawing's own units.
const waterfallWidth = 1000

// waterfall is the run on one time axis, trader by trader.
type waterfall struct {
	Ticks []string
	Lanes []lane
	// Left is how many bars there was no room for.
	Left int
}

type lane struct {
	Name string
	Bars []bar
}

// bar is one exchange or one wait for a mail.
type bar struct {
	Label string
	Href  string
	// Outcome is what came of it, Took how long it took, At when it began.
	Outcome, Took, At string
	// Failed is true where a finding is about it.
	Failed   bool
	Critical bool
	Spans    []span
	lane     string
	start    time.Duration
	end      time.Duration
}

// span is a part of a bar: where it starts, how wide it is, and what it was spent on.
type span struct {
	X, Width float64
	Class    string
}

func newWaterfall(v View, b *budget) waterfall {
	bars := slices.Concat(exchangeBars(v, b), waitBars(v, b))
	left := len(v.Run.Exchanges) + len(v.Run.Waits) - len(bars)
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(a.start, b.start) })
	total := v.Run.Duration
	for _, x := range bars {
		total = max(total, x.end)
	}
	return waterfall{Ticks: ticks(total), Lanes: lanes(bars, total), Left: left}
}

func exchangeBars(v View, b *budget) []bar {
	var bars []bar
	failed := failedSteps(v.Report)
	for i, x := range v.Run.Exchanges {
		if !b.spend(barMarkup) {
			break
		}
		start := x.Started.Sub(v.Run.Started)
		setup, waited := phases(x.Timing)
		bars = append(bars, bar{
			Label:    b.text(v.titleOf(x.Step, x.Lane), 200) + attempt(x.Attempt),
			Href:     fmt.Sprintf("#exchange-%d", i+1),
			Outcome:  outcome(x),
			Took:     duration(x.Timing.Total),
			At:       duration(start),
			Failed:   failed[x.Step],
			Critical: critical(v.Report, x.Step),
			lane:     x.Lane,
			start:    start,
			end:      start + x.Timing.Total,
			Spans: spans(start,
				part{setup, "setup"},
				part{waited, "wait"},
				part{x.Timing.Total - setup - waited, "receive"}),
		})
	}
	return bars
}

// phases is how long an exchange took to connect, and then waited for the
// first byte; when none came, it waited until the end.
func phases(t evidence.Timing) (setup, waited time.Duration) {
	setup = t.DNS + t.Connect + t.TLS
	if t.FirstByte == 0 {
		return setup, t.Total - setup
	}
	return setup, max(t.FirstByte-setup, 0)
}

func attempt(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(" (attempt %d)", n)
}

func waitBars(v View, b *budget) []bar {
	var bars []bar
	for _, w := range v.Run.Waits {
		if !b.spend(barMarkup) {
			break
		}
		start := w.Started.Sub(v.Run.Started)
		bars = append(bars, bar{
			Label:    b.text(v.titleOf(w.Step, w.Trader), 200),
			Href:     mailHref(v.Run, w.Mail),
			Outcome:  waitOutcome(w),
			Took:     duration(w.Duration),
			At:       duration(start),
			Critical: critical(v.Report, w.Step),
			lane:     laneOf(v.Run, w),
			start:    start,
			end:      start + w.Duration,
			Spans:    spans(start, part{w.Duration, "mail"}),
		})
	}
	return bars
}

// titleOf names a step under the name of its trader.
func (v View) titleOf(step, trader string) string {
	return strings.Replace(v.title(step), ", "+trader, "", 1)
}

// failedSteps are those that a finding is about.
func failedSteps(r verdict.Report) map[string]bool {
	steps := map[string]bool{}
	for _, q := range r.Requirements {
		for _, f := range q.Findings {
			steps[f.Exchange] = true
		}
	}
	return steps
}

func waitOutcome(w evidence.Wait) string {
	switch {
	case w.Problem != "":
		return "inbox problem"
	case w.Mail == "":
		return "no mail"
	}
	return "mail"
}

// laneOf is the lane of the exchange whose mail was awaited.
func laneOf(run evidence.Run, w evidence.Wait) string {
	for _, x := range run.Exchanges {
		if x.Step == w.For {
			return x.Lane
		}
	}
	return w.Trader
}

func mailHref(run evidence.Run, id string) string {
	for i, m := range run.Mails {
		if m.ID == id {
			return fmt.Sprintf("#mail-%d", i+1)
		}
	}
	return ""
}

func critical(r verdict.Report, step string) bool {
	return slices.ContainsFunc(r.CriticalPath, func(l verdict.Link) bool { return l.Step == step })
}

type part struct {
	length time.Duration
	class  string
}

// spans puts the parts one after another; X and Width are nanoseconds here.
func spans(start time.Duration, parts ...part) []span {
	var all []span
	for _, p := range parts {
		if p.length > 0 {
			all = append(all, span{float64(start), float64(p.length), p.class})
			start += p.length
		}
	}
	return all
}

// lanes groups the bars and scales their spans to the drawing.
func lanes(bars []bar, total time.Duration) []lane {
	const narrowest = 2
	var all []lane
	for _, x := range bars {
		for i := range x.Spans {
			x.Spans[i].Width = max(scaled(x.Spans[i].X+x.Spans[i].Width, total)-scaled(x.Spans[i].X,
				total), narrowest)
			x.Spans[i].X = scaled(x.Spans[i].X, total)
		}
		i := slices.IndexFunc(all, func(l lane) bool { return l.Name == x.lane })
		if i < 0 {
			i = len(all)
			all = append(all, lane{Name: x.lane})
		}
		all[i].Bars = append(all[i].Bars, x)
	}
	for i := range all {
		all[i].Name = laneName(all[i].Name)
	}
	return all
}

func laneName(name string) string {
	if name == "" {
		return "No trader"
	}
	return "Trader " + short(name, 200)
}

// scaled is a moment in the drawing's units, never outside of it.
func scaled(moment float64, total time.Duration) float64 {
	if total <= 0 {
		return 0
	}
	x := moment / float64(total) * waterfallWidth
	return float64(int(min(max(x, 0), waterfallWidth)*10)) / 10
}

// ticks are the times at each quarter of the axis.
func ticks(total time.Duration) []string {
	var all []string
	for i := range 5 {
		all = append(all, duration(total*time.Duration(i)/4))
	}
	return all
}
