// Package mishap makes errors of panics, so that a fault of this tool is told like any other error.
package mishap

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// mostFrames is how many calls of the stack are told.
const mostFrames = 8

// Error is what recover returned as an error, with the calls that led there. It must be called in
// the deferred function itself.
func Error(cause any) error {
	return fmt.Errorf("panic: %v (%s)", cause, strings.Join(stack(), " < "))
}

// Guard makes an error of a panic.
func Guard(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = Error(cause)
		}
	}()
	return do()
}

// stack are the innermost calls of the goroutine below the panic, each as file:line.
func stack() []string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var calls []string
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			calls = append(calls, fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line))
		}
		if !more || len(calls) == mostFrames {
			return calls
		}
	}
}
