package runner_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/runner"
)

// TestRequestsOfAGroupAreUnderWayTogether has a deployment respond only after all requests of a
// group have arrived. The last one may go out only after another step, and one is never sent.
func TestRequestsOfAGroupAreUnderWayTogether(t *testing.T) {
	const size = 4
	o := options(t)
	i := slices.IndexFunc(o.Plan.Steps, func(s plan.Step) bool { return s.ID == "reset/no-body" })
	step := func(id, group string, after, needs []string) plan.Step {
		ask := *o.Plan.Steps[i].Request
		ask.Together, ask.Header = group, map[string]string{"X-Group": group}
		return plan.Step{ID: id, Request: &ask, After: after, Needs: needs}
	}
	o.Plan = &plan.Plan{Steps: []plan.Step{
		step("a", "all", nil, nil), step("b", "all", nil, nil), step("c", "all", nil, nil),
		step("never", "all", nil, []string{"absent"}),
		step("before", "", nil, nil), step("last", "all", []string{"before"}, nil),
	}}
	var there sync.WaitGroup
	there.Add(size)
	var mu sync.Mutex
	early := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		grouped := r.Header.Get("X-Group") == "all"
		if !grouped && early {
			t.Error("one of the group went out before the last was ready")
		}
		early = early || grouped
		mu.Unlock()
		if grouped {
			there.Done()
			there.Wait()
		}
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(server.Close)
	o.Client = httpclient.New(httpclient.Options{BaseURL: server.URL, Concurrency: 8})
	t.Cleanup(o.Client.Close)
	found, err := runner.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Exchanges) != size+1 {
		t.Errorf("%d exchanges, want %d", len(found.Exchanges), size+1)
	}
	for _, x := range found.Exchanges {
		if x.Response == nil {
			t.Errorf("%s got no response: %v", x.Step, x.Failure)
		}
	}
}
