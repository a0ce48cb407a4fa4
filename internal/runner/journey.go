package runner

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// shortestSecret is the length in bytes from which what an answer carries is taken for a secret: a
// shorter text stands everywhere by chance.
const shortestSecret = 4

// timeToGoBack bounds, with the wait for a mail, what goes on after an interruption.
const timeToGoBack = 30 * time.Second

// lasting is the context of what puts things back: it outlives an interruption, for a while.
func (r *run) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(r.Target.MailDeadline+timeToGoBack, cancel)
	})
	return lasting, func() { stop(); cancel() }
}

// due reports whether the step still has something to find out or to put back.
func (r *run) due(s plan.Step) bool {
	if s.Unless != "" && r.Redactor.Knows(s.Unless) && !r.anyDone(s.Despite) || s.UnlessDone != "" && r.done(s.UnlessDone) {
		r.unsend(s.ID, "not needed any more: "+s.ID)
		return false
	}
	if len(s.Since) > 0 && !r.anySent(s.Since) {
		r.unsend(s.ID, "not needed: nothing was changed")
		return false
	}
	return true
}

func (r *run) anySent(ids []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(ids, func(id string) bool { return r.sent[id] })
}

// done reports whether the response to the step says that it was carried out.
func (r *run) done(id string) bool {
	return r.lastOutcome(id).Succeeded
}

func (r *run) anyDone(ids []string) bool { return slices.ContainsFunc(ids, r.done) }

// unsettled reports whether the response contradicts an update, and may not yet know of it.
func (r *run) unsettled(s plan.Step, x httpclient.Exchange) bool {
	again := s.Ask.Again
	if again == nil || !r.anyDone(again.After) {
		return false
	}
	outcome := r.classify(s, x)
	if again.SignedIn {
		return outcome.Kind == contract.SignedIn
	}
	return outcome.Refused() && outcome.Kind != contract.RateLimited
}

// unsend keeps why a step was not carried out; the first reason stands.
func (r *run) unsend(id, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unsent[id] == "" {
		r.unsent[id] = reason
	}
}

func (r *run) reasonOf(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unsent[id]
}

// learnable are the placeholders that only the run itself makes known.
func learnable(p *plan.Plan) map[placeholder.Placeholder]bool {
	names := map[placeholder.Placeholder]bool{}
	for _, s := range p.Steps {
		switch {
		case s.Ask != nil:
			for _, l := range s.Ask.Learns {
				names[l.Name] = true
			}
			for _, value := range s.Ask.Values {
				// What is derived from a secret becomes known with it.
				for _, name := range placeholder.In(value) {
					names[name] = names[name] || name.IsLearned()
				}
			}
		case s.Await != nil && s.Await.Learns != "":
			names[s.Await.Learns] = true
		case s.Settle != nil:
			names[s.Settle.Valid], names[s.Settle.Other] = true, true
		}
	}
	return names
}

// unknown returns a placeholder of the template that did not become known, "" where there is none.
func (r *run) unknown(value any) placeholder.Placeholder {
	for _, name := range placeholder.In(value) {
		if r.learnable[name] && !r.Redactor.Knows(name) {
			return name
		}
	}
	return ""
}

// learnSecrets makes secrets of what opens something in an answer, and gives names to what later
// templates hold.
func (r *run) learnSecrets(s plan.Step, id string, x httpclient.Exchange) {
	o, found := r.operation(s.Ask.Operation)
	if x.Response == nil || !found || len(o.Secrets()) == 0 {
		return
	}
	object, outcome := contract.ReadJSON(x.Response.Body).Object(), r.classify(s, x)
	for _, l := range s.Ask.Learns {
		if len(outcome.Token) >= shortestSecret && (l.If == "" || l.If == outcome.Kind) {
			r.Redactor.Add(l.Name, outcome.Token)
			r.addNear(l.Name, outcome.Token)
		}
	}
	for _, member := range o.Secrets() {
		if text, _ := object[member].(string); len(text) >= shortestSecret {
			r.Redactor.Add(placeholder.Kind(member).Of(id), text)
		}
	}
	r.learnCookies(id, x)
}

// addNear makes known what a template holds that is derived from the secret.
func (r *run) addNear(name placeholder.Placeholder, secret string) {
	kinds := nearly(secret)
	for _, near := range append(kinds, late(secret), lettered(secret), inOtherCase(secret)) {
		text := near.text
		if len(text) < shortestSecret {
			text = kinds[len(kinds)-1].text
		}
		if derived := name.Near(near.how); r.learnable[derived] {
			r.Redactor.Add(derived, text)
		}
	}
}

// learnCookies makes secrets of the cookies of an answer that opens something.
func (r *run) learnCookies(id string, x httpclient.Exchange) {
	for _, f := range x.Response.Header {
		if !strings.EqualFold(f.Name, "Set-Cookie") {
			continue
		}
		if cookie, err := http.ParseSetCookie(f.Value); err == nil && len(cookie.Value) >= shortestSecret {
			r.Redactor.Add(placeholder.Cookie.Of(id), cookie.Value)
		}
	}
}

// learnCodes names the codes that the mail presents, or where none is recognised, what could be
// one.
func (r *run) learnCodes(s plan.Step, id string) {
	m, found := r.mail(id)
	if s.Await.Learns == "" || !found {
		return
	}
	codes := m.codes
	if len(codes) == 0 {
		codes = m.candidates
	}
	for n, code := range codes[:min(len(codes), s.Await.Tries)] {
		name := s.Await.Learns.Other(n)
		r.Redactor.Add(name, code)
		if n == 0 {
			r.addNear(name, code)
		}
	}
}

func (r *run) mail(id string) (mail, bool) {
	r.boxes.mu.Lock()
	defer r.boxes.mu.Unlock()
	i := slices.IndexFunc(r.boxes.mails, func(m mail) bool { return m.ID == id })
	if i < 0 {
		return mail{}, false
	}
	return r.boxes.mails[i], true
}
