package reference_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/etna-conformance/conformance/internal/reference"
)

const (
	appKey       = "fake-app-key"
	resetPath    = "/v1.0/users/password/reset"
	questionPath = "/v1.0/users/password/secret-question"
	codePath     = "/v1.0/users/identifiers/reset/code"
	passwordPath = "/v1.0/users/passwords/reset/"
	signInPath   = "/token"

	keyErrorJSON = `{"error":"Application key is not defined or does not exist"}`
	acceptedJSON = `{"Errors":[],"IsSucceed":false}`
	wrongJSON    = `{"Errors":["Answer is incorrect, try again."],"ErrorsCode":["ErrorIncorrectAnswer"],"IsSucceed":false}`
	failedJSON   = `{"State":"Failed","Step":"BaseAuthentication","Reason":"Invalid credentials"}`

	rightReset = `{"User":"robert.zak","SecretQuestionAnswer":"Peterson"}`
)

// service is a deployment behind a real HTTP listener with a real mail server.
type service struct {
	*reference.Deployment
	url   string
	inbox *mailServer
}

// config returns a configuration with the demo's traders and its mail server.
func config(t *testing.T) (reference.Config, *mailServer) {
	t.Helper()
	inbox := startMailServer(t)
	return reference.Config{
		Path:    filepath.Join(t.TempDir(), "reference.db"),
		AppKey:  appKey,
		Mailer:  reference.SMTP(inbox.addr),
		Traders: reference.DemoTraders(),
	}, inbox
}

func start(t *testing.T) *service {
	t.Helper()
	c, inbox := config(t)
	return startWith(t, c, inbox)
}

func startWith(t *testing.T, c reference.Config, inbox *mailServer) *service {
	t.Helper()
	d, err := reference.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d)
	t.Cleanup(func() {
		server.Close()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return &service{Deployment: d, url: server.URL, inbox: inbox}
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends one request with the right key; header is name, value, name, …
func (s *service) ask(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	return s.askBare(t, method, path, body, append([]string{"Et-App-Key", appKey}, header...)...)
}

func (s *service) askBare(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path,
		strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Add(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func (s *service) reset(t *testing.T, body string) reply {
	t.Helper()
	return s.ask(t, http.MethodPost, resetPath, body)
}

// code resets robert.zak's password and reads the code from the mail.
func (s *service) code(t *testing.T) string {
	t.Helper()
	expect(t, s.reset(t, rightReset), http.StatusOK, acceptedJSON)
	return codeIn(t, s.inbox.next(t))
}

// redeem is step 3; the token is empty when the code was refused.
func (s *service) redeem(t *testing.T, code string) (token string) {
	t.Helper()
	got := s.ask(t, http.MethodPost, codePath, `{"Code":"`+code+`","Identifier":"ResetPassword"}`)
	var response struct{ Model string }
	if err := json.Unmarshal([]byte(got.body), &response); err != nil {
		t.Fatalf("step 3 answered %q: %v", got.body, err)
	}
	return response.Model
}

// update is step 4.
func (s *service) update(t *testing.T, token, password, confirmation string) reply {
	t.Helper()
	body, err := json.Marshal(map[string]string{
		"Token": token, "Password": password, "PasswordConfirmation": confirmation,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.ask(t, http.MethodPut, passwordPath, string(body))
}

// state signs in and returns the State.
func (s *service) state(t *testing.T, login, password string) string {
	t.Helper()
	got := s.ask(t, http.MethodPost, signInPath, "", "Username", login, "Password", password)
	var response struct{ State string }
	if err := json.Unmarshal([]byte(got.body), &response); err != nil {
		t.Fatalf("signing in answered %q: %v", got.body, err)
	}
	return response.State
}

func expect(t *testing.T, got reply, status int, body string) {
	t.Helper()
	if got.status != status || got.body != body {
		t.Errorf("got %d %s\nwant %d %s", got.status, got.body, status, body)
	}
	if media := got.header.Get("Content-Type"); media != "application/json; charset=utf-8" {
		t.Errorf("Content-Type is %q", media)
	}
}

// mailServer is a real SMTP server that keeps what it gets.
type mailServer struct {
	addr  string
	mails chan received
}

type received struct{ from, to, data string }

func startMailServer(t *testing.T) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{addr: listener.Addr().String(), mails: make(chan received, 1000)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{mails: m.mails}, nil
	}))
	server.Domain = "mail.test"
	var done sync.WaitGroup
	done.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() { _ = server.Close(); done.Wait() })
	return m
}

// next waits for a mail; the limit only keeps a broken test from hanging.
func (m *mailServer) next(t *testing.T) received {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	select {
	case got := <-m.mails:
		return got
	case <-ctx.Done():
		t.Fatal("no mail came")
		return received{}
	}
}

type session struct {
	mails    chan<- received
	from, to string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error   { s.to = to; return nil }
func (s *session) Reset()                                      {}
func (s *session) Logout() error                               { return nil }

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	s.mails <- received{s.from, s.to, string(data)}
	return err
}
