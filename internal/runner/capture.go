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

// minSecretLength is the shortest captured secret, in bytes: a shorter text occurs everywhere by
// chance.
const minSecretLength = 4

// cleanupGrace, plus the mail deadline, bounds cleanup after an interruption.
const cleanupGrace = 30 * time.Second

// cleanupContext outlives an interruption of ctx for a limited time.
func (r *run) cleanupContext(ctx context.Context) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(r.Target.MailDeadline+cleanupGrace, cancel)
	})
	return lasting, func() { stop(); cancel() }
}

// isNeeded reports whether the step still has something to find out or to clean up.
func (r *run) isNeeded(s plan.Step) bool {
	if s.Unless != "" && r.Redactor.Knows(s.Unless) && !r.anySucceeded(s.RunAnywayAfter) ||
		s.UnlessSucceeded != "" && r.hasSucceeded(s.UnlessSucceeded) {
		r.recordUnsent(s.ID, "not needed any more: "+s.ID)
		return false
	}
	if len(s.OnlyIfAnySent) > 0 && !r.anySent(s.OnlyIfAnySent) {
		r.recordUnsent(s.ID, "not needed: nothing was changed")
		return false
	}
	return true
}

func (r *run) anySent(ids []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(ids, func(id string) bool { return r.sent[id] })
}

// hasSucceeded reports whether the step's last response claims success.
func (r *run) hasSucceeded(id string) bool {
	return r.lastOutcome(id).Succeeded
}

func (r *run) anySucceeded(ids []string) bool { return slices.ContainsFunc(ids, r.hasSucceeded) }

// mayBeStale reports whether the response contradicts a preceding update and may come from a node
// without it.
func (r *run) mayBeStale(s plan.Step, x httpclient.Exchange) bool {
	again := s.Request.Retry
	if again == nil || !r.anySucceeded(again.After) {
		return false
	}
	outcome := r.classify(s, x)
	if again.SignedIn {
		return outcome.Kind == contract.SignedIn
	}
	return outcome.Refused() && outcome.Kind != contract.RateLimited
}

// recordUnsent notes why a step was not carried out; the first reason stands.
func (r *run) recordUnsent(id, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unsent[id] == "" {
		r.unsent[id] = reason
	}
}

func (r *run) unsentReason(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unsent[id]
}

// findCaptures lists the placeholders with values known only during the run.
func findCaptures(p *plan.Plan) map[placeholder.Placeholder]bool {
	names := map[placeholder.Placeholder]bool{}
	for _, s := range p.Steps {
		switch {
		case s.Request != nil:
			for _, l := range s.Request.Captures {
				names[l.Name] = true
			}
			for _, value := range s.Request.Values {
				// A derived secret becomes known with its original.
				for _, name := range placeholder.In(value) {
					names[name] = names[name] || name.IsLearned()
				}
			}
		case s.Await != nil && s.Await.Capture != "":
			names[s.Await.Capture] = true
		case s.PasswordChoice != nil:
			names[s.PasswordChoice.Valid], names[s.PasswordChoice.Other] = true, true
		}
	}
	return names
}

// missingCapture returns a placeholder of the template without a value yet, "" if there is none.
func (r *run) missingCapture(value any) placeholder.Placeholder {
	for _, name := range placeholder.In(value) {
		if r.captures[name] && !r.Redactor.Knows(name) {
			return name
		}
	}
	return ""
}

// captureSecrets registers the secrets of a response, and captures the values for later templates.
func (r *run) captureSecrets(s plan.Step, id string, x httpclient.Exchange) {
	o, found := r.operation(s.Request.Operation)
	if x.Response == nil || !found || len(o.Secrets()) == 0 {
		return
	}
	object, outcome := contract.ReadJSON(x.Response.Body).Object(), r.classify(s, x)
	for _, l := range s.Request.Captures {
		if len(outcome.Token) >= minSecretLength && (l.If == "" || l.If == outcome.Kind) {
			r.Redactor.Add(l.Name, outcome.Token)
			r.addDerived(l.Name, outcome.Token)
		}
	}
	for _, member := range o.Secrets() {
		if text, _ := object[member].(string); len(text) >= minSecretLength {
			r.Redactor.Add(placeholder.Kind(member).Of(id), text)
		}
	}
	r.captureCookies(id, x)
}

// addDerived registers the near misses of the secret used in templates.
func (r *run) addDerived(name placeholder.Placeholder, secret string) {
	kinds := nearMisses(secret)
	for _, near := range append(kinds, changeLateCharacter(secret), appendLetter(secret),
		swapCase(secret)) {
		text := near.text
		if len(text) < minSecretLength {
			text = kinds[len(kinds)-1].text
		}
		if derived := name.Near(near.how); r.captures[derived] {
			r.Redactor.Add(derived, text)
		}
	}
}

// captureCookies registers the response's cookies as secrets.
func (r *run) captureCookies(id string, x httpclient.Exchange) {
	for _, f := range x.Response.Header {
		if !strings.EqualFold(f.Name, "Set-Cookie") {
			continue
		}
		if cookie, err := http.ParseSetCookie(f.Value); err == nil &&
			len(cookie.Value) >= minSecretLength {
			r.Redactor.Add(placeholder.Cookie.Of(id), cookie.Value)
		}
	}
}

// captureCodes captures the mail's codes or, if none is recognised, its candidates.
func (r *run) captureCodes(s plan.Step, id string) {
	m, found := r.findMail(id)
	if s.Await.Capture == "" || !found {
		return
	}
	codes := m.codes
	if len(codes) == 0 {
		codes = m.candidates
	}
	for n, code := range codes[:min(len(codes), s.Await.Tries)] {
		name := s.Await.Capture.Other(n)
		r.Redactor.Add(name, code)
		if n == 0 {
			r.addDerived(name, code)
		}
	}
}

func (r *run) findMail(id string) (mail, bool) {
	r.mailboxes.mu.Lock()
	defer r.mailboxes.mu.Unlock()
	i := slices.IndexFunc(r.mailboxes.mails, func(m mail) bool { return m.ID == id })
	if i < 0 {
		return mail{}, false
	}
	return r.mailboxes.mails[i], true
}
