// Command conformance judges whether a deployment of ETNA Trader's password reset keeps the
// promises of its documentation.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/etna-conformance/conformance/internal/deployment"
	_ "github.com/etna-conformance/conformance/internal/heap"
	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

func main() { os.Exit(exit()) }

// exit runs the command and returns the exit code of the process.
func exit() (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			code = exitCode(mishap.Error(cause))
		}
	}()
	// net/http would print bytes of a deployment to the terminal.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the run in order; a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	err := root().ExecuteContext(ctx)
	return exitCode(err)
}

// codeError carries a verdict's exit code out of a command that has said all there is to say.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func exitCode(err error) int {
	var code codeError
	var usage *deployment.ConfigError
	var call usageError
	var unwritten unwrittenError
	switch {
	case err == nil:
		return verdict.ExitConformant
	case errors.As(err, &unwritten):
		fmt.Fprintln(os.Stderr, "conformance: not all could be written: "+report.Visible(strings.ReplaceAll(unwritten.Error(), "\n", "; ")))
		return verdict.ExitFault
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage), errors.As(err, &call):
		fmt.Fprintln(os.Stderr, "conformance: "+report.Visible(err.Error()))
		return verdict.ExitUsage
	}
	fmt.Fprintln(os.Stderr, "conformance: a fault of this tool, not of the deployment: "+report.Visible(err.Error()))
	return verdict.ExitFault
}

// usageError is a mistake in the call that no configuration holds.
type usageError struct{ error }

// unwrittenError is evidence or a report that could not be written: no verdict may pass without
// them.
type unwrittenError struct{ error }
