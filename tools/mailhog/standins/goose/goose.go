// Package goose stands in for github.com/ian-kent/goose, as far as MailHog uses it.
package goose

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const sendTimeout = 10 * time.Second

// EventStream sends events to all its receivers.
type EventStream struct {
	mu        sync.Mutex
	receivers map[net.Conn]bool
}

// NewEventStream returns a stream without receivers.
func NewEventStream() *EventStream {
	return &EventStream{receivers: map[net.Conn]bool{}}
}

// AddReceiver answers a request with all events from now on.
func (s *EventStream) AddReceiver(w http.ResponseWriter) error {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receivers[conn] = true
	_, err = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"))
	return err
}

// Notify sends one event; each line of its content becomes a field of that name.
func (s *EventStream) Notify(field string, content []byte) {
	var event strings.Builder
	for line := range strings.SplitSeq(string(content), "\n") {
		event.WriteString(field + ": " + line + "\n")
	}
	event.WriteString("\n")

	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.receivers {
		conn.SetWriteDeadline(time.Now().Add(sendTimeout))
		if _, err := conn.Write([]byte(event.String())); err != nil {
			conn.Close()
			delete(s.receivers, conn)
		}
	}
}
