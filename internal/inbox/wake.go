package inbox

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// pollEvery is how often to wake while no websocket tells of mails.
	pollEvery = 50 * time.Millisecond
	// doubtEvery is, in polls, how often to wake even so: what lies between may
	// hold a websocket open and forward nothing.
	doubtEvery = 20
	// settle is how long after its response a websocket may still miss mails: MailHog
	// registers it only afterwards.
	settle = 250 * time.Millisecond
	// silence is when a websocket counts as dead; both inboxes ping every 54 s.
	silence    = 80 * time.Second
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// feed wakes its readers whenever a mail for them may have arrived. The websocket is a
// hint only, never a source of mails.
type feed struct {
	// read reads what the websocket says; the letter of what tells of no mail has no id.
	read    func(*jsonStream) (letter, error)
	dialer  websocket.Dialer
	address string
	header  http.Header
	guard   func(func())

	start sync.Once
	ended sync.WaitGroup
	ctx   context.Context
	end   context.CancelFunc

	mu      sync.Mutex
	readers map[*reader][]chan struct{}
	opened  time.Time // when the websocket was; zero: none is open
}

func newFeed(f *fetcher, o Options, path string, read func(*jsonStream) (letter, error)) *feed {
	address := f.base.JoinPath(path)
	address.Scheme = map[string]string{"http": "ws", "https": "wss"}[address.Scheme]
	n := &feed{
		read:    read,
		readers: map[*reader][]chan struct{}{},
		address: address.String(),
		header:  http.Header{},
		guard:   o.Guard,
		dialer: websocket.Dialer{Proxy: o.Proxy, TLSClientConfig: o.TLS.Clone(),
			HandshakeTimeout: o.timeout()},
	}
	if n.guard == nil {
		n.guard = func(do func()) { do() }
	}
	if f.login != nil {
		password, _ := f.login.Password()
		n.header.Set("Authorization",
			"Basic "+base64.StdEncoding.EncodeToString([]byte(f.login.Username()+":"+password)))
	}
	n.ctx, n.end = context.WithCancel(context.Background())
	n.dialer.NetDialContext = n.dial
	return n
}

// dial opens a connection that is closed with the feed: a handshake waits for its response whatever
// becomes of its context.
func (n *feed) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		context.AfterFunc(n.ctx, func() { _ = conn.Close() })
	}
	return conn, err
}

// subscribe returns a channel of its own to each caller.
func (n *feed) subscribe(r *reader) <-chan struct{} {
	channel := make(chan struct{}, 1)
	n.mu.Lock()
	n.readers[r] = append(n.readers[r], channel)
	n.mu.Unlock()
	n.start.Do(func() {
		n.ended.Go(func() { n.guard(n.poll) })
		n.ended.Go(func() { n.guard(n.keepListening) })
	})
	return channel
}

func (n *feed) leave(r *reader) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.readers, r)
}

func (n *feed) close() {
	n.start.Do(func() {}) // A later subscriber must not start what nobody ends.
	n.end()
	n.ended.Wait()
}

// wake wakes the readers that a mail may be for: all where nothing is known of it.
func (n *feed) wake(l letter) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for r, channels := range n.readers {
		if l.id != "" && !r.hear(l) {
			continue
		}
		for _, c := range channels {
			select {
			case c <- struct{}{}:
			default: // It has a wake that it has not taken yet.
			}
		}
	}
}

func (n *feed) poll() {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for tick := 1; ; tick++ {
		select {
		case <-n.ctx.Done():
			return
		case <-ticker.C:
			if !n.reliable() || tick%doubtEvery == 0 {
				n.wake(letter{})
			}
		}
	}
}

func (n *feed) reliable() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.opened.IsZero() && time.Since(n.opened) > settle
}

func (n *feed) setOpened(at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.opened = at
}

func (n *feed) keepListening() {
	retry := firstRetry
	for n.ctx.Err() == nil {
		opened := time.Now()
		n.listen()
		if time.Since(opened) > lastRetry {
			retry = firstRetry
		}
		select {
		case <-n.ctx.Done():
		case <-time.After(retry):
			retry = min(2*retry, lastRetry)
		}
	}
}

// listen returns when the websocket could not be opened or has ended.
func (n *feed) listen() {
	socket, _, err := n.dialer.DialContext(n.ctx, n.address, n.header)
	if err != nil {
		return
	}
	defer socket.Close()
	n.setOpened(time.Now())
	defer n.setOpened(time.Time{})

	respondToPing := socket.PingHandler()
	socket.SetPingHandler(func(data string) error {
		socket.SetReadDeadline(time.Now().Add(silence))
		return respondToPing(data)
	})
	said := letter{}
	for err == nil {
		n.wake(said)
		said = letter{}
		socket.SetReadDeadline(time.Now().Add(silence))
		var message io.Reader
		if _, message, err = socket.NextReader(); err == nil {
			said = n.told(message) // The next call reads the rest.
		}
	}
	n.wake(letter{})
}

// told is the mail that a message tells of, a zero letter where it can't be read.
func (n *feed) told(message io.Reader) letter {
	l, err := n.read(newJSONStream(message))
	if err != nil {
		return letter{}
	}
	return l
}
