// Package plan describes what a run will send, in which order, and what it waits
// for, before anything is sent. Texts hold placeholders where a secret will stand.
package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/placeholder"
)

// Plan is what one run will send and wait for.
type Plan struct {
	// Steps stand in an order in which they could go out one by one.
	Steps []Step
}

// Step is one request, one wait for a mail, or (with neither) a point that others wait for.
type Step struct {
	// ID is the key of the step in the evidence, for example "reset/right-answer/robert.zak".
	ID string
	// Lane is the trader whose state the step touches, "" where it touches none.
	Lane string
	// Needs are steps that must have got a response; without them the step is not sent.
	Needs []string
	// After are steps that come first where they are planned at all.
	After []string
	// Chooses is true of the request that finds out whether its operation is at the newer or the
	// older path: it is sent to the older one where the newer one is not there, and other requests
	// of the operation follow.
	Chooses bool
	// Unless is known where the step has nothing left to find out.
	Unless placeholder.Placeholder
	// Despite are steps of which one that claimed success outweighs Unless.
	Despite []string
	// UnlessDone is a step that leaves nothing to find out where it claimed success.
	UnlessDone string
	// Since are steps of which one must have been sent, whatever came of it.
	Since []string
	// Finally is true of what puts things back: it is carried out also after an interruption.
	Finally bool
	// Doubted is true of what is done only where a [Doubt] lets it.
	Doubted bool
	// Requirements are the ids that look at the step.
	Requirements []string
	Ask          *Ask
	Await        *Await
	Turn         *Turn
	Bisect       *Bisect
	Doubt        *Doubt
	Settle       *Settle
	Cost         Cost
}

// Ask is one request of an operation of the contract.
type Ask struct {
	Operation string
	// KeyName is the spelling of the key's header; "" sends no key.
	KeyName string
	// Key is the header's value.
	Key string
	// Values are the parameters and body members to send, by name.
	Values map[string]any
	// Header are further header fields by name; Host among them replaces the base URL's.
	Header map[string]string
	// Raw is a body that is none of the operation's, "" where Values make one.
	Raw string
	// NoBody leaves out the body of an operation that has one.
	NoBody bool
	// Breaks says what of the contract the request breaks on purpose, "" where nothing.
	Breaks string
	// NewerOnly is true of a request that the operation's older path has no room for.
	NewerOnly bool
	// Invalid is true where a body that the contract's schema allows must fail validation all the
	// same.
	Invalid bool
	// Conn names the connection to use; "" is any.
	Conn string
	// Together names requests that go out at the same moment, when all of them are connected; "" is
	// none.
	Together string
	// Blockable is true of a request that a firewall in front of the deployment may block in words
	// of its own.
	Blockable bool
	// Refusable is true where the response must be a refusal: acceptance is what
	// would explain a code mail.
	Refusable bool
	// Learns are what the response makes known. A template with a placeholder that did not become
	// known is not sent.
	Learns []Learn
	// Again says when the same is asked once more; nil never.
	Again *Again
}

// Again asks once more, a moment later, where one of the steps After claimed success and the
// sign-in contradicts it: a deployment of several machines may take a moment until all of them know
// of a new password.
type Again struct {
	After []string
	// SignedIn is true where a sign-in contradicts the step, false where a refused one does.
	SignedIn bool
}

// Learn gives the token of a response a name that later templates can hold.
type Learn struct {
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
	// Learns names the codes that the mail presents, see [placeholder.Placeholder.Other]; "" names
	// none. Tries is how many of them.
	Learns placeholder.Placeholder
	Tries  int
	// Instead are requests that may have brought the mail, against all promises: then the reset's
	// own comes as much later as the reset was sent, and is waited for.
	Instead []string
	// Unlike is the placeholder of an earlier code: its mail may come once more, late.
	Unlike placeholder.Placeholder
	// Others are traders into whose mailboxes to look where no mail came: it may have gone there.
	Others []string
	// Brief is true of a wait that lasts no longer than a few times what mails took so far.
	Brief bool
}

// Doubt lets steps go on only if the mails that these waits were for seem mixed up: what is seen
// once may be chance, or somebody else's doing.
type Doubt struct{ Waits []string }

// Ways to derive from a secret, see [placeholder.Placeholder.Near].
const (
	OtherCase    = "in other case"
	LetterBehind = "letter behind"
)

// Settle says which of a trader's two declared passwords is valid: the first that signed in.
type Settle struct {
	Trader string
	// Signed are the sign-ins to go by, the one that counts most first.
	Signed []Signed
	// Valid and Other are the placeholders that become known: the password that is valid, and the
	// other.
	Valid, Other placeholder.Placeholder
	// Updates are the trader's right updates, the last first: what they set is known also where no
	// sign-in tells.
	Updates []Update
	// Tell is true at the end of the run, where the response belongs to the user.
	Tell bool
}

// Update is a step that sets a password where it succeeds.
type Update struct {
	Step  string
	Valid placeholder.Placeholder
}

// Signed is one way in which a password showed itself valid.
type Signed struct {
	// Session is known where the sign-in succeeded.
	Session placeholder.Placeholder
	// Valid is the password that it was made with, Other the one that it was not.
	Valid, Other placeholder.Placeholder
	// Until are steps that may have changed the password since: with one of them sent it says
	// nothing any more.
	Until []string
}

// Turn lets the next accepted reset go when the wait is over, and at the latest after AtMost: two
// resets that overlap could have their mails exchanged unseen.
type Turn struct {
	Of     string
	AtMost time.Duration
}

// Bisect repeats refused requests, all together and then in halves, where more codes came than
// resets were accepted: a surplus code is no guilt until the same requests bring one again, and
// controls bring none.
type Bisect struct {
	// Groups are the requests that must bring no code, by the requirement that says so.
	Groups []Group
	// Accepted are the accepted resets of the traders, for deployments that mail the code of a
	// refused one with the next that they accept.
	Accepted []string
	// Time and Resets are the budget: how long it may take, and how many more accepted resets a
	// trader may get.
	Time   time.Duration
	Resets int
}

// Group is what one requirement allows no code for.
type Group struct {
	Requirement string
	Steps       []string
	// Always is true where a response that accepts the request does not explain a code.
	Always bool
}

// Cost is what a step costs the deployment and the trader, at most.
type Cost struct {
	Requests, Mails, WrongAnswers int
	// WrongCodes and FailedSignIns count against limits of the deployment; Changes are password
	// changes.
	WrongCodes, FailedSignIns, Changes int
}

// Select returns the plan of the named steps, of all that they need or hold, and of the points in
// between, which send nothing and keep the order.
func (p *Plan) Select(ids []string) *Plan {
	byID := make(map[string]Step, len(p.Steps))
	for _, s := range p.Steps {
		byID[s.ID] = s
	}
	learners, choosers := p.learners(), p.choosers()
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
		if ask := byID[id].Ask; ask != nil && choosers[ask.Operation] != "" {
			want(choosers[ask.Operation])
		}
		for _, name := range byID[id].holds() {
			for _, learner := range learners[name] {
				want(learner)
			}
		}
	}
	for _, id := range ids {
		want(id)
	}
	// What puts things back goes with what may have changed them.
	for _, s := range p.Steps {
		if s.Finally && slices.ContainsFunc(s.Since, func(id string) bool { return wanted[id] }) {
			want(s.ID)
		}
	}
	selected := &Plan{}
	for _, s := range p.Steps {
		if wanted[s.ID] || s.point() {
			selected.Steps = append(selected.Steps, s)
		}
	}
	return selected
}

// choosers are the steps that find out where an operation is, by the operation.
func (p *Plan) choosers() map[string]string {
	steps := map[string]string{}
	for _, s := range p.Steps {
		if s.Chooses {
			steps[s.Ask.Operation] = s.ID
		}
	}
	return steps
}

// point reports whether the step only keeps others in order.
func (s Step) point() bool {
	return s.Ask == nil && s.Await == nil && s.Bisect == nil && s.Doubt == nil && s.Settle == nil
}

// Cost adds up what the plan costs, and what it costs besides, at most, when surplus mail
// makes it ask again, and when a [Doubt] lets it.
func (p *Plan) Cost() (sum, again, doubted Cost) {
	for _, s := range p.Steps {
		switch {
		case s.Bisect != nil:
			again = again.plus(s.Cost)
		case s.Doubted:
			doubted = doubted.plus(s.Cost)
		default:
			sum = sum.plus(s.Cost)
		}
	}
	return sum, again, doubted
}

// Lane is what the plan costs one trader, or (with no trader) what touches nobody's state.
type Lane struct {
	Trader string
	Cost   Cost
}

// Lanes adds up what the plan costs each trader, without what surplus mail and doubts make it ask
// again; what touches no trader stands last.
func (p *Plan) Lanes() []Lane {
	var lanes []Lane
	index := map[string]int{}
	for _, s := range p.Steps {
		if s.Bisect != nil || s.Doubted || s.Cost == (Cost{}) {
			continue
		}
		i, known := index[s.Lane]
		if !known {
			i = len(lanes)
			index[s.Lane] = i
			lanes = append(lanes, Lane{Trader: s.Lane})
		}
		lanes[i].Cost = lanes[i].Cost.plus(s.Cost)
	}
	slices.SortStableFunc(lanes, func(a, b Lane) int {
		if (a.Trader == "") != (b.Trader == "") {
			return strings.Compare(b.Trader, a.Trader)
		}
		return 0
	})
	return lanes
}

func (c Cost) plus(d Cost) Cost {
	return Cost{
		Requests: c.Requests + d.Requests, Mails: c.Mails + d.Mails, WrongAnswers: c.WrongAnswers + d.WrongAnswers,
		WrongCodes: c.WrongCodes + d.WrongCodes, FailedSignIns: c.FailedSignIns + d.FailedSignIns, Changes: c.Changes + d.Changes,
	}
}

// Repeated is the id under which a request is repeated to find out which one mails a code.
func Repeated(id string) string { return "bisect/" + id }

// WithoutKey is the id of the request that looks whether the deployment is there.
func WithoutKey(operation string) string { return "no-key/" + operation }
