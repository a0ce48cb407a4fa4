package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// FillPath fills the operation's path and query; values are by parameter name, and a parameter
// that has none is left out. Every value is percent-encoded, a space as %20, since
// not every reader of a query takes + for one.
func (o Operation) FillPath(values map[string]any) string {
	path := o.Path
	var query []string
	for _, p := range o.Parameters {
		value, given := values[p.Name]
		if !given {
			continue
		}
		text := escapeValue(fmt.Sprint(value))
		switch p.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", text)
		case "query":
			query = append(query, escapeValue(p.Name)+"="+text)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + strings.Join(query, "&")
}

// Field is one header line of a request.
type Field struct{ Name, Value string }

// FillHeader returns the operation's own header lines, in the contract's spelling; parameters
// that have no value are left out.
func (o Operation) FillHeader(values map[string]any) []Field {
	var fields []Field
	for _, p := range o.Parameters {
		if value, given := values[p.Name]; given && p.In == "header" {
			fields = append(fields, Field{p.Name, fmt.Sprint(value)})
		}
	}
	return fields
}

func escapeValue(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// FillBody returns the JSON body with the given members; members that have no
// value are left out.
func (o Operation) FillBody(values map[string]any) ([]byte, error) {
	members := map[string]any{}
	for _, m := range o.Body {
		if value, given := values[m.Name]; given {
			members[m.Name] = value
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(members); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// CheckRequest says how a request of ours breaks the contract; nil means that it
// does not. The app key is not looked at.
func (o Operation) CheckRequest(path string, header http.Header, body []byte) error {
	target, err := url.Parse("http://deployment.invalid" + path)
	if err != nil {
		return err
	}
	r := &http.Request{Method: o.Method, URL: target, Header: header}
	if body != nil {
		r, err = http.NewRequest(o.Method, target.String(), bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header = header
	}
	parameters, err := o.pathParameters(target.Path)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(context.Background(),
		&openapi3filter.RequestValidationInput{
			Request:    r,
			PathParams: parameters,
			Route: &routers.Route{Spec: o.spec, Path: o.Path, PathItem: o.item,
				Method: o.Method, Operation: o.doc},
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		})
}

func (o Operation) pathParameters(path string) (map[string]string, error) {
	documented, asked := strings.Split(o.Path, "/"), strings.Split(path, "/")
	if len(documented) != len(asked) {
		return nil, fmt.Errorf("path %s is not of the form %s", path, o.Path)
	}
	parameters := map[string]string{}
	for i, part := range documented {
		before, rest, found := strings.Cut(part, "{")
		if name, after, closed := strings.Cut(rest, "}"); found && closed {
			parameters[name] = strings.TrimSuffix(strings.TrimPrefix(asked[i], before), after)
		}
	}
	return parameters, nil
}
