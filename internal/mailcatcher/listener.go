package mailcatcher

import (
	"net"
	"sync"

	"golang.org/x/net/netutil"
)

// listener closes with itself the connections that it accepted, also those that
// a server has handed on and lost sight of (websockets).
type listener struct {
	net.Listener
	mu     sync.Mutex
	closed bool
	conns  map[*conn]struct{}
}

func listen(address string) (*listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &listener{
		Listener: netutil.LimitListener(l, maxConnections),
		conns:    map[*conn]struct{}{},
	}, nil
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		accepted.Close()
		return nil, net.ErrClosed
	}
	c := &conn{Conn: accepted, from: l}
	l.conns[c] = struct{}{}
	return c, nil
}

// Close ends the listener and its connections; a second time it does nothing.
func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for c := range l.conns {
		c.Conn.Close()
	}
	return l.Listener.Close()
}

type conn struct {
	net.Conn
	from *listener
}

// Close ends the connection.
func (c *conn) Close() error {
	c.from.mu.Lock()
	delete(c.from.conns, c)
	c.from.mu.Unlock()
	return c.Conn.Close()
}
