package suites_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/golden"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/internal/verdict"
	"github.com/etna-conformance/conformance/suites"
)

// judgedRun is evidence with the contract that it is judged by. It is shared: edit changes copies.
type judgedRun struct {
	contract *contract.Contract
	run      evidence.Run
}

// reference collects the evidence of the reference deployment once, by all profiles.
var reference = sync.OnceValues(func() (judgedRun, error) {
	s, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		return judgedRun{}, err
	}
	defer s.Close()
	cfg,
		err := config.Load(config.Sources{Flags: map[string]string{"profile": "core,flow,hardening"}})
	if err != nil {
		return judgedRun{}, err
	}
	app.Point(&cfg, s)
	planned, err := app.Plan(cfg)
	if err != nil {
		return judgedRun{}, err
	}
	found, err := planned.Collect(context.Background(), "test", nil)
	if err != nil {
		return judgedRun{}, err
	}
	return judgedRun{planned.Suite.Contract, *found}, nil
})

func judged(t *testing.T) judgedRun {
	t.Helper()
	r, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// edited is a copy of evidence that can be changed.
type edited struct{ evidence.Run }

func (r judgedRun) edit() *edited {
	e := &edited{r.run}
	e.Exchanges, e.Waits, e.Mails = slices.Clone(e.Exchanges), slices.Clone(e.Waits),
		slices.Clone(e.Mails)
	return e
}

// each changes the exchanges of the steps that begin with the text.
func (e *edited) each(step string, change func(*evidence.Exchange)) {
	found := false
	for i, x := range e.Exchanges {
		if strings.HasPrefix(x.Step, step) {
			found = true
			change(&e.Exchanges[i])
		}
	}
	if !found {
		panic("there is no step " + step)
	}
}

// response gives the steps another status and body.
func (e *edited) response(step string, status int, body string) {
	e.each(step, func(x *evidence.Exchange) {
		x.Response = &evidence.Response{Proto: "HTTP/1.1", Status: status, Body: []byte(body),
			Header: []evidence.Field{{Name: "Content-Type", Value: "application/json"}}}
	})
}

// fail takes the steps' answers away.
func (e *edited) fail(step, kind string, unreachable bool) {
	e.each(step, func(x *evidence.Exchange) {
		x.Response, x.Failure = nil,
			&evidence.Failure{Kind: kind, Text: "the test took the answer away",
				Unreachable: unreachable}
	})
}

// forget takes the steps away, as if they had not been sent.
func (e *edited) forget(step, reason string) {
	e.Unsent = maps.Clone(e.Unsent)
	if e.Unsent == nil {
		e.Unsent = map[string]string{}
	}
	e.Exchanges = slices.DeleteFunc(e.Exchanges, func(x evidence.Exchange) bool {
		if strings.HasPrefix(x.Step, step) {
			e.Unsent[x.Step] = reason
			return true
		}
		return false
	})
}

// again says that the steps were sent twice.
func (e *edited) again(step string) { e.each(step, func(x *evidence.Exchange) { x.Attempt = 2 }) }

// wait changes the waits of the steps that begin with the text.
func (e *edited) wait(step string, change func(*evidence.Wait)) {
	for i, w := range e.Waits {
		if strings.HasPrefix(w.Step, step) {
			change(&e.Waits[i])
		}
	}
}

// dropMails takes away all mails of the trader, and what the waits for them found.
func (e *edited) dropMails(login string) {
	e.Mails = slices.DeleteFunc(e.Mails, func(m evidence.Mail) bool {
		return slices.Contains(m.Traders, login)
	})
	for i, w := range e.Waits {
		if w.Trader == login {
			e.Waits[i].Mail = ""
		}
	}
}

// said are the requirements that came to one of the outcomes, those of which the same is said on
// one line.
func said(results []verdict.Result, outcomes ...verdict.Outcome) string {
	worst := map[string]string{}
	for _, outcome := range outcomes {
		for _, r := range slices.Backward(results) {
			if r.Verdict == outcome {
				worst[r.Requirement] = string(outcome) + ": " + firstReason(r)
			}
		}
	}
	var reasons []string
	ids := map[string][]string{}
	for _, r := range results {
		reason, found := worst[r.Requirement]
		if !found {
			continue
		}
		delete(worst, r.Requirement)
		if ids[reason] == nil {
			reasons = append(reasons, reason)
		}
		ids[reason] = append(ids[reason], r.Requirement)
	}
	var text strings.Builder
	for _, reason := range reasons {
		fmt.Fprintf(&text, "%s %s\n", strings.Join(ids[reason], " "), reason)
	}
	return text.String()
}

func firstReason(r verdict.Result) string {
	if len(r.Findings) > 0 {
		return r.Findings[0].Got
	}
	return r.Reason
}

// TestChangedEvidence judges evidence of the reference deployment in which one thing was changed.
// The golden file says what is made of each; a requirement that is not named there passed.
func TestChangedEvidence(t *testing.T) {
	golden.Check(t, "changed-evidence.txt", judged(t).changed())
}

func (r judgedRun) changed() string {
	var text strings.Builder
	for _, c := range changes() {
		e := r.edit()
		c.change(e)
		fmt.Fprintf(&text, "# %s\n%s\n", c.name,
			said(r.judge(e), verdict.Untestable, verdict.Failed))
	}
	return text.String()
}

// TestUndeclared judges no evidence of targets that declare less than everything. The golden file
// says what is not applicable, and why; the rest was not sent.
func TestUndeclared(t *testing.T) { golden.Check(t, "undeclared.txt", judged(t).undeclared()) }

func (r judgedRun) undeclared() string {
	var text strings.Builder
	for _, c := range undeclared() {
		e := r.edit()
		e.Exchanges, e.Waits, e.Mails = nil, nil, nil
		e.Target.Traders = slices.Clone(e.Target.Traders)
		c.change(e)
		results := r.judge(e)
		fmt.Fprintf(&text, "# %s, %d checks\n%s\n", c.name, len(results),
			said(results, verdict.NotApplicable))
	}
	return text.String()
}

// judge judges changed evidence, which can be planned: nobody changes the label filter.
func (r judgedRun) judge(e *edited) []verdict.Result {
	results, err := suites.Judge(r.contract, &e.Run)
	if err != nil {
		panic(err)
	}
	return results
}

func TestALabelFilterThatIsNoneIsRefused(t *testing.T) {
	e := judged(t).edit()
	e.Target.Labels = "("
	if _, err := suites.Judge(judged(t).contract, &e.Run); err == nil {
		t.Error("no error")
	}
}

type change struct {
	name   string
	change func(*edited)
}

const (
	keyError         = `{"error":"Application key is not defined or does not exist"}`
	locked           = `{"State":"Failed","Step":"BaseAuthentication","Reason":"Your account is locked. Try again later."}`
	wrongCredentials = `{"State":"Failed","Step":"BaseAuthentication","Reason":"Invalid credentials"}`
	expecting        = `{"State":"Expecting","Step":"SecondFactor"}`
	refusal          = `{"Errors":["Something else went wrong."],"ErrorsCode":["ErrorOther"],"IsSucceed":false}`
	limited          = `{"Errors":["Too many requests, try again later."],"ErrorsCode":["ErrorLimit"],"IsSucceed":false}`
	policy           = `{"Errors":["The password was used before."],"ErrorsCode":["ErrorPolicy"],"IsSucceed":false}`
)

func changes() []change {
	return []change{
		{"nothing is changed", func(e *edited) {}},
		{"a step was not sent", func(e *edited) {
			e.forget("reset/wrong-answer/", "the trader is locked")
		}},
		{"a step is missing without reason", func(e *edited) {
			e.forget("reset/wrong-answer/", "")
		}},
		{"the run was interrupted", func(e *edited) {
			e.Interrupted = true
			e.forget("reset/wrong-answer/", "")
		}},
		{"nobody answered", func(e *edited) { e.fail("reset/wrong-answer/", "refused", true) }},
		{"the response broke off", func(e *edited) {
			e.fail("reset/wrong-answer/", "reset", false)
		}},
		{"a limit", func(e *edited) { e.response("question/login/robert.zak", 429, limited) }},
		{"a limit after wrong answers", func(e *edited) {
			e.response("reset/wrong-answer/", 429, limited)
		}},
		{"every right key is refused", func(e *edited) {
			e.response("", 401, keyError)
		}},
		{"one right key is refused", func(e *edited) {
			e.response("question/login/robert.zak", 401, keyError)
		}},
		{"the answer is no JSON", func(e *edited) {
			e.response("question/login/robert.zak", 200, "hello")
		}},
		{"the answer is a list", func(e *edited) {
			e.response("question/login/robert.zak", 200, "[]")
		}},
		{"the answer is a redirect", func(e *edited) {
			e.response("question/login/robert.zak", 302, "{}")
		}},
		{"the answer is too long", func(e *edited) {
			e.each("question/login/robert.zak", func(x *evidence.Exchange) {
				a := *x.Response
				a.Truncated = true
				x.Response = &a
			})
		}},
		{"the inbox can't be read", func(e *edited) { e.Target.InboxProblem = "status 500" }},
		{"the inbox can't be read for a while", func(e *edited) {
			e.wait("mail/robert.zak", func(w *evidence.Wait) { w.Problem = "status 503" })
		}},
		{"no mail came", func(e *edited) { e.dropMails("robert.zak") }},
		{"the wait did not begin", func(e *edited) {
			e.Waits = slices.DeleteFunc(e.Waits, func(w evidence.Wait) bool {
				return w.Step == "mail/robert.zak"
			})
		}},
		{"a second factor", func(e *edited) {
			e.response("signin/password/robert.zak", 202, expecting)
		}},
		{"a second factor after the update", func(e *edited) {
			e.response("signin/changed/robert.zak", 202, expecting)
		}},
		{"a lock after wrong passwords", func(e *edited) {
			e.response("signin/old/robert.zak", 401, locked)
		}},
		{"locked sign-in after the update", func(e *edited) {
			e.response("signin/changed/robert.zak", 401, locked)
		}},
		{"the update is refused", func(e *edited) {
			e.response("password/right/robert.zak", 400, refusal)
			e.response("signin/changed/robert.zak", 401, wrongCredentials)
		}},
		{"the update is refused by a policy", func(e *edited) {
			e.response("password/right/robert.zak", 400, policy)
			e.response("signin/changed/robert.zak", 401, wrongCredentials)
		}},
		{"the update is refused when sent again", func(e *edited) {
			e.response("password/right/robert.zak", 400, refusal)
			e.again("password/right/robert.zak")
			e.response("signin/changed/robert.zak", 401, wrongCredentials)
		}},
		{"one update was carried out in silence", func(e *edited) {
			e.response("password/right/robert.zak", 400, refusal)
			e.again("password/right/robert.zak")
		}},
		{"all updates were carried out in silence", func(e *edited) {
			e.response("password/right/", 400, refusal)
			e.again("password/right/")
		}},
		{"a code is refused", func(e *edited) {
			e.response("code/right/robert.zak", 400, refusal)
		}},
		{"a code is refused when sent again", func(e *edited) {
			e.response("code/right/robert.zak", 400, refusal)
			e.again("code/right/robert.zak")
		}},
		{"codes are limited", func(e *edited) {
			e.response("code/right/robert.zak", 400, limited)
		}},
		{"malformed bodies get no response", func(e *edited) {
			e.fail("hardening/body/", "reset", false)
		}},
		{"a long body gets no response in time", func(e *edited) {
			e.fail("hardening/body/long", "timeout", false)
		}},
		{"codes rise", func(e *edited) {
			e.Sequences = []evidence.Sequence{{Trader: "robert.zak", Codes: 5, Length: 8,
				Symbols: 10, Varying: 8, Step: evidence.StepRising}}
		}},
		{"codes have few symbols", func(e *edited) {
			e.Sequences = []evidence.Sequence{{Codes: 5, Length: 8, Symbols: 2, Varying: 8}}
		}},
		{"few codes", func(e *edited) {
			e.Sequences = []evidence.Sequence{{Codes: 3, Length: 8, Symbols: 2, Varying: 8}}
		}},
		{"further resets are refused", func(e *edited) {
			e.response("hardening/reset/", 400, refusal)
		}},
		{"a foreign host breaks the connection", func(e *edited) {
			e.fail("hardening/reset/host", "reset", false)
		}},
		{"a foreign host is refused", func(e *edited) {
			e.response("hardening/reset/host", 400, refusal)
		}},
		{"questions of a trader are refused", func(e *edited) {
			e.response("hardening/question/no.question", 400, refusal)
		}},
	}
}

// undeclared are targets that declare less.
func undeclared() []change {
	none := func(t *evidence.Trader) { t.Answer, t.Question, t.NearAnswers = "", "", nil }
	return []change{
		{"everything is declared", func(e *edited) {}},
		{"no app key", func(e *edited) { e.Target.HasKey = false }},
		{"no inbox", func(e *edited) { e.Target.Inbox = "" }},
		{"no traders", func(e *edited) { e.Target.Traders = nil }},
		{"one trader, with a question", func(e *edited) {
			e.Target.Traders = e.Target.Traders[:1]
		}},
		{"one trader, without a question", func(e *edited) {
			e.Target.Traders = e.Target.Traders[:1]
			none(&e.Target.Traders[0])
		}},
		{"traders without questions", func(e *edited) {
			for i := range e.Target.Traders {
				none(&e.Target.Traders[i])
			}
		}},
		{"answers, and not the questions", func(e *edited) {
			for i := range e.Target.Traders {
				e.Target.Traders[i].Question = ""
			}
		}},
		{"one question of two traders", func(e *edited) {
			e.Target.Traders[1].Question = e.Target.Traders[0].Question
		}},
		{"no passwords", func(e *edited) {
			for i := range e.Target.Traders {
				e.Target.Traders[i].HasPasswords = false
			}
		}},
		{"one trader with passwords", func(e *edited) {
			for i := range e.Target.Traders[1:] {
				e.Target.Traders[i+1].HasPasswords = false
			}
		}},
		{"the company has no secret questions, nor have traders", func(e *edited) {
			e.Target.SecretQuestions = "none"
			for i := range e.Target.Traders {
				none(&e.Target.Traders[i])
			}
		}},
		{"the company has no secret questions", func(e *edited) {
			e.Target.SecretQuestions = "none"
		}},
		{"every trader has a secret question", func(e *edited) {
			e.Target.SecretQuestions = "required"
		}},
		{"core alone", func(e *edited) { e.Target.Profiles = []string{"core"} }},
		{"core and hardening", func(e *edited) {
			e.Target.Profiles = []string{"core", "hardening"}
		}},
		{"a deployment elsewhere, over http", func(e *edited) {
			e.Target.URL = "http://etna.example"
		}},
		{"some requirements", func(e *edited) { e.Target.Only = []string{"KEY-*", "MAIL-1"} }},
		{"some labels", func(e *edited) { e.Target.Labels = "RESET && !advice" }},
		{"nothing", func(e *edited) { e.Target = evidence.Target{Profiles: e.Target.Profiles} }},
	}
}
