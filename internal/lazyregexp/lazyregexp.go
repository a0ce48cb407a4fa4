// Package lazyregexp compiles regular expressions when they are first used. Compiling all of them
// would take a tenth of the start of every command, and most commands read no mail.
package lazyregexp

import (
	"regexp"
	"sync"
)

// Expression returns a regular expression, compiled once.
type Expression func() *regexp.Regexp

// New returns the expression of a pattern that is known to compile.
func New(pattern string) Expression {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// MatchString reports whether the text has a match.
func (e Expression) MatchString(text string) bool { return e().MatchString(text) }
