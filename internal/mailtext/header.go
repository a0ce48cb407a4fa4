package mailtext

import (
	"bytes"
	"io"
	"mime"
	"net/mail"
	"strings"
)

// header is the head of a mail or of one part; of repeated fields the first counts.
type header map[string]string

// maxHeaderFields bounds the fields of one head.
const maxHeaderFields = 1000

// splitHeader separates head and body at the first empty line. A source that
// starts without any field is all body.
func splitHeader(source []byte) (header, []byte) {
	fields := header{}
	name, rest := "", source
	for len(rest) > 0 {
		line, after := cutLine(rest)
		if len(line) == 0 {
			return fields, after
		}
		name = fields.add(name, string(line))
		if name == "" && len(fields) == 0 && !isMailbox(line) {
			return fields, source
		}
		rest = after
	}
	return fields, nil
}

// isMailbox recognises the separator line of mbox files, which may lead a mail.
func isMailbox(line []byte) bool { return bytes.HasPrefix(line, []byte("From ")) }

// wordDecoder reads encoded words in any charset that mail programs know.
func wordDecoder() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(label string, input io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(input)
		return strings.NewReader(toUTF8(raw, label)), err
	}}
}

// add takes one line and returns the field that a folded line would continue.
func (h header) add(previous, line string) string {
	if line[0] == ' ' || line[0] == '\t' {
		if previous != "" && len(h[previous]) < 16<<10 {
			h[previous] += " " + strings.TrimSpace(line)
		}
		return previous
	}
	name, value, found := strings.Cut(line, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	if !found || name == "" || strings.ContainsAny(name, " \t<>\"{}") {
		return ""
	}
	if _, repeated := h[name]; repeated || len(h) >= maxHeaderFields {
		return "-" + name
	}
	h[name] = strings.TrimSpace(value)
	return name
}

func (h header) get(name string) string { return h[name] }

// decoded returns a field with its encoded words (RFC 2047) read.
func (h header) decoded(name string) string {
	value := toUTF8([]byte(h[name]), "")
	if decoded, err := wordDecoder().DecodeHeader(value); err == nil {
		value = decoded
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(value, "\uFFFD")), " ")
}

// mediaType returns the lower-case media type and its parameters, also of a
// field that breaks the grammar.
func (h header) mediaType() (string, map[string]string) {
	field := h.get("content-type")
	if kind, parameters, err := mime.ParseMediaType(field); err == nil {
		return kind, parameters
	}
	kind, rest, _ := strings.Cut(field, ";")
	parameters := map[string]string{}
	for _, pair := range strings.Split(rest, ";") {
		name, value, _ := strings.Cut(pair, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, repeated := parameters[name]; !repeated {
			parameters[name] = strings.Trim(value, " \t\"'")
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), parameters
}

// attachment tells whether a mail program would show the part as a file.
func (h header) attachment() bool {
	kind, _, _ := strings.Cut(h.get("content-disposition"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "attachment")
}

// addressees returns the names of an address list, as far as it can be read.
func addressees(field string) []string {
	var names []string
	list, _ := mail.ParseAddressList(field)
	for _, entry := range list {
		if entry.Name != "" {
			names = append(names, entry.Name)
		}
	}
	return names
}

// addresses returns the bare addresses of an address list, as far as it can be read.
func addresses(field string) []string {
	if field == "" {
		return nil
	}
	var bare []string
	if list, err := mail.ParseAddressList(field); err == nil {
		for _, entry := range list {
			bare = append(bare, entry.Address)
		}
		return bare
	}
	for _, entry := range strings.Split(field, ",") {
		if _, inside, found := strings.Cut(entry, "<"); found {
			entry, _, _ = strings.Cut(inside, ">")
		}
		if entry = strings.TrimSpace(entry); entry != "" {
			bare = append(bare, strings.ToValidUTF8(entry, "\uFFFD"))
		}
	}
	return bare
}

// cutLine returns the first line without its end, and what follows it.
func cutLine(text []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(text, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}
