package corpus

import (
	"bytes"
	"encoding/base64"
	"os"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/klauspost/compress/zstd"
)

// window is how far back zstd finds repetitions, in bytes. Runs are alike: a window that holds a whole
// group makes the corpus several times smaller. Readers need as much memory.
const window = 32 << 20

// encode writes a value as JSON. Bytes that are UTF-8 become text, which compresses better than base64;
// other bytes become an array of one base64 text.
func encode(value any) ([]byte, error) {
	return json.Marshal(value, jsonv1.FormatDurationAsNano(true), jsontext.AllowInvalidUTF8(true),
		json.Deterministic(true), json.OmitZeroStructFields(true), json.WithMarshalers(json.MarshalToFunc(encodeBytes)))
}

func encodeBytes(e *jsontext.Encoder, data []byte) error {
	if utf8.Valid(data) {
		return e.WriteToken(jsontext.String(string(data)))
	}
	text, err := jsontext.AppendQuote(nil, base64.StdEncoding.EncodeToString(data))
	if err != nil {
		return err
	}
	return e.WriteValue(jsontext.Value("[" + string(text) + "]"))
}

// decode reads what encode wrote. An unknown member is an error: it belongs to another form.
func decode(text []byte, into any) error {
	return json.Unmarshal(text, into, jsonv1.FormatDurationAsNano(true), jsontext.AllowInvalidUTF8(true),
		json.RejectUnknownMembers(true), json.WithUnmarshalers(json.UnmarshalFromFunc(decodeBytes)))
}

func decodeBytes(d *jsontext.Decoder, into *[]byte) error {
	if d.PeekKind() == '"' {
		text, err := d.ReadToken()
		if err == nil {
			*into = []byte(text.String())
		}
		return err
	}
	var encoded []string
	if err := json.UnmarshalDecode(d, &encoded); err != nil || len(encoded) != 1 {
		return err
	}
	var err error
	*into, err = base64.StdEncoding.DecodeString(encoded[0])
	return err
}

func readGroup(path string) ([]Entry, error) {
	compressed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, err := decompress(compressed)
	if err != nil {
		return nil, err
	}
	return parseLines(text)
}

func decompress(compressed []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderMaxWindow(window), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(compressed, nil)
}

func parseLines(text []byte) ([]Entry, error) {
	var entries []Entry
	for line := range bytes.Lines(text) {
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// writeGroup leaves a file alone that holds the entries already.
func writeGroup(path string, entries []Entry) error {
	var text bytes.Buffer
	for _, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		text.Write(append(line, '\n'))
	}
	if old, err := os.ReadFile(path); err == nil {
		if before, err := decompress(old); err == nil && bytes.Equal(before, text.Bytes()) {
			return nil
		}
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	return os.WriteFile(path, e.EncodeAll(text.Bytes(), nil), 0o644)
}
