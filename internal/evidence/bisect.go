package evidence

import (
	"slices"
	"time"
)

// Bisect is the search for the causes of surplus codes: it repeats refused requests, first all
// together and then in halves, with controls in between.
type Bisect struct {
	// Trials stand in their order.
	Trials []Trial `json:"trials,omitempty"`
	// Stopped says why the search ended early, "" if it did not.
	Stopped string `json:"stopped,omitempty"`
	// Foreign is true if codes came from outside the run.
	Foreign bool `json:"foreign,omitempty"`
}

// Trial is one step of the search: the repeated requests, and the codes after them.
type Trial struct {
	// Requests are the steps of the repeated requests; a control has none.
	Requests []string `json:"requests,omitempty"`
	// Resets are the accepted resets after them, for deployments with a code of a refused request
	// in the next reset's mail. They bring codes of their own.
	Resets  []string  `json:"resets,omitempty"`
	Started time.Time `json:"started"`
	// Watched is the longest wait for a first code; First is its delay, 0 if none came.
	Watched time.Duration `json:"watched"`
	First   time.Duration `json:"first,omitempty"`
	// Mails are the ids of the mails with a code.
	Mails []string `json:"mails,omitempty"`
}

const (
	// Repeats is how often all suspects must bring codes, and a control none, before anything
	// counts. Since their order is random, unrelated codes match it once in 256 times at most.
	Repeats = 4
	// Confirms is how often a part of the suspects must bring codes after that.
	Confirms = 2
)

// Brings reports whether the requests, repeated together, bring codes: more than any control, each
// time, and only as a part of suspects with codes themselves.
func (b *Bisect) Brings(requests []string) bool {
	return b != nil && len(requests) > 0 &&
		(b.bringsCodes(requests, false) || b.bringsCodes(requests, true))
}

func (b *Bisect) bringsCodes(requests []string, withResets bool) bool {
	return b.bringsEachTime(requests, withResets, Confirms) &&
		slices.ContainsFunc(b.Trials, func(whole Trial) bool {
			return includes(whole.Requests, requests) &&
				b.bringsEachTime(whole.Requests, withResets, Repeats)
		})
}

// bringsEachTime reports whether at least this many trials of the requests all brought more codes
// than a control. Enough controls must have been watched for as long as the slowest of these codes
// took.
func (b *Bisect) bringsEachTime(requests []string, withResets bool, times int) bool {
	base, steady := b.Base(withResets)
	trials := b.Of(requests, withResets)
	slowest := time.Duration(0)
	for _, t := range trials {
		if len(t.Mails) <= base {
			return false
		}
		slowest = max(slowest, t.First)
	}
	return steady && len(trials) >= times && b.Controls(withResets, slowest) >= Repeats
}

// Acquits reports whether the request was repeated, alone or with others, without more codes than
// in a control.
func (b *Bisect) Acquits(request string) bool {
	return slices.ContainsFunc(b.Trials, func(t Trial) bool {
		base, _ := b.Base(len(t.Resets) > 0)
		return slices.Contains(t.Requests, request) && len(t.Mails) <= base
	})
}

// Base is how many codes a control brings: none, or those of the accepted resets. It is not steady
// if controls differ.
func (b *Bisect) Base(withResets bool) (codes int, steady bool) {
	controls := b.Of(nil, withResets)
	if !withResets || len(controls) == 0 {
		return 0, !slices.ContainsFunc(controls, func(t Trial) bool { return len(t.Mails) > 0 })
	}
	codes = len(controls[0].Mails)
	return codes, !slices.ContainsFunc(controls, func(t Trial) bool {
		return len(t.Mails) != codes
	})
}

// Controls counts the controls watched for at least this long.
func (b *Bisect) Controls(withResets bool, atLeast time.Duration) int {
	return len(slices.DeleteFunc(b.Of(nil, withResets), func(t Trial) bool {
		return t.Watched < atLeast
	}))
}

// EachReset is how many codes each accepted reset brings, with or without refused requests before
// it; 0 if unknown or varying.
func (b *Bisect) EachReset() int {
	controls := b.Of(nil, true)
	if len(controls) < Confirms {
		return 0
	}
	resets, codes := len(controls[0].Resets), len(controls[0].Mails)
	differs := func(t Trial) bool { return len(t.Resets) > 0 && len(t.Mails) != codes }
	if slices.ContainsFunc(b.Trials, differs) || codes%resets != 0 {
		return 0
	}
	return codes / resets
}

// Of returns the trials of these requests; without requests, the controls.
func (b *Bisect) Of(requests []string, withResets bool) []Trial {
	return slices.DeleteFunc(slices.Clone(b.Trials), func(t Trial) bool {
		return !slices.Equal(t.Requests, requests) || len(t.Resets) > 0 != withResets
	})
}

func includes(whole, part []string) bool {
	return !slices.ContainsFunc(part, func(id string) bool { return !slices.Contains(whole, id) })
}
