package runner

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/etna-conformance/conformance/internal/contract"
	"github.com/etna-conformance/conformance/internal/httpclient"
	"github.com/etna-conformance/conformance/internal/placeholder"
	"github.com/etna-conformance/conformance/internal/plan"
)

// build makes the step's request with its secrets, and checks it against the contract. An unplanned
// violation is a fault of this tool.
func (r *run) build(s plan.Step) (httpclient.Request, error) {
	o, found := r.operation(s.Request.Operation)
	if !found {
		return httpclient.Request{},
			fmt.Errorf("step %s asks operation %s, which the contract does not have", s.ID,
				s.Request.Operation)
	}
	request, err := Request(o, s.Request, r.Redactor.Fill)
	if err != nil {
		return httpclient.Request{}, err
	}
	return request, checkRequest(o, s, request)
}

// Request makes the request of the template; fill replaces the placeholders in a text.
func Request(o contract.Operation, ask *plan.Request, fill func(string) string) (httpclient.Request,
	error) {
	values := map[string]any{}
	for name, value := range ask.Values {
		values[name] = fillPlaceholders(value, fill)
	}
	request := httpclient.Request{Method: o.Method, Path: o.FillPath(values), Conn: ask.Conn}
	if ask.KeyName != "" {
		request.Header = append(request.Header,
			httpclient.Field{Name: ask.KeyName, Value: fill(ask.Key)})
	}
	for _, f := range o.FillHeader(values) {
		request.Header = append(request.Header, httpclient.Field(f))
	}
	for _, name := range slices.Sorted(maps.Keys(ask.Header)) {
		request.Header = append(request.Header,
			httpclient.Field{Name: name, Value: ask.Header[name]})
	}
	if o.HasBody && !ask.NoBody {
		body, err := o.FillBody(values)
		if err != nil {
			return httpclient.Request{}, err
		}
		if ask.Raw != "" {
			body = []byte(ask.Raw)
		}
		request.Body = body
		request.Header = append(request.Header,
			httpclient.Field{Name: "Content-Type", Value: "application/json"})
	}
	return request, nil
}

// fillPlaceholders replaces placeholders in strings at any depth.
func fillPlaceholders(value any, fill func(string) string) any {
	switch v := value.(type) {
	case placeholder.Placeholder:
		return fill(string(v))
	case string:
		return fill(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = fillPlaceholders(item, fill)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, item := range v {
			object[name] = fillPlaceholders(item, fill)
		}
		return object
	}
	return value
}

func checkRequest(o contract.Operation, s plan.Step, request httpclient.Request) error {
	fields := http.Header{}
	for _, f := range request.Header {
		fields.Add(f.Name, f.Value)
	}
	err := o.CheckRequest(request.Path, fields, request.Body)
	switch {
	case err != nil && s.Request.Breaks == "":
		return fmt.Errorf("step %s breaks the contract, and should not: a request of ours is not as documented", s.ID)
	case err == nil && s.Request.Breaks != "":
		return fmt.Errorf("step %s should break the contract (%s), and does not", s.ID,
			s.Request.Breaks)
	}
	return nil
}
