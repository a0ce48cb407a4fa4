package inbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/etna-conformance/conformance/internal/inbox"
)

func TestAMailWakesEverySubscriber(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	m := mark(t, in, robert)
	first, second := in.Wake(), in.Wake()
	<-hog.joined
	id := hog.receive(mailTo(robert, "x"), robert)
	for _, wake := range []<-chan struct{}{first, second} {
		if mail := awaitMail(t, in, wake, robert, m); mail.ID != id {
			t.Errorf("mail %s", mail.ID)
		}
	}
}

// TestReadersOfOneServerShareItsWebsocket also checks that a mail of the one does not wake the other.
func TestReadersOfOneServerShareItsWebsocket(t *testing.T) {
	hog, url := startMailHog(t)
	server, err := inbox.NewMailHog(inbox.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	one, other := server.Reader(), server.Reader()
	m := mark(t, one, robert)
	mark(t, other, jane)
	wake, otherWake := one.Wake(), other.Wake()
	<-hog.joined
	first := hog.receive(mailTo(robert, "x"), robert)
	if mail := awaitMail(t, one, wake, robert, m); mail.ID != first {
		t.Errorf("mail %s", mail.ID)
	}
	hog.mu.Lock()
	sockets := len(hog.sockets)
	hog.mu.Unlock()
	if sockets != 1 {
		t.Errorf("%d websockets", sockets)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	hog.receive(mailTo(jane, "x"), jane)
	awaitWake(t, otherWake)
}

func TestWithoutWebsocketThereAreStillWakes(t *testing.T) {
	hog := &mailHogStandIn{standIn: newStandIn()}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v2/search", hog.list)
	in := openMailHog(t, hog.serve(t, mux))
	m := mark(t, in, robert)
	wake := in.Wake()
	for range 5 {
		awaitWake(t, wake)
	}
	hog.receive(mailTo(robert, "x"), robert)
	awaitMail(t, in, wake, robert, m)
}

func TestAWebsocketThatDropsIsOpenedAgain(t *testing.T) {
	hog, url := startMailHog(t)
	wake := openMailHog(t, url).Wake()
	for range 3 {
		<-hog.joined
		awaitWake(t, wake)
		hog.disconnect()
	}
	<-hog.joined
}

func TestAWebsocketThatForwardsNothingIsNotTrustedForLong(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	m := mark(t, in, robert)
	wake := in.Wake()
	<-hog.joined
	hog.mu.Lock()
	hog.mails = append(hog.mails, caught{id: "silent", source: "x", to: []string{robert}})
	hog.mu.Unlock()
	awaitMail(t, in, wake, robert, m)
	for range 7 { // Beyond the time in which a fresh websocket is doubted.
		awaitWake(t, wake)
	}
}

func TestAHugeWebsocketMessageIsNotHeld(t *testing.T) {
	hog, url := startMailHog(t)
	wake := openMailHog(t, url).Wake()
	<-hog.joined
	hog.mu.Lock()
	socket := hog.sockets[0]
	hog.mu.Unlock()
	writer, err := socket.NextWriter(1)
	if err != nil {
		t.Fatal(err)
	}
	writeMuch(writer, 64<<20)
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	awaitWake(t, wake)
}

func TestCloseEndsTheFeed(t *testing.T) {
	hog, url := startMailHog(t)
	in := openMailHog(t, url)
	in.Wake()
	<-hog.joined
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	in.Wake() // starts nothing
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCloseEndsAHandshake closes while the websocket's handshake waits for a frozen inbox. The test
// hangs where the handshake goes on.
func TestCloseEndsAHandshake(t *testing.T) {
	asked, thaw := make(chan struct{}, 1), make(chan struct{})
	frozen := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			asked <- struct{}{}
			<-thaw
		}
	}))
	defer frozen.Close()
	defer close(thaw)
	in, err := inbox.MailHog(inbox.Options{URL: frozen.URL, Timeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	in.Wake()
	<-asked
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}

func awaitWake(t testing.TB, wake <-chan struct{}) {
	t.Helper()
	select {
	case <-wake:
	case <-time.After(20 * time.Second):
		t.Fatal("no wake")
	}
}
