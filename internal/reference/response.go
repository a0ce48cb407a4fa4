package reference

import (
	"net/http"

	"github.com/go-json-experiment/json"
)

// response is what a client gets: a status, extra header fields and JSON.
type response struct {
	status int
	header map[string]string
	body   any
}

// result is the documents' response to steps 1 and 4.
type result struct {
	Errors     []string
	ErrorsCode []string `json:",omitempty"`
	IsSucceed  bool
}

// keyRefusal is the documents' response to a missing or wrong application key.
type keyRefusal struct {
	Error string `json:"error"`
}

func ok(body any) response { return response{status: http.StatusOK, body: body} }

// refusal is a response in the form of the documents' incorrect-answer error.
func refusal(status int, code, text string) response {
	return response{status: status,
		body: result{Errors: []string{text}, ErrorsCode: []string{code}}}
}

// badRequest refuses a request that is not formed as documented.
func badRequest(text string) response {
	return refusal(http.StatusBadRequest, "ErrorInvalidRequest", text)
}

// keyError is the documented key error. RFC 9110, section 15.5.2, wants a
// challenge beside a 401; no standard scheme describes an application key.
func keyError() response {
	body := keyRefusal{Error: "Application key is not defined or does not exist"}
	return response{status: http.StatusUnauthorized, body: body}.
		with("WWW-Authenticate", `Et-App-Key realm="ETNA Trader"`)
}

// with returns the response with one more header field.
func (a response) with(name, value string) response {
	header := map[string]string{name: value}
	for n, v := range a.header {
		header[n] = v
	}
	a.header = header
	return a
}

// write sends the response. Nothing here may be cached: responses hold tokens.
func (a response) write(w http.ResponseWriter) {
	body, err := json.Marshal(a.body)
	if err != nil {
		a.status, body = http.StatusInternalServerError, []byte("{}")
	}
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	for name, value := range a.header {
		header.Set(name, value)
	}
	w.WriteHeader(a.status)
	// A client that has gone away is nobody's error.
	_, _ = w.Write(body)
}
