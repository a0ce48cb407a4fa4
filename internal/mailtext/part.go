package mailtext

import (
	"bytes"
	"strings"

	"github.com/etna-conformance/conformance/internal/lazyregexp"
)

// part reads one part, and the parts in it.
func (w *walker) part(head header, body []byte, depth int) {
	if w.parts++; w.parts > maxParts || depth > maxDepth {
		return
	}
	kind, parameters := head.mediaType()
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		w.multipart(head, body, parameters["boundary"], depth)
	case kind == "message/rfc822" || kind == "message/global":
		inner, text := splitHeader(decodeTransfer(body, head.get("content-transfer-encoding")))
		w.keep(&w.plain, inner.decoded("subject"))
		w.part(inner, text, depth+1)
	case isText(kind):
		content := decodeTransfer(body, head.get("content-transfer-encoding"))
		switch {
		case strings.EqualFold(parameters["format"], "flowed"):
			content = unflowed(content, strings.EqualFold(parameters["delsp"], "yes"))
		case kind == "text/enriched":
			content = enriched().ReplaceAll(content, nil)
		}
		w.leaf(head, content, kind, parameters["charset"])
	}
}

// enriched matches the commands of text/enriched (RFC 1896) with their parameters.
var enriched = lazyregexp.New(`(?is)<param>.*?</param>|</?[a-z0-9-]{1,60}>`)

// flow matches the end of a line that the next one continues (RFC 3676), the space of its own.
var flow = lazyregexp.New(` \r?\n`)

// unflowed joins the lines of a flowed text. The line before a signature is not joined to it.
func unflowed(content []byte, dropSpace bool) []byte {
	glue := []byte(" ")
	if dropSpace {
		glue = nil
	}
	before, signature, found := bytes.Cut(content, []byte("\n-- "))
	joined := flow().ReplaceAllLiteral(before, glue)
	if found {
		joined = append(append(joined, "\n-- "...), signature...)
	}
	return joined
}

// isText names the media types that a mail program shows as text.
func isText(kind string) bool {
	switch kind {
	case "text/css", "text/csv", "text/calendar", "text/vcard", "text/x-vcard", "text/javascript",
		"text/rtf":
		return false
	case "", "text", "application/xhtml+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/") || !strings.Contains(kind, "/")
}

// leaf keeps the text of one text part.
func (w *walker) leaf(head header, content []byte, kind, charset string) {
	text := toUTF8(content, charset)
	list := &w.plain
	isHTML := strings.Contains(kind, "html") || looksLikeHTML(text)
	if isHTML {
		if charset == "" {
			text = htmlToUTF8(content)
		}
		list = &w.html
		text = htmlText(text, w.link, w.emphasize)
	}
	switch {
	case head.attachment():
		list = &w.attached
	case isHTML && (strings.TrimSpace(text) != "" ||
		!bytes.Contains(bytes.ToLower(content), []byte("<img"))):
		w.pages++
	}
	for _, address := range webAddress().FindAllString(text, maxLinks) {
		w.link(strings.TrimRight(address, ".,;:!?)]}'*_"))
	}
	w.keep(list, tidy(text))
}

var (
	webAddress = lazyregexp.New(`(?i)https?://[^\s<>"]+`)
	htmlStart  = lazyregexp.New(`(?i)^[\s\x{FEFF}]*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:!doctype html|html|head|body)\b`)
)

// looksLikeHTML recognises a page that was sent under a wrong media type.
func looksLikeHTML(text string) bool { return htmlStart.MatchString(text[:min(len(text), 1024)]) }

// tidy gives lines one kind of end and removes control characters.
func tidy(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7F && r < 0xA0:
			return -1
		}
		return r
	}, text)
}

// multipart reads the parts between the boundary lines (RFC 2046, section 5.1).
// Without a boundary in the head the first line that looks like one is taken;
// without any, the body is read as text.
func (w *walker) multipart(head header, body []byte, boundary string, depth int) {
	parts := splitParts(body, boundary)
	if parts == nil {
		parts = splitParts(body, guessBoundary(body))
	}
	if parts == nil {
		w.leaf(head, decodeTransfer(body, head.get("content-transfer-encoding")), "text/plain", "")
		return
	}
	plain, html, pages := len(w.plain), len(w.html), w.pages
	for _, part := range parts {
		if w.parts >= maxParts {
			return
		}
		inner, text := splitHeader(body[part.from:part.to])
		w.part(inner, text, depth+1)
	}
	if kind, _ := head.mediaType(); kind == "multipart/alternative" && w.versions.Plain == "" &&
		len(w.plain) > plain && w.pages > pages {
		w.versions = Versions{Plain: strings.Join(w.plain[plain:], "\n"),
			HTML: strings.Join(w.html[html:], "\n")}
	}
}

var boundaryLine = lazyregexp.New(`(?m)^--([0-9A-Za-z'()+_,./:=? -]{1,100}?)\r?$`)

// guessBoundary returns the first line that can be a boundary, without its dashes.
func guessBoundary(body []byte) string {
	found := boundaryLine().FindSubmatch(body)
	if found == nil {
		return ""
	}
	return string(found[1])
}

// span is a place in a body.
type span struct{ from, to int }

// splitParts returns what stands between the boundary lines; nil without any.
// A missing last boundary ends with the body.
func splitParts(body []byte, boundary string) []span {
	delimiter := []byte("--" + strings.TrimRight(boundary, " \t"))
	if len(delimiter) == 2 {
		return nil
	}
	var parts []span
	start := -1
	for at := 0; at < len(body) && len(parts) <= maxParts; {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if isBoundary(line, delimiter) {
			if start >= 0 {
				parts = append(parts, span{start, at})
			}
			start = next
			if bytes.HasPrefix(line[len(delimiter):], []byte("--")) {
				return parts
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, span{start, len(body)})
	}
	return parts
}

// isBoundary tells whether the line is the delimiter, with or without the closing dashes.
func isBoundary(line, delimiter []byte) bool {
	after, found := bytes.CutPrefix(line, delimiter)
	after = bytes.TrimRight(after, " \t")
	return found && (len(after) == 0 || string(after) == "--")
}
