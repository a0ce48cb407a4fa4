package reference

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"time"
)

const (
	// waitingLetters bounds the memory that mail servers can make us hold.
	waitingLetters = 1024
	sendTimeout    = 30 * time.Second
	drainTimeout   = 10 * time.Second
)

// postOffice sends letters in the background, one after another in order, so
// that no response waits for a mail server. A letter is tried once.
type postOffice struct {
	from   mail.Address
	mailer Mailer
	log    func(string)

	mu      sync.Mutex // guards closed, and that nothing is sent to a closed channel
	closed  bool
	letters chan letter

	cancel context.CancelFunc
	done   chan struct{}
}

func openPostOffice(from mail.Address, mailer Mailer, log func(string)) *postOffice {
	ctx, cancel := context.WithCancel(context.Background())
	p := &postOffice{
		from: from, mailer: mailer, log: log,
		letters: make(chan letter, waitingLetters),
		cancel:  cancel, done: make(chan struct{}),
	}
	go p.work(ctx)
	return p
}

// send queues a letter. It never waits: with a full queue the letter is lost.
func (p *postOffice) send(l letter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		p.log(fmt.Sprintf("The mail to %s was not sent: the service is closing.", l.to))
		return
	}
	select {
	case p.letters <- l:
	default:
		p.log(fmt.Sprintf("The mail to %s was not sent: %d mails are waiting already.", l.to,
			waitingLetters))
	}
}

// close sends what is waiting, for drainTimeout at most.
func (p *postOffice) close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.letters)
	}
	p.mu.Unlock()
	timer := time.AfterFunc(drainTimeout, p.cancel)
	defer timer.Stop()
	<-p.done
}

func (p *postOffice) work(ctx context.Context) {
	defer close(p.done)
	defer p.cancel()
	for l := range p.letters {
		if err := p.deliver(ctx, l); err != nil {
			p.log(failure(l, err))
		}
	}
}

func (p *postOffice) deliver(ctx context.Context, l letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	message, err := l.compose(p.from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return p.mailer.Send(ctx, message)
}

// failure says what went wrong. A mail server may quote the mail in its reply,
// so the code is taken out and the text is quoted.
func failure(l letter, err error) string {
	text := strings.ReplaceAll(err.Error(), l.code, "‹code›")
	return fmt.Sprintf("The mail to %s was not sent: %q.", l.to, text)
}
