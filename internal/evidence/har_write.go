package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	harVersion = "1.2"
	harRunPage = "run"
	asBase64   = "base64"
)

// harText is the file of a run, indented for people and for diff.
func harText(r Run) ([]byte, error) {
	h, err := toHAR(r)
	if err != nil {
		return nil, err
	}
	text, err := encode(h)
	if err != nil {
		return nil, err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", " "); err != nil {
		return nil, err
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

func toHAR(r Run) (har, error) {
	run, err := runMembers(r)
	if err != nil {
		return har{}, err
	}
	log := harLog{
		Version: harVersion,
		Creator: creator(r.Tool),
		Pages:   []harPage{{Started: harTime(r.Started), ID: harRunPage, Title: "conformance run " + r.ID}},
		Run:     run,
		Entries: make([]harEntry, 0, len(r.Exchanges)),
	}
	for _, x := range r.Exchanges {
		entry, err := toEntry(x)
		if err != nil {
			return har{}, err
		}
		log.Entries = append(log.Entries, entry)
	}
	return har{Log: log}, nil
}

// creator splits "name version".
func creator(tool string) harCreator {
	if name, version, found := strings.Cut(tool, " "); found {
		return harCreator{Name: name, Version: version}
	}
	return harCreator{Name: "conformance", Version: tool}
}

func runMembers(r Run) (members, error) {
	// What stands elsewhere is large, and would be encoded in vain.
	bare := r
	bare.Exchanges, bare.Mails = nil, nil
	run, err := membersOf(bare, "", "exchanges")
	if err != nil || r.Mails == nil {
		return run, err
	}
	mails := make([]members, 0, len(r.Mails))
	for _, mail := range r.Mails {
		mail.Source = nil
		m, err := membersOf(mail, "", "source")
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	run["mails"], err = encode(mails)
	return run, err
}

func toEntry(x Exchange) (harEntry, error) {
	bare := x
	bare.Header, bare.Body, bare.Answer = nil, nil, nil
	custom, err := membersOf(bare, "_", "method", "url", "header", "body", "started")
	if err != nil {
		return harEntry{}, err
	}
	if x.Answer != nil {
		bare := *x.Answer
		bare.Header, bare.Body = nil, nil
		answer, err := membersOf(bare, "", "proto", "status", "header", "body")
		if err != nil {
			return harEntry{}, err
		}
		if custom["_answer"], err = encode(answer); err != nil {
			return harEntry{}, err
		}
	}
	return harEntry{Custom: custom, harStandard: harStandard{
		Page:     harRunPage,
		Started:  harTime(x.Started),
		Time:     milliseconds(x.Timing.Total),
		Request:  toRequest(x),
		Response: toResponse(x),
		Timings:  toTimings(x.Timing),
		Comment:  comment(x),
	}}, nil
}

func toRequest(x Exchange) harRequest {
	r := harRequest{
		Method: x.Method, URL: x.URL, HTTPVersion: "HTTP/1.1",
		Cookies: []Field{}, Headers: notNil(x.Header), Query: query(x.URL),
		HeadersSize: -1, BodySize: len(x.Body),
	}
	if x.Answer != nil && x.Answer.Proto != "" {
		r.HTTPVersion = x.Answer.Proto
	}
	if len(x.Body) > 0 {
		text, encoding := bodyText(x.Body)
		r.Body = &harPostData{MIMEType: mimeType(x.Header), Text: text, Encoding: encoding}
	}
	return r
}

func toResponse(x Exchange) harResponse {
	r := harResponse{Cookies: []Field{}, Headers: []Field{}, HeadersSize: -1, BodySize: -1}
	if x.Failure != nil {
		r.Error = x.Failure.Kind + ": " + x.Failure.Text
	}
	if x.Answer == nil {
		r.Content.MIMEType = "x-unknown"
		return r
	}
	text, encoding := bodyText(x.Answer.Body)
	r.Status, r.StatusText, r.HTTPVersion = x.Answer.Status, http.StatusText(x.Answer.Status), x.Answer.Proto
	r.Headers = notNil(x.Answer.Header)
	r.RedirectURL = value(x.Answer.Header, "Location")
	r.Content = harContent{Size: len(x.Answer.Body), MIMEType: mimeType(x.Answer.Header), Text: text, Encoding: encoding}
	return r
}

// toTimings splits the total so that the parts add up to it, as HAR demands.
func toTimings(t Timing) harTimings {
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

func comment(x Exchange) string {
	parts := []string{"step " + x.Step}
	if x.Attempt > 1 {
		parts = append(parts, "attempt "+strconv.Itoa(x.Attempt))
	}
	if x.Lane != "" {
		parts = append(parts, "lane "+x.Lane)
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
	return base64.StdEncoding.EncodeToString(body), asBase64
}

func query(address string) []Field {
	fields := []Field{}
	_, text, found := strings.Cut(address, "?")
	if !found {
		return fields
	}
	text, _, _ = strings.Cut(text, "#")
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		fields = append(fields, Field{Name: unescaped(name), Value: unescaped(value)})
	}
	return fields
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func mimeType(header []Field) string {
	if v := value(header, "Content-Type"); v != "" {
		return v
	}
	return "application/octet-stream"
}

// value is the first value of the field, "" where there is none.
func value(header []Field, name string) string {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func notNil(header []Field) []Field {
	if header == nil {
		return []Field{}
	}
	return header
}

func harTime(t time.Time) string { return t.Format(time.RFC3339Nano) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
