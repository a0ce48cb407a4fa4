package suites

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
)

// timesAsked is how often a question is asked of each, to see how responses and times spread.
const timesAsked = 5

// unknownTrader is a trader whom no deployment knows.
func (b *builder) unknownTrader() evidence.Trader {
	return evidence.Trader{Login: b.decoys.Login, Email: b.decoys.Email}
}

// nobodysLabel stands in step ids, which do not vary with the run.
const nobodysLabel = "no-such-trader-of-the-conformance-run"

// comparison is one request asked of a trader and of nobody.
type comparison struct {
	what           string
	known, unknown []string
}

// planQuestionsOfUnknownUser requests in turn the question of an unknown user and of a trader
// without one, who has nothing to hide.
func (b *builder) planQuestionsOfUnknownUser(t evidence.Trader) {
	before := b.selectRequests(func(plan.Step) bool { return true })
	var known, unknown []string
	for i := range timesAsked {
		for _, of := range []evidence.Trader{t, b.unknownTrader()} {
			ask := b.newQuestion(of, of.Login)
			ask.Conn = "hardening/questions"
			label := of.Login
			if label == b.decoys.Login {
				label = nobodysLabel
			}
			id := b.addStep(plan.Step{ID: joinID("hardening/question", label, strconv.Itoa(i+1)),
				Request: ask, After: slices.Clone(before)})
			before = append(before, id)
			if of.Login == t.Login {
				known = append(known, id)
			} else {
				unknown = append(unknown, id)
			}
		}
	}
	b.checkAlike("question", t, known, unknown)
	b.comparisons = append(b.comparisons, comparison{"question", known, unknown})
}

func (b *builder) checkAlike(what string, t evidence.Trader, known, unknown []string) {
	b.addCheck("HARD-6", what, slices.Concat(known, unknown), func(l *Look) {
		l.demandAlike(t, known, unknown)
	})
}

// demandAlike demands that responses do not reveal whether a user is known. Differences between
// responses to the same request, like a time or request number, reveal nothing.
func (l *Look) demandAlike(t evidence.Trader, known, unknown []string) {
	ofTrader, ok := l.sentAll(known)
	ofNobody, both := l.sentAll(unknown)
	if !ok || !both {
		return
	}
	if slices.ContainsFunc(ofTrader, func(a *response) bool { return a.outcome.TurnedDown() }) {
		l.Untestable("what was asked for " + t.Login + " was refused")
		return
	}
	if told := findTellingTraits(ofTrader, ofNobody); len(told) > 0 {
		l.Fail(unknown[0], "the response that a trader gets: "+ofTrader[0].describe(),
			strings.Join(told, "; "))
	}
}

func (l *Look) sentAll(steps []string) ([]*response, bool) {
	var list []*response
	for _, step := range steps {
		a, ok := l.Sent(step)
		if !ok {
			return nil, false
		}
		list = append(list, a)
	}
	return list, true
}

// findTellingTraits lists the traits common to all responses of each side that differ between the
// sides.
func findTellingTraits(known, unknown []*response) []string {
	mine, theirs := collectTraits(known), collectTraits(unknown)
	all := maps.Clone(mine[0])
	for _, traits := range slices.Concat(mine, theirs) {
		maps.Copy(all, traits)
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		of, same := sharedTrait(mine, name)
		instead, alike := sharedTrait(theirs, name)
		if same && alike && of != instead {
			list = append(list, fmt.Sprintf("%s is %s, of a trader %s", name,
				describeTrait(instead), describeTrait(of)))
		}
	}
	return list
}

func collectTraits(responses []*response) []map[string]string {
	var list []map[string]string
	for _, a := range responses {
		list = append(list, a.readTraits())
	}
	return list
}

// sharedTrait is the trait common to all of them.
func sharedTrait(responses []map[string]string, name string) (string, bool) {
	for _, traits := range responses[1:] {
		if traits[name] != responses[0][name] {
			return "", false
		}
	}
	return responses[0][name], true
}

func describeTrait(trait string) string {
	if trait == "" {
		return "absent"
	}
	return trait
}

// readTraits returns the visible traits of a response: its status, its lasting header fields, and
// the members of its body.
func (a *response) readTraits() map[string]string {
	traits := map[string]string{"status": strconv.Itoa(a.Response.Status)}
	moment := []string{"date", "age", "connection", "keep-alive", "transfer-encoding",
		"content-length"}
	for _, f := range a.Response.Header {
		if name := strings.ToLower(f.Name); !slices.Contains(moment, name) {
			traits[f.Name] += excerpt(strconv.Quote(f.Value))
		}
	}
	if a.doc.Read {
		addTraits(traits, "", a.doc.Value)
	} else {
		traits["body"] = excerpt(strconv.Quote(string(a.Response.Body)))
	}
	return traits
}

func addTraits(traits map[string]string, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, item := range v {
			addTraits(traits, path+"/"+name, item)
		}
	case []any:
		traits[path] = fmt.Sprintf("a list of %d", len(v))
		for i, item := range v {
			addTraits(traits, path+"/"+strconv.Itoa(i), item)
		}
	default:
		traits[path] = compactJSON(v)
	}
}

// Observations are figures beside the verdicts: the response times for traders and for unknown
// users. They are too few for a verdict.
func (s *Suite) Observations(run *evidence.Run) []string {
	took := map[string]time.Duration{}
	for _, x := range run.Exchanges {
		if x.Response != nil && x.Failure == nil {
			took[x.Step] = x.Timing.Total - x.Timing.DNS - x.Timing.Connect - x.Timing.TLS
		}
	}
	var list []string
	for _, c := range s.comparisons {
		known, unknown := describeSpread(took, c.known), describeSpread(took, c.unknown)
		if known != "" && unknown != "" {
			list = append(list,
				fmt.Sprintf("Time to respond to a %s of a trader: %s; of an unknown user: %s. Too few to judge by.", c.what, known, unknown))
		}
	}
	return list
}

// describeSpread is the median of the steps' times and the range that they lie in.
func describeSpread(took map[string]time.Duration, steps []string) string {
	var list []time.Duration
	for _, step := range steps {
		if d, responded := took[step]; responded {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return ""
	}
	slices.Sort(list)
	return fmt.Sprintf("%s (%s to %s, %d times)", formatMilliseconds(list[len(list)/2]),
		formatMilliseconds(list[0]), formatMilliseconds(list[len(list)-1]), len(list))
}

func formatMilliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
