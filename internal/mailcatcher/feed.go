package mailcatcher

import (
	"sync"

	"github.com/mailhog/data"
)

// maxBehind is how many mails a subscriber may lag behind before it is dropped.
const maxBehind = 256

// feed tells its subscribers of each new mail.
type feed struct {
	mu          sync.Mutex
	closed      bool
	subscribers map[chan *data.Message]struct{}
	active      sync.WaitGroup
}

func newFeed() *feed { return &feed{subscribers: map[chan *data.Message]struct{}{}} }

// subscribe returns a channel of all mails from now on, which is closed when
// the feed ends or the subscriber lags behind, and a function to be called once
// at the end. It returns false when the feed has ended.
func (f *feed) subscribe() (messages <-chan *data.Message, leave func(), ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, nil, false
	}
	subscriber := make(chan *data.Message, maxBehind)
	f.subscribers[subscriber] = struct{}{}
	f.active.Add(1)
	return subscriber, func() { f.leave(subscriber) }, true
}

func (f *feed) leave(subscriber chan *data.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.subscribers, subscriber)
	f.active.Done()
}

// publish never waits for a subscriber.
func (f *feed) publish(m *data.Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for subscriber := range f.subscribers {
		select {
		case subscriber <- m:
		default:
			f.drop(subscriber)
		}
	}
}

func (f *feed) drop(subscriber chan *data.Message) {
	delete(f.subscribers, subscriber)
	close(subscriber)
}

// close ends the feed and returns when all subscribers have left.
func (f *feed) close() {
	f.mu.Lock()
	f.closed = true
	for subscriber := range f.subscribers {
		f.drop(subscriber)
	}
	f.mu.Unlock()
	f.active.Wait()
}
