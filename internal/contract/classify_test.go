package contract_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/contract"
)

const (
	reset    = "resetPassword"
	question = "getSecretQuestion"
	generate = "generateToken"
	update   = "updatePassword"
	signIn   = "signIn"

	keyErrorBody  = `{"error": "Application key is not defined or does not exist"}`
	incorrectBody = `{"Errors": ["Answer is incorrect, try again."], "ErrorsCode": ["ErrorIncorrectAnswer"], "IsSucceed": false}`
	htmlPage      = `<!DOCTYPE html><html><body>Service</body></html>`
)

func classify(t *testing.T, operation string, status int, body string,
	header ...contract.Field) contract.Outcome {
	t.Helper()
	o, found := load(t).Operation(operation)
	if !found {
		t.Fatalf("no operation %s", operation)
	}
	return contract.Classify(o, contract.ReadResponse(status, header, []byte(body), false))
}

// TestKindOfEveryShape holds the classification against every shape of a body that a deployment, or
// something in front of it, may send.
func TestKindOfEveryShape(t *testing.T) {
	for _, c := range []struct {
		operation string
		status    int
		body      string
		want      contract.Kind
	}{
		// The documents' own samples.
		{reset, 200, `{"Errors": [], "IsSucceed": false}`, contract.Accepted},
		{reset, 200, incorrectBody, contract.IncorrectAnswer},
		{question, 200,
			`{"Model": "What street did you live on in third grade?", "Errors": [], "IsSucceed": true}`, contract.Question},
		{generate, 200, `{"Model": "3f6c", "Errors": [], "IsSucceed": true}`, contract.Token},
		{update, 200, `{"Errors": [], "IsSucceed": true}`, contract.Updated},
		{signIn, 200, `{"State": "Succeeded", "Token": "3f6c"}`, contract.SignedIn},
		{signIn, 202, `{"State": "Expecting", "Step": "VerificationCode", "Token": "3f6c"}`,
			contract.SecondFactor},
		{signIn, 401,
			`{"State": "Failed", "Step": "BaseAuthentication", "Reason": "Invalid credentials"}`,
			contract.WrongCredentials},
		{signIn, 401,
			`{"State": "BaseAuthentication", "Reason": "Password has expired", "Token": "3f6c"}`,
			contract.ExpiredPassword},

		// Errors of every type.
		{reset, 200, `{"Errors": ["no"], "IsSucceed": false}`, contract.Refused},
		{reset, 200, `{"Errors": "no", "IsSucceed": false}`, contract.Refused},
		{reset, 200, `{"Errors": {"Answer": ["no"]}, "IsSucceed": false}`, contract.Refused},
		{reset, 200, `{"Errors": 1, "IsSucceed": false}`, contract.Refused},
		{reset, 200, `{"Errors": true, "IsSucceed": false}`, contract.Refused},
		{reset, 200, `{"Errors": [{"Message": "no"}], "IsSucceed": false}`, contract.Refused},
		{reset, 200, `{"Errors": ["no"]}`, contract.Refused},
		{reset, 200, `{"Errors": ["no"], "IsSucceed": null}`, contract.Refused},
		{reset, 200, `{"Errors": null, "IsSucceed": false}`, contract.Accepted},
		{reset, 200, `{"Errors": "", "IsSucceed": false}`, contract.Accepted},
		{reset, 200, `{"Errors": {}, "IsSucceed": false}`, contract.Accepted},
		{reset, 200, `{"Errors": 0, "IsSucceed": false}`, contract.Accepted},
		{reset, 200, `{"Errors": false, "IsSucceed": true}`, contract.Accepted},
		{reset, 200, `{"IsSucceed": false}`, contract.Accepted},
		{reset, 200, `{"Errors": []}`, contract.Accepted},

		// The incorrect answer, and what nearly is it.
		{reset, 401, incorrectBody, contract.IncorrectAnswer},
		{reset, 200,
			`{"Errors": "Answer is incorrect, try again.", "ErrorsCode": "ErrorIncorrectAnswer", "IsSucceed": false}`, contract.IncorrectAnswer},
		{reset, 200,
			`{"Errors": ["Answer is incorrect, try again"], "ErrorsCode": ["ErrorIncorrectAnswer"], "IsSucceed": false}`, contract.Refused},
		{reset, 200,
			`{"Errors": ["Answer is incorrect, try again."], "ErrorsCode": ["Incorrect"], "IsSucceed": false}`, contract.Refused},
		{reset, 200, strings.Replace(incorrectBody, "false", "true", 1), contract.Accepted},
		{question, 200, incorrectBody, contract.Refused},

		// IsSucceed of every type.
		{update, 200, `{"Errors": [], "IsSucceed": "true"}`, contract.Updated},
		{update, 200, `{"Errors": [], "IsSucceed": 1}`, contract.Updated},
		{update, 200, `{"Errors": [], "IsSucceed": "False"}`, contract.Refused},
		{update, 200, `{"Errors": [], "IsSucceed": false}`, contract.Refused},
		{update, 200, `{"Errors": [], "IsSucceed": 0}`, contract.Refused},
		{update, 200, `{"IsSucceed": true}`, contract.Updated},
		{generate, 200, `{"Model": "3f6c"}`, contract.Token},
		{generate, 200, `{"Model": null, "IsSucceed": false}`, contract.Refused},
		{question, 200, `{"Model": "", "Errors": [], "IsSucceed": true}`, contract.Question},
		{question, 200, `{"Model": null, "Errors": [], "IsSucceed": false}`, contract.Refused},

		// Validation errors.
		{update, 422,
			`{"Message": "The request is invalid.", "ModelState": {"PasswordConfirmation": ["differs"]}}`, contract.Refused},
		{update, 200,
			`{"Message": "The request is invalid.", "ModelState": {"Password": ["too simple"]}}`,
			contract.Refused},
		{reset, 200, `{"Errors": [], "IsSucceed": false, "ModelState": {"User": ["required"]}}`,
			contract.Refused},
		{reset, 200, `{"Errors": [], "IsSucceed": false, "ModelState": {}}`, contract.Accepted},
		{reset, 404, `{"Message": "No HTTP resource was found that matches the request URI."}`,
			contract.Refused},
		{reset, 400, `{"Error": {"Code": "UnsupportedApiVersion"}}`, contract.Refused},

		// The key error, and other members error.
		{reset, 403, keyErrorBody, contract.KeyError},
		{signIn, 200, keyErrorBody, contract.KeyError},
		{generate, 500, `{"error": "Application key is not defined or does not exist", "more": 1}`,
			contract.KeyError},
		{reset, 401, `{"error": "Invalid application key"}`, contract.Refused},
		{reset, 400,
			`{"statusCode": 400, "error": "Bad Request", "message": "body must have required property 'User'"}`, contract.Refused},
		{reset, 500, `{"message": "no", "error": "Unexpected server error"}`, contract.ServerError},
		{reset, 200, `{"error": ""}`, contract.Refused},
		{reset, 200, `{"error": null}`, contract.Refused},
		{reset, 200, `{"error": {"message": "Application key is not defined or does not exist"}}`,
			contract.Refused},
		{reset, 200, `{"error": null, "Errors": [], "IsSucceed": true}`, contract.Accepted},

		// Signing in, in other words.
		{signIn, 401, `{"State": "Failed", "Step": "BaseAuthentication", "Reason": "No"}`,
			contract.Refused},
		{signIn, 401, `{"message": "Unauthorized"}`, contract.Refused},
		{signIn, 200, `{"State": "Pending"}`, contract.Unreadable},
		{signIn, 200, `{"Token": "3f6c"}`, contract.SignedIn},

		// Limits and locks.
		{reset, 429, `{"Errors": [], "IsSucceed": false}`, contract.RateLimited},
		{reset, 429, htmlPage, contract.RateLimited},
		{reset, 429, "", contract.RateLimited},
		{reset, 200, `{"Errors": ["Too many attempts, try again later."], "IsSucceed": false}`,
			contract.RateLimited},
		{reset, 400, `{"Message": "API calls quota exceeded!"}`, contract.RateLimited},
		{signIn, 401,
			`{"State": "Failed", "Step": "BaseAuthentication", "Reason": "Rate limit exceeded"}`,
			contract.RateLimited},
		{signIn, 401,
			`{"State": "Failed", "Step": "BaseAuthentication", "Reason": "Account is locked"}`,
			contract.Locked},
		{signIn, 200, `{"State": "Succeeded", "Token": "3f6c", "Reason": "Account is locked"}`,
			contract.SignedIn},
		{reset, 200, `{"Errors": ["‹answer, rate limit›"], "IsSucceed": false}`, contract.Refused},

		// Pages, and what no document gives a meaning.
		{reset, 200, htmlPage, contract.NotTheAPI},
		{reset, 403, htmlPage, contract.NotTheAPI},
		{reset, 502, htmlPage, contract.NotTheAPI},
		{reset, 503, "", contract.NotTheAPI},
		{reset, 404, "404 page not found", contract.NotTheAPI},
		{reset, 200, "OK", contract.Unreadable},
		{reset, 200, "", contract.Unreadable},
		{reset, 400, "", contract.Unreadable},
		{reset, 200, `{"Errors": [], "IsSuc`, contract.Unreadable},
		{reset, 200, `[]`, contract.Unreadable},
		{reset, 200, `[{"Errors": [], "IsSucceed": false}]`, contract.Unreadable},
		{reset, 200, `"accepted"`, contract.Unreadable},
		{reset, 200, `true`, contract.Unreadable},
		{reset, 200, `null`, contract.Unreadable},
		{reset, 200, `{}`, contract.Unreadable},
		{reset, 200, `{"errors": [], "isSucceed": true}`, contract.Unreadable},
		// What is mendable is mended, as a forgiving client would.
		{reset, 200, "\ufeff" + `{"Errors": [], "IsSucceed": false}`, contract.Accepted},
		{reset, 200, `"{\"Errors\": [], \"IsSucceed\": false}"`, contract.Accepted},
	} {
		t.Run(fmt.Sprintf("%s %d %s", c.operation, c.status, c.body), func(t *testing.T) {
			if got := classify(t, c.operation, c.status, c.body); got.Kind != c.want {
				t.Errorf("%q, want %q", got.Kind, c.want)
			}
		})
	}
}

func TestRetryAfterMakesAnUnavailableServiceALimit(t *testing.T) {
	for _, after := range []string{"1", "Wed, 21 Oct 2026 07:28:00 GMT"} {
		got := classify(t, reset, http.StatusServiceUnavailable, htmlPage,
			contract.Field{Name: "retry-after", Value: after})
		if got.Kind != contract.RateLimited {
			t.Errorf("Retry-After %s: %q", after, got.Kind)
		}
	}
}

func TestTruncatedBodyIsUnreadable(t *testing.T) {
	o, _ := load(t).Operation(reset)
	r := contract.ReadResponse(200, nil, []byte(`{"Errors": [], "IsSucceed": true}`), true)
	if got := contract.Classify(o, r); got.Kind != contract.Unreadable || got.JSON {
		t.Errorf("%+v", got)
	}
}

// TestPredicates says for each status class what the same few bodies claim.
func TestPredicates(t *testing.T) {
	for _, c := range []struct {
		body                                   string
		statuses                               []int
		success, refused, turnedDown, accepted bool
	}{
		{`{"Errors": [], "IsSucceed": false}`, []int{200, 202, 302, 400, 422, 500}, true, false,
			false, true},
		{incorrectBody, []int{200, 202, 302, 401, 404, 422, 500}, false, true, true, false},
		{keyErrorBody, []int{200, 302, 401, 403, 500}, false, true, true, false},
		// Errors beside IsSucceed true may be read either way.
		{`{"Errors": ["no"], "IsSucceed": true}`, []int{200, 400, 500}, true, false, true, false},
		{`{"Message": "what?"}`, []int{200, 202, 302}, false, false, false, false},
		{`{"Message": "what?"}`, []int{400, 404, 422, 500}, false, true, true, false},
		{`oops`, []int{200, 202, 302}, false, false, false, false},
		{`oops`, []int{400, 422, 500, 503}, false, false, true, false},
	} {
		for _, status := range c.statuses {
			o := classify(t, reset, status, c.body)
			got := [4]bool{o.Success(), o.Refused(), o.TurnedDown(), o.Accepted()}
			if want := [4]bool{c.success, c.refused, c.turnedDown, c.accepted}; got != want {
				t.Errorf("%d %s: success, refused, turned down, accepted: %v, want %v", status,
					c.body, got, want)
			}
		}
	}
}

func TestFacts(t *testing.T) {
	o := classify(t, generate, 200,
		`{"Model": "3f6c", "Errors": ["a", 1], "ErrorsCode": "B", "ModelState": {"Code": ["bad"], "A": "x"}, "IsSucceed": false, "error": "e"}`)
	want := `[["a","1"],["B"],["x","bad"],false,true,true,"e","3f6c","3f6c"]`
	got, err := json.Marshal([]any{o.Errors, o.Codes, o.Invalid, o.Succeeded, o.Denied, o.HasError,
		o.Error, o.Model, o.Token})
	if err != nil || string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	if o := classify(t, reset, 200, `{"Model": "3f6c"}`); o.Token != "" {
		t.Errorf("a Model of an operation that gives no token: %q", o.Token)
	}
}

// TestTextsComeFromTheContract changes the documented texts in a copy, and nothing in Go.
func TestTextsComeFromTheContract(t *testing.T) {
	for _, c := range []struct {
		operation, old, new, body string
		want                      contract.Kind
	}{
		{reset, "Answer is incorrect, try again.", "Falsche Antwort",
			strings.Replace(incorrectBody, "Answer is incorrect, try again.", "Falsche Antwort", 1),
			contract.IncorrectAnswer},
		{reset, "Application key is not defined or does not exist", "No key", `{"error": "No key"}`,
			contract.KeyError},
		{signIn, "Invalid credentials", "Wrong",
			`{"State": "Failed", "Step": "BaseAuthentication", "Reason": "Wrong"}`,
			contract.WrongCredentials},
		{signIn, "enum: [Expecting]", "enum: [Waiting]", `{"State": "Waiting"}`,
			contract.SecondFactor},
	} {
		changed, err := contract.Load("openapi.yaml",
			[]byte(strings.ReplaceAll(text(), c.old, c.new)))
		if err != nil {
			t.Fatal(err)
		}
		o, _ := changed.Operation(c.operation)
		r := contract.ReadResponse(200, nil, []byte(c.body), false)
		if got := contract.Classify(o, r).Kind; got != c.want {
			t.Errorf("%s for %s: %q", c.body, c.new, got)
		}
		if got := classify(t, c.operation, 200, c.body).Kind; got == c.want {
			t.Errorf("%s is a %s without the change, too: this test can't fail", c.body, got)
		}
	}
}

// TestHugeMembersAreReadInBoundedTime has members with as many items as fit into a body.
func TestHugeMembersAreReadInBoundedTime(t *testing.T) {
	for _, body := range []string{
		`{"Errors": [` + strings.Repeat("1,", 1<<17) + `1]}`,
		`{"Errors": {` + manyMembers(1<<14) + `}}`,
		`{"Errors": ["` + strings.Repeat("x", 1<<19) + `"]}`,
		`{"Errors": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
	} {
		got := classify(t, reset, 200, body)
		length := 0
		for _, text := range got.Errors {
			length += len(text)
		}
		if got.Kind != contract.Refused || len(got.Errors) > 64 || length > 64<<10 {
			t.Errorf("%.40s: %q, %d texts of %d bytes", body, got.Kind, len(got.Errors), length)
		}
	}
}

func manyMembers(n int) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"m%d": "x"`, i))
	}
	return strings.Join(members, ",")
}

// TestPageInJSON tells what a gateway may say in the deployment's place from what only the API
// says: what it lacks of a documented shape makes the difference, not what it shares with one.
func TestPageInJSON(t *testing.T) {
	for _, c := range []struct {
		operation string
		status    int
		body      string
		page      bool
	}{
		{reset, 403, `{"message": "Forbidden"}`, true},
		{question, 503, `{"message": "no healthy upstream"}`, true},
		{update, 403, `{"Message": "Authorization has been denied for this request."}`, true},
		{signIn, 403, `{"message": "Forbidden"}`, true},
		{reset, 503,
			`{"timestamp": "2026-01-02T03:04:05Z", "status": 503, "error": "Service Unavailable", "path": "/"}`, true},
		{reset, 403, keyErrorBody, false},
		{reset, 400, incorrectBody, false},
		{reset, 400, `{"IsSucceed": false}`, false},
		{reset, 500, `{"message": "An error has occurred.", "error": "Unexpected server error"}`,
			false},
		{update, 422, `{"Message": "The request is invalid.", "ModelState": {"Token": ["no"]}}`,
			false},
		{signIn, 401,
			`{"State": "Failed", "Step": "BaseAuthentication", "Reason": "Invalid credentials"}`,
			false},
	} {
		if got := classify(t, c.operation, c.status, c.body); got.Page != c.page {
			t.Errorf("%s, %d %s: may be a page %v, want %v", c.operation, c.status, c.body,
				got.Page, c.page)
		}
	}
}
