package mailcatcher

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mailhog/data"
)

// How many mails one response holds, as with MailHog.
const (
	pageV1        = 1000
	defaultPageV2 = 50
	maxPageV2     = 250
)

// MailHog's content types, which it mixes.
const (
	typeTextJSON = "text/json"
	typeJSON     = "application/json"
)

// api responds as the API of MailHog v1.0.1 does.
type api struct {
	mails *store
	news  *feed
}

func newAPI(mails *store, news *feed) http.Handler {
	a := &api{mails, news}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/messages", a.listV1)
	mux.HandleFunc("DELETE /api/v1/messages", a.deleteAll)
	mux.HandleFunc("GET /api/v1/messages/{id}", a.getOne)
	mux.HandleFunc("DELETE /api/v1/messages/{id}", a.deleteOne)
	mux.HandleFunc("GET /api/v1/messages/{id}/download", a.download)
	mux.HandleFunc("GET /api/v1/events", a.events)
	mux.HandleFunc("GET /api/v2/messages", a.listV2)
	mux.HandleFunc("GET /api/v2/search", a.search)
	mux.HandleFunc("GET /api/v2/websocket", a.websocket)
	return mux
}

func (a *api) listV1(w http.ResponseWriter, _ *http.Request) {
	page, _ := a.mails.list(0, pageV1)
	w.Header().Set("Content-Type", typeTextJSON)
	writeBuffered(w, func(w *bufio.Writer) error { return writeMails(w, page) })
}

func (a *api) getOne(w http.ResponseWriter, r *http.Request) {
	var message *data.Message // an unknown id gets null
	if m := a.mails.get(r.PathValue("id")); m != nil {
		message = m.Message
	}
	w.Header().Set("Content-Type", typeTextJSON)
	writeBuffered(w, func(w *bufio.Writer) error { return writeMessage(w, message) })
}

func (a *api) download(w http.ResponseWriter, r *http.Request) {
	m := a.mails.get(r.PathValue("id"))
	if m == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(m.ID)+`.eml"`)
	writeBuffered(w, func(w *bufio.Writer) error {
		for _, name := range slices.Sorted(maps.Keys(m.Content.Headers)) {
			for _, value := range m.Content.Headers[name] {
				fmt.Fprintf(w, "%s: %s\r\n", name, value)
			}
		}
		_, err := w.WriteString("\r\n" + m.Content.Body)
		return err
	})
}

func (a *api) deleteAll(w http.ResponseWriter, _ *http.Request) {
	a.mails.clear()
	w.Header().Set("Content-Type", typeTextJSON)
}

func (a *api) deleteOne(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", typeTextJSON)
	if !a.mails.remove(r.PathValue("id")) {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (a *api) listV2(w http.ResponseWriter, r *http.Request) {
	start, limit := paging(r)
	page, total := a.mails.list(start, limit)
	w.Header().Set("Content-Type", typeTextJSON)
	writePage(w, page, total, start)
}

func (a *api) search(w http.ResponseWriter, r *http.Request) {
	query := strings.ToLower(r.URL.Query().Get("query"))
	matches := matcher(r.URL.Query().Get("kind"), query)
	if matches == nil || query == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	start, limit := paging(r)
	page, total := a.mails.search(start, limit, matches)
	w.Header().Set("Content-Type", typeJSON)
	writePage(w, page, total, start)
}

// matcher returns nil for a kind that MailHog does not know.
func matcher(kind, query string) func(*mail) bool {
	switch kind {
	case "to":
		return func(m *mail) bool { return strings.Contains(m.to, query) }
	case "from":
		return func(m *mail) bool { return strings.Contains(m.from, query) }
	case "containing":
		return func(m *mail) bool {
			return strings.Contains(m.body, query) || strings.Contains(m.headers, query)
		}
	default:
		return nil
	}
}

// paging ignores what is not a number above zero.
func paging(r *http.Request) (start, limit int) {
	limit = defaultPageV2
	if n, err := strconv.Atoi(r.URL.Query().Get("start")); err == nil && n > 0 {
		start = n
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && n > 0 {
		limit = min(n, maxPageV2)
	}
	return start, limit
}

func writePage(w http.ResponseWriter, page []*mail, total, start int) {
	writeBuffered(w, func(w *bufio.Writer) error {
		fmt.Fprintf(w, `{"total":%d,"count":%d,"start":%d,"items":`, total, len(page), start)
		if err := writeMails(w, page); err != nil {
			return err
		}
		return w.WriteByte('}')
	})
}

// writeMails holds one mail as JSON at a time: a page of large mails would be
// many times as large as the store.
func writeMails(w *bufio.Writer, mails []*mail) error {
	w.WriteByte('[')
	for i, m := range mails {
		if i > 0 {
			w.WriteByte(',')
		}
		if err := writeMessage(w, m.Message); err != nil {
			return err
		}
	}
	return w.WriteByte(']')
}

func writeMessage(w io.Writer, m *data.Message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// writeBuffered has nobody to tell of an error: writing fails only when the
// client has gone or does not read.
func writeBuffered(w http.ResponseWriter, write func(*bufio.Writer) error) {
	buffered := bufio.NewWriterSize(w, 64<<10)
	if err := write(buffered); err == nil {
		buffered.Flush()
	}
}
