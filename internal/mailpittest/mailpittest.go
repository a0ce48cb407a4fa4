// Package mailpittest starts the real Mailpit (tools/mailpit), in two versions, for tests.
package mailpittest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/proctest"
)

// Modules are the folders under tools/ of the versions: v1.33.1 and v1.27.11.
func Modules() []string { return []string{"mailpit", "mailpit/older"} }

// Start runs the module's Mailpit, with further arguments, on two free ports of 127.0.0.1 until the
// test ends. Under -short the test is skipped.
func Start(t testing.TB, module string, args ...string) (smtpAddr, url string) {
	t.Helper()
	return proctest.Server{
		Module: module, Tool: "mailpit", Path: "/api/v1/info",
		Args: func(smtpAddr, httpAddr string) []string {
			return append([]string{"--smtp", smtpAddr, "--listen", httpAddr,
				"--disable-version-check", "--quiet"}, args...)
		},
		Env: slices.DeleteFunc(os.Environ(), func(variable string) bool {
			return strings.HasPrefix(variable, "MP_")
		}),
	}.Start(t)
}
