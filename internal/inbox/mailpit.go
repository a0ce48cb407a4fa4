package inbox

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// mailpit speaks Mailpit's API v1. It does not tell the envelope, but puts into Bcc
// whom the envelope has and the header has not.
type mailpit struct{ fetcher *fetcher }

func (m mailpit) list(ctx context.Context, what listing) (listed, error) {
	// A phrase is searched for in the mail's text and in To, Cc and Bcc alike; the filter to:
	// would not find blind copies, and addressed: is not known to older versions.
	phrase := strings.TrimLeft(longestWithout(anyForm(what.address), ` ",;<>()`), "-!")
	query := url.Values{
		"query": {`"` + phrase + `"`},
		"start": {strconv.Itoa(what.start)},
		"limit": {strconv.Itoa(what.limit)},
	}
	var result listed
	err := m.fetcher.get(ctx, "api/v1/search", query, func(response io.Reader) (err error) {
		result, err = readMailpitList(newJSONStream(response))
		result.last = len(result.letters) < what.limit
		return err
	})
	return result, err
}

// source does not mark the mail as read, as asking for the message would.
func (m mailpit) source(ctx context.Context, l letter, limit int) (source []byte, gone bool,
	err error) {
	err = m.fetcher.get(ctx, "api/v1/message/"+l.id+"/raw", nil,
		func(response io.Reader) (err error) {
			source, err = io.ReadAll(io.LimitReader(response, int64(limit)))
			return err
		})
	if errors.Is(err, errGone) {
		return nil, true, nil
	}
	return source, false, err
}

// announced reads an event. Those of another type than "new" have other data, and end as an error.
func (m mailpit) announced(s *jsonStream) (letter, error) {
	var l letter
	err := s.object(func(name string) (err error) {
		if name == "Data" {
			l, err = readMailpitSummary(s)
			return err
		}
		return s.skip()
	})
	return l, err
}

func readMailpitList(s *jsonStream) (listed, error) {
	var result listed
	hasMessages := false
	err := s.object(func(name string) (err error) {
		switch name {
		case "messages_count":
			result.total, err = s.number()
		case "messages":
			hasMessages = true
			err = s.array(func() error {
				l, err := readMailpitSummary(s)
				result.letters = append(result.letters, l)
				if len(result.letters) > maxListed {
					return errNotJSON
				}
				return err
			})
		default:
			err = s.skip()
		}
		return err
	})
	if err == nil && !hasMessages {
		err = errNotJSON
	}
	return result, err
}

func readMailpitSummary(s *jsonStream) (letter, error) {
	var l letter
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
		case "To", "Cc", "Bcc":
			return s.array(func() error { return readMailpitAddress(s, &l) })
		default:
			return s.skip()
		}
	})
	if err == nil && !isMailpitID(l.id) {
		err = errNotJSON
	}
	return l, err
}

func readMailpitAddress(s *jsonStream, l *letter) error {
	return s.object(func(name string) error {
		if name != "Address" {
			return s.skip()
		}
		address, err := s.text(maxID)
		if len(l.recipients) < maxRecipients {
			l.recipients = append(l.recipients, string(address))
		}
		return err
	})
}

// isMailpitID keeps what becomes a part of a URL from leading elsewhere.
func isMailpitID(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '-' ||
			r == '_')
	})
}
