package mailcatcher

import (
	"maps"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/mailhog/data"
)

// Limits of what is read out of one mail. Beyond them a mail is kept as it is,
// only not taken apart any further.
const (
	maxPieces = 10_000 // header fields and MIME parts together
	maxDepth  = 10     // multiparts in multiparts
)

// mail is a message, with what is searched in lower case. It never changes.
type mail struct {
	*data.Message
	// arrival orders mails; the store sets it.
	arrival uint64
	// to, from and headers join several values by NUL.
	to, from, headers, body string
	// weight is about how many bytes of memory the mail takes.
	weight int64
}

// newMessage reads a mail into the same message as MailHog does
// (data.SMTPMessage.Parse), oddities included, but in linear time.
func newMessage(raw *data.SMTPMessage) (*mail, error) {
	id, err := data.NewMessageID(hostname)
	if err != nil {
		return nil, err
	}
	var to []*data.Path
	for _, path := range raw.To {
		to = append(to, data.PathFromString(path))
	}
	reader := &reader{piecesLeft: maxPieces}
	message := &data.Message{
		ID:      id,
		From:    data.PathFromString(raw.From),
		To:      to,
		Content: reader.content(raw.Data),
		Created: time.Now(),
		Raw:     raw,
	}
	message.MIME = reader.parts(message.Content, 1)
	addTrace(message)
	return newMail(message, maxPieces-reader.piecesLeft), nil
}

// addTrace adds the headers that a receiving server adds (RFC 5321, section
// 4.4), at the place and in the form of MailHog's.
func addTrace(m *data.Message) {
	headers := m.Content.Headers
	if name := spelling(headers, "Message-ID"); headers[name] == nil {
		headers[name] = []string{string(m.ID)}
	}
	received := spelling(headers, "Received")
	headers[received] = append(headers[received], "from "+m.Raw.Helo+" by "+hostname+
		" (MailHog)\r\n          id "+
		string(m.ID)+"; "+m.Created.Format(time.RFC1123Z))
	returnPath := spelling(headers, "Return-Path")
	headers[returnPath] = append(headers[returnPath], "<"+m.Raw.From+">")
}

// spelling returns the name as the headers spell it, or as it is where they
// have no such name.
func spelling(headers map[string][]string, name string) string {
	for _, present := range slices.Sorted(maps.Keys(headers)) {
		if strings.EqualFold(present, name) {
			return present
		}
	}
	return name
}

func newMail(m *data.Message, pieces int) *mail {
	const perMail, perPiece = 2 << 10, 200

	headers := m.Content.Headers
	to := slices.Clone(headers["To"])
	for _, path := range m.To {
		to = append(to, path.Mailbox+"@"+path.Domain)
	}
	from := append(slices.Clone(headers["From"]), m.From.Mailbox+"@"+m.From.Domain)
	found := &mail{
		Message: m,
		to:      searchable(to),
		from:    searchable(from),
		headers: searchable(slices.Concat(slices.Collect(maps.Values(headers))...)),
		body:    strings.ToLower(m.Content.Body),
	}
	found.weight = int64(perMail + perPiece*pieces + len(m.Raw.Data) +
		2*len(found.to) + len(found.from) + len(found.headers) + len(found.body))
	return found
}

func searchable(values []string) string { return strings.ToLower(strings.Join(values, "\x00")) }

// reader takes one mail apart.
type reader struct{ piecesLeft int }

func (r *reader) take() bool {
	if r.piecesLeft == 0 {
		return false
	}
	r.piecesLeft--
	return true
}

// content divides headers from body. As with MailHog there are no headers
// where no blank line ends them, and of repeated ones the last counts.
func (r *reader) content(source string) *data.Content {
	content := &data.Content{Headers: map[string][]string{}, Body: source, Size: len(source)}
	head, body, found := strings.Cut(source, "\r\n\r\n")
	if !found {
		return content
	}
	content.Body = body
	var name string
	var lines []string // of the field, unfolded by joining them
	for line := range strings.SplitSeq(head, "\r\n") {
		key, value, isField := strings.Cut(line, ": ")
		switch {
		case name != "" && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")):
			lines = append(lines, line)
		case isField && r.take():
			setField(content.Headers, name, lines)
			name, lines = key, []string{value}
		}
	}
	setField(content.Headers, name, lines)
	return content
}

func setField(headers map[string][]string, name string, lines []string) {
	if lines != nil {
		headers[name] = []string{strings.Join(lines, "")}
	}
}

// parts divides a multipart at its boundary; it returns nil for other content.
// As with MailHog what stands before the first boundary and after the last is
// a part too.
func (r *reader) parts(content *data.Content, depth int) *data.MIMEBody {
	if !content.IsMIME() {
		return nil
	}
	body := &data.MIMEBody{}
	_, parameters, err := mime.ParseMediaType(content.Headers["Content-Type"][0])
	if err != nil || parameters["boundary"] == "" || depth > maxDepth {
		return body
	}
	for _, source := range strings.SplitN(content.Body, "--"+parameters["boundary"], r.piecesLeft) {
		if source == "" || !r.take() {
			continue
		}
		part := r.content(strings.Trim(source, "\r\n"))
		part.MIME = r.parts(part, depth+1)
		body.Parts = append(body.Parts, part)
	}
	return body
}
