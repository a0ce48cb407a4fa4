package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/contract"
)

func operation(t *testing.T, id string) contract.Operation {
	t.Helper()
	o, found := load(t).Operation(id)
	if !found {
		t.Fatalf("no operation %s", id)
	}
	return o
}

func TestPathAndQueryAreFilledAndEscaped(t *testing.T) {
	o := operation(t, "getSecretQuestion")
	for _, c := range []struct {
		values map[string]any
		want   string
	}{
		{map[string]any{"version": "1.0", "username": "a b+c&d/é"},
			"/v1.0/users/password/secret-question?username=a%20b%2Bc%26d%2F%C3%A9"},
		{map[string]any{"version": "1/0"}, "/v1%2F0/users/password/secret-question"},
		{map[string]any{"version": "1.0", "username": "", "other": 1},
			"/v1.0/users/password/secret-question?username="},
	} {
		if got := o.FillPath(c.values); got != c.want {
			t.Errorf("%v: %s, want %s", c.values, got, c.want)
		}
	}
}

func TestHeaderHoldsTheOperationsOwnParametersOnly(t *testing.T) {
	fields := operation(t, "signIn").FillHeader(map[string]any{"Username": "zoe", "Password": "x y",
		"Other": "z"})
	for _, want := range []contract.Field{{Name: "Username", Value: "zoe"},
		{Name: "Password", Value: "x y"}} {
		if !slices.Contains(fields, want) {
			t.Errorf("%v lacks %v", fields, want)
		}
	}
	if len(fields) != 2 {
		t.Errorf("%v: want two fields", fields)
	}
}

func TestBodyHoldsDocumentedMembersOnly(t *testing.T) {
	body, err := operation(t, "resetPassword").FillBody(map[string]any{"User": "<zoe>", "Other": 1})
	if err != nil || string(body) != `{"User":"<zoe>"}` {
		t.Errorf("%s, %v", body, err)
	}
	if _,
		err := operation(t,
		"resetPassword").FillBody(map[string]any{"User": make(chan int)}); err == nil {
		t.Error("a value that is no JSON is not refused")
	}
}

func TestRequestsThatBreakTheContractAreTold(t *testing.T) {
	const reset, question = "/v1.0/users/password/reset", "/v1.0/users/password/secret-question"
	for _, c := range []struct{ what, operation, path, body, want string }{
		{"right reset", "resetPassword", reset, `{"User":"zoe","SecretQuestionAnswer":"x"}`, ""},
		{"right question", "getSecretQuestion", question + "?username=zoe", "", ""},
		{"no user", "resetPassword", reset, `{}`, "User"},
		{"user is a number", "resetPassword", reset, `{"User":1}`, "User"},
		{"no body", "resetPassword", reset, "", "body"},
		{"no username", "getSecretQuestion", question, "", "username"},
		{"another path", "getSecretQuestion", question + "/more?username=zoe", "",
			"not of the form"},
		{"no path", "getSecretQuestion", "/%zz", "", "invalid URL escape"},
	} {
		var body []byte
		if c.body != "" {
			body = []byte(c.body)
		}
		err := operation(t, c.operation).CheckRequest(c.path,
			http.Header{"Content-Type": {"application/json"}}, body)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.what, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.what, err, c.want)
		}
	}
}
