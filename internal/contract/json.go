package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Document is a body read as JSON.
type Document struct {
	// Value is what was read: map[string]any, []any, string, float64,
	// bool or nil. Where Problems are mendable (a byte-order mark, something after the document …)
	// it is what a forgiving reader would have made of it.
	Value any
	// Read is false where nothing could be made of the body.
	Read bool
	// Problems say why the body is not one JSON text by RFC 8259.
	Problems []string
	// Repeated are the repeated names of the outermost object.
	Repeated []string
}

// Object returns the outermost object, nil where there is none.
func (d Document) Object() map[string]any {
	object, _ := d.Value.(map[string]any)
	return object
}

var bom = []byte("\xef\xbb\xbf")

// jsonSpace is the white space of RFC 8259, section 2.
const jsonSpace = " \t\r\n"

// ReadJSON reads a body strictly by RFC 8259. It goes on after problems a forgiving reader would
// overlook, so that one does not hide the next.
func ReadJSON(body []byte) Document {
	var d Document
	if rest, found := bytes.CutPrefix(body, bom); found {
		d.Problems = append(d.Problems, "a byte-order mark before the document")
		body = rest
	}
	if len(bytes.Trim(body, jsonSpace)) == 0 {
		d.Problems = append(d.Problems, "an empty body")
		return d
	}
	if err := d.read(body); err != nil {
		d.Problems = append(d.Problems, problemText(err, body))
		return d
	}
	d.Read = true
	d.unwrap()
	return d
}

func (d *Document) read(body []byte) error {
	r := newReader(body, false)
	value, err := r.readValue(0)
	if err != nil && !isSyntactic(body) {
		return err
	}
	if err != nil {
		d.Problems = append(d.Problems, problemText(err, body))
		r = newReader(body, true)
		if value, err = r.readValue(0); err != nil {
			return err
		}
	}
	d.Value, d.Repeated = value, r.repeated
	if rest := bytes.Trim(body[r.decoder.InputOffset():], jsonSpace); len(rest) > 0 {
		d.Problems = append(d.Problems,
			fmt.Sprintf("%s after the document", formatCount(len(rest), "byte")))
	}
	return nil
}

// isSyntactic reports whether a JSON text starts the body when its encoding is left aside.
func isSyntactic(body []byte) bool {
	_, err := newDecoder(body, true).ReadValue()
	return err == nil
}

func newDecoder(body []byte, forgiving bool) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(forgiving))
}

// unwrap notices a document that was encoded twice: a string that holds the object.
func (d *Document) unwrap() {
	text, ok := d.Value.(string)
	if !ok || !json.Valid([]byte(text)) || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return
	}
	d.Problems = append(d.Problems, "a string that holds the JSON: it is encoded twice")
	inner := ReadJSON([]byte(text))
	d.Value, d.Repeated = inner.Value, inner.Repeated
}

func problemText(err error, body []byte) string {
	if !utf8.Valid(body) {
		return "not UTF-8"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "the body ends before the document does"
	}
	text := strings.TrimPrefix(err.Error(), "jsontext: ")
	return "not JSON: " + text
}

type reader struct {
	decoder  *jsontext.Decoder
	repeated []string
	// known are the names in repeated.
	known map[string]bool
}

func newReader(body []byte, forgiving bool) *reader {
	return &reader{decoder: newDecoder(body, forgiving), known: map[string]bool{}}
}

func (r *reader) readValue(depth int) (any, error) {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return r.readObject(depth)
	case '[':
		return r.readArray(depth)
	case '"':
		return token.String(), nil
	case '0':
		return parseNumber(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func (r *reader) readObject(depth int) (any, error) {
	object := map[string]any{}
	for r.decoder.PeekKind() != '}' {
		token, err := r.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if _, given := object[name]; given && depth == 0 && !r.known[name] {
			r.known[name] = true
			r.repeated = append(r.repeated, name)
		}
		if object[name], err = r.readValue(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := r.decoder.ReadToken()
	return object, err
}

func (r *reader) readArray(depth int) (any, error) {
	list := []any{}
	for r.decoder.PeekKind() != ']' {
		item, err := r.readValue(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	_, err := r.decoder.ReadToken()
	return list, err
}

func parseNumber(text string) any {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return json.Number(text)
	}
	return n
}

// IsJSON reports whether a Content-Type names JSON: application/json,
// text/json or a type with the suffix +json, with any parameters.
func IsJSON(contentType string) bool {
	media := strings.ToLower(strings.TrimSpace(strings.SplitN(contentType, ";", 2)[0]))
	return media == "application/json" || media == "text/json" || strings.Contains(media, "/") &&
		strings.HasSuffix(media, "+json")
}

// Charset returns the charset parameter of a Content-Type, "" where there is none.
func Charset(contentType string) string {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return parameters["charset"]
}

// Describe says what a JSON value is, quoting at most its beginning.
func Describe(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object " + excerpt(v)
	case []any:
		return "an array " + excerpt(v)
	case string:
		return "the string " + excerpt(v)
	case bool:
		return "the boolean " + excerpt(v)
	}
	return "the number " + excerpt(value)
}

func excerpt(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	text := strings.TrimSpace(b.String())
	const most = 120
	if utf8.RuneCountInString(text) > most {
		return string([]rune(text)[:most]) + "…"
	}
	return text
}

func formatCount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
