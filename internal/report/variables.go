package report

import (
	"regexp"
	"slices"
	"sync"

	"github.com/etna-conformance/conformance/internal/evidence"
	"github.com/etna-conformance/conformance/internal/verdict"
)

// variable is a shell variable that stands for a secret in curl lines.
type variable struct {
	Name string
	// Value is what to set it to: a placeholder, and how it is encoded.
	Value string
}

// variables returns the shell variables that somebody has to set before these
// curl lines can be pasted, in the order of the evidence's legend.
func variables(run evidence.Run, curls []string) []variable {
	used := usedVariables(curls)
	if len(used) == 0 {
		return nil
	}
	var found []variable
	for _, secret := range run.Secrets {
		value := Visible(string(secret.Placeholder))
		name := secret.Placeholder.Variable()
		for _, x := range []variable{{name, value},
			{name + "_URLENCODED", value + ", percent-encoded"}} {
			if slices.Contains(used, x.Name) && !slices.Contains(found, x) {
				found = append(found, x)
			}
		}
	}
	return found
}

func usedVariables(curls []string) []string {
	var names []string
	for _, line := range curls {
		names = append(names, variableNames(line)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// curlsOf are the curl lines of all findings.
func curlsOf(all []verdict.Requirement) []string {
	var curls []string
	for _, r := range all {
		for _, f := range r.Findings {
			curls = append(curls, f.Curl)
		}
	}
	return curls
}

// reference is a variable in a line for the shell.
var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{?([A-Z_][A-Z0-9_]*)`)
})

func variableNames(line string) []string {
	var names []string
	for _, match := range reference().FindAllStringSubmatch(line, -1) {
		names = append(names, match[1])
	}
	return names
}
