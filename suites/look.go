package suites

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// Look judges the evidence on one subject. It collects findings, or the reason why nothing can be
// judged.
type Look struct {
	suite    *Suite
	record   *Record
	subject  string
	steps    []string
	findings []verdict.Finding
	reason   string
	// inapplicable says why the requirement turned out not to apply, "" if it does.
	inapplicable string
	// because are the requirements whose failures are the reason.
	because []string
}

// judgeSubject judges one subject by the record.
func (s *Suite) judgeSubject(c Check, subject Subject, record *Record) verdict.Result {
	l := &Look{suite: s, record: record, subject: subject.Name, steps: subject.Steps}
	subject.Judge(l)
	r := verdict.Result{
		Requirement: c.Requirement.ID, Subject: subject.Name, Verdict: verdict.Passed,
		Steps: subject.Steps, Findings: l.findings,
	}
	switch {
	case len(l.findings) > 0 && record.others != "" && c.Requirement.Profile == flowProfile:
		r.Verdict, r.Reason, r.Findings = verdict.Untestable, record.others, nil
	case len(l.findings) > 0:
		r.Verdict = verdict.Failed
	case l.reason != "":
		r.Verdict, r.Reason, r.Because = verdict.Untestable, l.reason, l.because
	case l.inapplicable != "":
		r.Verdict, r.Reason = verdict.NotApplicable, l.inapplicable
	}
	return r
}

// Fail adds a finding about the exchange of the step.
func (l *Look) Fail(step, expected, got string) { l.FailAt(0, step, expected, got) }

// FailAt is Fail with the demanding line of the contract.
func (l *Look) FailAt(line int, step, expected, got string) {
	l.findings = append(l.findings, verdict.Finding{
		Subject: l.subject, Expected: expected, Got: got, Exchange: step,
		Curl: l.record.curlCommand(step), Line: line,
	})
}

// FailMail adds a finding about a mail and about the exchange that brought it, or should have.
func (l *Look) FailMail(mail, step, expected, got string) {
	l.Fail(step, expected, got)
	l.findings[len(l.findings)-1].Mail = mail
}

// Expect adds a finding unless the matcher matches.
func (l *Look) Expect(step string, actual any, matcher types.GomegaMatcher, expected, got string) {
	if matched, err := matcher.Match(actual); err != nil || !matched {
		l.Fail(step, expected, got)
	}
}

// Untestable gives the reason why the subject can't be judged, and the requirements whose failures
// cause it. The first reason stands.
func (l *Look) Untestable(reason string, because ...string) {
	if l.reason != "" {
		return
	}
	l.reason, l.because = reason, because
	if len(because) > 0 {
		l.reason += "; see " + enumerate(because)
	}
}

// markUnsent gives the reason why the step was not carried out. The cause may be a failure on a
// step it needs.
func (l *Look) markUnsent(step string) {
	if l.reason == "" {
		l.reason, l.because = l.record.describeUnsent(step),
			l.record.origins.RequirementsBehind(step)
	}
}

// enumerate is "A, B and C".
func enumerate(list []string) string {
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

// NotApplicable gives the reason why the requirement does not apply to the subject.
func (l *Look) NotApplicable(reason string) { l.inapplicable = reason }

// Sent returns the response to the step, whatever it is. Without a response of this deployment, the
// subject is untestable.
func (l *Look) Sent(step string) (*response, bool) {
	a, sent := l.record.responses[step]
	switch {
	case !sent:
		l.markUnsent(step)
	case l.record.keyRefused && a.hasRightKey():
		l.Untestable(keyRefused)
	case a.Failure != nil && a.Failure.Unreachable:
		l.Untestable(a.Failure.Text)
	case a.Response == nil:
		l.Untestable(fmt.Sprintf("no response to judge by (%s)", a.Failure.Text), "ANSWER-1")
	case a.isRateLimited():
		l.Untestable(describeLimit(a.Response.Status))
	case l.isForeignPage(a):
		l.Untestable(fmt.Sprintf("a page (status %d) came in place of the API's response",
			a.Response.Status), "ANSWER-1", "ANSWER-2")
	default:
		return a, true
	}
	return nil, false
}

// isForeignPage reports whether the response is a page and the operation never got a response of
// the API. An operation in use may refuse a request by a page, or a firewall may block it as an
// attack.
func (l *Look) isForeignPage(a *response) bool {
	page := a.outcome.Absent() || a.outcome.Kind == contract.NotTheAPI && a.Response.Status < 500
	return page && !l.record.hasResponseOf(a.Operation)
}

// describeLimit is the reason for a rate-limited response.
func describeLimit(status int) string {
	return fmt.Sprintf("the deployment limits the rate of requests: it responded with status %d",
		status)
}

// Readable returns the response to the step if it is JSON.
func (l *Look) Readable(step string) (*response, bool) {
	a, ok := l.Sent(step)
	if ok && !a.doc.Read {
		l.Untestable("the response can't be read as JSON", "ANSWER-2")
		return nil, false
	}
	return a, ok
}

// Keyed returns the response to a step with the right key if the key was accepted and the response
// is an object.
func (l *Look) Keyed(step string) (*response, bool) {
	a, ok := l.Readable(step)
	switch {
	case !ok:
	case a.isKeyError():
		l.Untestable("the configured key was refused", "KEY-8")
	case a.object() == nil:
		l.Untestable("the answer is not an object", "ANSWER-4")
	case a.Response.Status >= 500:
		l.Untestable(fmt.Sprintf("the response has status %d", a.Response.Status), "ANSWER-1")
	default:
		return a, true
	}
	return nil, false
}

const keyRefused = "every operation refuses the configured app key: either it is not a key of this deployment, " +
	"or the deployment refuses right keys"

// Record is a run's evidence, read once for all looks.
type Record struct {
	Run *evidence.Run

	responses map[string]*response
	waits     map[string][]evidence.Wait
	// mails are by login of each recipient trader, coded by their first code in lower case.
	mails, coded map[string][]evidence.Mail
	// resets are the resets that may bring a mail, by their place in the sending order.
	resets map[string]int
	// origins say what stands behind a step that was not carried out.
	origins plan.Dependencies
	steps   map[string]plan.Step
	// read is the parsed mail by id; greetingNames are, by login, the trader's names in mail
	// headers.
	read          map[string]readMail
	greetingNames map[string][]string
	// byWord are the traders by the words of their names.
	byWord map[string][]evidence.Trader
	// resetsBeforeRound is the number of resets before the simultaneous ones.
	resetsBeforeRound int
	// keyRefused is true if every operation refused the configured key.
	keyRefused bool
	// others says why somebody else seems to reset the same traders, "" if nobody does.
	others string
}

// response is the last exchange of a step with its body read.
type response struct {
	evidence.Exchange
	step    plan.Step
	doc     contract.Document
	outcome contract.Outcome
	// sameAsBadKey is true if the right key got the error of a bad one, in undocumented words.
	sameAsBadKey bool
}

// newRecord reads the evidence for the looks.
func (s *Suite) newRecord(run *evidence.Run) *Record {
	r := &Record{
		Run: run, responses: map[string]*response{}, waits: map[string][]evidence.Wait{},
		mails: map[string][]evidence.Mail{}, coded: map[string][]evidence.Mail{},
		resets: map[string]int{},
	}
	r.origins = s.Plan.Dependencies()
	r.steps = map[string]plan.Step{}
	for _, step := range s.Plan.Steps {
		r.steps[step.ID] = step
	}
	documents := documents{}
	for _, x := range run.Exchanges {
		a := &response{Exchange: x, step: r.steps[x.Step]}
		if x.Response != nil {
			a.doc = documents.read(x.Response.Body)
			a.outcome = s.classify(x, a.doc)
		}
		r.responses[x.Step] = a
	}
	r.resetsBeforeRound = len(run.Resets)
	for place, reset := range run.Resets {
		r.resets[reset] = place
		if strings.HasPrefix(reset, firstRound+"/") {
			r.resetsBeforeRound = min(r.resetsBeforeRound, place)
		}
	}
	for _, w := range run.Waits {
		r.waits[w.Step] = append(r.waits[w.Step], w)
	}
	for _, m := range r.mailsBeforeFurther() {
		for _, login := range m.Traders {
			r.mails[login] = append(r.mails[login], m)
		}
		if len(m.Codes) > 0 {
			code := strings.ToLower(string(m.Codes[0]))
			r.coded[code] = append(r.coded[code], m)
		}
	}
	r.readMails(s.Target.Traders)
	r.markBadKeys()
	r.keyRefused = r.refusesKeyEverywhere()
	r.others = s.findForeignResets(r)
	return r
}

// markBadKeys finds the responses to right keys with the operation's error for bad ones.
func (r *Record) markBadKeys() {
	type words struct {
		operation, text string
		status          int
	}
	known := map[words]bool{}
	each := func(keyed bool, do func(*response, words)) {
		for _, a := range r.responses {
			if a.hasRightKey() == keyed && a.outcome.Kind == contract.Refused &&
				a.outcome.Error != "" && !a.outcome.StatesOutcome {
				do(a, words{a.Operation, a.outcome.Error, a.outcome.Status})
			}
		}
	}
	each(false, func(_ *response, w words) { known[w] = true })
	each(true, func(a *response, w words) { a.sameAsBadKey = known[w] })
}

// classify says what the response of the exchange means.
func (s *Suite) classify(x evidence.Exchange, document contract.Document) contract.Outcome {
	o, _ := s.Contract.Operation(x.Operation)
	r := contract.Response{Status: x.Response.Status, Body: x.Response.Body,
		Truncated: x.Response.Truncated, Document: document}
	for _, f := range x.Response.Header {
		r.Header = append(r.Header, contract.Field{Name: f.Name, Value: f.Value})
	}
	return contract.Classify(o, r)
}

// documents are bodies read as JSON, by checksum. Refusals are alike, and a decoded body takes many
// times the space of its text.
type documents map[[sha256.Size]byte]contract.Document

func (d documents) read(body []byte) contract.Document {
	sum := sha256.Sum256(body)
	document, known := d[sum]
	if !known {
		document = contract.ReadJSON(body)
		d[sum] = document
	}
	return document
}

// mailsBeforeFurther are the mails before repeated requests and the hardening profile's resets. The
// mails after belong to their own waits; among so many codes two may be equal by chance.
func (r *Record) mailsBeforeFurther() []evidence.Mail {
	further, begun := r.furtherStart()
	if !begun {
		return r.Run.Mails
	}
	return slices.DeleteFunc(slices.Clone(r.Run.Mails), func(m evidence.Mail) bool {
		return m.Seen.After(further)
	})
}

// furtherStart is the time of the first request of bisecting or of the hardening profile.
func (r *Record) furtherStart() (time.Time, bool) {
	if r.Run.Bisect != nil && len(r.Run.Bisect.Trials) > 0 {
		return r.Run.Bisect.Trials[0].Started, true
	}
	var first time.Time
	for _, x := range r.Run.Exchanges {
		earlier := first.IsZero() || x.Started.Before(first)
		if earlier && strings.HasPrefix(x.Step, furtherResetStep("")+"/") {
			first = x.Started
		}
	}
	return first, !first.IsZero()
}

func (r *Record) refusesKeyEverywhere() bool {
	refused := 0
	for _, a := range r.responses {
		if !a.hasRightKey() || a.Response == nil || a.breaksContract() {
			continue
		}
		if !a.isKeyError() {
			return false
		}
		refused++
	}
	return refused > 0
}

// hasResponseOf reports whether some request with the right key got a response of the operation.
func (r *Record) hasResponseOf(operation string) bool {
	for _, a := range r.responses {
		if a.Operation == operation && a.hasRightKey() && a.outcome.OfTheAPI() && !a.isKeyError() {
			return true
		}
	}
	return false
}

// requirementsBehindUnsent are the requirements behind the unsent ones of the steps.
func (r *Record) requirementsBehindUnsent(steps []string) []string {
	var ids []string
	for _, step := range steps {
		if _, sent := r.responses[step]; !sent {
			ids = append(ids, r.origins.RequirementsBehind(step)...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// hasOperation reports whether some request got a response other than the operation's absence.
func (r *Record) hasOperation(id string) bool {
	for _, a := range r.responses {
		if a.Operation == id && a.Response != nil && !a.outcome.Absent() {
			return true
		}
	}
	return false
}

func (r *Record) describeUnsent(step string) string {
	if r.Run.Interrupted {
		return "the run was interrupted before " + r.describeStep(step)
	}
	if reason := r.Run.Unsent[step]; reason != "" {
		return reason
	}
	return "not sent: " + r.describeStep(step)
}

// describeStep names a step for people.
func (r *Record) describeStep(id string) string {
	step, planned := r.steps[id]
	if !planned {
		return id
	}
	return titleWithTrader(step)
}

func (r *Record) curlCommand(step string) string {
	a, sent := r.responses[step]
	if !sent {
		return ""
	}
	return evidence.Curl(a.Exchange)
}

// responsesInOrder returns the responses in the order of their requests, responsesOf those of the
// steps.
func (r *Record) responsesInOrder() []*response {
	return r.responsesOf(slices.Collect(maps.Keys(r.responses)))
}

func (r *Record) responsesOf(steps []string) []*response {
	var list []*response
	for _, step := range steps {
		if a, sent := r.responses[step]; sent {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *response) int {
		return cmp.Or(a.Started.Compare(b.Started), strings.Compare(a.Step, b.Step))
	})
	return list
}
