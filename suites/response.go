package suites

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"

	"github.com/etna-conformance/conformance/internal/contract"
)

func (a *response) object() map[string]any { return a.doc.Object() }

// hasRightKey reports whether the request carried the configured key.
func (a *response) hasRightKey() bool {
	return a.step.Request != nil && a.step.Request.Key == KeyPlaceholder
}

// isKeyError reports whether the response is the documented key error, or this deployment's own in
// its place.
func (a *response) isKeyError() bool {
	return a.outcome.Kind == contract.KeyError || a.sameAsBadKey
}

// breaksContract reports whether the request broke the contract on purpose.
func (a *response) breaksContract() bool {
	return a.step.Request != nil && a.step.Request.Breaks != ""
}

// isRateLimited reports whether the deployment asks to come back later: that proves nothing about
// its promises.
func (a *response) isRateLimited() bool { return a.outcome.Kind == contract.RateLimited }

func (a *response) headerValue(name string) string {
	for _, f := range a.Response.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func (a *response) headerValues(name string) []string {
	var values []string
	for _, f := range a.Response.Header {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// listsErrors reports whether the response lists errors, in Errors or by the request's members.
func (a *response) listsErrors() bool { return len(a.outcome.Errors)+len(a.outcome.Invalid) > 0 }

// question returns the response's question, "" if there is none.
func (a *response) question() string { return normalizeQuestion(a.outcome.Model) }

// containsText reports whether the text stands anywhere in the response, also in a usual encoding.
func (a *response) containsText(text string) bool {
	if containsString(a.doc.Value, norm.NFC.String(text)) {
		return true
	}
	places := []string{string(a.Response.Body)}
	for _, f := range a.Response.Header {
		places = append(places, f.Value)
	}
	for _, spelling := range listSpellings(text) {
		for _, place := range places {
			if strings.Contains(place, spelling) {
				return true
			}
		}
	}
	return false
}

// listSpellings returns the text and its usual encodings.
func listSpellings(text string) []string {
	return []string{
		text, url.PathEscape(text), url.QueryEscape(text), html.EscapeString(text),
		hex.EncodeToString([]byte(text)),
		base64.RawStdEncoding.EncodeToString([]byte(text)),
		base64.RawURLEncoding.EncodeToString([]byte(text)),
	}
}

func containsString(value any, text string) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(norm.NFC.String(v), text)
	case []any:
		for _, item := range v {
			if containsString(item, text) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if containsString(item, text) {
				return true
			}
		}
	}
	return false
}

// describe says what came: the status and the body's beginning.
func (a *response) describe() string {
	return fmt.Sprintf("status %d, %s", a.Response.Status, a.describeBody())
}

func (a *response) describeBody() string {
	if a.doc.Read {
		return compactJSON(a.doc.Value)
	}
	body := strings.TrimSpace(string(a.Response.Body))
	if body == "" {
		return "an empty body"
	}
	label := a.headerValue("Content-Type")
	if media, _, err := mime.ParseMediaType(label); err == nil {
		label = media
	}
	return fmt.Sprintf("a body that is no JSON (%s): %s", describeLabel(label), excerpt(body))
}

func describeLabel(label string) string {
	if label == "" {
		return "no Content-Type"
	}
	return label
}

func compactJSON(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return contract.Describe(value)
	}
	return excerpt(strings.TrimSpace(b.String()))
}

func excerpt(text string) string {
	const most = 300
	text = strings.ToValidUTF8(text, "�")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// isMisread reports whether the label's charset makes the body another text than UTF-8.
func isMisread(body []byte, label string) bool {
	name := contract.Charset(label)
	if name == "" || strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8") {
		return false
	}
	encoding, _ := charset.Lookup(name)
	if encoding == nil {
		return false
	}
	decoded, err := encoding.NewDecoder().Bytes(body)
	return err != nil || string(decoded) != string(body)
}
