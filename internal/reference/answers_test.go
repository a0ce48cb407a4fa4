package reference_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

var operations = []struct{ method, path string }{
	{http.MethodPost, resetPath},
	{http.MethodGet, questionPath + "?username=robert.zak"},
	{http.MethodPost, codePath},
	{http.MethodPut, passwordPath},
	{http.MethodPost, signInPath},
}

func TestEveryOperationChecksTheKeyFirst(t *testing.T) {
	s := start(t)
	keys := map[string][]string{
		"missing":    nil,
		"empty":      {"Et-App-Key", ""},
		"wrong":      {"Et-App-Key", "fake-app-kez"},
		"other case": {"Et-App-Key", "FAKE-APP-KEY"},
		"twice":      {"Et-App-Key", appKey, "Et-App-Key", appKey},
		"listed":     {"Et-App-Key", appKey + ", " + appKey},
	}
	for name, header := range keys {
		for _, o := range operations {
			t.Run(name+" "+o.path, func(t *testing.T) {
				got := s.askBare(t, o.method, o.path, "not even JSON", header...)
				expect(t, got, http.StatusUnauthorized, keyErrorJSON)
				if got.header.Get("WWW-Authenticate") == "" {
					t.Error("a 401 without WWW-Authenticate")
				}
			})
		}
	}
}

func TestKeyHeaderNameInAnyCase(t *testing.T) {
	s := start(t)
	got := s.askBare(t, http.MethodGet, questionPath+"?username=robert.zak", "", "et-app-key",
		appKey)
	if got.status != http.StatusOK {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestReset(t *testing.T) {
	s := start(t)
	cases := []struct {
		name, body string
		status     int
		want       string
	}{
		{"right answer", rightReset, 200, acceptedJSON},
		{"login in another case", `{"User":"Robert.ZAK","SecretQuestionAnswer":"Peterson"}`, 200,
			acceptedJSON},
		{"answer beyond ASCII", `{"User":"ann.lee","SecretQuestionAnswer":"Świnoujście"}`, 200,
			acceptedJSON},
		{"escaped answer", `{"User":"ann.lee","SecretQuestionAnswer":"\u015awinouj\u015bcie"}`, 200,
			acceptedJSON},
		{"no question", `{"User":"no.question"}`, 200, acceptedJSON},
		{"further members", `{"User":"no.question","Other":[1]}`, 200, acceptedJSON},
		{"no answer", `{"User":"robert.zak"}`, 400, wrongJSON},
		{"null answer", `{"User":"robert.zak","SecretQuestionAnswer":null}`, 400, wrongJSON},
		{"empty answer", `{"User":"robert.zak","SecretQuestionAnswer":""}`, 400, wrongJSON},
		{"wrong answer", `{"User":"robert.zak","SecretQuestionAnswer":"Petersen"}`, 400, wrongJSON},
		{"another's answer", `{"User":"ann.lee","SecretQuestionAnswer":"Peterson"}`, 400,
			wrongJSON},
		{"email, not login", `{"User":"robert.zak@example.com"}`, 200, acceptedJSON},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { expect(t, s.reset(t, c.body), c.status, c.want) })
	}
}

func TestSecretQuestion(t *testing.T) {
	s := start(t)
	robert := `{"Model":"What street did you live on in third grade?","Errors":[],"IsSucceed":true}`
	none := `{"Model":"","Errors":[],"IsSucceed":true}`
	cases := map[string]string{
		"robert.zak":               robert,
		"ROBERT.zak":               robert,
		"robert.zak%40example.com": robert,
		"Robert.Zak%40EXAMPLE.com": robert,
		"ann.lee":                  `{"Model":"W jakim mieście urodziła się Twoja mama?","Errors":[],"IsSucceed":true}`,
		"no.question":              none,
		"nobody":                   none,
		"%00":                      none,
		strings.Repeat("x", 40000): none,
	}
	for username, want := range cases {
		expect(t, s.ask(t, http.MethodGet, questionPath+"?username="+username, ""),
			http.StatusOK, want)
	}
	head := s.ask(t, http.MethodHead, questionPath+"?username=robert.zak", "")
	expect(t, head, http.StatusOK, "")
}

func TestSignIn(t *testing.T) {
	c, inbox := config(t)
	c.Traders[1].TwoFactor = true
	s := startWith(t, c, inbox)
	right := s.ask(t, http.MethodPost, signInPath, "", "Username", "Robert.Zak", "Password",
		"demo-password-robert")
	var response struct{ State, Token string }
	if err := json.Unmarshal([]byte(right.body), &response); err != nil ||
		response.State != "Succeeded" || len(response.Token) < 40 {
		t.Errorf("right credentials: %d %s", right.status, right.body)
	}
	expecting := s.ask(t, http.MethodPost, signInPath, "", "Username", "ann.lee", "Password",
		"demo-password-ann")
	if expecting.status != http.StatusAccepted ||
		!strings.Contains(expecting.body, `"State":"Expecting"`) {
		t.Errorf("a second factor is asked for by %d %s", expecting.status, expecting.body)
	}
	for name, header := range map[string][]string{
		"wrong password": {"Username", "robert.zak", "Password", "wrong"},
		"unknown":        {"Username", "nobody", "Password", "wrong"},
		"second factor":  {"Username", "ann.lee", "Password", "wrong"},
		"no password":    {"Username", "robert.zak"},
		"no name":        {"Password", "demo-password-robert"},
		"nothing":        nil,
		"two names": {"Username", "robert.zak", "Username", "ann.lee", "Password",
			"demo-password-robert"},
		"email, not login": {"Username", "robert.zak@example.com", "Password",
			"demo-password-robert"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, s.ask(t, http.MethodPost, signInPath, "", header...), http.StatusUnauthorized,
				failedJSON)
		})
	}
}

func TestMalformedRequestsAreRefusedInJSON(t *testing.T) {
	s := start(t)
	bodies := map[string]string{
		"empty":      ``,
		"not JSON":   `User=robert.zak`,
		"cut off":    `{"User":"robert.zak"`,
		"two values": `{"User":"robert.zak"}{}`,
		"array":      `["robert.zak"]`,
		"text":       `"robert.zak"`,
		"null":       `null`,
		"no members": `{}`,
		"number":     `{"User":1,"Code":1,"Token":1,"Password":1}`,
		"object":     `{"User":{},"Code":{},"Token":{},"Password":{}}`,
		"twice":      `{"User":"a","User":"b","Code":"1","Code":"2","Token":"1","Token":"2"}`,
		"not UTF-8":  "{\"User\":\"\xff\",\"Code\":\"\xff\",\"Token\":\"\xff\"}",
		"deep":       strings.Repeat("[", 60000),
		"too long": `{"User":"robert.zak","SecretQuestionAnswer":"` +
			strings.Repeat("x", 64<<10) + `"}`,
		"far too long":  `{"User":"` + strings.Repeat("x", 5<<20) + `"}`,
		"control bytes": "\x00\x01\x02",
	}
	for name, body := range bodies {
		for _, o := range []int{0, 2, 3} {
			t.Run(name+" "+operations[o].path, func(t *testing.T) {
				refused(t, s.ask(t, operations[o].method, operations[o].path, body),
					http.StatusBadRequest)
			})
		}
	}
	for _, query := range []string{"", "?username=", "?Username=robert.zak",
		"?username=a&username=b", "?username=%zz"} {
		refused(t, s.ask(t, http.MethodGet, questionPath+query, ""), http.StatusBadRequest)
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	s := start(t)
	for _, path := range []string{"/", "/v2.0/users/password/reset", resetPath + "/",
		"/v1.0//users/password/reset", "/api/token"} {
		refused(t, s.ask(t, http.MethodPost, path, "{}"), http.StatusNotFound)
	}
	for _, o := range operations {
		got := s.ask(t, http.MethodDelete, o.path, "")
		refused(t, got, http.StatusMethodNotAllowed)
		if allow := got.header.Get("Allow"); !strings.HasPrefix(allow, o.method) {
			t.Errorf("%s: Allow is %q", o.path, allow)
		}
	}
}

// A client that promises more than it sends must get an answer or lose its
// connection, and must not hurt the service.
func TestBodyThatBreaksOff(t *testing.T) {
	s := start(t)
	broken, writer := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+resetPath,
		broken)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Et-App-Key", appKey)
	go func() {
		_, _ = writer.Write([]byte(`{"User":"robert`))
		_ = writer.CloseWithError(io.ErrUnexpectedEOF)
	}()
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
	}
	expect(t, s.reset(t, rightReset), http.StatusOK, acceptedJSON)
}

// refused checks the shape of an error that the documents do not name.
func refused(t *testing.T, got reply, status int) {
	t.Helper()
	var response struct {
		Model              string
		Errors, ErrorsCode []string
		IsSucceed          *bool
	}
	err := json.Unmarshal([]byte(got.body), &response)
	if err != nil || got.status != status || len(response.Errors) != 1 ||
		len(response.ErrorsCode) != 1 ||
		response.Model != "" || response.IsSucceed == nil || *response.IsSucceed {
		t.Errorf("got %d %s, want %d with one error", got.status, got.body, status)
	}
	if media := got.header.Get("Content-Type"); media != "application/json; charset=utf-8" {
		t.Errorf("Content-Type is %q", media)
	}
}
