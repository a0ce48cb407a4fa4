package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// syntax says where YAML itself is broken.
func (d *document) syntax(err error) error {
	line, reason := syntaxError(strings.TrimPrefix(err.Error(), "yaml: "))
	for said, meant := range map[string]string{
		"mapping values are not allowed in this context": "a key stands where none can: keys of one level begin in the same column, and a value with a colon needs quotes",
		"found character that cannot start any token":    "a value begins with a character that needs quotes, or a tab indents: only spaces do",
		"could not find expected ':'":                    "expected a key and a value with a colon and a space between",
		"found unexpected end of stream":                 "the quote is never closed",
		"did not find expected key":                      "keys of one level begin in the same column",
		"did not find expected '-' indicator":            "entries of one list begin in the same column, each with a hyphen and a space",
	} {
		if reason == said {
			reason = meant
		}
	}
	return &Error{fmt.Sprintf("%s:%d", d.name, line), "expected YAML: " + reason}
}

var lineOfError = regexp.MustCompile(`^line (\d+): `)

// syntaxError takes the line out of the parser's message. The parser leaves out
// line 1 and counts from 0 where it missed a token ("did not find expected …").
func syntaxError(message string) (line int, reason string) {
	m := lineOfError.FindStringSubmatch(message)
	if m == nil {
		return 1, message
	}
	line, err := strconv.Atoi(m[1])
	if err != nil {
		return 1, message
	}
	reason = message[len(m[0]):]
	for _, counted := range []string{"','", "key", "'-'", "node content", "<document"} {
		if strings.HasPrefix(reason, "did not find expected "+counted) {
			line++
		}
	}
	return line, reason
}
