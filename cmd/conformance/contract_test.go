package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/faults"
	"github.com/etna-conformance/conformance/internal/sandboxtest"
	"github.com/etna-conformance/conformance/internal/verdict"
)

const policyPath = "/v{version}/users/password/policy"

// An operation that no line of this tool knows, with a response of its own.
const (
	policyOperation = `
  ` + policyPath + `:
    parameters:
      - $ref: "#/components/parameters/Version"
    get:
      operationId: getPasswordPolicy
      summary: What a new password must be like
      responses:
        default:
          description: The policy.
          content:
            application/json:
              schema:
                anyOf:
                  - $ref: "#/components/schemas/PasswordPolicy"
                  - $ref: "#/components/schemas/KeyError"

components:
`
	policySchema = `
  schemas:
    PasswordPolicy:
      x-outcome: success
      type: object
      required: [MinLength, Alphabets]
      properties:
        MinLength: {type: integer}
        Alphabets: {type: array, items: {type: string}}
`
	rightPolicy = `{"MinLength": 12, "Alphabets": ["letters", "digits"]}`
	keyError    = `{"error": "Application key is not defined or does not exist"}`
)

// changedContract writes a copy of the contract in which something stands otherwise at its first
// place.
func changedContract(t testing.TB, old, new string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("the contract has no %q", old)
	}
	return write(t, "changed.yaml", strings.Replace(string(text), old, new, 1))
}

// withPolicy writes a copy of the contract with one operation more.
func withPolicy(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	longer := strings.Replace(string(text), "\ncomponents:\n", policyOperation, 1)
	longer = strings.Replace(longer, "\n  schemas:\n", policySchema, 1)
	return write(t, "openapi.yaml", longer)
}

// TestOperationAddedToTheContractIsJudged adds an operation to a copy of the contract, and nothing
// else.
func TestOperationAddedToTheContractIsJudged(t *testing.T) {
	t.Parallel()
	contract := withPolicy(t)
	for name, c := range map[string]struct {
		policy   func(key string, r *http.Request) string
		code     int
		failed   []string
		mentions string
	}{
		"served rightly": {policy: func(key string, r *http.Request) string {
			if r.Header.Get("Et-App-Key") != key {
				return keyError
			}
			return rightPolicy
		}},
		"without a check of the key": {
			policy: func(string, *http.Request) string { return rightPolicy },
			code:   1, failed: []string{"KEY-1", "KEY-2", "KEY-3", "KEY-4"},
			mentions: "getPasswordPolicy with"},
		"of another shape": {
			policy: func(key string, r *http.Request) string {
				if r.Header.Get("Et-App-Key") != key {
					return keyError
				}
				return strings.Replace(rightPolicy, "12", `"12"`, 1)
			},
			code: 1, failed: []string{"ANSWER-4"}, mentions: "MinLength: integer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sandboxtest.Start(t,
				through(func(w faults.World, inner http.Handler) http.Handler {
					return servePolicy(inner, func(r *http.Request) string {
						return c.policy(w.AppKey, r)
					})
				}))
			r, out := judge(t, s, "--contract", contract)
			r.wantExit(t, c.code).wantOut(t, c.mentions)
			judged := reportOf(t, out)
			if failed := having(judged, verdict.Failed); !slices.Equal(failed, c.failed) {
				t.Errorf("failed: %v, want %v", failed, c.failed)
			}
			if !looksAtPolicy(requirement(t, judged, "KEY-8")) {
				t.Error("KEY-8 does not look at the operation")
			}
		})
	}
	if looksAtPolicyWithoutIt(t) {
		t.Error("the built-in contract has the operation already: this test can't fail")
	}
}

func servePolicy(inner http.Handler, policy func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1.0/users/password/policy" {
			inner.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(policy(r)))
	})
}

func looksAtPolicy(q verdict.Requirement) bool {
	return slices.ContainsFunc(q.Checks, func(c verdict.Check) bool {
		return strings.Contains(c.Subject, policyPath)
	})
}

func looksAtPolicyWithoutIt(t *testing.T) bool {
	out := t.TempDir()
	conformance(t, "run", "--only", "KEY-8", "--out", out).wantExit(t, 0)
	return looksAtPolicy(requirement(t, reportOf(t, out), "KEY-8"))
}
