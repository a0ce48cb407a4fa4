package httpclient

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"
)

// maxCodings is how many content codings may lie over one another.
const maxCodings = 3

// decode removes the content codings (RFC 9110, section 8.4) of a body. Where
// that fails it returns what could be read, and the body as it came where that
// is nothing. Each step is held to the limit, against compression bombs.
func decode(body []byte, header []string, limit int64) (decoded []byte, cut bool, err error) {
	codings := codingsOf(header)
	if len(codings) > maxCodings {
		return body, false, malformed("the response's body has too many content codings")
	}
	for _, coding := range slices.Backward(codings) {
		step, stepCut, err := undo(coding, body, limit)
		switch {
		case errors.Is(err, errUnknownCoding):
			return body, cut,
				malformed("the response's body has a content coding that was not asked for")
		case err != nil && len(step) == 0:
			return body, cut, malformed("the response's body is not in the content coding " +
				coding + " that its header names")
		case err != nil && !cut:
			return step, false,
				malformed("the response's body breaks off or is damaged within its content coding " + coding)
		}
		body, cut = step, cut || stepCut
	}
	return body, cut, nil
}

var errUnknownCoding = errors.New("unknown content coding")

// undo removes one content coding.
func undo(coding string, body []byte, limit int64) ([]byte, bool, error) {
	var r io.Reader
	var err error
	switch coding {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		if r, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
			return inflate(body, limit)
		}
	default:
		err = errUnknownCoding
	}
	if err != nil {
		return nil, false, err
	}
	return readUpTo(r, limit)
}

// inflate reads the bare stream that some deployments send where the standard
// wants zlib's format. It has no mark of its own, so that a damaged one is
// taken for something else altogether.
func inflate(body []byte, limit int64) ([]byte, bool, error) {
	content, cut, err := readUpTo(flate.NewReader(bytes.NewReader(body)), limit)
	if err != nil {
		content = nil
	}
	return content, cut, err
}

func codingsOf(header []string) []string {
	var codings []string
	for _, coding := range strings.Split(strings.Join(header, ","), ",") {
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "" && coding != "identity" {
			codings = append(codings, coding)
		}
	}
	return codings
}
