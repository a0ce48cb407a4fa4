package evidence

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Curl returns one POSIX shell line to send an exchange's request again, "" if none was sent.
// Placeholders become variables: ‹app-key› is $APP_KEY, ‹code 1› is $CODE_1; in a URL, with its
// percent-encoding, $CODE_1_URLENCODED. It leaves out the header fields added to every request
// (User-Agent, traceparent, …). The line holds no control characters, bidirectional or other
// invisible ones.
func Curl(x Exchange) string {
	if !strings.HasPrefix(x.URL, "http://") && !strings.HasPrefix(x.URL, "https://") ||
		x.Method == "" {
		return ""
	}
	words := append([]string{"curl", "-i"}, curlMethod(x.Method)...)
	words = append(words, curlURL(x.URL)...)
	for _, f := range x.Header {
		words = append(words, curlField(f)...)
	}
	input, data := curlBody(x)
	words = append(words, data...)
	return input + strings.Join(words, " ")
}

func curlMethod(method string) []string {
	if method == "HEAD" {
		// With -X HEAD curl would wait for a body.
		return []string{"--head"}
	}
	return []string{"-X", quoteWord(splitArgument(method))}
}

func curlURL(address string) []string {
	var options []string
	if strings.ContainsAny(address, "[]{}") {
		options = append(options, "--globoff")
	}
	if strings.Contains(address, "/.") || strings.Contains(strings.ToLower(address), "/%2e") {
		options = append(options, "--path-as-is")
	}
	return append(options, quoteWord(urlParts(address)))
}

func curlField(f Field) []string {
	switch {
	case isAddedField(f.Name) || !isToken(f.Name):
		return nil
	case f.Value == "":
		// "Name:" would remove the field instead of sending it empty.
		return []string{"-H", quoteWord(splitArgument(f.Name + ";"))}
	}
	return []string{"-H", quoteWord(splitArgument(f.Name + ": " + f.Value))}
}

// isAddedField reports whether the tool or HTTP adds the field to every request.
func isAddedField(name string) bool {
	return slices.Contains([]string{"user-agent", "traceparent", "tracestate", "accept-encoding",
		"content-length", "connection"}, strings.ToLower(name))
}

// isToken reports whether a name is a token (RFC 9110, section 5.6.2). Others can't be sent, and
// curl takes "@name" for a file.
func isToken(name string) bool {
	other := func(r rune) bool {
		return r > '~' || !strings.ContainsRune("!#$%&'*+-.^_`|~", r) && !isNameByte(byte(r))
	}
	return name != "" && !strings.ContainsFunc(name, other)
}

// curlBody returns the command before curl, to feed its standard input, and curl's options.
func curlBody(x Exchange) (input string, options []string) {
	if len(x.Body) == 0 && !slices.Contains([]string{"POST", "PUT", "PATCH"}, x.Method) {
		return "", nil
	}
	if !hasField(x.Header, "Content-Type") {
		// Else curl would declare a form.
		options = append(options, "-H", "'Content-Type:'")
	}
	parts := splitPlaceholders(string(x.Body))
	if len(x.Body) > maxInlineBody && len(parts) == 1 && parts[0].variable == "" &&
		utf8.Valid(x.Body) {
		return bodyFromFile(x.Step) + " | ", append(options, "--data-binary", "@-")
	}
	// curl takes "@name" for a file.
	fileLike := len(parts) > 0 && (parts[0].variable != "" || bytes.HasPrefix(x.Body, []byte("@")))
	if fileLike || !isPrintable(parts) {
		return printf(parts) + " | ", append(options, "--data-binary", "@-")
	}
	return "", append(options, "--data-binary", quoteWord(parts))
}

// maxInlineBody is the longest body in the command itself, in bytes; a longer one is read from the
// evidence.
const maxInlineBody = 4 << 10

// bodyFromFile prints the body of the step's request.
func bodyFromFile(step string) string {
	filter := fmt.Sprintf("[.exchanges[] | select(.step == %q)][0].body", step)
	return "jq -j " + quoteWord(splitArgument(filter)) + " " + FileName
}

func hasField(header []Field, name string) bool {
	return slices.ContainsFunc(header, func(f Field) bool {
		return strings.EqualFold(f.Name, name)
	})
}
