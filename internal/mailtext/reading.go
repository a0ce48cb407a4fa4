// Package mailtext reads a mail as a person reads it: MIME decoded, HTML without its markup,
// nothing of what a mail program hides. It is the only reader of mails: the inbox, redaction and
// judging use it.
package mailtext

import "strings"

// MaxRead is how much of a mail is looked at, in bytes.
const MaxRead = 4 << 20

// Limits of one reading. They bound time and memory against a hostile mail and
// lie far above what a mail with a code needs.
const (
	maxText     = 256 << 10 // bytes of readable text that are kept
	maxDepth    = 20        // multiparts and forwarded mails inside each other
	maxParts    = 200       // parts of one mail
	maxLinks    = 500       // links that are kept
	maxLinkSize = 4 << 10   // bytes of one link
	maxEmphasis = 100       // emphasized texts that are kept
	maxStrong   = 64        // bytes of one of them: longer ones set nothing apart
)

// Reading is a mail as a person reads it: decoded, without markup, and without
// what a mail program does not show.
type Reading struct {
	// Subject is the decoded Subject header (RFC 2047).
	Subject string
	// From is the decoded From header: a display name, an address or both.
	From string
	// To holds the bare addresses of the To header, ToNames the names beside them.
	To, ToNames []string
	// Text is the readable text of all text parts. The plain text comes first;
	// an HTML alternative that reads otherwise follows after an empty line.
	// Tabs stand between the cells of a table.
	Text string
	// Emphasis holds the short texts that a page sets bold, large, spaced out or in a typewriter's
	// face.
	Emphasis []string
	// Links holds the http and https links of all parts, each once, in order of appearance.
	Links []string
	// Versions are the two forms of the mail of which a mail program shows one
	// (multipart/alternative); empty where it has one form only.
	Versions Versions
}

// Versions are the readable texts of a mail's plain text and of its HTML. One that holds nothing
// readable is "".
type Versions struct{ Plain, HTML string }

// Parse reads the source of a mail (RFC 5322, MIME). It reads every source,
// however broken or cut off: what cannot be decoded is read as it stands.
func Parse(source []byte) Reading {
	if len(source) > MaxRead {
		source = source[:MaxRead]
	}
	head, body := splitHeader(source)
	w := &walker{}
	w.part(head, body, 0)
	return Reading{
		Subject:  head.decoded("subject"),
		From:     head.decoded("from"),
		To:       addresses(head.get("to")),
		ToNames:  addressees(head.get("to")),
		Text:     w.text(),
		Emphasis: w.emphasis,
		Links:    w.links,
		Versions: w.versions,
	}
}

// walker collects what is readable while it walks through the parts of a mail.
type walker struct {
	plain, html, attached []string
	emphasis, links       []string
	seen                  map[string]bool
	parts, size           int
	// pages counts the HTML parts that are shown; one of pictures alone is none.
	pages    int
	versions Versions
}

// text joins the parts in the order in which they serve a reader. Attached
// text counts only where the mail has no other.
func (w *walker) text() string {
	parts := w.plain
	for _, page := range w.html {
		if !contains(w.plain, page) {
			parts = append(parts, page)
		}
	}
	if len(parts) == 0 {
		parts = w.attached
	}
	return strings.Join(parts, "\n\n")
}

// contains tells whether one of the texts has the same words as the page.
func contains(texts []string, page string) bool {
	words := strings.Join(strings.Fields(page), " ")
	for _, text := range texts {
		if strings.Join(strings.Fields(text), " ") == words {
			return true
		}
	}
	return false
}

// keep adds a readable text within the limit of the whole reading.
func (w *walker) keep(list *[]string, text string) {
	text = strings.TrimSpace(text)
	if room := maxText - w.size; len(text) > room {
		text = strings.ToValidUTF8(text[:max(room, 0)], "")
	}
	if text == "" {
		return
	}
	w.size += len(text)
	*list = append(*list, text)
}

// emphasize keeps a text that is set apart, if it is short.
func (w *walker) emphasize(text string) {
	text = strings.TrimSpace(text)
	if text != "" && len(text) <= maxStrong && len(w.emphasis) < maxEmphasis {
		w.emphasis = append(w.emphasis, text)
	}
}

// link adds a link once.
func (w *walker) link(address string) {
	address = strings.TrimSpace(address)
	lower := strings.ToLower(address[:min(len(address), 8)])
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		return
	}
	if len(w.links) >= maxLinks || len(address) > maxLinkSize || w.seen[address] {
		return
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	w.seen[address] = true
	w.links = append(w.links, address)
}
