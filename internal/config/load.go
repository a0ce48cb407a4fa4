package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/nearest"
)

// Sources is everything that a configuration is made from.
type Sources struct {
	// Flags holds the flags that were given, by name without dashes; a Switch
	// has "true" or "false", a List its entries with commas between.
	Flags map[string]string
	// Env is the environment in the form of os.Environ.
	Env []string
	// Defaults are what the deployments of a fleet have in common; they come before the file.
	Defaults *Defaults
	// Open reads a file; nil is the file system.
	Open func(name string) (io.ReadCloser, error)
}

const (
	envPrefix  = "CONFORMANCE_"
	noColorEnv = "NO_COLOR" // https://no-color.org
)

// maxFile bounds the files that are read, in bytes.
const maxFile = 1 << 20

// Load returns the configuration: flags win over the environment, that over the file of --config or
// CONFORMANCE_CONFIG, the file over the fleet's defaults, and these over the tool's own. A mistake
// in any of them is an error even where another wins. Every error is a *Error.
func Load(sources Sources) (Config, error) {
	var c Config
	l := loader{config: &c, env: environment(sources.Env), flags: sources.Flags, open: sources.Open,
		common: sources.Defaults}
	if l.open == nil {
		l.open = func(name string) (io.ReadCloser, error) { return os.Open(name) }
	}
	for _, step := range []func() error{l.defaults, l.fleet, l.file, l.environment, l.commandLine, l.readAppKey, l.complete} {
		if err := step(); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

type loader struct {
	config *Config
	env    map[string]string
	flags  map[string]string
	open   func(string) (io.ReadCloser, error)
	common *Defaults
	// appKeyFileAt is where the key's file was named, named the configuration file, "" where none
	// was.
	appKeyFileAt, named string
}

func environment(entries []string) map[string]string {
	env := map[string]string{}
	for _, entry := range entries {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	return env
}

func (l *loader) defaults() error {
	for _, s := range settings() {
		if s.fallback == "" {
			continue
		}
		if err := s.set(l.config, s.fallback); err != nil {
			return &Error{Where: "default of " + s.key, Text: err.Error()}
		}
	}
	return nil
}

func (l *loader) file() error {
	name, given := l.env[configEnv]
	where := configEnv
	if flag, byFlag := l.flags[configFlag]; byFlag {
		name, given, where = flag, true, "--"+configFlag
	}
	if !given {
		return nil
	}
	if name == "" {
		return &Error{where, isEmpty}
	}
	l.named = name
	content, err := l.content(name, where)
	if err != nil {
		return err
	}
	d := &document{name: name, env: l.env}
	keyFile, labels := l.config.AppKeyFile, l.config.Deployment.Labels
	if err := d.decode(content, l.config); err != nil {
		return err
	}
	l.config.Deployment.Labels = merged(labels, l.config.Deployment.Labels)
	l.config.File, l.config.URLLine = name, d.lines["url"]
	if l.config.AppKeyFile != "" && l.config.AppKeyFile != keyFile {
		l.appKeyFileAt = d.place("appKeyFile")
	}
	return nil
}

func (l *loader) environment() error {
	if err := l.unknownVariable(); err != nil {
		return err
	}
	if l.env["CONFORMANCE_APP_KEY"] != "" && l.env["CONFORMANCE_APP_KEY_FILE"] != "" {
		return &Error{"CONFORMANCE_APP_KEY_FILE",
			"the key is given by CONFORMANCE_APP_KEY too; expected one of them"}
	}
	for _, s := range settings() {
		value, given := l.env[s.env]
		if s.env == "" || s.set == nil || !given {
			continue
		}
		if s.env == noColorEnv {
			l.config.NoColor = value != ""
			continue
		}
		if err := l.apply(s, s.env, value); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) unknownVariable() error {
	known := names(func(s setting) string { return s.env })
	var unknown []string
	for name := range l.env {
		if strings.HasPrefix(name, envPrefix) && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	name := slices.Min(unknown)
	return &Error{name, "unknown environment variable" + nearest.Hint(name, known)}
}

func (l *loader) commandLine() error {
	known := names(func(s setting) string { return s.flag })
	for name := range l.flags {
		if !slices.Contains(known, name) {
			return &Error{"--" + name, "unknown flag" + nearest.Hint(name, known)}
		}
	}
	for _, s := range settings() {
		value, given := l.flags[s.flag]
		if s.flag == "" || s.set == nil || !given {
			continue
		}
		if err := l.apply(s, "--"+s.flag, value); err != nil {
			return err
		}
	}
	return nil
}

const isEmpty = "is empty; expected a value, or leave it out"

// complete refuses a configuration that says something of a deployment, and not which: nobody means
// the embedded reference deployment by it.
func (l *loader) complete() error {
	c := l.config
	switch {
	case strings.HasSuffix(c.URL, "/v"+c.APIVersion):
		return &Error{"url", "ends in the version, which every path has already; expected " +
			strings.TrimSuffix(c.URL, "/v"+c.APIVersion)}
	case c.URL != "":
	case l.named != "":
		return &Error{l.named,
			"url is missing; expected the base URL of the deployment (url, --url or CONFORMANCE_URL)"}
	case c.AppKey != "" || len(c.Traders) > 0 || c.Inbox.URL != "":
		return &Error{"url",
			"missing: a key, traders or an inbox are declared, but no deployment (url, --url or CONFORMANCE_URL)"}
	}
	return nil
}

func (l *loader) apply(s setting, where, value string) error {
	if value == "" {
		return &Error{where, isEmpty}
	}
	if err := s.set(l.config, value); err != nil {
		return &Error{where, err.Error()}
	}
	if s.key == "appKeyFile" {
		l.appKeyFileAt = where
	}
	return nil
}

// readAppKey reads the key's file, wherever it was named. Line breaks at its end are
// an editor's, not the key's.
func (l *loader) readAppKey() error {
	if l.config.AppKeyFile == "" {
		return nil
	}
	content, err := l.content(l.config.AppKeyFile, l.appKeyFileAt)
	if err != nil {
		return err
	}
	key, err := trimmed(strings.TrimRight(string(content), "\r\n"))
	if err == nil && key == "" {
		err = errors.New("expected an app key, but the file is empty")
	}
	if err != nil {
		return &Error{l.config.AppKeyFile, err.Error()}
	}
	l.config.AppKey = key
	return nil
}

func (l *loader) content(name, where string) ([]byte, error) {
	file, err := l.open(name)
	if err != nil {
		return nil, unreadable(name, where, err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, unreadable(name, where, err)
	}
	if len(content) > maxFile {
		return nil, unreadable(name, where, errors.New("it is larger than 1 MiB"))
	}
	return textOf(content), nil
}

func unreadable(name, where string, err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return &Error{where, fmt.Sprintf("the file %q can't be read: %v", name, err)}
}
