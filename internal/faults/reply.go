package faults

import (
	"bytes"
	"io"
	"net/http"
	"slices"
)

// What the documents say, word for word.
const (
	acceptedJSON  = `{"Errors":[],"IsSucceed":false}`
	incorrectText = "Answer is incorrect, try again."
	incorrectCode = "ErrorIncorrectAnswer"
	incorrectJSON = `{"Errors":["Answer is incorrect, try again."],"ErrorsCode":["ErrorIncorrectAnswer"],"IsSucceed":false}`
	keyErrorText  = "Application key is not defined or does not exist"
	keyErrorJSON  = `{"error":"Application key is not defined or does not exist"}`
)

// reply is a response that is held back, so that it can be changed.
type reply struct {
	status int
	header http.Header
	body   []byte
	// wire, where it is set, sends the reply in a way of its own.
	wire func(http.ResponseWriter, *reply)
}

// record asks the handler and holds its response back.
func record(inner http.Handler, c *call) *reply {
	r := c.request.Clone(c.request.Context())
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	r.ContentLength = int64(len(c.body))
	p := &reply{header: http.Header{}}
	inner.ServeHTTP(p, r)
	if p.status == 0 {
		p.status = http.StatusOK
	}
	return p
}

// Header, WriteHeader and Write make a reply the writer of an inner handler.
func (p *reply) Header() http.Header { return p.header }

func (p *reply) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *reply) Write(data []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	p.body = append(p.body, data...)
	return len(data), nil
}

// sendTo sends the reply, or hands it on to the wrapper around this one.
func (p *reply) sendTo(w http.ResponseWriter) {
	if outer, held := w.(*reply); held {
		*outer = *p
		return
	}
	if p.wire != nil {
		p.wire(w, p)
		return
	}
	p.plainly(w)
}

// plainly sends the reply as net/http does.
func (p *reply) plainly(w http.ResponseWriter) {
	p.copyHeader(w)
	w.WriteHeader(p.status)
	// A client that has gone away is nobody's error.
	_, _ = w.Write(p.body)
}

func (p *reply) copyHeader(w http.ResponseWriter) {
	for name, values := range p.header {
		w.Header()[name] = values
	}
}

// newReply is a response that the reference did not give.
func newReply(status int, contentType, body string) *reply {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return &reply{status: status, header: header, body: []byte(body)}
}

func jsonReply(status int, body string) *reply {
	return newReply(status, "application/json; charset=utf-8", body)
}

// refuses is a refusal in the documents' form.
func refuses(status int, code, text string) *reply {
	doc := object{}.set("Errors", "["+quote(text)+"]").set("ErrorsCode", "["+quote(code)+
		"]").set("IsSucceed", "false")
	return jsonReply(status, string(doc.bytes()))
}

// outcome is what a response of the core operations means.
type outcome int

const (
	other      outcome = iota // not of a core operation
	accepted                  // a reset that lists no errors
	incorrect                 // a reset refused for its answer
	malformed                 // a request refused for its form
	question                  // a question
	noQuestion                // the empty question
	keyRefused                // the key error
)

// outcome reads the reference's response.
func (p *reply) outcome(c *call) outcome {
	doc, read := parse(p.body)
	switch {
	case !c.isCore() || !read:
		return other
	case doc.has("error"):
		return keyRefused
	case string(doc.get("Errors")) != "[]":
		if bytes.Contains(doc.get("ErrorsCode"), []byte(incorrectCode)) {
			return incorrect
		}
		return malformed
	case c.isReset():
		return accepted
	case string(doc.get("Model")) == `""`:
		return noQuestion
	}
	return question
}

// whatever are all the outcomes of the core operations.
func whatever() []outcome {
	return []outcome{accepted, incorrect, malformed, question, noQuestion, keyRefused}
}

// on changes the responses of some outcomes.
//
//go:noinline
func on(change func(*call, *reply), which ...outcome) func(World, http.Handler) http.Handler {
	return through(func(c *call, next asker) *reply {
		p := next(c)
		if slices.Contains(which, p.outcome(c)) {
			change(c, p)
		}
		return p
	})
}

// onCalls changes the responses of some outcomes to some calls.
//
//go:noinline
func onCalls(concerns func(*call) bool, change func(*call, *reply), which ...outcome) func(World,
	http.Handler) http.Handler {
	return on(func(c *call, p *reply) {
		if concerns(c) {
			change(c, p)
		}
	}, which...)
}

// rewrites changes the body as text.
//
//go:noinline
func rewrites(change func(body string) string) func(*call, *reply) {
	return func(_ *call, p *reply) { p.body = []byte(change(string(p.body))) }
}

// edits changes the body as a JSON object.
//
//go:noinline
func edits(change func(object) object) func(*call, *reply) {
	return func(_ *call, p *reply) {
		if doc, read := parse(p.body); read {
			p.body = change(doc).bytes()
		}
	}
}

// becomes replaces the whole response.
func becomes(status int, contentType, body string) func(*call, *reply) {
	return func(_ *call, p *reply) { *p = *newReply(status, contentType, body) }
}

// hasStatus changes the status alone.
func hasStatus(status int) func(*call, *reply) {
	return func(_ *call, p *reply) { p.status = status }
}

// hasHeader sets one header field.
func hasHeader(name string, values ...string) func(*call, *reply) {
	return func(_ *call, p *reply) { p.header[name] = values }
}

// both makes one change after another.
func both(changes ...func(*call, *reply)) func(*call, *reply) {
	return func(c *call, p *reply) {
		for _, change := range changes {
			change(c, p)
		}
	}
}
