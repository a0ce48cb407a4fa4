package report

import (
	"regexp"
	"slices"
	"sync"
)

// Variable is a shell variable that stands for a secret in curl lines.
type variable struct {
	Name string
	// Value is what to set it to: a placeholder, and how it is encoded.
	Value string
}

// Variables returns the shell variables that somebody has to set before the
// findings' curl lines can be pasted, in the order of the evidence's legend.
func variables(v View) []variable {
	used := usedVariables(v)
	if len(used) == 0 {
		return nil
	}
	var found []variable
	for _, secret := range v.Run.Secrets {
		value := Visible(string(secret.Placeholder))
		name := secret.Placeholder.Variable()
		for _, x := range []variable{{name, value}, {name + "_URLENCODED", value + ", percent-encoded"}} {
			if slices.Contains(used, x.Name) && !slices.Contains(found, x) {
				found = append(found, x)
			}
		}
	}
	return found
}

func usedVariables(v View) []string {
	var names []string
	for _, r := range v.Report.Requirements {
		for _, f := range r.Findings {
			names = append(names, variableNames(f.Curl)...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// reference is a variable in a line for the shell.
var reference = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$\{?([A-Z_][A-Z0-9_]*)`) })

func variableNames(line string) []string {
	var names []string
	for _, match := range reference().FindAllStringSubmatch(line, -1) {
		names = append(names, match[1])
	}
	return names
}
