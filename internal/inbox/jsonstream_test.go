package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestJSONStreamReadsTextAsEncodingJSONDoes(t *testing.T) {
	for _, in := range []string{`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\ud83d\ude00"`,
		`"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"é😀"`, ` "x" `} {
		var want string
		if err := json.Unmarshal([]byte(in), &want); err != nil {
			t.Fatal(err)
		}
		for _, r := range []io.Reader{strings.NewReader(in),
			iotest.OneByteReader(strings.NewReader(in))} {
			got, err := newJSONStream(r).text(100)
			// A lone surrogate takes its neighbour along, which no inbox sends.
			if err != nil || string(got) != want && !strings.Contains(want, "\uFFFD") {
				t.Errorf("%s: %q, %v, want %q", in, got, err, want)
			}
		}
	}
}

func TestJSONStreamCutsTexts(t *testing.T) {
	for limit, want := range []string{"", "a", "ab", "ab\"", "ab\"d", "ab\"d"} {
		s := newJSONStream(iotest.OneByteReader(strings.NewReader(`["ab\"d","\\"]`)))
		var got []string
		err := s.array(func() error {
			text, err := s.text(limit)
			got = append(got, string(text))
			return err
		})
		if err != nil || got[0] != want || len(got) != 2 {
			t.Errorf("limit %d: %q, %v", limit, got, err)
		}
	}
}

func TestJSONStreamFindsTheEndOfWhatItSkips(t *testing.T) {
	for _, text := range []string{`""`, `"\""`, `"\\"`, `"\\\""`, `"a\\\\"`, `"\"\""`,
		`"\\\"a\\"`} {
		for _, r := range []io.Reader{strings.NewReader(text + `,7`),
			iotest.OneByteReader(strings.NewReader(text + `,7`))} {
			s := newJSONStream(r)
			err := s.skip()
			if rest, _ := io.ReadAll(s.r); err != nil || string(rest) != ",7" {
				t.Errorf("%s: %q is left, %v", text, rest, err)
			}
		}
	}
}

func TestJSONStreamRefusesWhatIsNotJSON(t *testing.T) {
	for _, in := range []string{`{"a" 1}`, `{"a":1 "b":2}`, `{a:1}`, `[1 2]`, `{"a":"\x"}`,
		`{"a":nil}`, `<html>`, `{"a":` + strings.Repeat("1", 100) + `}`} {
		if err := skipAll(in); !errors.Is(err, errNotJSON) {
			t.Errorf("%s: %v", in, err)
		}
	}
	for _, in := range []string{``, `{`, `{"a"`, `{"a":`, `{"a":"`, `{"a":"\u12`, `{"a":[1,`} {
		if err := skipAll(in); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func skipAll(in string) error {
	s := newJSONStream(strings.NewReader(in))
	return s.object(func(string) error {
		if first, err := s.peek(); err == nil && first == '"' {
			_, err := s.text(10)
			return err
		} else if err == nil && first == 'n' {
			return s.object(nil)
		}
		return s.skip()
	})
}

// FuzzJSONStream: whatever is JSON is read to its end.
func FuzzJSONStream(f *testing.F) {
	f.Add([]byte(`{"total":1,"items":[{"ID":"x","Raw":{"To":["a@b"],"Data":"\u003c\\"}}]}`))
	f.Add([]byte(`[null,true,-1.5e+3,"\ud83d\ude00"]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		err := newJSONStream(bytes.NewReader(in)).skip()
		readMailHogList(newJSONStream(bytes.NewReader(in)), listing{limit: 10})
		readMailpitList(newJSONStream(bytes.NewReader(in)))
		if json.Valid(in) && err != nil && !hasLongScalar(in) &&
			bytes.Count(in, []byte("[")) <= maxJSONDepth {
			t.Errorf("%q: %v", in, err)
		}
	})
}

func hasLongScalar(in []byte) bool {
	return len(in) > maxJSONScalar
}
