package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/plan"
)

// longestRetryAfter bounds how long the deployment may make the run wait, once a request.
const longestRetryAfter = 30 * time.Second

// mostOfTruncated is how many bytes are kept of an answer that was too long to be read to its end: it
// is no answer, and its beginning tells as much.
const mostOfTruncated = 64 << 10

// ask sends the step's request and keeps what came. A request that met silence is asked once more on a fresh
// connection, since a kept-alive one may die at any time; one that met a limit is asked again when
// the deployment says so, as long as it answers others meanwhile. Everything stays in the evidence.
func (r *run) ask(ctx context.Context, s plan.Step) bool {
	if name := r.unknown(s.Ask.Values); name != "" {
		r.unsend(s.ID, fmt.Sprintf("no answer and no mail gave %s: %s was not sent", name, s.ID))
		return false
	}
	if r.stop() != "" && !s.Finally {
		r.keep(s, s.ID, 1, deployment.Exchange{Failure: &deployment.Failure{Text: r.stop()}}, r.stop())
		return false
	}
	request, err := r.build(s)
	if err != nil {
		r.fail(err)
		return false
	}
	r.pacer.wait(ctx, s.Cost.WrongAnswers > 0)
	if s.Cost.Mails > 0 {
		r.beforeAccepted(ctx, s)
	}
	r.goesOut(s.ID)
	whole := ctx
	if s.Cost.Changes > 0 {
		// What may change a password is not broken off: nobody would know what came of it.
		whole = context.WithoutCancel(ctx)
	}
	let := time.Now()
	x := r.Client.Do(whole, request)
	attempt := 1
	for others := r.learn(x, 0); ; others = r.learn(x, others) {
		pause, again := r.askAgain(s, x, let, attempt)
		if !again || !r.patience(ctx, s, x) || !r.pause(ctx, s, pause) || !r.pacer.wait(ctx, false) {
			break
		}
		r.keep(s, s.ID, attempt, x, "")
		attempt++
		request.Conn = fmt.Sprintf("%s, attempt %d", s.ID, attempt)
		let = time.Now()
		x = r.Client.Do(whole, request)
	}
	if x.Failure != nil && x.Failure.Kind == deployment.FailureRequest {
		r.fail(fmt.Errorf("step %s: %s", s.ID, x.Failure.Text))
		return false
	}
	unreachable := r.blame(ctx, s, x)
	if attempt == 1 && ctx.Err() != nil && r.unsettled(s, x) {
		unreachable = "the run was interrupted before it could be asked once more whether the update is known everywhere"
	}
	r.keep(s, s.ID, attempt, x, unreachable)
	return x.Answer != nil
}

// timeToSettle is how long a deployment may take until all of it knows of a new password, timeToReturn how long what
// puts things back waits for a deployment that is away.
const (
	timeToSettle = time.Second
	timeToReturn = 20 * time.Second
)

// patience waits, where the step puts things back and met silence, until the deployment answers again. All such steps
// share the time.
func (r *run) patience(ctx context.Context, s plan.Step, x deployment.Exchange) bool {
	if !s.Finally || !away(s, x) {
		return true
	}
	r.mu.Lock()
	if r.gone.IsZero() {
		r.gone = time.Now()
	}
	until := r.gone.Add(timeToReturn)
	r.mu.Unlock()
	for time.Now().Before(until) && !r.answers(ctx, s.Ask.Operation) {
		if !sleep(ctx, timeToSettle/2) {
			return false
		}
	}
	return true
}

// away reports whether nobody answered, or (what puts things back asks again then, too) only what stands in front.
func away(s plan.Step, x deployment.Exchange) bool { return silent(x) || s.Finally && page(x) }

// answers reports whether the deployment can be reached, asked by one step at a time.
func (r *run) answers(ctx context.Context, suspect string) bool {
	r.probing.Lock()
	defer r.probing.Unlock()
	return r.reachable(ctx, suspect)
}

// askAgain says whether and after which pause to ask once more what was let go then.
func (r *run) askAgain(s plan.Step, x deployment.Exchange, let time.Time, attempt int) (time.Duration, bool) {
	if away(s, x) {
		return 0, attempt == 1
	}
	if r.unsettled(s, x) {
		return timeToSettle, attempt == 1
	}
	if !limited(x) {
		return 0, false
	}
	pause, known := retryAfter(x, time.Now())
	r.note("The deployment limits the rate of requests: it answers with status %d.", x.Answer.Status)
	again := known && pause <= longestRetryAfter && attempt < mostAttempts && s.Cost.WrongAnswers == 0 && !r.impatient.Load()
	if again {
		r.pacer.slow(let, pause)
	}
	return pause, again
}

// learn notices that the deployment does not keep its word about when to come back, while it answers nobody else
// either: no other request waits for that again, or a run would take as many pauses as its longest chain has requests.
// Others is how many answers had met no limit when the request was sent before, 0 the first time; so is the result.
func (r *run) learn(x deployment.Exchange, others int) int {
	if !limited(x) {
		return r.pacer.answered(1)
	}
	now := r.pacer.answered(0)
	if others > 0 && others == now+1 {
		r.impatient.Store(true)
		r.pacer.free()
	}
	return now + 1
}

// silent reports whether not even the first byte of an answer came.
func silent(x deployment.Exchange) bool {
	return x.Answer == nil && x.Failure != nil && !x.Failure.AnswerBegun && x.Failure.Kind != deployment.FailureInterrupted
}

func limited(x deployment.Exchange) bool {
	if x.Answer == nil {
		return false
	}
	status := x.Answer.Status
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && header(x, "Retry-After") != ""
}

// retryAfter reads the Retry-After field (RFC 9110, section 10.2.3).
func retryAfter(x deployment.Exchange, now time.Time) (time.Duration, bool) {
	text := header(x, "Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return unsaidPause, text == ""
}

func header(x deployment.Exchange, name string) string {
	for _, f := range x.Answer.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// pause lets others ask in the meantime.
func (r *run) pause(ctx context.Context, s plan.Step, d time.Duration) bool {
	if d > 0 {
		r.states[s.ID].leave()
	}
	return sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// build makes the request of the step's template, secrets in place, and checks it against the contract: a
// request that breaks the contract other than on purpose is a fault of this tool.
func (r *run) build(s plan.Step) (deployment.Request, error) {
	o, found := r.Contract.Operation(s.Ask.Operation)
	if !found {
		return deployment.Request{}, fmt.Errorf("step %s asks operation %s, which the contract does not have", s.ID, s.Ask.Operation)
	}
	values := map[string]any{}
	for name, value := range s.Ask.Values {
		values[name] = r.open(value)
	}
	request := deployment.Request{Method: o.Method, Path: o.FillPath(values), Conn: s.Ask.Conn}
	if s.Ask.KeyName != "" {
		request.Header = append(request.Header, deployment.Field{Name: s.Ask.KeyName, Value: r.Vault.Open(s.Ask.Key)})
	}
	for _, f := range o.FillHeader(values) {
		request.Header = append(request.Header, deployment.Field(f))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Ask.Header)) {
		request.Header = append(request.Header, deployment.Field{Name: name, Value: s.Ask.Header[name]})
	}
	if o.HasBody && !s.Ask.NoBody {
		body, err := o.FillBody(values)
		if err != nil {
			return deployment.Request{}, err
		}
		if s.Ask.Raw != "" {
			body = []byte(s.Ask.Raw)
		}
		request.Body = body
		request.Header = append(request.Header, deployment.Field{Name: "Content-Type", Value: "application/json"})
	}
	return request, checkOwn(o, s, request)
}

// open puts secrets in place of placeholders, in strings at any depth.
func (r *run) open(value any) any {
	switch v := value.(type) {
	case string:
		return r.Vault.Open(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = r.open(item)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, item := range v {
			object[name] = r.open(item)
		}
		return object
	}
	return value
}

func checkOwn(o contract.Operation, s plan.Step, request deployment.Request) error {
	fields := http.Header{}
	for _, f := range request.Header {
		fields.Add(f.Name, f.Value)
	}
	err := o.CheckRequest(request.Path, fields, request.Body)
	switch {
	case err != nil && s.Ask.Breaks == "":
		return fmt.Errorf("step %s breaks the contract, and should not: a request of ours is not as documented", s.ID)
	case err == nil && s.Ask.Breaks != "":
		return fmt.Errorf("step %s should break the contract (%s), and does not", s.ID, s.Ask.Breaks)
	}
	return nil
}

// keep adds an exchange to the evidence.
func (r *run) keep(s plan.Step, id string, attempt int, x deployment.Exchange, unreachable string) {
	if x.Failure != nil && x.Failure.Kind == deployment.FailureInterrupted {
		// What we broke off ourselves is nothing that the deployment answers for.
		unreachable = x.Failure.Text
	}
	if x.Answer != nil && x.Answer.Truncated {
		x.Answer.Body = slices.Clone(x.Answer.Body[:min(len(x.Answer.Body), mostOfTruncated)])
	}
	if x.Answer != nil && x.Answer.TLS != "" && slices.Contains(r.Target.Profiles, "hardening") {
		r.note("The deployment speaks %s.", x.Answer.TLS)
	}
	explained := id == s.ID && explains(s, x)
	r.learnSecrets(s, id, x)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lasts[id] = len(r.exchanges)
	if explained {
		r.explained[id] = true
	} else {
		delete(r.explained, id)
	}
	r.exchanges = append(r.exchanges, exchange{Exchange: x, step: s, id: id, attempt: attempt, unreachable: unreachable})
}

func (r *run) goesOut(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[id] = true
}

// stop says why nothing more is sent.
func (r *run) stop() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// blame tells a broken answer from a deployment that is not there: after silence, or a page that is
// not the API's, a known-good request is asked. It returns "" where the answer is the deployment's own.
func (r *run) blame(ctx context.Context, s plan.Step, x deployment.Exchange) string {
	switch {
	case x.Failure != nil && x.Failure.Kind == deployment.FailureInterrupted:
		return x.Failure.Text
	case !silent(x) && !page(x):
		return ""
	case ctx.Err() != nil:
		return "the run was interrupted before anybody could tell the deployment's fault from the network's"
	}
	r.probing.Lock()
	defer r.probing.Unlock()
	if stopped := r.stop(); stopped != "" {
		return stopped
	}
	if r.reachable(ctx, s.Ask.Operation) {
		return ""
	}
	if ctx.Err() != nil {
		return "the run was interrupted before anybody could tell the deployment's fault from the network's"
	}
	reason := "the deployment can't be reached"
	if page(x) {
		reason = fmt.Sprintf("a page (status %d) answers in place of the API: is the base URL right, and is nothing in front of it?", x.Answer.Status)
	} else if x.Failure.Text != "" {
		reason += ": " + x.Failure.Text
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = reason
	return reason
}

// reachable asks requests that change nothing until one is answered by the API: first those that need not be refused,
// then those that were answered before; those of the suspect operation last.
func (r *run) reachable(ctx context.Context, suspect string) bool {
	const most = 4
	candidates := r.knownGood()
	slices.SortStableFunc(candidates, func(a, b plan.Step) int {
		return cmp.Or(
			rank(a.Ask.Refusable)-rank(b.Ask.Refusable),
			rank(a.Ask.Operation == suspect)-rank(b.Ask.Operation == suspect),
		)
	})
	for i, s := range candidates {
		if i == most {
			break
		}
		if r.answersJSON(ctx, s) {
			return true
		}
	}
	return false
}

// keyless are requests without a key of all operations that the plan may not ask at all.
func (r *run) keyless() []plan.Step {
	var steps []plan.Step
	for _, o := range r.Contract.Operations {
		if !o.Secured {
			continue
		}
		ask := &plan.Ask{Operation: o.ID, Values: map[string]any{}, Refusable: true}
		for _, v := range o.Parameters {
			if ask.Values[v.Name] = v.Example; v.Fact == "deployment.apiVersion" {
				ask.Values[v.Name] = r.Target.APIVersion
			}
		}
		// Without a body it changes nothing even where keys are not looked at.
		if o.HasBody {
			ask.NoBody, ask.Breaks = true, "the body is missing"
		}
		steps = append(steps, plan.Step{ID: "no-key/" + o.ID, Ask: ask})
	}
	return steps
}

// knownGood lists one harmless request for each operation and key, those that have been answered first.
func (r *run) knownGood() []plan.Step {
	var steps []plan.Step
	seen := map[[2]string]bool{}
	for _, answered := range []bool{true, false} {
		for _, s := range slices.Concat(r.Plan.Steps, r.keyless()) {
			if !r.harmless(s) || r.answeredJSON(s) != answered {
				continue
			}
			if kind := [2]string{s.Ask.Operation, s.Ask.Key}; !seen[kind] {
				seen[kind] = true
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// harmless reports whether the step may be asked any time.
func (r *run) harmless(s plan.Step) bool {
	if s.Ask == nil || s.Cost.Mails+s.Cost.WrongAnswers+s.Cost.Changes > 0 || len(s.Ask.Learns) > 0 {
		return false
	}
	o, _ := r.Contract.Operation(s.Ask.Operation)
	return o.Method == http.MethodGet || o.Secured && s.Ask.KeyName == ""
}

func (r *run) answeredJSON(s plan.Step) bool {
	x, found := r.last(s.ID)
	return found && x.Answer != nil && json.Valid(x.Answer.Body)
}

func rank(late bool) int {
	if late {
		return 1
	}
	return 0
}

func (r *run) answersJSON(ctx context.Context, s plan.Step) bool {
	request, err := r.build(s)
	if err != nil {
		return false
	}
	request.Conn = "known-good"
	x := r.Client.Do(ctx, request)
	r.keep(s, "known-good/"+s.ID, 1, x, "")
	return x.Answer != nil && json.Valid(x.Answer.Body)
}

// page reports whether something in front of the deployment answered with a page: a
// sign-in, a block, maintenance.
func page(x deployment.Exchange) bool {
	if x.Answer == nil || json.Valid(x.Answer.Body) {
		return false
	}
	switch status := x.Answer.Status; {
	case slices.Contains(elsewhere(), status):
		return true
	case status == http.StatusOK, status == http.StatusUnauthorized, status == http.StatusForbidden, status > 504:
		return html(x)
	}
	return false
}

// elsewhere are the statuses by which a proxy says that it does not reach the deployment, and those by which
// another server says that it knows no such path.
func elsewhere() []int {
	return []int{
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		http.StatusProxyAuthRequired, http.StatusNetworkAuthenticationRequired,
		http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusMisdirectedRequest,
	}
}

func html(x deployment.Exchange) bool {
	begin := strings.ToLower(strings.TrimSpace(string(x.Answer.Body[:min(len(x.Answer.Body), 200)])))
	return strings.Contains(strings.ToLower(header(x, "Content-Type")), "html") ||
		strings.HasPrefix(begin, "<!doctype html") || strings.HasPrefix(begin, "<html")
}
