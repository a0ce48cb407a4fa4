package inbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxJSONDepth  = 100
	maxJSONScalar = 64
	maxJSONName   = 256
)

// errNotJSON is JSON that is broken, too deep or of another shape than asked for.
var errNotJSON = errors.New("not the expected JSON")

// jsonStream reads JSON without holding more of a text than asked for: one mail
// in an inbox's response may be larger than the memory.
type jsonStream struct {
	r     *bufio.Reader
	depth int
}

func newJSONStream(r io.Reader) *jsonStream {
	return &jsonStream{r: bufio.NewReaderSize(r, 16<<10)}
}

// object calls member with the name of each member, which must read its value. A null
// has no members.
func (s *jsonStream) object(member func(name string) error) error {
	return s.nested('{', '}', func() error {
		name, err := s.text(maxJSONName)
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return member(string(name))
	})
}

// array calls element for each element, which it must read. A null has none.
func (s *jsonStream) array(element func() error) error {
	return s.nested('[', ']', element)
}

func (s *jsonStream) nested(opening, closing byte, each func() error) error {
	first, err := s.peek()
	if err != nil {
		return err
	}
	if first == 'n' {
		_, err := s.null()
		return err
	}
	if s.depth++; s.depth > maxJSONDepth {
		return errNotJSON
	}
	defer func() { s.depth-- }()
	if err := s.expect(opening); err != nil {
		return err
	}
	return s.eachUntil(closing, each)
}

func (s *jsonStream) eachUntil(closing byte, each func() error) error {
	next, err := s.peek()
	if err != nil || next == closing {
		s.r.Discard(1)
		return err
	}
	for {
		if err := each(); err != nil {
			return err
		}
		next, err := s.peek()
		if err != nil {
			return err
		}
		s.r.Discard(1)
		if next == closing {
			return nil
		}
		if next != ',' {
			return errNotJSON
		}
	}
}

// text reads a text and returns at most its first limit bytes; nil for null.
func (s *jsonStream) text(limit int) ([]byte, error) {
	if isNull, err := s.null(); isNull || err != nil {
		return nil, err
	}
	if err := s.expect('"'); err != nil {
		return nil, err
	}
	kept := []byte{}
	for len(kept) < limit {
		chunk, err := s.buffered()
		if err != nil {
			return nil, err
		}
		end := bytes.IndexAny(chunk, `"\`)
		if end < 0 {
			kept = append(kept, chunk...)
			s.r.Discard(len(chunk))
			continue
		}
		kept = append(kept, chunk[:end]...)
		last := chunk[end]
		s.r.Discard(end + 1)
		if last == '"' {
			return kept[:min(len(kept), limit)], nil
		}
		escaped, err := s.escaped()
		if err != nil {
			return nil, err
		}
		kept = utf8.AppendRune(kept, escaped)
	}
	return kept[:limit], s.skipText()
}

// skipText reads to a text's end: to a quote with an even number of backslashes
// before it.
func (s *jsonStream) skipText() error {
	for backslashes := 0; ; {
		chunk, err := s.buffered()
		if err != nil {
			return err
		}
		before, _, isQuoted := bytes.Cut(chunk, []byte{'"'})
		unescaped := bytes.TrimRight(before, `\`)
		if len(unescaped) > 0 {
			backslashes = 0
		}
		backslashes += len(before) - len(unescaped)
		if !isQuoted {
			s.r.Discard(len(chunk))
			continue
		}
		s.r.Discard(len(before) + 1)
		if backslashes%2 == 0 {
			return nil
		}
		backslashes = 0
	}
}

func (s *jsonStream) escaped() (rune, error) {
	c, err := s.r.ReadByte()
	if err != nil {
		return 0, cutShort(err)
	}
	if c == 'u' {
		return s.escapedUnit()
	}
	if i := bytes.IndexByte([]byte(`"\/bfnrt`), c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	return 0, errNotJSON
}

func (s *jsonStream) escapedUnit() (rune, error) {
	first, err := s.hex()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	if next, _ := s.r.Peek(2); string(next) != `\u` {
		return utf8.RuneError, nil
	}
	s.r.Discard(2)
	second, err := s.hex()
	return utf16.DecodeRune(first, second), err
}

func (s *jsonStream) hex() (rune, error) {
	digits := make([]byte, 4)
	if _, err := io.ReadFull(s.r, digits); err != nil {
		return 0, cutShort(err)
	}
	unit, err := strconv.ParseUint(string(digits), 16, 32)
	if err != nil {
		return 0, errNotJSON
	}
	return rune(unit), nil
}

// number reads a number without its fraction.
func (s *jsonStream) number() (int, error) {
	text, err := s.scalar()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != n || n < 0 || n > 1<<50 {
		return 0, errNotJSON
	}
	return int(n), nil
}

// skip reads any value and forgets it.
func (s *jsonStream) skip() error {
	first, err := s.peek()
	if err != nil {
		return err
	}
	switch first {
	case '{':
		return s.object(func(string) error { return s.skip() })
	case '[':
		return s.array(s.skip)
	case '"':
		_, err = s.text(0)
	default:
		_, err = s.scalar()
	}
	return err
}

// null reads a null where there is one.
func (s *jsonStream) null() (bool, error) {
	first, err := s.peek()
	if err != nil || first != 'n' {
		return false, err
	}
	text, err := s.scalar()
	if err == nil && text != "null" {
		err = errNotJSON
	}
	return true, err
}

// scalar reads a number, true, false or null.
func (s *jsonStream) scalar() (string, error) {
	var text []byte
	for {
		c, err := s.peekByte()
		if err != nil && (len(text) == 0 || err != io.ErrUnexpectedEOF) {
			return "", err
		}
		if err != nil || !isScalarByte(c) {
			break
		}
		if text = append(text, c); len(text) > maxJSONScalar {
			return "", errNotJSON
		}
		s.r.Discard(1)
	}
	if len(text) == 0 {
		return "", errNotJSON
	}
	return string(text), nil
}

func isScalarByte(c byte) bool {
	return c == '-' || c == '+' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' ||
		c == 'E'
}

func (s *jsonStream) expect(wanted byte) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c != wanted {
		return errNotJSON
	}
	s.r.Discard(1)
	return nil
}

// peek looks at the next byte that is not white space.
func (s *jsonStream) peek() (byte, error) {
	for {
		c, err := s.peekByte()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
		s.r.Discard(1)
	}
}

func (s *jsonStream) peekByte() (byte, error) {
	next, err := s.r.Peek(1)
	if err != nil {
		return 0, cutShort(err)
	}
	return next[0], nil
}

// buffered returns at least one byte, and all that can be had without waiting.
func (s *jsonStream) buffered() ([]byte, error) {
	chunk, err := s.r.Peek(max(1, s.r.Buffered()))
	if len(chunk) > 0 {
		return chunk, nil
	}
	return nil, cutShort(err)
}

// cutShort tells a response that ended too early from one that was read whole.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
