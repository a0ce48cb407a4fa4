package redact

import (
	"bytes"
	"mime"
	"net/textproto"
	"strings"
)

// splitHead splits a mail or a part behind the empty line after its header.
func splitHead(source []byte) (head, body []byte) {
	for i := 0; i < len(source); {
		end := lineEnd(source, i)
		if len(bytes.TrimRight(source[i:end], "\r\n")) == 0 {
			return source[:end], source[end:]
		}
		i = end
	}
	return source, nil
}

// lineEnd returns where the next line begins.
func lineEnd(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(text)
}

// fieldsOf reads a header as leniently as mail readers do.
func fieldsOf(head []byte) textproto.MIMEHeader {
	fields := textproto.MIMEHeader{}
	name := ""
	for line := range strings.Lines(string(head)) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && isSpaceByte(line[0]) {
			if last := len(fields[name]) - 1; last >= 0 {
				fields[name][last] += line
			}
			continue
		}
		key, value, found := strings.Cut(line, ":")
		name = ""
		if found {
			name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(key))
			fields[name] = append(fields[name], value)
		}
	}
	return fields
}

// contentType reads a Content-Type, also one that is not quite correct.
func contentType(value string) (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	params = map[string]string{}
	for param := range strings.SplitSeq(rest, ";") {
		key, text, _ := strings.Cut(param, "=")
		params[strings.ToLower(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(text), `"`)
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}
