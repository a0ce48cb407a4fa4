package runner

import (
	"sync"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// outcomes caches the outcomes of responses in use: several callers ask, and a body may be long.
type outcomes struct {
	mu    sync.Mutex
	known map[*httpclient.Response]contract.Outcome
}

// classify returns the outcome of the response to the step's request; without a response it has no
// kind.
func (r *run) classify(s plan.Step, x httpclient.Exchange) contract.Outcome {
	if s.Request == nil || x.Response == nil {
		return contract.Outcome{}
	}
	r.outcomes.mu.Lock()
	defer r.outcomes.mu.Unlock()
	outcome, known := r.outcomes.known[x.Response]
	if !known {
		outcome = r.classifyUncached(s, x)
		if r.outcomes.known == nil {
			r.outcomes.known = map[*httpclient.Response]contract.Outcome{}
		}
		r.outcomes.known[x.Response] = outcome
	}
	return outcome
}

// dropOutcome forgets a response after its exchange was recorded with the outcome.
func (o *outcomes) dropOutcome(a *httpclient.Response) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.known, a)
}

func (r *run) classifyUncached(s plan.Step, x httpclient.Exchange) contract.Outcome {
	o, _ := r.operation(s.Request.Operation)
	var header []contract.Field
	for _, f := range x.Response.Header {
		header = append(header, contract.Field(f))
	}
	return contract.Classify(o, contract.ReadResponse(x.Response.Status, header, x.Response.Body,
		x.Response.Truncated))
}

// lastExchange returns the step's last exchange.
func (r *run) lastExchange(step string) (httpclient.Exchange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.lastIndex[step]
	if !found {
		return httpclient.Exchange{}, false
	}
	return r.exchanges[i].Exchange, true
}

// lastOutcome is the outcome of the step's last response; without one it has no kind.
func (r *run) lastOutcome(step string) contract.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := r.lastIndex[step]
	if !found {
		return contract.Outcome{}
	}
	return r.exchanges[i].outcome
}

// isPage reports whether the response may be a proxy's page.
func (r *run) isPage(s plan.Step, x httpclient.Exchange) bool { return r.classify(s, x).Page }
