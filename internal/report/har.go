package report

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/etna-conformance/conformance/internal/evidence"
)

const (
	harVersion = "1.2"
	harRunPage = "run"
)

// The types of this file are HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as far as
// the network panels of browsers read it. What HAR has no place for stands in members with an
// underscore, as HAR asks of custom fields.

type har struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Pages   []harPage  `json:"pages"`
	Comment string     `json:"comment"`
	Entries []harEntry `json:"entries"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harPage struct {
	Started string   `json:"startedDateTime"`
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Timings struct{} `json:"pageTimings"`
}

// harEntry is one exchange.
type harEntry struct {
	Page         string      `json:"pageref"`
	Started      string      `json:"startedDateTime"`
	Time         float64     `json:"time"` // milliseconds, as all of HAR's
	Request      harRequest  `json:"request"`
	Response     harResponse `json:"response"`
	Cache        struct{}    `json:"cache"`
	Timings      harTimings  `json:"timings"`
	Comment      string      `json:"comment,omitempty"`
	Step         string      `json:"_step"`
	Operation    string      `json:"_operation"`
	Requirements []string    `json:"_requirements,omitempty"`
}

type harRequest struct {
	Method      string           `json:"method"`
	URL         string           `json:"url"`
	HTTPVersion string           `json:"httpVersion"`
	Cookies     []evidence.Field `json:"cookies"`
	Headers     []evidence.Field `json:"headers"`
	Query       []evidence.Field `json:"queryString"`
	Body        *harPostData     `json:"postData,omitempty"`
	HeadersSize int              `json:"headersSize"`
	BodySize    int              `json:"bodySize"`
}

type harPostData struct {
	MIMEType string `json:"mimeType"`
	Text     string `json:"text"`
	// Encoding is "base64" or "", as in a response's content; HAR has none here.
	Encoding string `json:"_encoding,omitempty"`
}

type harResponse struct {
	Status      int              `json:"status"`
	StatusText  string           `json:"statusText"`
	HTTPVersion string           `json:"httpVersion"`
	Cookies     []evidence.Field `json:"cookies"`
	Headers     []evidence.Field `json:"headers"`
	Content     harContent       `json:"content"`
	RedirectURL string           `json:"redirectURL"`
	HeadersSize int              `json:"headersSize"`
	BodySize    int              `json:"bodySize"`
	// Error is where browsers look for the reason of a missing response.
	Error string `json:"_error,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MIMEType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

// harTimings are in milliseconds; -1 is a part that did not happen.
type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	// Connect includes SSL.
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// HAR writes the exchanges as HAR 1.2, indented. They go out one by one: encoded together they
// would take several times the size of all bodies.
func HAR(to io.Writer, v View) error {
	text, err := jsonText(frameOf(v), "")
	if err != nil {
		return err
	}
	// The empty list of entries comes last in the file.
	end := bytes.LastIndexByte(text, ']')
	w := bufio.NewWriter(to)
	_, _ = w.Write(text[:end]) // Flush returns the first error of any of them.
	if err := writeEntries(w, v.Run.Exchanges); err != nil {
		return err
	}
	_, _ = w.Write(text[end:])
	_ = w.WriteByte('\n')
	return w.Flush()
}

func writeEntries(w *bufio.Writer, exchanges []evidence.Exchange) error {
	const depth = "\n      "
	for i, x := range exchanges {
		text, err := jsonText(toEntry(x), depth[1:])
		if err != nil {
			return err
		}
		if i > 0 {
			_ = w.WriteByte(',')
		}
		_, _ = w.WriteString(depth)
		_, _ = w.Write(text)
	}
	if len(exchanges) > 0 {
		_, _ = w.WriteString("\n    ")
	}
	return nil
}

// frameOf is the file of a run without its exchanges.
func frameOf(v View) har {
	r := v.Run
	return har{Log: harLog{
		Version: harVersion,
		Creator: creator(r.Tool),
		Pages: []harPage{{Started: harTime(r.Started), ID: harRunPage, Title: "conformance run " +
			r.ID}},
		Comment: strings.Join(append([]string{"Verdict: " + string(v.Report.Verdict) + "."},
			caveats(v.Report)...), " "),
		Entries: []harEntry{},
	}}
}

// creator splits "name version".
func creator(tool string) harCreator {
	if name, version, found := strings.Cut(tool, " "); found {
		return harCreator{Name: name, Version: version}
	}
	return harCreator{Name: "conformance", Version: tool}
}

func toEntry(x evidence.Exchange) harEntry {
	return harEntry{
		Page: harRunPage, Started: harTime(x.Started), Time: milliseconds(x.Timing.Total),
		Request: toRequest(x), Response: toResponse(x), Timings: toTimings(x.Timing),
		Comment: harComment(x),
		Step:    x.Step, Operation: x.Operation, Requirements: x.Requirements,
	}
}

func toRequest(x evidence.Exchange) harRequest {
	r := harRequest{
		Method: x.Method, URL: x.URL, HTTPVersion: "HTTP/1.1",
		Cookies: []evidence.Field{}, Headers: notNil(x.Header), Query: query(x.URL),
		HeadersSize: -1, BodySize: len(x.Body),
	}
	if x.Response != nil && x.Response.Proto != "" {
		r.HTTPVersion = x.Response.Proto
	}
	if len(x.Body) > 0 {
		text, encoding := bodyText(x.Body)
		r.Body = &harPostData{MIMEType: mimeType(x.Header), Text: text, Encoding: encoding}
	}
	return r
}

func toResponse(x evidence.Exchange) harResponse {
	r := harResponse{Cookies: []evidence.Field{}, Headers: []evidence.Field{}, HeadersSize: -1,
		BodySize: -1}
	if x.Failure != nil {
		r.Error = x.Failure.Kind + ": " + x.Failure.Text
	}
	if x.Response == nil {
		r.Content.MIMEType = "x-unknown"
		return r
	}
	text, encoding := bodyText(x.Response.Body)
	r.Status, r.StatusText, r.HTTPVersion = x.Response.Status, http.StatusText(x.Response.Status),
		x.Response.Proto
	r.Headers = notNil(x.Response.Header)
	r.RedirectURL = firstValue(x.Response.Header, "Location")
	r.Content = harContent{Size: len(x.Response.Body), MIMEType: mimeType(x.Response.Header),
		Text: text, Encoding: encoding}
	return r
}

// toTimings splits the total so that the parts add up to it, as HAR demands.
func toTimings(t evidence.Timing) harTimings {
	none := func(d time.Duration) float64 {
		if d == 0 {
			return -1
		}
		return milliseconds(d)
	}
	before := t.DNS + t.Connect + t.TLS
	first := max(t.FirstByte, before)
	if t.FirstByte == 0 {
		first = max(t.Total, before)
	}
	return harTimings{
		Blocked: -1, DNS: none(t.DNS), Connect: none(t.Connect + t.TLS), SSL: none(t.TLS),
		Wait: milliseconds(first - before), Receive: milliseconds(max(0, t.Total-first)),
	}
}

func harComment(x evidence.Exchange) string {
	parts := []string{"step " + x.Step}
	if x.Attempt > 1 {
		parts = append(parts, "attempt "+strconv.Itoa(x.Attempt))
	}
	if x.Lane != "" {
		parts = append(parts, "trader "+x.Lane)
	}
	if len(x.Requirements) > 0 {
		parts = append(parts, "requirements "+strings.Join(x.Requirements, ", "))
	}
	return strings.Join(parts, "; ")
}

// bodyText returns a body as HAR writes it: as text where it is UTF-8.
func bodyText(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func query(address string) []evidence.Field {
	fields := []evidence.Field{}
	_, text, found := strings.Cut(address, "?")
	if !found {
		return fields
	}
	text, _, _ = strings.Cut(text, "#")
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		fields = append(fields, evidence.Field{Name: unescaped(name), Value: unescaped(value)})
	}
	return fields
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func mimeType(header []evidence.Field) string {
	if v := firstValue(header, "Content-Type"); v != "" {
		return v
	}
	return "application/octet-stream"
}

// firstValue is the first value of the field, "" where there is none.
func firstValue(header []evidence.Field, name string) string {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func notNil(header []evidence.Field) []evidence.Field {
	if header == nil {
		return []evidence.Field{}
	}
	return header
}

func harTime(t time.Time) string { return t.Format(time.RFC3339Nano) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
