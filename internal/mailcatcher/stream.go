package mailcatcher

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mailhog/data"
)

// How the streams stay alive, as with MailHog.
const (
	sendTimeout    = 10 * time.Second
	pongTimeout    = 60 * time.Second
	pingEvery      = pongTimeout * 9 / 10
	keepaliveEvery = time.Minute
	// maxFrameBytes is the least possible: clients have nothing to say.
	maxFrameBytes = 1
)

// websocket sends each new mail as one JSON text. The subscription begins before
// the upgrade has its response: who has the response misses nothing.
func (a *api) websocket(w http.ResponseWriter, r *http.Request) {
	messages, leave, ok := a.news.subscribe()
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer leave()
	// Pages of other origins may not read along; clients that are not browsers send no origin.
	upgrader := websocket.Upgrader{ReadBufferSize: 256, WriteBufferSize: 4096}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has responded.
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		readUntilGone(socket)
	}()
	sendMessages(socket, messages, gone)
	socket.Close()
	<-gone
}

func readUntilGone(socket *websocket.Conn) {
	stillThere := func(string) error { return socket.SetReadDeadline(time.Now().Add(pongTimeout)) }
	socket.SetReadLimit(maxFrameBytes)
	socket.SetPongHandler(stillThere)
	err := stillThere("")
	for err == nil {
		_, _, err = socket.NextReader()
	}
}

func sendMessages(socket *websocket.Conn, messages <-chan *data.Message, gone <-chan struct{}) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	var err error
	for err == nil {
		select {
		case message, ok := <-messages:
			if !ok {
				socket.WriteControl(websocket.CloseMessage, nil, time.Now().Add(sendTimeout))
				return
			}
			socket.SetWriteDeadline(time.Now().Add(sendTimeout))
			err = socket.WriteJSON(message)
		case <-ping.C:
			err = socket.WriteControl(websocket.PingMessage, nil, time.Now().Add(sendTimeout))
		case <-gone:
			return
		}
	}
}

// events sends each new mail as one server-sent event of indented JSON.
func (a *api) events(w http.ResponseWriter, r *http.Request) {
	messages, leave, ok := a.news.subscribe()
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer leave()
	keepalive := time.NewTicker(keepaliveEvery)
	defer keepalive.Stop()

	w.Header().Set("Content-Type", "text/event-stream")
	err := http.NewResponseController(w).Flush()
	for err == nil {
		select {
		case message, ok := <-messages:
			if !ok {
				return
			}
			err = sendMessageEvent(w, message)
		case <-keepalive.C:
			err = sendEvent(w, "keepalive", "")
		case <-r.Context().Done():
			return
		}
	}
}

func sendMessageEvent(w http.ResponseWriter, message *data.Message) error {
	text, err := json.MarshalIndent(message, "", "  ")
	if err != nil {
		return err
	}
	return sendEvent(w, "data", string(text))
}

func sendEvent(w http.ResponseWriter, field, content string) error {
	var event strings.Builder
	for line := range strings.SplitSeq(content, "\n") {
		event.WriteString(field + ": " + line + "\n")
	}
	event.WriteString("\n")

	controller := http.NewResponseController(w)
	if err := controller.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
		return err
	}
	if _, err := w.Write([]byte(event.String())); err != nil {
		return err
	}
	return controller.Flush()
}
