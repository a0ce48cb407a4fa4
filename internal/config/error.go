package config

// Error is a mistake in the configuration: the call is wrong, and nothing
// was sent (exit code 2).
type Error struct {
	// Where is the file and line, the flag or the environment variable that holds
	// the mistake, for example "conformance.yaml:3", "--rate" or "CONFORMANCE_RATE".
	Where string
	// Text is one sentence: what was expected there. It repeats no value that
	// may be a secret.
	Text string
}

// Error returns place and sentence, for example
// `conformance.yaml:3: unknown key "inboxx"; did you mean "inbox"?`.
func (e *Error) Error() string {
	if e.Where == "" {
		return e.Text
	}
	return e.Where + ": " + e.Text
}
