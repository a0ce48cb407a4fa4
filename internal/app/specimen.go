package app

import (
	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/runner"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/suites"
)

// Specimen plans a run of all profiles with the demo traders, the same each time, to show its
// requests. Its URL does not exist.
func Specimen(contractPath string) (*Run, error) {
	cfg, err := config.Load(config.Sources{})
	if err != nil {
		return nil, err
	}
	Point(&cfg, &sandbox.Sandbox{
		URL: "https://staging.example/api", AppKey: "specimen",
		InboxURL: "http://mailhog.example:8025",
		Traders:  reference.DemoTraders(),
	})
	cfg.Profiles = contract.Profiles()
	c, err := Contract(contractPath)
	if err != nil {
		return nil, err
	}
	target, redactor := runner.Describe(cfg, c)
	suite, err := suites.New(c, target)
	return &Run{Suite: suite, cfg: cfg, redactor: redactor}, err
}

// Sample is the step's request as a curl command, with variables in place of secrets; "" if the
// step has none.
func (r *Run) Sample(s plan.Step) (string, error) {
	o, found := r.Suite.Contract.Operation(operationOf(s))
	if !found {
		return "", nil
	}
	request, err := runner.Request(o, s.Request, func(text string) string { return text })
	if err != nil {
		return "", err
	}
	x := evidence.Exchange{Method: request.Method, URL: r.Suite.Target.URL + request.Path,
		Body: request.Body}
	for _, f := range request.Header {
		x.Header = append(x.Header, evidence.Field(f))
	}
	return evidence.Curl(x), nil
}

func operationOf(s plan.Step) string {
	if s.Request == nil {
		return ""
	}
	return s.Request.Operation
}
