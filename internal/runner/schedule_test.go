package runner_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/runner"
)

// TestTheMostUrgentGoesFirst sends one request at a time: the most urgent first, then in the order
// of the plan. A released successor overtakes less urgent requests queued before it.
func TestTheMostUrgentGoesFirst(t *testing.T) {
	o := options(t)
	ask := o.Plan.Steps[slices.IndexFunc(o.Plan.Steps, func(s plan.Step) bool {
		return s.ID == "reset/no-body"
	})].Request
	step := func(id string, after ...string) plan.Step {
		return plan.Step{ID: id, Request: ask, After: after}
	}
	o.Plan = &plan.Plan{Steps: []plan.Step{
		step("alone"), step("also alone"), step("end", "point"),
		{ID: "point", After: []string{"middle"}}, step("middle", "begin"), step("begin"),
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(server.Close)
	o.Client = httpclient.New(httpclient.Options{BaseURL: server.URL, Concurrency: 1})
	t.Cleanup(o.Client.Close)
	for range 20 {
		found, err := runner.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, x := range found.Exchanges {
			order = append(order, x.Step)
		}
		if want := []string{"begin", "middle", "alone", "also alone", "end"}; !slices.Equal(order,
			want) {
			t.Fatalf("asked in the order %q, want %q", order, want)
		}
	}
}
