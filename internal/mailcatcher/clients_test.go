package mailcatcher_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/etna-conformance/conformance/internal/mailcatcher"
)

// inbox is a running catcher or the real MailHog.
type inbox struct{ smtpAddr, url string }

func start(t testing.TB, config mailcatcher.Config) inbox {
	t.Helper()
	catcher, err := mailcatcher.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := catcher.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return inbox{catcher.SMTPAddr(), catcher.URL()}
}

type letter struct {
	name, from string
	to         []string
	source     string // lines end with "\n" or "\r\n"
}

// send sends each letter over a connection of its own.
func (i inbox) send(t testing.TB, letters ...letter) {
	t.Helper()
	for _, l := range letters {
		if err := smtp.SendMail(i.smtpAddr, nil, l.from, l.to, []byte(l.source)); err != nil {
			t.Fatalf("sending %q to %s: %v", l.name, i.smtpAddr, err)
		}
	}
}

type response struct {
	status      int
	contentType string
	body        string
}

func (i inbox) ask(method, path string) (response, error) {
	request, err := http.NewRequest(method, i.url+path, nil)
	if err != nil {
		return response{}, err
	}
	request.Close = true
	got, err := http.DefaultClient.Do(request)
	if err != nil {
		return response{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return response{got.StatusCode, got.Header.Get("Content-Type"), string(body)}, err
}

func (i inbox) mustAsk(t testing.TB, method, path string) response {
	t.Helper()
	got, err := i.ask(method, path)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

type page struct {
	Total, Count, Start int
	Items               []struct {
		ID      string
		Content struct{ Headers map[string][]string }
		Raw     struct {
			From, Data, Helo string
			To               []string
		}
	}
}

func (i inbox) list(t testing.TB, path string) page {
	t.Helper()
	var listed page
	if err := json.Unmarshal([]byte(i.mustAsk(t, "GET", path).body), &listed); err != nil {
		t.Fatal(err)
	}
	return listed
}

func (i inbox) dialWebsocket(t testing.TB, header http.Header) (*websocket.Conn, int) {
	t.Helper()
	address := "ws" + strings.TrimPrefix(i.url, "http") + "/api/v2/websocket"
	socket, response, err := websocket.DefaultDialer.Dial(address, header)
	if err != nil && response == nil {
		t.Fatal(err)
	}
	if socket != nil {
		t.Cleanup(func() { socket.Close() })
	}
	return socket, response.StatusCode
}

func nextText(t testing.TB, socket *websocket.Conn) string {
	t.Helper()
	socket.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, text, err := socket.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// events subscribes to the event stream and returns a function that reads the
// next event, without its last, empty line.
func (i inbox) events(t testing.TB) func() string {
	t.Helper()
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
	response, err := client.Get(i.url + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	lines := bufio.NewReader(response.Body)
	return func() string {
		var event strings.Builder
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if line == "\n" {
				return event.String()
			}
			event.WriteString(line)
		}
	}
}

// talk is SMTP word for word.
type talk struct {
	*textproto.Conn
	t testing.TB
}

func (i inbox) talk(t testing.TB) talk {
	t.Helper()
	conn, err := textproto.Dial("tcp", i.smtpAddr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := talk{conn, t}
	c.reply()
	c.say("EHLO client.example")
	return c
}

// say sends a line and returns the code of the reply.
func (c talk) say(format string, args ...any) int {
	c.t.Helper()
	if err := c.PrintfLine(format, args...); err != nil {
		c.t.Fatal(err)
	}
	return c.reply()
}

func (c talk) reply() int {
	c.t.Helper()
	code, text, err := c.ReadResponse(0)
	if err != nil {
		c.t.Fatalf("%v %s", err, text)
	}
	return code
}

func (c talk) mail(from, to, source string) int {
	c.t.Helper()
	c.say("MAIL FROM:<%s>", from)
	c.say("RCPT TO:<%s>", to)
	c.say("DATA")
	return c.say("%s\r\n.", source)
}

func numbered(n int) []letter {
	var letters []letter
	for i := range n {
		letters = append(letters, letter{
			name:   fmt.Sprint(i),
			from:   "robot@example.com",
			to:     []string{fmt.Sprintf("user%d@example.com", i)},
			source: fmt.Sprintf("Subject: number %d\r\n\r\nbody %d\r\n", i, i),
		})
	}
	return letters
}
