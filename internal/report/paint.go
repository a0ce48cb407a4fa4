package report

import "github.com/etna-conformance/conformance/internal/verdict"

// WantsColour reports whether to colour what a person reads: --no-color and NO_COLOR turn colours
// off, FORCE_COLOR and CLICOLOR_FORCE on, also without a terminal; else a terminal that is not dumb
// has them.
//
// https://no-color.org, https://force-color.org, https://bixense.com/clicolors
func WantsColour(getenv func(string) string, never, terminal bool) bool {
	forced := func(name string) bool { value := getenv(name); return value != "" && value != "0" }
	switch {
	case never, getenv("NO_COLOR") != "":
		return false
	case forced("FORCE_COLOR"), forced("CLICOLOR_FORCE"):
		return true
	}
	return terminal && getenv("TERM") != "dumb"
}

// paint adds ANSI colours where they are wanted.
type paint struct{ on bool }

func (p paint) with(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string { return p.with("1", s) }

func (p paint) outcome(o verdict.Outcome, s string) string {
	switch o {
	case verdict.Passed:
		return p.with("32", s)
	case verdict.Failed:
		return p.with("1;31", s)
	case verdict.Untestable:
		return p.with("33", s)
	}
	return p.with("2", s)
}

func (p paint) overall(o verdict.Overall, s string) string {
	switch o {
	case verdict.Conformant:
		return p.with("1;32", s)
	case verdict.NotConformant:
		return p.with("1;31", s)
	}
	return p.with("1;33", s)
}
