// Package cli is what the commands of this module share: exit codes, flags, output for programs, and
// the serve command.
package cli

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

	"github.com/spf13/cobra"

	"github.com/etna-conformance/conformance/internal/config"
	"github.com/etna-conformance/conformance/internal/mishap"
	"github.com/etna-conformance/conformance/internal/report"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// UsageError is a mistake in the call that no configuration holds.
type UsageError struct{ error }

// Usage makes a mistake in the call of an error.
func Usage(err error) error { return UsageError{err} }

// Usagef is [Usage] of a formatted sentence.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// CodeError carries a verdict's exit code out of a command that has said all there is to say.
type CodeError int

func (e CodeError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// UnwrittenError is evidence or a report that could not be written: no verdict may pass without it.
type UnwrittenError struct{ error }

// Unwritten makes one of an error.
func Unwritten(err error) error { return UnwrittenError{err} }

// Run executes the command and returns the exit code of the process.
func Run(root *cobra.Command) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			code = exitCode(root.Name(), mishap.Error(cause))
		}
	}()
	// net/http would print bytes of a deployment to the terminal.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends the run in order; a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	return exitCode(root.Name(), root.ExecuteContext(ctx))
}

// exitCode tells the error and returns the exit code that it means.
func exitCode(program string, err error) int {
	var code CodeError
	var usage *config.Error
	var call UsageError
	var unwritten UnwrittenError
	tell := func(text string) { fmt.Fprintln(os.Stderr, program+": "+report.Visible(text)) }
	switch {
	case err == nil:
		return verdict.ExitConformant
	case errors.As(err, &unwritten):
		tell("not all could be written: " + strings.ReplaceAll(unwritten.Error(), "\n", "; "))
		return verdict.ExitFault
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage), errors.As(err, &call):
		tell(err.Error())
		return verdict.ExitUsage
	}
	tell("a fault of this tool, not of the deployment: " + err.Error())
	return verdict.ExitFault
}
