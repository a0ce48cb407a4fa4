package corpus

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// start is when every stored run started.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// unread are request header fields that nothing judges and that differ in each request.
var unread = []string{"Traceparent", "User-Agent"}

// Lean returns a run without what judging does not need and what differs in every run: ids, ports,
// dates, boundaries of mails, the contract's version, how long exchanges took, and when in a run
// they started. The order of exchanges is kept, and so are the times of mails, waits and trials.
// The runs of a corpus are then alike, and their exchanges stand in the order of their steps.
func Lean(r evidence.Run) evidence.Run {
	r.ID, r.Tool, r.Contract, r.Duration = "stored", "", evidence.Contract{}, 0
	clock := newClock(r)
	r.Started = clock.of(r.Started)
	r.Exchanges = slices.Clone(r.Exchanges)
	for i, x := range r.Exchanges {
		r.Exchanges[i] = leanExchange(x, clock)
	}
	slices.SortStableFunc(r.Exchanges, func(a, b evidence.Exchange) int {
		return cmp.Or(strings.Compare(a.Step, b.Step), cmp.Compare(a.Attempt, b.Attempt))
	})
	r.Waits = slices.Clone(r.Waits)
	for i := range r.Waits {
		r.Waits[i].Started = clock.of(r.Waits[i].Started)
	}
	slices.SortStableFunc(r.Waits, func(a, b evidence.Wait) int {
		return strings.Compare(a.Step, b.Step)
	})
	r.Mails = slices.Clone(r.Mails)
	for i := range r.Mails {
		r.Mails[i].Seen = clock.of(r.Mails[i].Seen)
		r.Mails[i].Source = leanSource(r.Mails[i].Source)
	}
	r.Bisect = leanBisect(r.Bisect, clock)
	return r
}

func leanBisect(b *evidence.Bisect, c clock) *evidence.Bisect {
	if b == nil {
		return nil
	}
	lean := *b
	lean.Trials = slices.Clone(b.Trials)
	for i := range lean.Trials {
		lean.Trials[i].Started = c.of(lean.Trials[i].Started)
	}
	return &lean
}

func leanExchange(x evidence.Exchange, c clock) evidence.Exchange {
	x.Requirements, x.Timing, x.Started = nil, evidence.Timing{}, c.of(x.Started)
	x.Header = slices.DeleteFunc(slices.Clone(x.Header), func(f evidence.Field) bool {
		return slices.ContainsFunc(unread, func(name string) bool {
			return strings.EqualFold(name, f.Name)
		})
	})
	if x.Response != nil {
		response := *x.Response
		response.Header = withoutMoment(response.Header)
		x.Response = &response
	}
	return x
}

// withoutMoment sets the date of a response that has a right one.
func withoutMoment(header []evidence.Field) []evidence.Field {
	header = slices.Clone(header)
	for i, f := range header {
		if _, err := http.ParseTime(f.Value); err == nil && strings.EqualFold(f.Name, "Date") {
			header[i].Value = start.Format(http.TimeFormat)
		}
	}
	return header
}

var (
	boundary = lazyregexp.New(`(?i)\bboundary="?([^"\s;]{16,})`)
	moment   = lazyregexp.New(`(?im)^((?:Date|Message-ID):) .*?(\r?)$`)
)

// leanSource replaces a mail's boundaries, its date and its id, which mail programs draw or take
// from a clock.
func leanSource(source []byte) []byte {
	source = moment().ReplaceAll(source, []byte("$1 stored$2"))
	for place, match := range boundary().FindAllSubmatch(source, -1) {
		source = bytes.ReplaceAll(source, match[1], fmt.Appendf(nil, "boundary-%d", place))
	}
	return source
}

// clock maps the times of one run to stored ones.
type clock map[int64]time.Time

// newClock keeps the times that durations are added to or that are compared with such sums: of
// mails and trials, and the begin and end of waits. Each exchange is moved to right after what came
// before it.
func newClock(r evidence.Run) clock {
	kept := map[int64]bool{r.Started.UnixNano(): true}
	keep := func(t time.Time) { kept[t.UnixNano()] = true }
	for _, w := range r.Waits {
		keep(w.Started)
		keep(w.Started.Add(w.Duration))
	}
	for _, m := range r.Mails {
		keep(m.Seen)
	}
	if r.Bisect != nil {
		for _, t := range r.Bisect.Trials {
			keep(t.Started)
		}
	}
	times := slices.Collect(maps.Keys(kept))
	for _, x := range r.Exchanges {
		times = append(times, x.Started.UnixNano())
	}
	slices.Sort(times)
	c := clock{}
	last := start.Add(-time.Hour) // Wherever no time is known.
	for _, t := range slices.Compact(times) {
		if last = last.Add(time.Nanosecond); kept[t] {
			last = start.Add(time.Duration(t - r.Started.UnixNano()))
		}
		c[t] = last
	}
	return c
}

func (c clock) of(t time.Time) time.Time { return c[t.UnixNano()] }

// settle replaces the hosts of the deployment and of the inbox, whose ports differ in every run.
func settle(text string, t evidence.Target) string {
	_, inbox, _ := strings.Cut(t.Inbox, " ")
	for place, address := range []string{t.URL, inbox} {
		at, err := url.Parse(address)
		if err == nil && at.Port() != "" {
			port := []string{"48080", "48025"}[place]
			text = strings.ReplaceAll(text, at.Host, at.Hostname()+":"+port)
		}
	}
	return text
}
