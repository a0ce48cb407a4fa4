package evidence

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
)

// The types of this file are HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/),
// as far as the network panels of browsers read it. What HAR has no place
// for stands in members with an underscore, as HAR asks of custom fields.

type har struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Pages   []harPage  `json:"pages"`
	// Run is the JSON of the run without its exchanges and the mails' sources.
	Run     members    `json:"_conformance"`
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

// harEntry is one exchange. Custom holds the JSON members of the exchange
// that the standard part has no place for.
type harEntry struct {
	harStandard
	Custom members
}

type harStandard struct {
	Page     string      `json:"pageref"`
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // milliseconds, as all of HAR's
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []Field      `json:"cookies"`
	Headers     []Field      `json:"headers"`
	Query       []Field      `json:"queryString"`
	Body        *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

type harPostData struct {
	MIMEType string `json:"mimeType"`
	Text     string `json:"text"`
	// Encoding is "base64" or "", as in an answer's content; HAR has none here.
	Encoding string `json:"_encoding,omitempty"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []Field    `json:"cookies"`
	Headers     []Field    `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	// Error is where browsers look for the reason of a missing answer.
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

// MarshalJSON writes the standard members and then the custom ones.
func (e harEntry) MarshalJSON() ([]byte, error) {
	standard, err := encode(e.harStandard)
	if err != nil || len(e.Custom) == 0 {
		return standard, err
	}
	custom, err := encode(e.Custom)
	if err != nil {
		return nil, err
	}
	return append(append(bytes.TrimSuffix(standard, []byte("}")), ','), custom[1:]...), nil
}

// UnmarshalJSON reads the standard members and keeps the custom ones.
func (e *harEntry) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &e.harStandard); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &e.Custom); err != nil {
		return err
	}
	maps.DeleteFunc(e.Custom, func(name string, _ json.RawMessage) bool { return !strings.HasPrefix(name, "_") })
	return nil
}

// members are the members of a JSON object. New fields of the types of
// evidence pass through them and are never lost.
type members map[string]json.RawMessage

// membersOf returns the members of a value's JSON, each name with the prefix
// and without those that stand elsewhere.
func membersOf(value any, prefix string, elsewhere ...string) (members, error) {
	text, err := encode(value)
	if err != nil {
		return nil, err
	}
	all := members{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	for _, name := range elsewhere {
		delete(all, name)
	}
	prefixed := members{}
	for name, member := range all {
		prefixed[prefix+name] = member
	}
	return prefixed, nil
}

// fill sets the fields of a value that have a member with the prefix.
func (m members) fill(value any, prefix string) error {
	plain := members{}
	for name, member := range m {
		if bare, ours := strings.CutPrefix(name, prefix); ours {
			plain[bare] = member
		}
	}
	text, err := encode(plain)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, value); err != nil {
		return plainly(err)
	}
	return nil
}

// encode leaves <, > and & readable, which json.Marshal does not.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
