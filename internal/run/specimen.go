package run

import (
	"github.com/etna-conformance/conformance/internal/collect"
	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/plan"
	"github.com/etna-conformance/conformance/internal/reference"
	"github.com/etna-conformance/conformance/internal/sandbox"
	"github.com/etna-conformance/conformance/suites"
)

// Specimen plans a run of all profiles with the demo traders, to show what is asked: the same each
// time. Nobody is at its URL.
func Specimen(contractPath string) (*Run, error) {
	config, err := deployment.Load(deployment.Sources{})
	if err != nil {
		return nil, err
	}
	Point(&config, &sandbox.Sandbox{
		URL: "https://staging.example/api", AppKey: "specimen", InboxURL: "http://mailhog.example:8025",
		Traders: reference.DemoTraders(),
	})
	config.Profiles = contract.Profiles()
	c, err := Contract(contractPath)
	if err != nil {
		return nil, err
	}
	target, redactor := collect.Describe(config, c)
	suite, err := suites.New(c, target)
	return &Run{Suite: suite, config: config, redactor: redactor}, err
}

// Sample is the step's request as a line of curl, with variables in the place of secrets; "" where
// it asks nothing.
func (r *Run) Sample(s plan.Step) (string, error) {
	o, found := r.Suite.Contract.Operation(operationOf(s))
	if !found {
		return "", nil
	}
	request, err := collect.Request(o, s.Ask, func(text string) string { return text })
	if err != nil {
		return "", err
	}
	x := evidence.Exchange{Method: request.Method, URL: r.Suite.Target.URL + request.Path, Body: request.Body}
	for _, f := range request.Header {
		x.Header = append(x.Header, evidence.Field(f))
	}
	return evidence.Curl(x), nil
}

func operationOf(s plan.Step) string {
	if s.Ask == nil {
		return ""
	}
	return s.Ask.Operation
}
