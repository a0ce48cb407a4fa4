package mailtext

import (
	"bytes"
	"encoding/base64"
	"mime"
	"mime/quotedprintable"
	"strings"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// Rewrite changes what a mail says where that is encoded: in encoded words (RFC 2047), transfer
// encodings and character sets. The function gets each such text decoded. What it leaves as it is
// stays byte for byte, so that mail programs still open the mail; text of which it changes
// something is written in UTF-8. Text that is not encoded is left to the caller.
func Rewrite(source []byte, change func(text []byte) []byte) []byte {
	return rewriter(change).entity(source, 0)
}

type rewriter func(text []byte) []byte

// entity rewrites a mail or a part of one.
func (change rewriter) entity(source []byte, depth int) []byte {
	head, body := splitHeader(source)
	lines := source[:len(source)-len(body)]
	return append(bytes.Clone(change.words(lines)), change.content(head, body, depth)...)
}

func (change rewriter) content(head header, body []byte, depth int) []byte {
	kind, parameters := head.mediaType()
	encoding := strings.ToLower(strings.Trim(head.get("content-transfer-encoding"), " \t\"';"))
	switch {
	case depth > maxDepth:
		return body
	case strings.HasPrefix(kind, "multipart/"):
		return change.multipart(body, parameters["boundary"], depth)
	case encoding == "base64":
		decoded, _ := base64Bytes(body)
		return change.leaf(body, decoded, parameters["charset"], encodeBase64)
	case encoding == "quoted-printable":
		return change.leaf(body, decodeQuotedPrintable(body), parameters["charset"],
			encodeQuotedPrintable)
	case kind == "message/rfc822" || kind == "message/global":
		return change.entity(body, depth+1)
	}
	return change.leaf(body, body, parameters["charset"], func(text []byte) []byte { return text })
}

func (change rewriter) multipart(body []byte, boundary string, depth int) []byte {
	parts := splitParts(body, boundary)
	if parts == nil {
		parts = splitParts(body, guessBoundary(body))
	}
	var out []byte
	done := 0
	for _, p := range parts {
		out = append(out, body[done:p.from]...)
		out = append(out, change.entity(body[p.from:p.to], depth+1)...)
		done = p.to
	}
	return append(out, body[done:]...)
}

// leaf changes a text, as it stands and in UTF-8, and encodes it again if something changed.
func (change rewriter) leaf(body, text []byte, label string, encode func([]byte) []byte) []byte {
	changed := change(text)
	if coding := codingOf(changed, label); coding != nil {
		if read, err := coding.NewDecoder().Bytes(changed); err == nil {
			if again := change(read); !bytes.Equal(again, read) {
				changed = again
			}
		}
	}
	if bytes.Equal(changed, text) {
		return body
	}
	return encode(changed)
}

// encodedWords matches encoded words with the white space between them, which is none of the text.
var encodedWords = lazyregexp.New(`=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(\s+=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*`)

// words changes the encoded words in the lines of a head.
func (change rewriter) words(lines []byte) []byte {
	if !bytes.Contains(lines, []byte("=?")) {
		return lines
	}
	return encodedWords().ReplaceAllFunc(lines, func(words []byte) []byte {
		text, err := wordDecoder().DecodeHeader(string(words))
		if err != nil {
			return words
		}
		changed := change([]byte(text))
		if string(changed) == text {
			return words
		}
		return []byte(mime.QEncoding.Encode("utf-8", string(changed)))
	})
}

func encodeBase64(text []byte) []byte {
	const width = 76
	encoded := base64.StdEncoding.EncodeToString(text)
	var out []byte
	for len(encoded) > width {
		out = append(append(out, encoded[:width]...), "\r\n"...)
		encoded = encoded[width:]
	}
	return append(append(out, encoded...), "\r\n"...)
}

func encodeQuotedPrintable(text []byte) []byte {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write(text) // A buffer takes all.
	_ = w.Close()
	return out.Bytes()
}
