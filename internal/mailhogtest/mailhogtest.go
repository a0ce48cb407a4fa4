// Package mailhogtest starts the real MailHog (tools/mailhog) for tests.
package mailhogtest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/proctest"
)

// Start runs MailHog on two free ports of 127.0.0.1 until the test ends. Under -short the test is
// skipped.
func Start(t testing.TB) (smtpAddr, url string) {
	t.Helper()
	return proctest.Server{
		Module: "mailhog", Tool: "mailhog", Path: "/api/v2/messages",
		Args: func(smtpAddr, httpAddr string) []string {
			return []string{"-smtp-bind-addr", smtpAddr, "-api-bind-addr", httpAddr,
				"-ui-bind-addr", httpAddr}
		},
		Env: slices.DeleteFunc(os.Environ(), func(variable string) bool {
			return strings.HasPrefix(variable, "MH_")
		}),
	}.Start(t)
}
