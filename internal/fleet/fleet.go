// Package fleet judges many deployments in one process, and merges the results of several
// processes.
package fleet

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/etna-conformance/conformance/internal/app"
	"github.com/etna-conformance/conformance/internal/config"
)

// Deployment is one deployment of a fleet.
type Deployment struct {
	// Name is also that of its directory; Place is where the fleet file names it, File its
	// configuration.
	Name, Place, File string
	Config            config.Config
	// Err is why it can't be judged, nil if it can: the others are judged all the same.
	Err error
}

// Load reads a fleet file and all its configurations, in the order of the names. The flags are for
// every deployment; the environment gives the variables. An error is a *config.Error of
// the fleet file; what is wrong with one deployment is that deployment's.
func Load(file string, flags map[string]string, env []string) ([]Deployment, error) {
	if err := checkEnvironment(env); err != nil {
		return nil, err
	}
	read, err := config.ReadFleet(file, env)
	if err != nil {
		return nil, err
	}
	var list []Deployment
	for _, entry := range read.Entries {
		place := fmt.Sprintf("%s:%d", file, entry.Line)
		files, err := expandGlob(entry.Config)
		if err != nil {
			return nil, &config.Error{Where: place, Text: err.Error()}
		}
		for _, path := range files {
			d := Deployment{Name: deploymentName(entry, path), Place: place, File: path}
			d.Config, d.Err = load(d, entry, read.Defaults, flags, env)
			list = append(list, d)
		}
	}
	if err := checkNames(list); err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Deployment) int { return strings.Compare(a.Name, b.Name) })
	refuseShared(list)
	return list, nil
}

// checkEnvironment refuses variables that would apply to all deployments and silently make them
// one.
func checkEnvironment(env []string) error {
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "CONFORMANCE_") {
			return &config.Error{Where: name,
				Text: "a fleet takes nothing from such variables, which would win over every configuration; expected it unset, and a flag or defaults in the fleet file instead"}
		}
	}
	return nil
}

func expandGlob(path string) ([]string, error) {
	if !config.IsGlob(path) {
		return []string{path}, nil
	}
	files, err := filepath.Glob(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: not a glob: %w", path, err)
	case len(files) == 0:
		return nil, fmt.Errorf("%s matches no file", path)
	}
	return files, nil
}

// deploymentName is the part of the path that distinguishes the configuration: the text of the
// glob's wildcards, or the file's name.
func deploymentName(entry config.FleetEntry, path string) string {
	if entry.Name != "" {
		return entry.Name
	}
	fixed := path
	if at := strings.IndexAny(entry.Config, "*?["); at >= 0 {
		fixed = entry.Config[:at]
	}
	if at := strings.LastIndexByte(filepath.ToSlash(fixed), '/'); at >= 0 {
		path = path[at+1:]
	}
	return config.FleetName(strings.TrimSuffix(path, filepath.Ext(path)))
}

func load(d Deployment, entry config.FleetEntry, defaults *config.Defaults, flags map[string]string,
	env []string) (config.Config, error) {
	env, err := entry.Secrets.Env(env, d.Name)
	if err != nil {
		return config.Config{}, err
	}
	flags = maps.Clone(flags)
	flags["config"] = d.File
	cfg, err := config.Load(config.Sources{Flags: flags, Env: env, Defaults: defaults})
	if err != nil {
		return cfg, err
	}
	labels := maps.Clone(cfg.Deployment.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, entry.Labels)
	cfg.Deployment.Labels = labels
	return cfg, nil
}

// ownFiles are the fleet's own files in its directory.
func ownFiles() []string { return []string{resultFile, junitFile, pageFile, stateFile} }

// checkNames refuses names that are the same where a file system ignores case.
func checkNames(list []Deployment) error {
	first := map[string]Deployment{}
	for _, d := range list {
		key := strings.ToLower(d.Name)
		other, repeated := first[key]
		switch {
		case d.Name == "" || slices.Contains(ownFiles(), key):
			return &config.Error{Where: d.Place,
				Text: fmt.Sprintf("%s can't be a name for %s; expected another one, as name",
					quote(d.Name), d.File)}
		case repeated && other.File == d.File:
			return &config.Error{Where: d.Place,
				Text: fmt.Sprintf("%s is a deployment of %s already", d.File, other.Place)}
		case repeated:
			return &config.Error{Where: d.Place,
				Text: fmt.Sprintf("%s and %s (%s) are both called %s; expected different names, as name", d.File, other.File, other.Place, quote(d.Name))}
		}
		first[key] = d
	}
	return nil
}

// refuseShared refuses all deployments with a shared trader or mailbox: their mails could not be
// told apart.
func refuseShared(list []Deployment) {
	users := map[app.Use]int{}
	var shared []func()
	for i := range list {
		if list[i].Err != nil {
			continue
		}
		for _, use := range app.Uses(list[i].Config) {
			other, used := users[use]
			if used && other != i {
				shared = append(shared, func() {
					refuse(&list[i], list[other], use)
					refuse(&list[other], list[i], use)
				})
			}
			users[use] = i
		}
	}
	for _, refuse := range shared {
		refuse()
	}
}

// refuse keeps the first reason.
func refuse(d *Deployment, other Deployment, use app.Use) {
	if d.Err == nil {
		d.Err = &config.Error{Where: d.File,
			Text: fmt.Sprintf("shares %s with %s (%s); expected each of them in one deployment alone", use, other.Name, other.File)}
	}
}

func quote(text string) string { return `"` + text + `"` }
