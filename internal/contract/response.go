package contract

import "strings"

// Response is what came back for a request, as far as its meaning hangs on it.
type Response struct {
	Status int
	Header []Field
	Body   []byte
	// Truncated is true where the body was too long to be kept whole.
	Truncated bool
	// Document is the body read as JSON.
	Document Document
}

// ReadResponse reads the body as JSON.
func ReadResponse(status int, header []Field, body []byte, truncated bool) Response {
	return Response{Status: status, Header: header, Body: body, Truncated: truncated,
		Document: ReadJSON(body)}
}

// Field returns the first header field of the name, "" where there is none.
func (r Response) Field(name string) string {
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// isReadable reports whether the whole body is JSON, or an object that a forgiving reader makes of
// it: "404 page not found" begins with a JSON number.
func (r Response) isReadable() bool {
	d := r.Document
	return d.Read && !r.Truncated && (len(d.Problems) == 0 || d.Object() != nil)
}
