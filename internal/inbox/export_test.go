package inbox

// sole is a reader that has the server to itself.
type sole struct{ *reader }

func (s sole) Close() error { return s.server.Close() }

// MailHog returns the only reader of a MailHog; see [NewMailHog].
func MailHog(o Options) (Inbox, error) { return only(NewMailHog(o)) }

// Mailpit returns the only reader of a Mailpit; see [NewMailpit].
func Mailpit(o Options) (Inbox, error) { return only(NewMailpit(o)) }

func only(s *Server, err error) (Inbox, error) {
	if err != nil {
		return nil, err
	}
	return sole{newReader(s)}, nil
}
