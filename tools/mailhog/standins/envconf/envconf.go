// Package envconf stands in for github.com/ian-kent/envconf, as far as MailHog uses it.
package envconf

import (
	"fmt"
	"os"
	"strconv"
)

// FromEnvP returns the environment variable name as a value of fallback's type,
// and fallback where it is empty or unset. It panics where the variable cannot
// be read so: MailHog calls it before it can report an error.
func FromEnvP(name string, fallback any) any {
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	value, err := parse(text, fallback)
	if err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return value
}

func parse(text string, like any) (any, error) {
	switch like.(type) {
	case string:
		return text, nil
	case bool:
		return strconv.ParseBool(text)
	default:
		return nil, fmt.Errorf("cannot read a %T", like)
	}
}
