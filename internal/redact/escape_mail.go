package redact

import "bytes"

// readQuotedPrintable reads =XX and soft line breaks (RFC 2045, section 6.7).
func readQuotedPrintable(text []byte, i int, buf []byte) (int, []byte) {
	if r, ok := hexNumber(text, i+1, 2); ok {
		return 3, append(buf, byte(r))
	}
	end := i + 1
	for end < len(text) && (text[end] == ' ' || text[end] == '\t') {
		end++
	}
	if end < len(text) && text[end] == '\r' {
		end++
	}
	if end < len(text) && text[end] == '\n' {
		return end + 1 - i, nil
	}
	return 0, nil
}

// maxWord bounds one encoded word; RFC 2047 allows 75 characters.
const maxWord = 1024

// readEncodedWord reads one encoded word (RFC 2047), and the space after it
// where another one follows.
func readEncodedWord(text []byte, i int, buf []byte) (int, []byte) {
	encoding, content, end := splitWord(text[i:min(len(text), i+maxWord)])
	if end == 0 {
		return 0, nil
	}
	if lower(encoding) == 'b' {
		buf = appendBase64(buf, content)
	} else {
		buf = appendQ(buf, content)
	}
	next := i + end
	for next < len(text) && next < i+end+maxWord && isSpaceByte(text[next]) {
		next++
	}
	if bytes.HasPrefix(text[next:], []byte("=?")) {
		end = next - i
	}
	return end, buf
}

// splitWord takes =?charset?encoding?content?= apart; end is 0 where the text
// does not begin with one.
func splitWord(text []byte) (encoding byte, content []byte, end int) {
	if !bytes.HasPrefix(text, []byte("=?")) {
		return 0, nil, 0
	}
	charset := bytes.IndexByte(text[2:], '?')
	if charset < 1 || len(text) < 2+charset+3 || text[2+charset+2] != '?' {
		return 0, nil, 0
	}
	encoding = text[2+charset+1]
	start := 2 + charset + 3
	length := bytes.Index(text[start:], []byte("?="))
	if length < 0 || bytes.IndexByte([]byte("bqBQ"), encoding) < 0 {
		return 0, nil, 0
	}
	return encoding, text[start : start+length], start + length + 2
}

func appendQ(buf, content []byte) []byte {
	for i := 0; i < len(content); i++ {
		switch r, ok := hexNumber(content, i+1, 2); {
		case content[i] == '=' && ok:
			buf = append(buf, byte(r))
			i += 2
		case content[i] == '_':
			buf = append(buf, ' ')
		default:
			buf = append(buf, content[i])
		}
	}
	return buf
}

// appendBase64 decodes as mail readers do: whatever is not base64 is skipped.
func appendBase64(buf, content []byte) []byte {
	bits, count := uint32(0), 0
	for _, b := range content {
		digit := base64Digit(b)
		if b == '=' {
			bits, count = 0, 0
		}
		if digit < 0 {
			continue
		}
		bits, count = bits<<6|uint32(digit), count+6
		if count >= 8 {
			count -= 8
			buf = append(buf, byte(bits>>count))
		}
	}
	return buf
}

func base64Digit(b byte) int {
	switch {
	case 'A' <= b && b <= 'Z':
		return int(b - 'A')
	case 'a' <= b && b <= 'z':
		return int(b-'a') + 26
	case '0' <= b && b <= '9':
		return int(b-'0') + 52
	case b == '+', b == '-':
		return 62
	case b == '/', b == '_':
		return 63
	}
	return -1
}
