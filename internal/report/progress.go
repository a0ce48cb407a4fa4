package report

import (
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// Progress shows how far a run is: on a terminal in one line that it writes over and over,
// elsewhere, as in a CI job's log, in a line after each silence. It may be used by several
// goroutines at once. A status line is not worth an error, so it has none.
type Progress struct {
	w       io.Writer
	columns int
	end     chan struct{}
	ended   sync.WaitGroup

	mu     sync.Mutex
	status func() string
	shown  bool
}

// How often the line on a terminal changes by itself, and how long the silence elsewhere lasts.
const (
	ProgressTick    = time.Second
	ProgressSilence = 5 * time.Second
)

// NewProgress returns a progress that writes to w every so often, which is a terminal of so many
// columns, or with 0 columns none. It must be ended.
func NewProgress(w io.Writer, columns int, every time.Duration) *Progress {
	p := &Progress{w: w, columns: columns, end: make(chan struct{})}
	p.ended.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.tick()
			case <-p.end:
				return
			}
		}
	})
	return p
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

// Show makes this the status, which is asked for again as time goes by.
func (p *Progress) Show(status func() string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
	if p.columns > 0 {
		p.draw()
	}
}

// draw replaces the line on the terminal.
func (p *Progress) draw() {
	// The last column stays free: a terminal would wrap after it.
	io.WriteString(p.w, "\r"+fit(Visible(p.status()), p.columns-1)+"\x1b[K")
	p.shown = true
}

// Above prints lines above that on a terminal, which is drawn again below them.
func (p *Progress) Above(print func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
	}
	print()
	if p.shown {
		p.draw()
	}
}

func (p *Progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.status == nil:
	case p.columns > 0:
		p.draw()
	default:
		io.WriteString(p.w, "conformance: "+Visible(p.status())+"\n")
	}
}

// End takes the line on a terminal away, for what is printed next. Nothing is written any more.
func (p *Progress) End() {
	close(p.end)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
	}
}
