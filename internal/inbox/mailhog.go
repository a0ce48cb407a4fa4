package inbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxID         = 1 << 10
	maxRecipients = 1000
)

// mailHog speaks MailHog's API v2. Of a mail it reads the envelope and the raw
// source: MailHog's own MIME parts are not the mail's.
type mailHog struct{ fetcher *fetcher }

func (m mailHog) list(ctx context.Context, what listing) (listed, error) {
	query := url.Values{
		"kind":  {"to"},
		"query": {searchable(what.address)},
		"start": {strconv.Itoa(what.start)},
		"limit": {strconv.Itoa(what.limit)},
	}
	var result listed
	err := m.fetcher.get(ctx, "api/v2/search", query, func(response io.Reader) (err error) {
		result, err = readMailHogList(newJSONStream(response), what)
		return err
	})
	return result, err
}

// source returns the mail as the list has it, or where that was spoilt, with the body that
// MailHog's download has.
func (m mailHog) source(ctx context.Context, l letter, limit int) ([]byte, bool, error) {
	source := l.source
	if bytes.Contains(source, spoilt) {
		source = m.mended(ctx, l)
	}
	return source[:min(len(source), limit)], false, nil
}

// announced reads a mail, which is all that MailHog's websocket sends.
func (m mailHog) announced(s *jsonStream) (letter, error) {
	return readMailHogItem(s, listing{}, 0)
}

// spoilt is what stands in JSON for bytes that are no UTF-8, as those of 8-bit mails in other
// charsets.
var spoilt = []byte("\uFFFD")

// mended puts the body of MailHog's download, in which every byte is as it was received, below the
// header of the list: the download's own header lacks some fields. Where there is no download the
// mail stays as it is.
func (m mailHog) mended(ctx context.Context, l letter) []byte {
	if strings.Contains(l.id, "/") || strings.Trim(l.id, ".") == "" {
		return l.source
	}
	var whole []byte
	err := m.fetcher.get(ctx, "api/v1/messages/"+url.PathEscape(l.id)+"/download", nil,
		func(response io.Reader) (err error) {
			whole, err = io.ReadAll(io.LimitReader(response, maxSource))
			return err
		})
	header, _, isWhole := bytes.Cut(l.source, endOfHeader)
	_, body, isMail := bytes.Cut(whole, endOfHeader)
	if err != nil || !isWhole || !isMail {
		return l.source
	}
	return slices.Concat(header, endOfHeader, body)
}

var endOfHeader = []byte("\r\n\r\n")

// searchable is the longest part of an address that means the same as a text and as
// a regular expression, which it is to MailHog's MongoDB.
func searchable(address string) string { return longestWithout(anyForm(address), `\^$|?*+()[]{}`) }

func readMailHogList(s *jsonStream, what listing) (listed, error) {
	var result listed
	hasTotal, hasItems := false, false
	room := what.room
	err := s.object(func(name string) (err error) {
		switch name {
		case "total":
			hasTotal = true
			result.total, err = s.number()
		case "items":
			hasItems = true
			err = s.array(func() error {
				l, err := readMailHogItem(s, what, min(room, maxSource))
				if err != nil {
					return err
				}
				room -= len(l.source)
				result.letters = append(result.letters, l)
				if len(result.letters) > maxListed {
					return errNotJSON
				}
				return nil
			})
		default:
			err = s.skip()
		}
		return err
	})
	// What was read before the bound is whole; the rest is asked for from there on.
	if errors.Is(err, errTooLarge) && len(result.letters) > 0 {
		return result, nil
	}
	if err == nil && (!hasTotal || !hasItems) {
		err = errNotJSON
	}
	result.last = len(result.letters) < what.limit
	return result, err
}

func readMailHogItem(s *jsonStream, what listing, limit int) (letter, error) {
	var l letter
	hasRaw := false
	err := s.object(func(name string) error {
		switch name {
		case "ID":
			id, err := s.text(maxID)
			l.id = string(id)
			return err
		case "Created":
			created, err := s.text(maxJSONScalar)
			l.created, _ = time.Parse(time.RFC3339, string(created))
			return err
		case "Raw":
			hasRaw = true
			return readMailHogRaw(s, what, limit, &l)
		default:
			return s.skip()
		}
	})
	if err == nil && (l.id == "" || !hasRaw) {
		err = errNotJSON
	}
	return l, err
}

func readMailHogRaw(s *jsonStream, what listing, limit int, l *letter) error {
	return s.object(func(name string) (err error) {
		switch name {
		case "To":
			err = s.array(func() error {
				to, err := s.text(maxID)
				if len(l.recipients) < maxRecipients {
					l.recipients = append(l.recipients, bareAddress(string(to)))
				}
				return err
			})
		case "Data":
			if what.wanted == nil || !what.wanted(l.id) || len(l.recipients) > 0 &&
				!isAddressed(l.recipients, what.address) {
				limit = 0 // Other people's mail is not even held.
			}
			l.source, err = s.text(limit)
		default:
			err = s.skip()
		}
		return err
	})
}
