package config

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// Fleet is what a fleet file says: which configurations there are, and what they have in common.
type Fleet struct {
	// Defaults are nil where the file has none.
	Defaults *Defaults
	Entries  []FleetEntry
}

// Defaults are keys of a configuration that stand in a fleet file.
type Defaults struct {
	file string
	keys *node
}

// FleetEntry is a configuration or, by a glob, some.
type FleetEntry struct {
	// Config is the path or glob, Line where it stands in the fleet file.
	Config string
	Line   int
	// Name is what the fleet calls the deployment, "" for what follows from the path.
	Name    string
	Labels  map[string]string
	Secrets Secrets
}

// Secrets say where else than in the environment the variables of a configuration are. A text may
// hold {name}, which stands for the deployment's name.
type Secrets struct {
	// Dir is a directory that has a file for each variable, as Kubernetes mounts a Secret; "" is
	// none.
	Dir string
	// Prefix stands before the names of a deployment's own variables, in the environment and in
	// Dir.
	Prefix string
}

// ReadFleet reads a fleet file. Every error is a *Error.
func ReadFleet(file string, env []string) (Fleet, error) {
	l := loader{open: func(name string) (io.ReadCloser, error) { return os.Open(name) }}
	content, err := l.content(file, "fleet")
	if err != nil {
		return Fleet{}, err
	}
	d := &document{name: file, env: environment(env)}
	root, err := d.root(content)
	if err != nil {
		return Fleet{}, err
	}
	if root == nil {
		return Fleet{}, &Error{file, "is empty; expected deployments, a list of configurations"}
	}
	f, secrets := Fleet{}, Secrets{}
	var entries *node
	err = d.mapping("the file", root,
		field{"defaults", func(n *node) error {
			f.Defaults = &Defaults{file, n}
			return d.knownKeys(n)
		}},
		field{"secrets", func(n *node) error { return d.secrets(n, &secrets) }},
		field{"deployments", func(n *node) error { entries = n; return nil }})
	if err == nil && entries == nil {
		err = &Error{file, "expected deployments, a list of configurations"}
	}
	if err == nil {
		f.Entries, err = d.fleetEntries(entries, secrets)
	}
	return f, err
}

// knownKeys refuses keys that no configuration has. Their values wait for the variables of each
// deployment.
func (d *document) knownKeys(n *node) error {
	var fields []field
	for _, key := range Keys() {
		fields = append(fields, field{key, func(*node) error { return nil }})
	}
	return d.mapping("defaults", n, fields...)
}

func (d *document) secrets(n *node, s *Secrets) error {
	return d.mapping("secrets", n, d.into("dir", &s.Dir, d.beside),
		d.into("prefix", &s.Prefix, plain))
}

func (d *document) fleetEntries(n *node, common Secrets) ([]FleetEntry, error) {
	nodes, err := d.sequence("deployments", n)
	if err != nil {
		return nil, err
	}
	var entries []FleetEntry
	for _, n := range nodes {
		e := FleetEntry{Line: n.Line, Secrets: common}
		if err := d.fleetEntry(n, &e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return nil, d.wrong(n, "deployments: is empty; expected one configuration or more")
	}
	return entries, nil
}

// fleetEntry reads the path alone, or keys with more.
func (d *document) fleetEntry(n *node, e *FleetEntry) error {
	config := d.into("config", &e.Config, d.beside)
	if kindOf(resolve(n)) == "a single value" && !empty(n) {
		return config.read(n)
	}
	err := d.mapping("deployments", n, config,
		d.into("name", &e.Name, fleetName),
		field{"labels", func(n *node) (err error) { e.Labels, err = d.labels(n); return err }},
		field{"secrets", func(n *node) error {
			e.Secrets = Secrets{}
			return d.secrets(n, &e.Secrets)
		}})
	switch {
	case err != nil:
		return err
	case e.Config == "":
		return d.wrong(n, "deployments: expected config, the path of a configuration or a glob")
	case e.Name != "" && IsGlob(e.Config):
		return d.wrong(n,
			"deployments: a glob can't have a name; expected the path of one configuration, or no name")
	}
	return nil
}

// IsGlob reports whether the path of an entry may match several files.
func IsGlob(path string) bool { return strings.ContainsAny(path, "*?[") }

// fleetName refuses what can't be the name of a directory everywhere.
func fleetName(name string) (string, error) {
	if !isName(name) {
		return "",
			errors.New("expected a name of letters, digits, hyphens, dots and underscores, which begins with a letter or a digit")
	}
	return name, nil
}

func isName(name string) bool {
	const first, rest = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "-._"
	return name != "" && len(name) <= 100 && strings.Contains(first, name[:1]) &&
		!strings.HasSuffix(name, ".") &&
		!strings.ContainsFunc(name, func(r rune) bool {
			return !strings.ContainsRune(first+rest, r)
		})
}

// FleetName makes a name of a path.
func FleetName(path string) string {
	name := strings.Map(func(r rune) rune {
		if isName("a" + string(r) + "a") {
			return r
		}
		return '-'
	}, filepath.ToSlash(path))
	name = strings.Trim(name, "-._")
	return name[:min(len(name), 100)]
}

// Env adds the deployment's variables to the environment. An error is a *Error.
func (s Secrets) Env(env []string, name string) ([]string, error) {
	variables, files := environment(env), map[string]string{}
	if s.Dir != "" {
		if err := addFiles(files, strings.ReplaceAll(s.Dir, "{name}", name)); err != nil {
			return nil, err
		}
	}
	s.addOwn(variables, maps.Clone(variables), name)
	maps.Copy(variables, files)
	s.addOwn(variables, files, name)
	var all []string
	for key, value := range variables {
		all = append(all, key+"="+value)
	}
	return all, nil
}

// addOwn adds those that have the deployment's prefix, without it.
func (s Secrets) addOwn(variables, from map[string]string, name string) {
	if s.Prefix == "" {
		return
	}
	prefix := strings.ReplaceAll(s.Prefix, "{name}", variableOf(name))
	for key, value := range from {
		if rest, own := strings.CutPrefix(key, prefix); own && variableName.MatchString(rest) {
			variables[rest] = value
		}
	}
}

// variableOf is the name as a part of a variable's: acme-eu is ACME_EU.
func variableOf(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.", r) {
			return '_'
		}
		return r
	}, strings.ToUpper(name))
}

// addFiles makes a variable of each file whose name can be one's. Line breaks at its end are an
// editor's.
func addFiles(variables map[string]string, dir string) error {
	l := loader{open: func(name string) (io.ReadCloser, error) { return os.Open(name) }}
	files, err := os.ReadDir(dir)
	if err != nil {
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathError.Err
		}
		return &Error{"secrets", "the directory " + dir + " can't be read: " + err.Error()}
	}
	for _, f := range files {
		if !variableName.MatchString(f.Name()) || f.IsDir() {
			continue
		}
		content, err := l.content(filepath.Join(dir, f.Name()), "secrets")
		if err != nil {
			return err
		}
		variables[f.Name()] = strings.TrimRight(string(content), "\r\n")
	}
	return nil
}

// fleet takes what the deployments of a fleet have in common.
func (l *loader) fleet() error {
	if l.common == nil {
		return nil
	}
	d := &document{name: l.common.file, env: l.env}
	if err := d.read("defaults", resolve(l.common.keys), l.config); err != nil {
		return err
	}
	if l.config.AppKeyFile != "" {
		l.appKeyFileAt = d.place("appKeyFile")
	}
	return nil
}

// merged are the labels of both; the second's win.
func merged(a, b map[string]string) map[string]string {
	if len(a) == 0 {
		return b
	}
	a = maps.Clone(a)
	maps.Copy(a, b)
	return a
}
