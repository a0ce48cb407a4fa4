package inbox

// Server is one inbox that many readers share: its connections and its websocket are there once.
type Server struct {
	catcher
	feed    *feed
	fetcher *fetcher
	// byDate is true where a new mail may be listed behind older ones: Mailpit can list mails by
	// the date that they bear, and the deployment's clock may be slow.
	byDate bool
}

// NewMailHog returns a MailHog (v1.0.1 and what is compatible with it, with any of its storages) to
// read. It asks nothing yet; see Ping. Its only error is a URL that is none.
func NewMailHog(o Options) (*Server, error) {
	f, err := newFetcher("MailHog", o)
	if err != nil {
		return nil, err
	}
	s := &Server{catcher: mailHog{f}, fetcher: f}
	s.feed = newFeed(f, o, "api/v2/websocket", s.catcher.announced)
	return s, nil
}

// NewMailpit returns a Mailpit (https://mailpit.axllent.org/docs/api-v1/) to read. It asks nothing
// yet; see Ping. Its only error is a URL that is none.
func NewMailpit(o Options) (*Server, error) {
	f, err := newFetcher("Mailpit", o)
	if err != nil {
		return nil, err
	}
	s := &Server{catcher: mailpit{f}, fetcher: f, byDate: true}
	s.feed = newFeed(f, o, "api/events", s.catcher.announced)
	return s, nil
}

// Reader returns a reader of the inbox's own, for one run. Closing it leaves the server open.
func (s *Server) Reader() Inbox { return newReader(s) }

// Close ends what goes on in the background, and with it all wakes.
func (s *Server) Close() error {
	s.feed.close()
	s.fetcher.client.CloseIdleConnections()
	return nil
}
