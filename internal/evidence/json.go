package evidence

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// version of the file's form, described in docs/evidence.schema.json.
const version = 1

// file is evidence.json: the run without the sources of its mails.
type file struct {
	Version int `json:"version"`
	Run
}

// encode writes the file of a run, indented for people and for diff.
func encode(w io.Writer, r Run) error {
	mails := r.Mails
	r.Mails = make([]Mail, len(mails))
	for i, mail := range mails {
		mail.Source = nil
		r.Mails[i] = mail
	}
	return json.MarshalWrite(w, file{version, r}, Codec(),
		jsonv1.OmitEmptyWithLegacySemantics(true), jsontext.WithIndent(" "))
}

// Codec holds the JSON options of evidence: durations in nanoseconds, and bytes as text if they are
// UTF-8, since text is readable and compresses better than base64.
func Codec() json.Options {
	return json.JoinOptions(jsonv1.FormatDurationAsNano(true), jsontext.AllowInvalidUTF8(true),
		json.Deterministic(true),
		json.WithMarshalers(json.MarshalToFunc(encodeBytes)),
		json.WithUnmarshalers(json.UnmarshalFromFunc(decodeBytes)))
}

// encodeBytes writes bytes as text if they are UTF-8.
func encodeBytes(e *jsontext.Encoder, data []byte) error {
	if utf8.Valid(data) {
		return e.WriteToken(jsontext.String(string(data)))
	}
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	return errors.Join(e.WriteToken(jsontext.String("base64")),
		e.WriteToken(jsontext.String(base64.StdEncoding.EncodeToString(data))),
		e.WriteToken(jsontext.EndObject))
}

func decodeBytes(d *jsontext.Decoder, into *[]byte) error {
	if d.PeekKind() != '"' {
		var b struct {
			Base64 string `json:"base64"`
		}
		err := json.UnmarshalDecode(d, &b)
		if err == nil {
			*into, err = base64.StdEncoding.DecodeString(b.Base64)
		}
		return err
	}
	token, err := d.ReadToken()
	if text := token.String(); err == nil && text != "" {
		*into = []byte(text)
	}
	return err
}

// decode reads the output of encode. The run has no mail sources yet. An error continues a sentence
// started with the file's name.
func decode(text []byte) (Run, error) {
	var f file
	err := json.Unmarshal(text, &f, Codec(), jsontext.AllowInvalidUTF8(false),
		json.RejectUnknownMembers(true))
	switch other := (struct{ Version int }{}); {
	case err == nil && f.Version == version:
		return f.Run, nil
	case json.Unmarshal(text, &other, json.MatchCaseInsensitiveNames(true)) == nil &&
		other.Version != version:
		return Run{}, fmt.Errorf("is no evidence of version %d: its version is %d", version,
			other.Version)
	}
	return Run{}, wrongJSON(text, err)
}

// wrongJSON names the line or the member at fault, without the words of Go's packages.
func wrongJSON(text []byte, err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		line := 1 + bytes.Count(text[:min(int(syntax.ByteOffset), len(text))], []byte("\n"))
		return fmt.Errorf("is not JSON: line %d: %.200s", line, syntax.Err.Error())
	}
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return fmt.Errorf("can't be read: %.200q", err.Error())
	}
	at := string(semantic.JSONPointer)
	if at == "" {
		at = "/"
	}
	if errors.Is(semantic, json.ErrUnknownName) {
		return fmt.Errorf("is not the evidence of a run: %.200q is unknown", at)
	}
	if name := kindName(semantic.JSONKind); name != "" && semantic.Err == nil {
		return fmt.Errorf("is not the evidence of a run: %.200q is %s, which does not fit",
			at, name)
	}
	return fmt.Errorf("is not the evidence of a run: %.200q does not fit", at)
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "a boolean"
	}
	return ""
}
