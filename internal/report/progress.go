package report

import (
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// Progress shows how far a run is, as one line of a terminal that it writes
// over and over. It may be used by several goroutines at once. A status line
// is not worth an error, so it has none.
type Progress struct {
	mu      sync.Mutex
	w       io.Writer
	columns int
	shown   bool
}

// NewProgress returns a progress that writes to w, which is a terminal of so
// many columns. With 0 columns it is none, and nothing is ever written.
func NewProgress(w io.Writer, columns int) *Progress {
	return &Progress{w: w, columns: columns}
}

// TerminalColumns is the width of the terminal behind the file, 0 where it is none.
func TerminalColumns(f *os.File) int {
	if !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return consoleColumns
	}
	return width
}

// Show replaces the status line by this one, cut to the terminal's width.
func (p *Progress) Show(status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.columns == 0 {
		return
	}
	// The last column stays free: a terminal would wrap after it.
	io.WriteString(p.w, "\r"+fit(Visible(status), p.columns-1)+"\x1b[K")
	p.shown = true
}

// Clear takes the status line away, for what is printed next.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
	}
	p.shown = false
}
