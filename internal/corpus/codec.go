package corpus

import (
	"bytes"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// window is how far back zstd finds repetitions, in bytes. Runs are alike: a window that holds a
// whole group makes the corpus several times smaller. Readers need as much memory.
const window = 32 << 20

// encode writes a run as JSON.
func encode(run evidence.Run) ([]byte, error) {
	return json.Marshal(run, evidence.Codec(), json.OmitZeroStructFields(true))
}

// decode reads what encode wrote. An unknown member is an error: it belongs to another form.
func decode(text []byte) (run evidence.Run, err error) {
	err = json.Unmarshal(text, &run, evidence.Codec(), json.RejectUnknownMembers(true))
	return run, err
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
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	return os.WriteFile(path, e.EncodeAll(text.Bytes(), nil), 0o644)
}
