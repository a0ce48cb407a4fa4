package evidence

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// fromHAR reads a HAR that toHAR made. The run has no mail sources yet. An
// error is the second half of a sentence that begins with the file's name.
func fromHAR(text []byte) (Run, error) {
	var h har
	if err := json.Unmarshal(text, &h); err != nil {
		return Run{}, wrongJSON(text, err)
	}
	if h.Log.Version != harVersion {
		return Run{}, fmt.Errorf("is not HAR %s: log.version is %q", harVersion, h.Log.Version)
	}
	if h.Log.Run == nil {
		return Run{}, errors.New("is not the evidence of a run: it has no log._conformance")
	}
	var r Run
	if err := h.Log.Run.fill(&r, ""); err != nil {
		return Run{}, fmt.Errorf("can't be read: log._conformance: %w", err)
	}
	r.Exchanges = nil
	for i, entry := range h.Log.Entries {
		x, err := fromEntry(entry)
		if err != nil {
			return Run{}, fmt.Errorf("can't be read: log.entries[%d]: %w", i, err)
		}
		r.Exchanges = append(r.Exchanges, x)
	}
	return r, nil
}

func fromEntry(e harEntry) (Exchange, error) {
	var x Exchange
	if err := e.Custom.fill(&x, "_"); err != nil {
		return Exchange{}, err
	}
	started, err := time.Parse(time.RFC3339Nano, e.Started)
	if err != nil {
		return Exchange{}, fmt.Errorf("startedDateTime is no time: %.40q", e.Started)
	}
	x.Started = started
	x.Method, x.URL, x.Header = e.Request.Method, e.Request.URL, orNil(e.Request.Headers)
	x.Body = nil
	if body := e.Request.Body; body != nil {
		if x.Body, err = bodyBytes(body.Text, body.Encoding); err != nil {
			return Exchange{}, fmt.Errorf("request.postData: %w", err)
		}
	}
	if x.Answer == nil {
		return x, nil
	}
	return x, fromResponse(e.Response, x.Answer)
}

func fromResponse(r harResponse, a *Answer) error {
	body, err := bodyBytes(r.Content.Text, r.Content.Encoding)
	if err != nil {
		return fmt.Errorf("response.content: %w", err)
	}
	a.Proto, a.Status, a.Header, a.Body = r.HTTPVersion, r.Status, orNil(r.Headers), body
	return nil
}

func bodyBytes(text, encoding string) ([]byte, error) {
	switch {
	case encoding == asBase64:
		body, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("the text is not base64")
		}
		if len(body) == 0 {
			return nil, nil
		}
		return body, nil
	case encoding != "":
		return nil, fmt.Errorf("the encoding %.40q is unknown", encoding)
	case text == "":
		return nil, nil
	}
	return []byte(text), nil
}

func orNil(header []Field) []Field {
	if len(header) == 0 {
		return nil
	}
	return header
}

// wrongJSON says where a text is not JSON, or not the JSON of a HAR.
func wrongJSON(text []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line := 1
		for _, b := range text[:min(int(syntax.Offset), len(text))] {
			if b == '\n' {
				line++
			}
		}
		return fmt.Errorf("is not JSON: line %d: %w", line, err)
	}
	return fmt.Errorf("is not a HAR: %w", plainly(err))
}

// plainly words an error of encoding/json for readers who don't know Go.
func plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		// The JSON package may repeat the file's text at any length.
		return fmt.Errorf("%.200s", err.Error())
	}
	field := wrong.Field
	if field == "" {
		field = "it"
	}
	return fmt.Errorf("%s is a JSON %s, which does not fit", field, wrong.Value)
}
