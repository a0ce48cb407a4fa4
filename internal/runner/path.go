package runner

import (
	"context"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
)

// olderPath marks a target with step 3 at its older path.
const olderPath = "password"

// operation returns the operation with its path at this deployment, as far as it is known.
func (r *run) operation(id string) (contract.Operation, bool) {
	o, found := r.Contract.Operation(id)
	if o.Older != nil && r.older.Load() {
		return *o.Older, found
	}
	return o, found
}

// choosePath sends the request to the newer path of its operation, and to the older one if the
// newer is absent. If both are absent, the newer one counts as missing: later editions of the page
// name it alone.
func (r *run) choosePath(ctx context.Context, s plan.Step, request httpclient.Request) bool {
	x, attempt := r.sendWithRetries(ctx, s, request, 1)
	r.recordExchange(s, s.ID, attempt, x, "")
	if r.operationExists(s, x) || ctx.Err() != nil {
		return true
	}
	r.older.Store(true)
	request, err := r.build(s)
	if err != nil {
		r.recordFault(err)
		return false
	}
	x, attempt = r.sendWithRetries(ctx, s, request, attempt+1)
	r.recordExchange(s, s.ID, attempt, x, "")
	if !r.operationExists(s, x) {
		r.older.Store(false)
		r.availability.forgetOperation(s.Request.Operation)
		return true
	}
	r.addNote("Step 3 is at its older path: %s.", request.Path)
	return true
}

// operationExists reports whether the response has a documented shape and a status other than those
// for an unknown path.
func (r *run) operationExists(s plan.Step, x httpclient.Exchange) bool {
	absent := []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone,
		http.StatusNotImplemented}
	if x.Response == nil || slices.Contains(absent, x.Response.Status) {
		return false
	}
	o, _ := r.operation(s.Request.Operation)
	value := contract.ReadJSON(x.Response.Body).Value
	fits := func(shape contract.Shape) bool { return len(shape.Check(value)) == 0 }
	return slices.ContainsFunc(o.Shapes, fits) || fits(r.Contract.KeyError)
}
