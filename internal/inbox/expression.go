package inbox

import (
	"regexp"
	"sync"
)

// expression is a regular expression that is compiled when it is first needed: all of them together would be
// a tenth of the start, and most commands read no mail.
type expression func() *regexp.Regexp

func expr(text string) expression {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// MatchString reports whether the text has a match.
func (e expression) MatchString(text string) bool { return e().MatchString(text) }
