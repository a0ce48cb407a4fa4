// Package plan describes the requests, mail waits and barriers of a run before anything is sent. In
// texts, placeholders stand for secrets.
package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// Plan is everything one run sends and waits for.
type Plan struct {
	// Steps are in an order in which they could be carried out one by one.
	Steps []Step
}

// Step is one request, one wait for a mail, or (with neither) a barrier.
type Step struct {
	// ID is the key of the step in the evidence, for example "reset/right-answer/robert.zak".
	ID string
	// Trader is the login of the trader whose state the step touches, "" for none.
	Trader string
	// Needs are steps without whose response the step is not sent.
	Needs []string
	// After are steps that come first if they are planned at all.
	After []string
	// FindsPath is true of the request that tries the newer path of its operation, and the older
	// path if the newer one is absent. Other requests of the operation use the path it finds.
	FindsPath bool
	// Unless makes the step unnecessary once this placeholder is known.
	Unless placeholder.Placeholder
	// RunAnywayAfter lists steps. If any of them claimed success, the step runs even when Unless is
	// known.
	RunAnywayAfter []string
	// UnlessSucceeded is a step whose claimed success makes this one unnecessary.
	UnlessSucceeded string
	// OnlyIfAnySent are steps: the step runs only if one of them was sent, with whatever result.
	OnlyIfAnySent []string
	// Cleanup is true of steps that restore a password; they run after an interruption, too.
	Cleanup bool
	// OnlyInDoubt is true of steps that need a [Doubt] to be confirmed.
	OnlyInDoubt bool
	// Requirements are the ids of the requirements judged by the step.
	Requirements   []string
	Request        *Request
	Await          *Await
	Barrier        *Barrier
	Bisect         *Bisect
	Doubt          *Doubt
	PasswordChoice *PasswordChoice
	Cost           Cost
}

// Request is one request of an operation of the contract.
type Request struct {
	Operation string
	// KeyName is the spelling of the key's header; "" sends no key.
	KeyName string
	// Key is the header's value.
	Key string
	// Values are the parameters and body members to send, by name.
	Values map[string]any
	// Header are further header fields by name; Host among them replaces the base URL's.
	Header map[string]string
	// Raw is a body sent as it is, "" for one made of Values.
	Raw string
	// NoBody leaves out the body of an operation that has one.
	NoBody bool
	// Breaks describes how the request breaks the contract on purpose, "" if it does not.
	Breaks string
	// NewerOnly is true of a request that the operation's older path can't express.
	NewerOnly bool
	// Invalid is true of a body that fits the contract's schema and must still fail validation.
	Invalid bool
	// Conn names the connection to use; "" is any.
	Conn string
	// Together names a group of requests. They are sent at the same moment, once all of them are
	// connected; "" is no group.
	Together string
	// FirewallMayBlock is true of a request that looks like an attack. A firewall in front of the
	// deployment may refuse it with a page of its own.
	FirewallMayBlock bool
	// MustBeRefused is true if the deployment must refuse the request. If it accepts, that explains
	// a code mail.
	MustBeRefused bool
	// Captures are the values taken from the response. Steps with an unknown placeholder are not
	// sent.
	Captures []Capture
	// Retry is when to repeat the request once; nil is never.
	Retry *Retry
}

// Retry repeats a sign-in once, a moment later, if one of the steps After claimed success and the
// sign-in contradicts it. A deployment of several machines may need a moment to spread a password.
type Retry struct {
	After []string
	// SignedIn is true if a successful sign-in is the contradiction, false if a refused one is.
	SignedIn bool
}

// Capture names the token of a response, so that later templates can hold it.
type Capture struct {
	// Name is for example "‹token of robert.zak›".
	Name placeholder.Placeholder
	// If is the kind that the response must have, "" for any.
	If contract.Kind
}

// Await waits for the mail of an accepted reset.
type Await struct {
	Trader string
	// For is the step of the reset.
	For string
	// Capture names the codes of the mail, see [placeholder.Placeholder.Other]; "" names none. Tries
	// is the number of codes.
	Capture placeholder.Placeholder
	Tries   int
	// OtherCauses are requests that may have brought the mail although they must not. In that case
	// the wait goes on: the reset's own mail follows it by as much as the reset followed the request.
	OtherCauses []string
	// EarlierCode is the placeholder of an earlier code: its mail may come once more, late.
	EarlierCode placeholder.Placeholder
	// OtherTraders are traders whose mailboxes are searched if no mail came: it may be misdirected.
	OtherTraders []string
	// Brief limits the wait to a few times the delay of earlier mails.
	Brief bool
}

// Doubt lets its dependent steps run only if the mails of these waits seem mixed up. A mix-up seen
// once may be chance, or caused by somebody else.
type Doubt struct{ Waits []string }

// Ways to derive from a secret, see [placeholder.Placeholder.Near].
const (
	OtherCase    = "in other case"
	LetterBehind = "letter behind"
)

// PasswordChoice decides which of a trader's two declared passwords is valid: that of the first
// successful sign-in.
type PasswordChoice struct {
	Trader string
	// SignIns are the sign-ins to decide by, most reliable first.
	SignIns []SignIn
	// Valid and Other are the placeholders that become known: the valid password and the other one.
	Valid, Other placeholder.Placeholder
	// Updates are the trader's right updates, latest first. They decide if no sign-in does.
	Updates []Update
	// Report is true at the end of the run: the valid password is reported to the user.
	Report bool
}

// Update is a step that sets a password where it succeeds.
type Update struct {
	Step  string
	Valid placeholder.Placeholder
}

// SignIn is a sign-in that shows one password to be valid.
type SignIn struct {
	// Session becomes known if the sign-in succeeded.
	Session placeholder.Placeholder
	// Valid is the password of the sign-in, Other the trader's other one.
	Valid, Other placeholder.Placeholder
	// VoidedBy are later steps that may have changed the password. Once one of them was sent, the
	// sign-in proves nothing.
	VoidedBy []string
}

// Barrier releases the next accepted reset when the wait is over, and at the latest after AtMost. If
// two resets overlapped, a deployment could swap their mails unseen.
type Barrier struct {
	Wait   string
	AtMost time.Duration
}

// Bisect repeats refused requests, first all together and then in halves, if more codes came than
// resets were accepted. Surplus codes are evidence against a request only if repeating it brings a
// code again and controls bring none.
type Bisect struct {
	// Groups are the requests that must bring no code, by requirement.
	Groups []Group
	// Accepted are the traders' accepted resets. Some deployments mail the code of a refused reset
	// with the next accepted one.
	Accepted []string
	// Time and Resets are the budget: the duration, and the further accepted resets of one trader.
	Time   time.Duration
	Resets int
}

// Group is the requests for which one requirement forbids a code.
type Group struct {
	Requirement string
	Steps       []string
	// EvenIfAccepted is true if an accepting response does not explain a code.
	EvenIfAccepted bool
}

// Cost is the most a step costs the deployment and the trader.
type Cost struct {
	Requests, Mails, WrongAnswers int
	// WrongCodes and FailedSignIns count against limits of the deployment; Changes are password
	// changes.
	WrongCodes, FailedSignIns, Changes int
}

// Select returns the plan of the named steps and of all their prerequisites. It keeps the barriers,
// for the order.
func (p *Plan) Select(ids []string) *Plan {
	byID := make(map[string]Step, len(p.Steps))
	for _, s := range p.Steps {
		byID[s.ID] = s
	}
	learners, choosers := p.captureSteps(), p.pathFinders()
	wanted := map[string]bool{}
	var want func(id string)
	want = func(id string) {
		if wanted[id] {
			return
		}
		wanted[id] = true
		for _, need := range byID[id].Needs {
			want(need)
		}
		if ask := byID[id].Request; ask != nil && choosers[ask.Operation] != "" {
			want(choosers[ask.Operation])
		}
		for _, name := range byID[id].requiredPlaceholders() {
			for _, learner := range learners[name] {
				want(learner)
			}
		}
	}
	for _, id := range ids {
		want(id)
	}
	// Cleanup steps go with the steps that may have changed a password.
	for _, s := range p.Steps {
		if s.Cleanup && slices.ContainsFunc(s.OnlyIfAnySent, func(id string) bool {
			return wanted[id]
		}) {
			want(s.ID)
		}
	}
	selected := &Plan{}
	for _, s := range p.Steps {
		if wanted[s.ID] || s.isBarrier() {
			selected.Steps = append(selected.Steps, s)
		}
	}
	return selected
}

// pathFinders are the FindsPath steps, by operation.
func (p *Plan) pathFinders() map[string]string {
	steps := map[string]string{}
	for _, s := range p.Steps {
		if s.FindsPath {
			steps[s.Request.Operation] = s.ID
		}
	}
	return steps
}

// isBarrier reports whether the step only orders others.
func (s Step) isBarrier() bool {
	return s.Request == nil && s.Await == nil && s.Bisect == nil && s.Doubt == nil &&
		s.PasswordChoice == nil
}

// Cost adds up the plan's cost, and the further cost of bisecting surplus mail and of a confirmed
// [Doubt].
func (p *Plan) Cost() (sum, again, doubted Cost) {
	for _, s := range p.Steps {
		switch {
		case s.Bisect != nil:
			again = again.add(s.Cost)
		case s.OnlyInDoubt:
			doubted = doubted.add(s.Cost)
		default:
			sum = sum.add(s.Cost)
		}
	}
	return sum, again, doubted
}

// TraderCost is the cost of one trader's steps, or (with no trader) of those that touch no trader.
type TraderCost struct {
	Trader string
	Cost   Cost
}

// CostByTrader adds up the plan's cost for each trader, without bisecting and doubts. Steps that touch
// no trader come last.
func (p *Plan) CostByTrader() []TraderCost {
	var lanes []TraderCost
	index := map[string]int{}
	for _, s := range p.Steps {
		if s.Bisect != nil || s.OnlyInDoubt || s.Cost == (Cost{}) {
			continue
		}
		i, known := index[s.Trader]
		if !known {
			i = len(lanes)
			index[s.Trader] = i
			lanes = append(lanes, TraderCost{Trader: s.Trader})
		}
		lanes[i].Cost = lanes[i].Cost.add(s.Cost)
	}
	slices.SortStableFunc(lanes, func(a, b TraderCost) int {
		if (a.Trader == "") != (b.Trader == "") {
			return strings.Compare(b.Trader, a.Trader)
		}
		return 0
	})
	return lanes
}

func (c Cost) add(d Cost) Cost {
	return Cost{
		Requests: c.Requests + d.Requests, Mails: c.Mails + d.Mails, WrongAnswers: c.WrongAnswers +
			d.WrongAnswers,
		WrongCodes: c.WrongCodes + d.WrongCodes, FailedSignIns: c.FailedSignIns + d.FailedSignIns,
		Changes: c.Changes + d.Changes,
	}
}

// RepeatID is the id of a request repeated by [Bisect].
func RepeatID(id string) string { return "bisect/" + id }

// ProbeID is the id of the request without a key that probes the deployment.
func ProbeID(operation string) string { return "no-key/" + operation }
