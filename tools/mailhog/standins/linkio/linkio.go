// Package linkio stands in for github.com/ian-kent/linkio, as far as MailHog uses it.
package linkio

import (
	"io"
	"time"
)

// Throughput is how much a link carries, in bytes a second.
type Throughput int

// BytePerSecond is one byte a second.
const BytePerSecond Throughput = 1

// Link is a slow link.
type Link struct{ speed Throughput }

// NewLink returns a link that carries so much.
func NewLink(speed Throughput) *Link { return &Link{speed} }

// NewLinkReader returns a reader that is as slow as the link.
func (l *Link) NewLinkReader(r io.Reader) io.Reader { return slowReader{l, r} }

// NewLinkWriter returns a writer that is as slow as the link.
func (l *Link) NewLinkWriter(w io.Writer) io.Writer { return slowWriter{l, w} }

func (l *Link) carry(bytes int) {
	if l.speed > 0 {
		time.Sleep(time.Duration(bytes) * time.Second / time.Duration(l.speed))
	}
}

type slowReader struct {
	link *Link
	from io.Reader
}

func (s slowReader) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.link.carry(n)
	return n, err
}

type slowWriter struct {
	link *Link
	to   io.Writer
}

func (s slowWriter) Write(p []byte) (int, error) {
	s.link.carry(len(p))
	return s.to.Write(p)
}
