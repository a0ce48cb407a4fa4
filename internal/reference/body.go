package reference

import (
	"net/http"

	"github.com/go-json-experiment/json"
)

// maxBody is the longest request body that is read, in bytes.
const maxBody = 64 << 10

const malformedBody = "The body must be one JSON object as documented, of 64 KiB at most."

// decode reads the body as one JSON object with members of the documented
// types. Unknown members are ignored; duplicate ones, other types, text after
// the object and invalid UTF-8 (RFC 8259) make it false.
func decode[T any](r *http.Request) (T, bool) {
	var body T
	err := json.UnmarshalRead(r.Body, &body)
	return body, err == nil
}
