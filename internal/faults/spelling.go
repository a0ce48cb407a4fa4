package faults

import (
	"net"
)

// net/http gives every header name the canonical spelling before a handler sees it.
// A server that tells spellings apart is made below it: on the wire.

type spellingListener struct{ net.Listener }

// listenCaseSensitively makes a lower-case name of the key's header unknown.
func listenCaseSensitively(listener net.Listener) net.Listener {
	return spellingListener{listener}
}

func (l spellingListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &spellingConn{Conn: connection}, nil
}

// spellingConn is read by one goroutine at a time, as net/http does.
type spellingConn struct {
	net.Conn
	matched int
}

// lowerKeyHeader is what a client sends that spells header names in lower case.
const lowerKeyHeader = "\net-app-key:"

// Read changes the last letter of the name where it stands in lower case,
// however the request is cut into pieces.
func (c *spellingConn) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	for i := range data[:n] {
		c.step(&data[i])
	}
	return n, err
}

// step matches one byte. The colon is too late to change the name, so a name
// that only begins so is changed as well.
func (c *spellingConn) step(b *byte) {
	switch {
	case *b == lowerKeyHeader[c.matched]:
		c.matched++
	case *b == '\n':
		c.matched = 1
	default:
		c.matched = 0
	}
	if c.matched == len(lowerKeyHeader)-1 {
		*b, c.matched = 'x', 0
	}
}
