package deployment

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// syntax says where YAML itself is broken.
func (d *document) syntax(err error) error {
	line, reason := syntaxError(strings.TrimPrefix(err.Error(), "yaml: "))
	return &ConfigError{fmt.Sprintf("%s:%d", d.name, line), "expected YAML: " + reason}
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
