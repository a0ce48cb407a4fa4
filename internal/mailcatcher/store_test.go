package mailcatcher

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mailhog/data"
)

// filled serves a store of that many mails of so many lines.
func filled(t testing.TB, mails, lines int) *httptest.Server {
	t.Helper()
	full := newStore(mails, 1<<40)
	filler := strings.Repeat("Dear customer, nothing has changed.\r\n", lines)
	for n := range mails {
		message, err := newMessage(&data.SMTPMessage{
			From: "noreply@broker.example",
			To:   []string{fmt.Sprintf("user%d@example.com", n)},
			Data: fmt.Sprintf("Subject: number %d\r\n\r\n%s", n, filler),
		})
		if err != nil {
			t.Fatal(err)
		}
		full.add(message)
	}
	server := httptest.NewServer(newAPI(full, newFeed()))
	t.Cleanup(server.Close)
	return server
}

func get(t testing.TB, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestSearchIsFastAmongManyMails(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a large store")
	}
	server := filled(t, 100_000, 1)
	for _, query := range []string{"kind=to&query=user99999@example.com",
		"kind=containing&query=number+77777"} {
		began := time.Now()
		body := get(t, server.URL+"/api/v2/search?"+query)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s took %s", query, took)
		}
		if !strings.HasPrefix(body, `{"total":1,"count":1,"start":0,`) {
			t.Errorf("%s: %.100s", query, body)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	server := filled(b, 100_000, 50)
	for name, query := range map[string]string{
		"to one":     "kind=to&query=user99999@example.com",
		"to all":     "kind=to&query=example.com",
		"containing": "kind=containing&query=number+77777",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				get(b, server.URL+"/api/v2/search?"+query)
			}
		})
	}
}
