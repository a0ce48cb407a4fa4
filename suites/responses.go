package suites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// planResponses covers the pages' demand on every response: JSON of the documented shape. It comes
// last, since it judges all other requests.
func planResponses(b *builder) {
	b.setMissing("no operation is asked", "ANSWER-1", "ANSWER-2", "ANSWER-3", "ANSWER-5")
	b.setMissing("no app key is declared (appKey or CONFORMANCE_APP_KEY)", "ANSWER-4", "ANSWER-6",
		"KEY-8")
	for _, o := range b.contract.Operations {
		if !b.canRequest(o) {
			continue
		}
		b.planDocumentedRequest(o)
		// Cleanup steps may be refused; the same requests are judged elsewhere.
		whole := b.selectRequests(func(s plan.Step) bool {
			return s.Request.Operation == o.ID && s.Request.Breaks == "" &&
				!s.Request.FirewallMayBlock && !s.Cleanup
		})
		isKeyed := func(s plan.Step) bool {
			return s.Request.Operation == o.ID && s.Request.Key == KeyPlaceholder && !s.Cleanup
		}
		keyed := b.selectRequests(isKeyed)
		shaped := b.selectRequests(func(s plan.Step) bool {
			return isKeyed(s) && s.Request.Breaks == "" && !s.Request.FirewallMayBlock
		})
		b.checkAll("ANSWER-1", o, whole, (*Look).demandBody)
		b.checkAll("ANSWER-2", o, whole, (*Look).demandOneDocument)
		b.checkAll("ANSWER-3", o, whole, (*Look).demandLabel)
		b.checkAll("ANSWER-5", o, whole, (*Look).demandNoRepetition)
		if o.Secured && !b.target.HasKey {
			continue
		}
		b.checkAll("ANSWER-4", o, shaped, (*Look).demandShape)
		if reportsSuccess(o) {
			b.checkAll("ANSWER-6", o, shaped, (*Look).demandFittingStatus)
		}
		if o.Secured {
			b.checkAll("KEY-8", o, keyed, (*Look).demandKeyAccepted)
		}
		if o.ID == opSignIn {
			b.checkAll("SIGNIN-5", o, keyed, (*Look).demandDocumentedStatus)
		}
	}
}

// planDocumentedRequest plans a request for an operation without one that has the right key: one
// added to the contract alone.
func (b *builder) planDocumentedRequest(o contract.Operation) {
	whole := b.selectRequests(func(s plan.Step) bool {
		return s.Request.Operation == o.ID && s.Request.Key == KeyPlaceholder &&
			s.Request.KeyName == b.contract.KeyHeader
	})
	if len(whole) > 0 || o.Secured && !b.target.HasKey || o.ID == opReset {
		return
	}
	ask := b.newRequest(o.ID, b.representatives(o)[0])
	if !o.Secured {
		ask.KeyName, ask.Key = "", ""
	}
	b.addStep(plan.Step{ID: joinID("ask", o.ID), Request: ask})
}

// checkAll judges all the operation's responses together, so that a common mistake is one finding.
// judge reports whether it could judge the response.
func (b *builder) checkAll(requirement string, o contract.Operation, steps []string,
	judge func(*Look, contract.Operation, *response) bool) {
	if len(steps) == 0 {
		return
	}
	b.addCheck(requirement, o.String(), steps, func(l *Look) {
		sent, judged := false, false
		for _, a := range l.record.responsesOf(steps) {
			sent = true
			judged = judge(l, o, a) || judged
		}
		switch {
		case !sent:
			l.markUnsent(steps[0])
		case judged:
			l.inapplicable = ""
		case l.inapplicable == "" && l.reason == "":
			l.Untestable("no response was left to look at", "ANSWER-1", "ANSWER-2", "KEY-8")
			l.because = append(l.because, l.record.requirementsBehindUnsent(steps)...)
		}
		l.findings = mergeFindings(l.findings)
	})
}

// mergeFindings joins findings that differ only in the exchange.
func mergeFindings(findings []verdict.Finding) []verdict.Finding {
	var list []verdict.Finding
	places, more := map[[2]string]int{}, map[int]int{}
	for _, f := range findings {
		kind := [2]string{f.Expected, f.Got}
		if i, known := places[kind]; known {
			more[i]++
			continue
		}
		places[kind] = len(list)
		list = append(list, f)
	}
	for i, n := range more {
		list[i].Got += fmt.Sprintf(" (and in %d more responses)", n)
	}
	return list
}

// isJudgeable reports whether the response is this deployment's; otherwise the look is untestable.
func (l *Look) isJudgeable(a *response) bool {
	switch {
	case a.Failure != nil && a.Failure.Unreachable:
		l.Untestable(a.Failure.Text)
	case a.isRateLimited():
		// After wrong answers and earlier resets a limit is an ordinary, undocumented refusal.
		if (!strings.HasPrefix(a.Step, "reset/") || !a.step.Request.MustBeRefused) &&
			a.step.Request.Together == "" {
			l.Untestable(describeLimit(a.Response.Status))
		}
	default:
		return true
	}
	return false
}

func (l *Look) demandBody(o contract.Operation, a *response) bool {
	if !l.isJudgeable(a) {
		return false
	}
	if a.Failure != nil {
		l.Fail(a.Step, "a complete response", a.Failure.Text)
		return true
	}
	status := a.Response.Status
	switch {
	case status >= 500 && !(a.step.Request.Invalid && a.isDocumentedFailure()):
		l.Fail(a.Step, "a status below 500", a.describe())
	case status >= 300 && status < 400:
		l.Fail(a.Step, "a response where documented", fmt.Sprintf("a redirect, status %d to %s",
			status, describeLabel(a.headerValue("Location"))))
	case !canCarryBody(status):
		l.Fail(a.Step, "a status that can carry a response", fmt.Sprintf("status %d", status))
	case isAbsentStatus(status) && a.object() == nil, a.outcome.Absent() &&
		!l.record.hasOperation(o.ID):
		l.Fail(a.Step, "a response of "+o.String(), a.describe()+" (is the base URL right?)")
	}
	return true
}

// canCarryBody reports whether HTTP allows a complete body with the status.
func canCarryBody(status int) bool {
	return status >= 200 && !slices.Contains([]int{http.StatusNoContent, http.StatusResetContent,
		http.StatusPartialContent}, status)
}

// isAbsentStatus reports whether the status says that the operation does not exist.
func isAbsentStatus(status int) bool {
	return slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone,
		http.StatusNotImplemented}, status)
}

// isComplete reports whether the response has a complete body; ANSWER-1 judges the others.
func (l *Look) isComplete(a *response) bool {
	return l.isJudgeable(a) && a.Response != nil && a.Failure == nil &&
		a.Response.Status/100 != 3 &&
		canCarryBody(a.Response.Status)
}

// isDocumented excludes undocumented responses: a lock-out after several wrong answers, and a limit
// of resets, may have any words.
func (l *Look) isDocumented(a *response) bool {
	beyond := strings.Contains(a.Step, "-answer/") && a.step.Request.MustBeRefused &&
		!strings.HasPrefix(a.Step, "reset/missing-answer/") &&
		!strings.HasPrefix(a.Step, "reset/wrong-answer/")
	further := a.step.Request.Together != "" && a.Operation == opReset
	return !beyond && !further || a.outcome.StatesOutcome
}

func (l *Look) demandOneDocument(o contract.Operation, a *response) bool {
	if !l.isComplete(a) || !l.isDocumented(a) {
		return false
	}
	if a.Response.Truncated {
		l.Fail(a.Step, "one JSON document", fmt.Sprintf("more than %d bytes", len(a.Response.Body)))
		return true
	}
	for _, problem := range a.doc.Problems {
		l.Fail(a.Step, "exactly one JSON document", problem+"; "+a.describe())
	}
	return true
}

func (l *Look) demandLabel(o contract.Operation, a *response) bool {
	if !l.isComplete(a) || !l.isDocumented(a) {
		return false
	}
	labels := a.headerValues("Content-Type")
	if len(labels) == 0 {
		l.Fail(a.Step, "a Content-Type of JSON", "no Content-Type")
		return true
	}
	for _, label := range labels {
		switch {
		case !contract.IsJSON(label):
			l.Fail(a.Step, "a Content-Type of JSON", "Content-Type: "+label)
		case isMisread(a.Response.Body, label):
			l.Fail(a.Step, "a Content-Type of JSON, which is UTF-8", "Content-Type: "+label+
				", by which the body reads differently")
		}
	}
	return true
}

func (l *Look) demandNoRepetition(o contract.Operation, a *response) bool {
	if !l.isComplete(a) || !a.doc.Read {
		return false
	}
	for _, name := range a.doc.Repeated {
		if slices.Contains(o.Members(), name) {
			l.Fail(a.Step, fmt.Sprintf("%q once", name), fmt.Sprintf("%q more than once", name))
		}
	}
	return true
}

// demandShape demands that the response fits a documented outcome. The reported violations are
// those of the nearest outcome.
func (l *Look) demandShape(o contract.Operation, a *response) bool {
	if !l.isComplete(a) || !l.isDocumented(a) || a.isKeyError() || !a.doc.Read ||
		l.record.keyRefused {
		return false
	}
	var nearest []contract.Violation
	for _, shape := range sortByLikelihood(o, a.outcome) {
		violations := shape.Check(a.doc.Value)
		if len(violations) == 0 {
			return true
		}
		if nearest == nil {
			nearest = violations
		}
	}
	for _, v := range nearest {
		l.FailAt(v.Line, a.Step, v.Expected, v.Got)
	}
	return true
}

// sortByLikelihood puts the shapes claimed by the response first.
func sortByLikelihood(o contract.Operation, outcome contract.Outcome) []contract.Shape {
	list := slices.Clone(o.Shapes)
	slices.SortStableFunc(list, func(x, y contract.Shape) int {
		if (x.Kind == outcome.Kind) != (y.Kind == outcome.Kind) {
			return compareBools(x.Kind == outcome.Kind, y.Kind == outcome.Kind)
		}
		return compareBools((x.Kind == contract.Refused) == outcome.Refused(),
			(y.Kind == contract.Refused) == outcome.Refused())
	})
	return list
}

func compareBools(first, second bool) int {
	switch {
	case first == second:
		return 0
	case first:
		return -1
	}
	return 1
}

// reportsSuccess reports whether the operation's responses tell success from failure, as those of
// both pages do.
func reportsSuccess(o contract.Operation) bool {
	return slices.ContainsFunc(o.Shapes, func(x contract.Shape) bool {
		return x.Has("Errors") || x.Has("IsSucceed") || x.Has("State")
	})
}

func (l *Look) demandFittingStatus(o contract.Operation, a *response) bool {
	if !l.isComplete(a) || a.object() == nil || a.isKeyError() {
		return false
	}
	if !a.outcome.Success() || a.step.Request.MustBeRefused {
		l.NotApplicable("no request of the operation got a success")
		return false
	}
	if status := a.Response.Status; status >= 400 && status < 500 {
		l.Fail(a.Step, "a 2xx status on a response without errors", a.describe())
	}
	return true
}

// demandDocumentedStatus demands the documented status for the claimed outcome. Limits have none.
func (l *Look) demandDocumentedStatus(o contract.Operation, a *response) bool {
	if !l.isComplete(a) || !a.doc.Read || a.isKeyError() || !a.isSignedIn() &&
		a.outcome.HintsAtLimit() {
		return false
	}
	for _, shape := range o.Shapes {
		if len(shape.Statuses) == 0 || !shape.Claimed(a.object()) {
			continue
		}
		if !shape.HasStatus(a.Response.Status) {
			l.FailAt(shape.Line, a.Step, fmt.Sprintf("status %s beside %s", shape.Statuses[0],
				shape.Sample()), a.describe())
		}
		return true
	}
	return false
}

// isDocumentedFailure reports whether the response is the 500 documented for incomplete requests.
func (a *response) isDocumentedFailure() bool {
	return a.outcome.Kind == contract.ServerError &&
		a.Response.Status == http.StatusInternalServerError
}

// demandNoFailure demands a status below 500, or the documented failure.
func (l *Look) demandNoFailure(a *response) {
	if a.Response.Status >= 500 && !a.isDocumentedFailure() {
		l.Fail(a.Step, `a status below 500, or the documented "Unexpected server error"`,
			a.describe())
	}
}

func (l *Look) demandKeyAccepted(o contract.Operation, a *response) bool {
	if l.record.keyRefused {
		l.Untestable(keyRefused)
		return false
	}
	if !l.isJudgeable(a) || a.Response == nil || strings.HasPrefix(a.step.ID, "key/") {
		return false
	}
	if a.isKeyError() {
		l.Fail(a.Step, "a response to a request with the configured key",
			a.describe()+"; other requests with the same key were accepted")
	}
	return true
}
