package mailtext

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeTransfer undoes the transfer encoding (RFC 2045, section 6); an
// unknown one leaves the body as it is.
func decodeTransfer(body []byte, name string) []byte {
	switch strings.ToLower(strings.Trim(name, " \t\"';")) {
	case "quoted-printable":
		return decodeQuotedPrintable(body)
	case "base64":
		return decodeBase64(body)
	}
	return body
}

// decodeQuotedPrintable reads what it can: an escape that is none stays as it stands.
func decodeQuotedPrintable(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for len(body) > 0 {
		line, rest := cutLine(body)
		ended := len(line) < len(body)
		line = bytes.TrimRight(line, " \t")
		soft := bytes.HasSuffix(line, []byte("="))
		out = appendUnescaped(out, bytes.TrimSuffix(line, []byte("=")))
		if ended && !soft {
			out = append(out, '\n')
		}
		body = rest
	}
	return out
}

func appendUnescaped(out, line []byte) []byte {
	for i := 0; i < len(line); i++ {
		if line[i] == '=' && i+2 < len(line) {
			high, low := unhex(line[i+1]), unhex(line[i+2])
			if high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, line[i])
	}
	return out
}

// unhex returns the value of a hexadecimal digit of either case, below 0 for anything else.
func unhex(c byte) int {
	if 'A' <= c && c <= 'F' {
		c += 'a' - 'A'
	}
	return strings.IndexByte("0123456789abcdef", c)
}

// decodeBase64 returns a body that is not base64 at all (a wrong header over plain text) as it is.
func decodeBase64(body []byte) []byte {
	decoded, foreign := base64Bytes(body)
	if foreign > 2 && foreign*20 > len(body) {
		return body
	}
	return decoded
}

// base64Bytes skips what is not of the alphabet, counts it, and reads on after padding.
func base64Bytes(body []byte) (decoded []byte, foreign int) {
	decoded = make([]byte, 0, len(body)*3/4)
	bits, count := uint32(0), 0
	for _, c := range body {
		value := strings.IndexByte(base64Alphabet, c)
		switch {
		case value >= 0:
			bits, count = bits<<6|uint32(value), count+6
			if count >= 8 {
				count -= 8
				decoded = append(decoded, byte(bits>>count))
			}
		case c == '=':
			bits, count = 0, 0
		case c != '\r' && c != '\n':
			foreign++
		}
	}
	return decoded, foreign
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// toUTF8 decodes content of the named charset. UTF-8 under a label that can
// only mean Latin text, a common fault, is read as UTF-8.
func toUTF8(content []byte, label string) string {
	if coding := codingOf(content, label); coding != nil {
		if text, err := coding.NewDecoder().Bytes(content); err == nil {
			content = text
		}
	}
	return strings.ToValidUTF8(strings.TrimPrefix(string(content), "\uFEFF"), "\uFFFD")
}

// codingOf returns nil where the content is to be read as UTF-8.
func codingOf(content []byte, label string) encoding.Encoding {
	if mark := byteOrder(content); mark != nil {
		return mark
	}
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	coding, name := charset.Lookup(label)
	switch {
	case strings.HasPrefix(label, "hz"):
		return simplifiedchinese.HZGB2312
	case name == "utf-8" || name == "replacement":
		return nil
	case strings.HasPrefix(name, "utf-16"):
		return sixteenBits(content, label, coding)
	case coding == nil, name == "windows-1252":
		if utf8.Valid(content) {
			return nil
		}
		coding, _ = charset.Lookup("windows-1252")
	}
	return coding
}

// byteOrder recognises UTF-16 by its mark.
func byteOrder(content []byte) encoding.Encoding {
	if bytes.HasPrefix(content, []byte{0xFE, 0xFF}) ||
		bytes.HasPrefix(content, []byte{0xFF, 0xFE}) {
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// sixteenBits reads the order of unmarked UTF-16 from where the zero bytes of
// its ASCII characters stand; without any it cannot be UTF-16.
func sixteenBits(content []byte, label string, coding encoding.Encoding) encoding.Encoding {
	zero := bytes.IndexByte(content, 0)
	switch {
	case zero < 0 && utf8.Valid(content):
		return nil
	case label == "utf-16" && zero >= 0 && zero%2 == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return coding
}

// htmlToUTF8 decodes a page whose charset only the page itself may declare.
func htmlToUTF8(content []byte) string {
	_, name, _ := charset.DetermineEncoding(content, "text/html")
	return toUTF8(content, name)
}
