package config

// Kind is how a flag is written on the command line.
type Kind int

// The kinds of flags.
const (
	// Text takes one value: --url URL.
	Text Kind = iota
	// Switch needs no value: --strict.
	Switch
	// List may be repeated or hold commas: --only RESET-1,RESET-2.
	List
)

// Option is a setting that has a command-line flag.
type Option struct {
	// Flag is its name without dashes.
	Flag string
	// Env is the environment variable that sets the same, "" where there is none.
	Env  string
	Kind Kind
	// Default is its value where nothing sets it, "" where that is nothing.
	Default string
	Usage   string
}

// Options returns the settings that the command line can give, in the order
// in which a person wants to read them. There is none for a secret: flags are
// seen in process lists and shell histories.
func Options() []Option {
	var options []Option
	for _, s := range settings() {
		if s.flag != "" {
			options = append(options, Option{s.flag, s.env, s.kind, s.fallback, s.usage})
		}
	}
	return options
}

// Keys returns the top-level keys of the configuration file.
func Keys() []string { return names(func(s setting) string { return s.key }) }

// setting is one line of the table that says how everything configurable is
// called in each source. A name is "" where the source can't set it.
type setting struct {
	key, env, flag string
	kind           Kind
	fallback       string
	// path is true where the value names a file: in a configuration file it
	// is relative to that file.
	path  bool
	usage string
	// set takes the value as text; its error says what was expected.
	set func(*Config, string) error
	// read takes the value from the file where it is more than text there.
	read func(*document, *Config, *node) error
}

const (
	configFlag = "config"
	configEnv  = "CONFORMANCE_CONFIG"
)

func settings() []setting {
	return append(targetSettings(), runSettings()...)
}

func targetSettings() []setting {
	return []setting{
		{flag: configFlag, env: configEnv, usage: "configuration file (YAML)"},
		{key: "url", env: "CONFORMANCE_URL", flag: "url", usage: "base URL of the deployment",
			set: func(c *Config, v string) (err error) { c.URL, err = baseURL(v); return err }},
		{key: "appKey", env: "CONFORMANCE_APP_KEY", set: setAppKey},
		{key: "appKeyFile", env: "CONFORMANCE_APP_KEY_FILE", path: true, set: setAppKeyFile},
		{key: "inbox", env: "CONFORMANCE_INBOX", flag: "inbox",
			usage: "where its mail is caught: mailhog=URL or mailpit=URL",
			set:   setInbox, read: readInbox},
		{key: "traders", read: readTraders},
		{key: "secretQuestions", fallback: "optional", set: setSecretQuestions},
		{key: "apiVersion", fallback: "1.0", set: setAPIVersion},
		{key: "stepThree", set: setStepThree},
		{key: "headers", read: readHeaders},
		{key: "codePattern", set: setCodePattern},
		{key: "codeTries", fallback: "3", set: setCodeTries},
		{key: "deployment", read: readLabel},
		{key: "caFile", flag: "ca-file", path: true,
			usage: "further certificate authorities to trust (PEM)",
			set:   text(func(c *Config) *string { return &c.CAFile })},
		{key: "insecure", flag: "insecure", kind: Switch,
			usage: "don't verify the deployment's certificate",
			set:   truth(func(c *Config) *bool { return &c.Insecure })},
		{key: "clientCert", read: readClientCert},
		{key: "contract", flag: "contract", path: true,
			usage: "another contract (OpenAPI) than the built-in one",
			set:   text(func(c *Config) *string { return &c.Contract })},
	}
}

func runSettings() []setting {
	return []setting{
		{key: "profile", env: "CONFORMANCE_PROFILE", flag: "profile", kind: List, fallback: "core",
			usage: "what is judged: core, flow, hardening",
			set:   setProfiles, read: readProfiles},
		{env: "CONFORMANCE_ONLY", flag: "only", kind: List, usage: "only these requirements",
			set: setOnly},
		{env: "CONFORMANCE_LABEL_FILTER", flag: "label-filter",
			usage: "only requirements whose labels match (Ginkgo's syntax): ids, their first parts, levels, profiles, for example 'must && !MAIL'",
			set:   text(func(c *Config) *string { return &c.LabelFilter })},
		{env: "CONFORMANCE_OUT", flag: "out", fallback: "reports/latest",
			usage: "directory for the reports",
			set:   text(func(c *Config) *string { return &c.Out })},
		{key: "mailDeadline", env: "CONFORMANCE_MAIL_DEADLINE", flag: "mail-deadline",
			fallback: "60s", usage: "how long a promised mail may take",
			set: func(c *Config, v string) (err error) {
				c.MailDeadline, err = duration(v)
				return err
			}},
		{key: "bisectTime", flag: "bisect-time",
			usage: "how long to look for the requests that mail surplus codes, 0 never (default twice the mail deadline)",
			set:   setBisectTime},
		{key: "bisectResets", fallback: "12", set: setBisectResets},
		{key: "requestTimeout", env: "CONFORMANCE_REQUEST_TIMEOUT", flag: "request-timeout",
			fallback: "10s", usage: "how long a response may take",
			set: func(c *Config, v string) (err error) {
				c.RequestTimeout, err = duration(v)
				return err
			}},
		{flag: "challenge", usage: "a certifier's challenge to respond to (conformance challenge)",
			set: text(func(c *Config) *string { return &c.Challenge })},
		{env: "CONFORMANCE_DISCREET", flag: "discreet", kind: Switch,
			usage: "don't say what the requests are: an ordinary User-Agent, no run id, another order in each run",
			set:   truth(func(c *Config) *bool { return &c.Discreet })},
		{key: "concurrency", env: "CONFORMANCE_CONCURRENCY", flag: "concurrency", fallback: "8",
			usage: "requests under way at once",
			set:   setConcurrency},
		{key: "rate", env: "CONFORMANCE_RATE", flag: "rate", fallback: "0",
			usage: "requests a second, 0 for no limit",
			set:   setRate},
		{env: "CONFORMANCE_STRICT", flag: "strict", kind: Switch,
			usage: "fail for requirements of level should, too",
			set:   truth(func(c *Config) *bool { return &c.Strict })},
		{env: "CONFORMANCE_COMPLETE", flag: "complete", kind: Switch,
			usage: "fail where a requirement is not applicable",
			set:   truth(func(c *Config) *bool { return &c.Complete })},
		{key: "baseline", flag: "baseline", path: true,
			usage: "list of known failures (YAML: id, reason, until), which do not fail the gate",
			set:   text(func(c *Config) *string { return &c.Baseline })},
		{env: "CONFORMANCE_QUIET", flag: "quiet", kind: Switch,
			usage: "print the verdict and the ids that failed only",
			set:   truth(func(c *Config) *bool { return &c.Quiet })},
		{env: "CONFORMANCE_VERBOSE", flag: "verbose", kind: Switch,
			usage: "print every finding in full, not one for each cause",
			set:   truth(func(c *Config) *bool { return &c.Verbose })},
		{env: noColorEnv, flag: "no-color", kind: Switch, usage: "no colours",
			set: truth(func(c *Config) *bool { return &c.NoColor })},
	}
}

// names returns what one source calls the settings that it can give.
func names(name func(setting) string) []string {
	var all []string
	for _, s := range settings() {
		if n := name(s); n != "" {
			all = append(all, n)
		}
	}
	return all
}
