package redact

import (
	"bytes"
	"encoding/base64"
	"mime"
	"mime/quotedprintable"
	"net/textproto"
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"
)

// maxNesting bounds how deep mails and multiparts are nested.
const maxNesting = 10

// Source replaces every secret in the source of a mail (RFC 5322). A part that
// is transferred encoded is decoded, sealed and encoded again, and everything
// else stays as it was, so that mail readers still open the mail.
func (r *Redactor) MailSource(source []byte) []byte {
	f := r.finder()
	// What reaches across parts, or stands in broken ones, is found at last.
	return f.clean(f.entity(source, maxNesting), false)
}

// entity seals one mail or one part of a mail.
func (f *finder) entity(source []byte, nesting int) []byte {
	head, body := splitHead(source)
	fields := fieldsOf(head)
	sealed := f.clean(f.words(head), false)
	return append(bytes.Clone(sealed), f.content(fields, body, nesting)...)
}

func (f *finder) content(fields textproto.MIMEHeader, body []byte, nesting int) []byte {
	kind, params := contentType(fields.Get("Content-Type"))
	encoding := strings.ToLower(strings.TrimSpace(fields.Get("Content-Transfer-Encoding")))
	switch {
	case nesting == 0:
		return f.clean(body, false)
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		return f.multipart(body, params["boundary"], nesting-1)
	case strings.HasPrefix(encoding, "base64"):
		return f.recoded(body, decodeBase64(body), params["charset"], wrapBase64)
	case strings.HasPrefix(encoding, "quoted-printable"):
		return f.recoded(body, decodeQuotedPrintable(body), params["charset"], quotePrintable)
	case kind == "message/rfc822":
		return f.entity(body, nesting-1)
	}
	return f.recoded(body, body, params["charset"], func(text []byte) []byte { return text })
}

// recoded seals what a body decodes to, and encodes it again if it had to.
func (f *finder) recoded(body, decoded []byte, set string, encode func([]byte) []byte) []byte {
	sealed := f.clean(decoded, false)
	if text := toUTF8(sealed, set); !bytes.Equal(text, sealed) {
		if again := f.clean(text, false); !bytes.Equal(again, text) {
			sealed = again
		}
	}
	if bytes.Equal(sealed, decoded) {
		return body
	}
	return encode(sealed)
}

// toUTF8 decodes a character set; text in an unknown one stays as it is.
func toUTF8(text []byte, set string) []byte {
	if encoding, _ := charset.Lookup(set); encoding != nil {
		if decoded, err := encoding.NewDecoder().Bytes(text); err == nil {
			return decoded
		}
	}
	return text
}

// multipart seals the parts between the lines that name the boundary
// (RFC 2046, section 5.1.1).
func (f *finder) multipart(body []byte, boundary string, nesting int) []byte {
	var out []byte
	inside := false
	seal := func(part []byte) []byte {
		if inside {
			return f.entity(part, nesting)
		}
		return f.clean(part, false)
	}
	start := 0
	for i := 0; i < len(body); {
		end := lineEnd(body, i)
		line := string(bytes.TrimRight(body[i:end], " \t\r\n"))
		if line == "--"+boundary || line == "--"+boundary+"--" {
			out = append(out, seal(body[start:i])...)
			out = append(out, f.clean(body[i:end], false)...)
			start, inside = end, line == "--"+boundary
		}
		i = end
	}
	return append(out, seal(body[start:])...)
}

// words seals the runs of encoded words (RFC 2047) in a header.
func (f *finder) words(head []byte) []byte {
	if !bytes.Contains(head, []byte("=?")) {
		return head
	}
	runs := regexp.MustCompile(`=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(\s+=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*`)
	decoder := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	return runs.ReplaceAllFunc(head, func(run []byte) []byte {
		text, err := decoder.DecodeHeader(string(run))
		if err != nil {
			return run
		}
		sealed := f.clean([]byte(text), false)
		if string(sealed) == text {
			return run
		}
		return []byte(mime.QEncoding.Encode("utf-8", string(sealed)))
	})
}

func wrapBase64(text []byte) []byte {
	const width = 76
	encoded := base64.StdEncoding.EncodeToString(text)
	var out []byte
	for len(encoded) > width {
		out = append(append(out, encoded[:width]...), "\r\n"...)
		encoded = encoded[width:]
	}
	return append(append(out, encoded...), "\r\n"...)
}

func quotePrintable(text []byte) []byte {
	var out bytes.Buffer
	writer := quotedprintable.NewWriter(&out)
	if _, err := writer.Write(text); err != nil {
		return []byte(withheld)
	}
	if err := writer.Close(); err != nil {
		return []byte(withheld)
	}
	return out.Bytes()
}

func decodeQuotedPrintable(body []byte) []byte {
	var decoded []byte
	w := new(window)
	for i := 0; i < len(body); {
		if w.open(body, i, nil); body[i] == '=' {
			if e := readMail(w); e.width > 0 {
				decoded = append(decoded, e.value[:e.size]...)
				i += e.width
				continue
			}
		}
		decoded = append(decoded, body[i])
		i++
	}
	return decoded
}

// decodeBase64 decodes as mail readers do: whatever is not base64 is skipped.
func decodeBase64(body []byte) []byte {
	var decoded []byte
	bits, count := uint32(0), 0
	for _, b := range body {
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
			decoded = append(decoded, byte(bits>>count))
		}
	}
	return decoded
}
