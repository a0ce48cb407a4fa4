package collect

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/deployment"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// build makes the request of the step's template, secrets in place, and checks it against the contract: a
// request that breaks the contract other than on purpose is a fault of this tool.
func (r *run) build(s plan.Step) (deployment.Request, error) {
	o, found := r.operation(s.Ask.Operation)
	if !found {
		return deployment.Request{}, fmt.Errorf("step %s asks operation %s, which the contract does not have", s.ID, s.Ask.Operation)
	}
	values := map[string]any{}
	for name, value := range s.Ask.Values {
		values[name] = r.open(value)
	}
	request := deployment.Request{Method: o.Method, Path: o.FillPath(values), Conn: s.Ask.Conn}
	if s.Ask.KeyName != "" {
		request.Header = append(request.Header, deployment.Field{Name: s.Ask.KeyName, Value: r.Redactor.Fill(s.Ask.Key)})
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
	case placeholder.Placeholder:
		return r.Redactor.Fill(string(v))
	case string:
		return r.Redactor.Fill(v)
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
