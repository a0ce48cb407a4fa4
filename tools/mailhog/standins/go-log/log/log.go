// Package log stands in for github.com/ian-kent/go-log/log, as far as MailHog uses it.
package log

import "log"

// Info logs a formatted line.
func Info(format string, args ...any) { log.Printf(format, args...) }

// Printf logs a formatted line.
func Printf(format string, args ...any) { log.Printf(format, args...) }

// Println logs its arguments.
func Println(args ...any) { log.Println(args...) }

// Fatal logs its arguments and ends the process.
func Fatal(args ...any) { log.Fatal(args...) }

// Fatalf logs a formatted line and ends the process.
func Fatalf(format string, args ...any) { log.Fatalf(format, args...) }
