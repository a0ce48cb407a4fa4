package suites

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"

	"github.com/etna-conformance/conformance/internal/contract"
)

func (a *answer) object() map[string]any { return a.doc.Object() }

// keyed reports whether the request carried the configured key.
func (a *answer) keyed() bool { return a.step.Ask != nil && a.step.Ask.Key == KeyPlaceholder }

// keyErrorText is what both pages document for a missing or wrong key.
const keyErrorText = "Application key is not defined or does not exist"

// isKeyError reports whether the answer is about the key: the documented error, or another one alone, unless the
// request itself was wrong: frameworks tell that with an error member of their own.
func (a *answer) isKeyError() bool {
	text, given := a.object()["error"].(string)
	return given && (text == keyErrorText || !a.speaks() && !a.breaks())
}

// breaks reports whether the request broke the contract on purpose.
func (a *answer) breaks() bool { return a.step.Ask != nil && a.step.Ask.Breaks != "" }

// limited reports whether the deployment asks to come back later: that says nothing about its promises.
func (a *answer) limited() bool {
	status := a.Answer.Status
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && a.header("Retry-After") != ""
}

func (a *answer) header(name string) string {
	for _, f := range a.Answer.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func (a *answer) headers(name string) []string {
	var values []string
	for _, f := range a.Answer.Header {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// list returns the strings of a member, read forgivingly: what is of the wrong type is ANSWER-4's business.
func (a *answer) list(member string) []string {
	switch v := a.object()[member].(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []any:
		var list []string
		for _, item := range v {
			list = append(list, fmt.Sprint(item))
		}
		return list
	}
	return nil
}

// succeeds reports whether IsSucceed is true.
func (a *answer) succeeds() bool {
	succeed, _ := a.object()["IsSucceed"].(bool)
	return succeed
}

// speaks reports whether the answer has the members that tell acceptance from refusal.
func (a *answer) speaks() bool {
	_, errors := a.object()["Errors"]
	_, succeed := a.object()["IsSucceed"]
	return errors || succeed
}

// refused reports whether a reset lists errors and does not claim success: a reset counts as
// refused when it lists errors, whatever its status.
func (a *answer) refused() bool { return len(a.list("Errors")) > 0 && !a.succeeds() }

// claimsSuccess reports whether the answer says that the request was carried out. Only the documents'
// own sample of an accepted reset does so with IsSucceed false.
func (a *answer) claimsSuccess(o contract.Operation) bool {
	if _, state := a.object()["State"]; state && !a.speaks() {
		return a.signedIn()
	}
	return a.speaks() && !a.refused() && (a.succeeds() || o.Profile == "core")
}

// turnedDown reports whether a request was not accepted, in whatever words: with errors, a key error, or
// an error status of something that the documents are silent about.
func (a *answer) turnedDown() bool {
	return len(a.list("Errors")) > 0 || a.isKeyError() || a.limited() || a.Answer.Status >= 400 && !a.speaks()
}

// question returns the question that the answer carries, "" where none.
func (a *answer) question() string {
	model, _ := a.object()["Model"].(string)
	return normal(model)
}

// holds reports whether the text stands anywhere in the answer, also in a usual encoding.
func (a *answer) holds(text string) bool {
	if contains(a.doc.Value, norm.NFC.String(text)) {
		return true
	}
	places := []string{string(a.Answer.Body)}
	for _, f := range a.Answer.Header {
		places = append(places, f.Value)
	}
	for _, spelling := range spellings(text) {
		for _, place := range places {
			if strings.Contains(place, spelling) {
				return true
			}
		}
	}
	return false
}

// spellings are the text as it is and as it is usually encoded.
func spellings(text string) []string {
	return []string{
		text, url.PathEscape(text), url.QueryEscape(text), html.EscapeString(text), hex.EncodeToString([]byte(text)),
		base64.RawStdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)),
	}
}

func contains(value any, text string) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(norm.NFC.String(v), text)
	case []any:
		for _, item := range v {
			if contains(item, text) {
				return true
			}
		}
	case map[string]any:
		for _, item := range v {
			if contains(item, text) {
				return true
			}
		}
	}
	return false
}

// describe says what came: the status and the body's beginning.
func (a *answer) describe() string {
	return fmt.Sprintf("status %d, %s", a.Answer.Status, a.describeBody())
}

func (a *answer) describeBody() string {
	if a.doc.Read {
		return compact(a.doc.Value)
	}
	body := strings.TrimSpace(string(a.Answer.Body))
	if body == "" {
		return "an empty body"
	}
	label := a.header("Content-Type")
	if media, _, err := mime.ParseMediaType(label); err == nil {
		label = media
	}
	return fmt.Sprintf("a body that is no JSON (%s): %s", orNone(label), excerpt(body))
}

func orNone(label string) string {
	if label == "" {
		return "no Content-Type"
	}
	return label
}

func compact(value any) string {
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

// misread reports whether a reader who trusts the label's charset reads other text than UTF-8 says.
func misread(body []byte, label string) bool {
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
