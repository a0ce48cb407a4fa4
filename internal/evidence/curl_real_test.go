package evidence_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/etna-conformance/conformance/internal/evidence"
)

// TestCurlSendsTheSameRequest lets the real curl repeat the requests of net/http.
func TestCurlSendsTheSameRequest(t *testing.T) {
	for _, name := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	arrived := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, own := range []string{"User-Agent", "Accept-Encoding"} {
			r.Header.Del(own)
		}
		var header strings.Builder
		_ = r.Header.Write(&header)
		arrived <- r.Method + " " + r.RequestURI + "\n" + header.String() + "\n" + string(body)
	}))
	defer server.Close()
	for _, x := range []evidence.Exchange{
		{Method: "GET", URL: "/a/../b%2e/%2E./?q=[1-2]{a,b}&x=%E2%82%AC",
			Header: []evidence.Field{{Name: "Et-App-Key"}}},
		{Method: "POST", URL: "/token", Header: []evidence.Field{{Name: "Password", Value: "p'w"}}},
		{Method: "PUT", URL: "/x/",
			Header: []evidence.Field{{Name: "Content-Type", Value: "application/json"}},
			Body:   []byte("{\"a\":\"\x00'\u202e\"}\n")},
		{Method: "POST", URL: "/x", Body: []byte("@/dev/null")},
	} {
		x.URL = server.URL + x.URL
		x.Header = append(x.Header, evidence.Field{Name: "Accept", Value: "application/json"})
		send(t, x)
		want := <-arrived
		command := exec.Command("sh", "-c", evidence.Curl(x))
		command.Env = []string{"PATH=" + os.Getenv("PATH")}
		if err := command.Run(); err != nil {
			t.Fatalf("%s: %v", evidence.Curl(x), err)
		}
		if got := <-arrived; got != want {
			t.Errorf("%s sent\n%q, want\n%q", evidence.Curl(x), got, want)
		}
	}
}

func send(t *testing.T, x evidence.Exchange) {
	t.Helper()
	request, err := http.NewRequest(x.Method, x.URL, strings.NewReader(string(x.Body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range x.Header {
		request.Header.Add(f.Name, f.Value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}

// TestLongBodyIsReadFromEvidence lets the real jq and curl send a body too long for a line again.
func TestLongBodyIsReadFromEvidence(t *testing.T) {
	for _, name := range []string{"sh", "curl", "jq"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	arrived := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrived <- string(body)
	}))
	defer server.Close()
	x := evidence.Exchange{
		Step: `hardening/body/it's "long"`, Attempt: 1, Method: "POST", URL: server.URL + "/x",
		Body: []byte(`{"User":"` + strings.Repeat("x", 10_000) + "\n\"}"),
	}
	dir := t.TempDir()
	if _, err := evidence.Write(dir,
		evidence.Run{Exchanges: []evidence.Exchange{x, x}}); err != nil {
		t.Fatal(err)
	}
	line := evidence.Curl(x)
	if len(line) > 400 {
		t.Errorf("the line has %d bytes", len(line))
	}
	command := exec.Command("sh", "-c", line)
	command.Dir = dir
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if got := <-arrived; got != string(x.Body) {
		t.Errorf("%s sent %d bytes, want %d", line, len(got), len(x.Body))
	}
}
