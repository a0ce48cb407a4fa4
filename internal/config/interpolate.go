package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// YAML reads the braces of ${NAME} as a mapping where it stands without quotes inside { } or
// [ ]. While the file is parsed, characters that mean nothing to YAML stand in their place.
var (
	braced = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	marked = regexp.MustCompile("\ue000([A-Za-z_][A-Za-z0-9_]*)\ue001")
)

func markVariables(content []byte) []byte {
	return braced.ReplaceAll(content, []byte("\ue000$1\ue001"))
}

func unmarkVariables(n *node) {
	n.Value = marked.ReplaceAllString(n.Value, "$${$1}")
	for _, child := range n.Content {
		unmarkVariables(child)
	}
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// interpolate replaces each ${NAME} by the environment variable's value and
// each $${ by ${. A value is taken as it is: nothing in it is replaced again.
func interpolate(s string, env map[string]string) (string, error) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "${")
		if !found {
			out.WriteString(s)
			return out.String(), nil
		}
		if strings.HasSuffix(before, "$") {
			out.WriteString(before + "{")
			s = after
			continue
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			return "", errors.New("expected } after ${ (write $${ for the characters themselves)")
		}
		value, err := variable(name, env)
		if err != nil {
			return "", err
		}
		out.WriteString(before + value)
		s = rest
	}
}

func variable(name string, env map[string]string) (string, error) {
	if !variableName.MatchString(name) {
		return "",
			errors.New("expected the name of an environment variable between ${ and } (write $${ for the characters themselves)")
	}
	value, set := env[name]
	if !set {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	return value, nil
}
