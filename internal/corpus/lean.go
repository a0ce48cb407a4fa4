package corpus

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/decoy"
	"github.com/etna-conformance/conformance/internal/evidence"
)

// grain is the accuracy of stored times; their order is kept exactly.
const grain = 250 * time.Millisecond

// start is when every stored run started.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// unread are request header fields that nothing judges and that differ in each request.
var unread = []string{"Traceparent", "User-Agent"}

// Lean returns a run without what judging does not need and what differs in every run: ids, ports,
// timings, the contract's version, and the times' finer parts. The runs of a corpus are then alike, and
// their exchanges stand in the order of their steps.
func Lean(r evidence.Run) evidence.Run {
	r.ID, r.Tool, r.Contract, r.Duration = "stored", "", evidence.Contract{}, 0
	r.Target.Decoys = nil // see [settle]
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
		r.Waits[i].Started, r.Waits[i].Duration = clock.of(r.Waits[i].Started), r.Waits[i].Duration.Round(grain)
	}
	slices.SortStableFunc(r.Waits, func(a, b evidence.Wait) int { return strings.Compare(a.Step, b.Step) })
	r.Mails = slices.Clone(r.Mails)
	for i := range r.Mails {
		r.Mails[i].Seen = clock.of(r.Mails[i].Seen)
	}
	return r
}

func leanExchange(x evidence.Exchange, c clock) evidence.Exchange {
	x.Requirements, x.Timing, x.Started = nil, evidence.Timing{}, c.of(x.Started)
	x.Header = slices.DeleteFunc(slices.Clone(x.Header), func(f evidence.Field) bool {
		return slices.ContainsFunc(unread, func(name string) bool { return strings.EqualFold(name, f.Name) })
	})
	return x
}

// clock maps the times of one run to stored ones.
type clock map[int64]time.Time

// newClock rounds all times of the run down to grains and adds a microsecond for each earlier time,
// which keeps their order.
func newClock(r evidence.Run) clock {
	times := []time.Time{r.Started}
	for _, x := range r.Exchanges {
		times = append(times, x.Started)
	}
	for _, w := range r.Waits {
		times = append(times, w.Started)
	}
	for _, m := range r.Mails {
		times = append(times, m.Seen)
	}
	slices.SortFunc(times, time.Time.Compare)
	c := clock{}
	for place, t := range times {
		c[t.UnixNano()] = start.Add(t.Sub(r.Started).Truncate(grain) + time.Duration(place)*time.Microsecond)
	}
	return c
}

func (c clock) of(t time.Time) time.Time { return c[t.UnixNano()] }

// settle replaces what differs in every run: the hosts of the deployment and of the inbox, whose ports do, and the
// values that are wrong on purpose.
func settle(text string, t evidence.Target) string {
	_, inbox, _ := strings.Cut(t.Inbox, " ")
	for place, address := range []string{t.URL, inbox} {
		at, err := url.Parse(address)
		if err == nil && at.Port() != "" {
			port := []string{"48080", "48025"}[place]
			text = strings.ReplaceAll(text, at.Host, at.Hostname()+":"+port)
		}
	}
	if t.Decoys == nil {
		return text
	}
	was, fixed := *t.Decoys, decoy.Fixed()
	return strings.NewReplacer(
		was.Key, fixed.Key, was.Email, fixed.Email, was.Login, fixed.Login,
		was.Answer, fixed.Answer, was.Password, fixed.Password, was.Host, fixed.Host,
	).Replace(text)
}
